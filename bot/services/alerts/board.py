"""What is known when notices are decided: incidents, their rules, and what keeps words back.

A board is read once, then kept up with what was decided, so that the second of two new incidents
sees where the first one went.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from bot.domain.alerts import holds, sharing
from bot.domain.alerts.grouping import BUDGET_WITHIN, Neighbours, Place, place
from bot.domain.alerts.holds import Overlays
from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.notices import Scene
from bot.domain.alerts.rules import Rule
from bot.domain.alerts.silences import ChannelNoise, Silence
from bot.ports.repositories import UnitOfWork
from bot.services.alerts import noise, outages, snoozes

# Enough of a rule's history to see whether it flaps, also where some were never told.
_OF_RULE = 10


class Board:
    """The incidents of a workspace that something may be said about, as they are to be stored."""

    def __init__(self, uow: UnitOfWork, workspace: str, now: datetime) -> None:
        self._uow = uow
        self._workspace = workspace
        self._now = now
        unsettled = uow.alerts.unsettled(workspace)
        self.live = [incident.id for incident in unsettled]
        self._known = {incident.id: incident for incident in unsettled}
        leads = {incident.lead for incident in unsettled if incident.lead} - set(self._known)
        self._learn(uow.alerts.incidents(workspace, leads))
        self._rules: dict[int, Rule | None] = {}
        self._noise: dict[str, ChannelNoise] = {}
        self._quiet: dict[str, bool] = {}
        self._left: dict[str, bool] = {}

    def get(self, incident_id: str) -> Incident:
        """An incident as it is to be stored."""
        return self._known[incident_id]

    def put(self, incident: Incident) -> None:
        """Go on with what was decided."""
        self._known[incident.id] = incident

    def rule(self, incident: Incident) -> Rule | None:
        """The rule of an incident, ended or not."""
        number = incident.rule_number
        if number not in self._rules:
            self._rules[number] = self._uow.alerts.rule(self._workspace, number)
        return self._rules[number]

    def scene(self, incident: Incident) -> Scene:
        """What is to be looked at for one incident."""
        rule = self.rule(incident)
        if rule is None:
            return Scene()
        held = holds.held(incident, rule, self._overlays(incident, rule), self._now)
        where = Place(lead=incident.lead, fold=incident.fold)
        if incident.is_open and not incident.is_told and not held:
            where = self._place(incident, rule)
        on_message = self._on_message(incident, where)
        quiet = {one.id for one in on_message if self._is_quiet(one)}
        return Scene(
            held=held,
            place=where,
            sharing=[one for one in on_message if one.id not in {incident.id, *quiet}],
            awaited=snoozes.has_come(self._uow, incident, rule),
            speaks=sharing.speaker(on_message, quiet).id == incident.id,
            assignee_left=self._has_left(incident.assigned_to),
        )

    def _overlays(self, incident: Incident, rule: Rule) -> Overlays:
        source = outages.source_of(rule)
        return Overlays(
            speaking=self._speaking(incident.channel),
            source_down=source if source in self._down else "",
            mutes=self._noise_of(incident.channel).mutes,
            silences=self._silences,
        )

    def _speaking(self, channel: str) -> list[tuple[Incident, Rule]]:
        """What nobody has heard of, nor will for now, speaks for nothing."""
        there = [one for one in self._open if one.channel == channel]
        heard = [one for one in there if one.is_told or not self._is_quiet(one)]
        return [(one, rule) for one in heard if (rule := self.rule(one)) is not None]

    def _is_quiet(self, incident: Incident) -> bool:
        """Whether people chose not to hear of it now."""
        if incident.id not in self._quiet:
            rule = self.rule(incident)
            mutes = self._noise_of(incident.channel).mutes
            chosen = Overlays(mutes=mutes, silences=self._silences)
            reason = holds.quieted(incident, rule, chosen, self._now) if rule else ""
            self._quiet[incident.id] = bool(reason)
        return self._quiet[incident.id]

    def _has_left(self, user_id: str) -> bool:
        if not user_id:
            return False
        if user_id not in self._left:
            person = self._uow.people.get(self._workspace, user_id)
            self._left[user_id] = person is not None and not person.can_take_part
        return self._left[user_id]

    def _place(self, incident: Incident, rule: Rule) -> Place:
        same_rule = [one for one in self._of_rule(incident) if one.id != incident.id]
        told = next((one for one in same_rule if one.is_told), None)
        root = None
        if told is not None:
            self._learn(self._uow.alerts.incidents(self._workspace, [told.root]))
            root = self._known.get(told.root)
        around = Neighbours(
            same_group=[one for one in self._open if self._is_with(one, incident)],
            same_rule=same_rule,
            rule_root=root,
            posts=self._posts(incident.channel),
        )
        found = place(incident, rule, around, self._noise_of(incident.channel), self._now)
        if found.lead:
            self._learn(self._uow.alerts.incidents(self._workspace, [found.lead]))
        return found

    def _is_with(self, one: Incident, other: Incident) -> bool:
        """Whether two incidents are to share a message."""
        key = other.group_key
        return (
            one.id != other.id
            and bool(key)
            and (one.channel, one.group_key)
            == (
                other.channel,
                key,
            )
        )

    def _of_rule(self, incident: Incident) -> list[Incident]:
        stored = self._uow.alerts.of_rule(self._workspace, incident.rule_number, _OF_RULE)
        return [self._known.get(one.id, one) for one in stored]

    def _posts(self, channel: str) -> list[Incident]:
        """Messages of their own in the last 24 hours, those just decided among them."""
        since = self._now - BUDGET_WITHIN
        stored = self._uow.alerts.posted(self._workspace, channel, since)
        found = {one.id: one for one in stored}
        found |= {
            one.id: one
            for one in self._known.values()
            if one.channel == channel
            and not one.lead
            and one.told.posted_at is not None
            and one.told.posted_at > since
        }
        return sorted(found.values(), key=lambda one: (one.told.posted_at or self._now, one.id))

    def _on_message(self, incident: Incident, where: Place) -> list[Incident]:
        """The open incidents on the message that shows this one, or would, as they came to it;
        this one is always there."""
        card = replace(incident, lead=where.lead, fold=where.fold).card
        there = [one for one in self._open if one.is_told and one.card == card]
        there.sort(key=lambda one: (one.id != card, one.told.posted_at or self._now))
        return there if incident in there else [*there, incident]

    def _noise_of(self, channel: str) -> ChannelNoise:
        if channel not in self._noise:
            self._noise[channel] = noise.settings(self._uow, self._workspace, channel)
        return self._noise[channel]

    @property
    def _open(self) -> list[Incident]:
        return [one for one in map(self.get, self.live) if one.is_open]

    @cached_property
    def _down(self) -> Collection[str]:
        return outages.down(self._uow, self._now)

    @cached_property
    def _silences(self) -> list[Silence]:
        return self._uow.silences.active(self._workspace, self._now)

    def _learn(self, incidents: Iterable[Incident]) -> None:
        """What was decided here is newer than what is stored."""
        for incident in incidents:
            self._known.setdefault(incident.id, incident)
