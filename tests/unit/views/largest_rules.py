"""The largest alert rules, silences and reports, and everything that shows and sets them up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

from bot.domain.alerts.feedback import Feedback
from bot.domain.alerts.findings import Finding, Standing
from bot.domain.alerts.precision import PrecisionReport, RuleTally, Tally
from bot.domain.alerts.replay import Episode
from bot.domain.alerts.responsible import Responsible
from bot.domain.alerts.rules import (
    Condition,
    FairnessGap,
    ModelThreshold,
    NoData,
    Operator,
    Rule,
    SliceFloor,
    Staleness,
)
from bot.domain.alerts.silences import ChannelNoise, MuteTime, Silence
from bot.domain.alerts.states import AlertState, Phase, StoredState, Transition
from bot.domain.alerts.trial import Calmer, Nearest, Trial
from bot.domain.alerts.watchable import Watchable
from bot.ports.chat import Message, Modal
from bot.views.alerts import (
    detail,
    form,
    listing,
    report,
    settings_form,
    silence_form,
    silences,
    testing,
    trial,
)
from bot.views.alerts import quiet as quiet_lines
from bot.views.alerts.detail import Detail
from bot.views.alerts.form_state import ALL_FIELDS
from bot.views.alerts.kinds import Kind
from bot.views.alerts.listing import Row
from bot.views.text import Line
from tests.unit.views.largest import LONG_AGO, MOST, NOW, everybody, long, user
from tests.unit.views.largest_outside import incident, rule

ZONE = "America/Argentina/ComodRivadavia"


def rules(alphabet: str, number: int = MOST) -> Iterator[Rule]:
    """The longest rule of each kind of condition, with everything that can be added."""
    model = long(alphabet, 256)
    conditions: list[Condition] = [
        rule(alphabet, regression=True).condition,
        rule(alphabet, regression=False).condition,
        ModelThreshold(
            model=model,
            alias=long(alphabet, 256),
            operator=Operator.ABOVE,
            bound=-1.23456e-300,
            recovery=1.23456e300,
            unit=long(alphabet, 30),
        ),
        SliceFloor(model=model, operator=Operator.BELOW, bound=-1.23456e-300, at_least=MOST),
        FairnessGap(model=model, bound=1.23456e300),
        Staleness(model=model, after=timedelta(days=30, hours=23)),
    ]
    for condition in conditions:
        yield replace(
            rule(alphabet, regression=True, number=number),
            condition=condition,
            for_duration=timedelta(days=30, hours=23),
            tags=tuple((f"{n}{long(alphabet, 12)}", long(alphabet, 12)) for n in range(10)),
            stale_after=timedelta(days=30, hours=23),
            no_data=NoData.ALERT,
            owner=user(0),
            deputies=tuple(user(n) for n in range(10)),
            may_wake=True,
            runbook="https://wiki.example/" + "r" * 979,
            cooldown=timedelta(days=30, hours=23),
            changed_by=user(1),
        )


def messages(alphabet: str) -> list[Message]:
    """Everything that `/alert` answers."""
    known = everybody(alphabet)
    state = AlertState(
        since=LONG_AGO,
        read_until=NOW,
        phase=Phase.RECOVERING,
        reason=long(alphabet, 900),
        blind=long(alphabet, 300),
    )
    found = []
    for it in rules(alphabet):
        rows = _rows(it, state)
        found += [
            listing.first_page(rows, known, channel="C0000000000"),
            detail.shown(_detail(alphabet, it, state), known, may_change=True),
            *(testing.tested(it, told, has_example=True) for told in _trials(alphabet, it)),
            testing.gone(it),
        ]
    quiet = [_silence(alphabet, n) for n in range(100)]
    return [
        *found,
        silences.listing(quiet, known),
        silences.begun_message(quiet[0]),
        silences.ended(quiet[0]),
        quiet_lines.begun(quiet[0], known, MOST),
        quiet_lines.ended(quiet[0], user(0), known),
        quiet_lines.chosen(_noise(), user(0), known),
        report.report(_report(alphabet)),
    ]


def modals(alphabet: str) -> list[Modal]:
    """Every form of rules, silences and settings, and what takes their place."""
    known = everybody(alphabet)
    state = AlertState(
        since=LONG_AGO, read_until=NOW, reason=long(alphabet, 900), blind=long(alphabet, 300)
    )
    latest = incident(alphabet).sample
    finding = Finding(standing=Standing.BAD, text=long(alphabet, 900))
    found = [*_forms(alphabet)]
    for it in rules(alphabet):
        rows = _rows(it, state)
        found += [
            detail.created(it, latest, finding),
            detail.changed(it),
            detail.confirm_delete(it, is_open=True),
            detail.deleted(it),
            listing.page_modal(rows, known, 1, channel="C0000000000"),
            silence_form.form([row.rule for row in rows], "C1", number=MOST, reason="x" * 300),
        ]
    noise = _noise()
    return [
        *found,
        silences.begun_modal(_silence(alphabet, 1)),
        settings_form.form(noise, ZONE),
        settings_form.saved(noise),
    ]


def _rows(it: Rule, state: AlertState) -> list[Row]:
    quiet = _silence("W", 0)
    return [
        Row(rule=replace(it, number=MOST - n), state=state, owner=user(0), silence=quiet)
        for n in range(60)
    ]


def _forms(alphabet: str) -> Iterator[Modal]:
    for length in (75, 250):
        pure = (alphabet * length)[:length].strip()
        names = (pure, *(f"{n:02}{long(alphabet, length - 2)}" for n in range(99)))
        typed = dict.fromkeys(ALL_FIELDS, pure)
        choices = ("about", "direction", "operator", "severity", "for_evaluations", "no_data")
        typed |= dict.fromkeys(choices, "")
        typed |= dict.fromkeys(("after", "cooldown", "for_duration", "stale_after"), "719.9")
        typed["called"] = ",".join(user(n) for n in range(11))
        told = next(iter(_trials(alphabet, rule(alphabet, regression=True))))
        for kind in Kind:
            sheet = form.Sheet(
                channel="C0000000000",
                typed={**typed, "kind": kind.value},
                more=True,
                number=MOST,
                revision=MOST,
                edition=9,
                note=long(alphabet, 300),
            )
            some = Watchable(experiments=names, models=names, metrics=names, aliases=names)
            many = Watchable(experiments=names * 2, models=names * 2)
            yield form.draw(sheet, some, told)
            yield form.draw(sheet, many, told)


def _detail(alphabet: str, it: Rule, state: AlertState) -> Detail:
    transition = Transition(
        at=NOW, before=Phase.FIRING, after=Phase.RECOVERING, reason=long(alphabet, 900)
    )
    word = Feedback(
        workspace="T1",
        incident_id=incident(alphabet).id,
        rule_number=MOST,
        user_id=user(0),
        useful=True,
        at=NOW,
    )
    return Detail(
        rule=it,
        stored=StoredState(state=state, version=1),
        log=[transition] * 5,
        incidents=[incident(alphabet, resolved_at=NOW, held=long(alphabet, 900))] * 5,
        feedback=[word] * 300,
        responsible=Responsible(owner=user(0), deputies=it.deputies, runbook=it.runbook),
        silence=_silence(alphabet, 0),
    )


def _trials(alphabet: str, it: Rule) -> Iterator[list[Line]]:
    episode = Episode(
        opened_at=LONG_AGO,
        ended_at=NOW,
        reason=long(alphabet, 900),
        value=-1.23456e-300,
        phase=Phase.FIRING,
    )
    base = incident(alphabet).baseline
    calmer = Calmer(rule=replace(it, for_evaluations=9), times=MOST)
    some = Trial(since=LONG_AGO, evaluations=MOST, episodes=(episode,) * 9)
    for found in (
        some,
        replace(some, episodes=(episode,) * 90, calmer=calmer),
        replace(some, episodes=(), nearest=Nearest(at=NOW, value=-1.23456e-300)),
        replace(some, episodes=(), nearest=Nearest(at=NOW, pause=timedelta(days=89, hours=23))),
    ):
        yield trial.trial(it, found, NOW, base)
    yield trial.incomplete(long(alphabet, 900))


def _noise() -> ChannelNoise:
    mute = MuteTime(weekdays=frozenset({1, 3, 5, 7}), start=time(20), end=time(8), zone=ZONE)
    return ChannelNoise(workspace="T1", channel="C0000000000", budget=100, mutes=(mute,) * 10)


def _silence(alphabet: str, number: int) -> Silence:
    values: dict[str, Any] = {"model": long(alphabet, 256), "reason": long(alphabet, 300)}
    return Silence(
        workspace="T1",
        channel="C0000000000",
        by=user(0),
        created_at=LONG_AGO,
        until=NOW,
        number=MOST - number,
        **values,
    )


def _report(alphabet: str) -> PrecisionReport:
    noisy = Tally(
        alerts=MOST,
        acknowledged=MOST,
        useful=1,
        noise=MOST,
        unanswered=MOST,
        waited=timedelta(days=29, hours=23),
    )
    each_kind = [it for _ in range(20) for it in rules(alphabet)]
    some = [replace(it, number=MOST - n) for n, it in enumerate(each_kind)]
    calm = [Calmer(rule=replace(each, for_evaluations=9), times=MOST) for each in some]
    return PrecisionReport(
        since=LONG_AGO,
        until=NOW,
        total=noisy,
        rules=tuple(
            RuleTally(rule=each, tally=noisy, calmer=calmer)
            for each, calmer in zip(some, calm, strict=True)
        ),
        never=tuple(some),
    )
