"""Digests: setting them up, deciding at the channel's morning whether there is one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import calendar
from bot.domain.delivery import Delivery, Priority
from bot.domain.digests import settings as rules
from bot.domain.digests.content import Digest
from bot.domain.digests.days import SETTLING, is_past
from bot.domain.digests.settings import Audience, DigestChoice, DigestSettings, Marks
from bot.domain.digests.windows import Window, window_until
from bot.domain.schedule import Schedule
from bot.errors import Conflict, InvalidForm, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.digests import stakeholder, weekly
from bot.services.digests.contents import compose
from bot.services.digests.sections.sources import issues_read_at, runs_read_at
from bot.services.issues import sight
from bot.services.schedules import not_again

CARD = "digest"


def settings(uow: UnitOfWork, workspace: str, channel: str, user_id: str) -> DigestSettings:
    """The channel's settings, or with version 0 what to propose to this person."""
    known = uow.digests.get(workspace, channel)
    if known is not None:
        return known
    person = uow.people.get(workspace, user_id)
    return DigestSettings(
        workspace=workspace,
        channel=channel,
        choice=DigestChoice(zone=person.zone if person else "UTC", active=True),
        owner=user_id,
        version=0,
    )


def save(
    uow: UnitOfWork,
    workspace: str,
    channel: str,
    choice: DigestChoice,
    *,
    seen_version: int,
    author: str,
    now: datetime,
) -> Schedule:
    """Store a channel's digest with its schedule; `seen_version` 0 where it had none.

    Raises Conflict if somebody else changed it since, InvalidForm for an unknown experiment.
    """
    _require_member(uow, workspace, author)
    # Before the row: the tick takes both in this order.
    not_yet_run = _not_yet_run(uow, workspace, channel, now)
    weekly.lock(uow, workspace, channel)
    before = uow.digests.get(workspace, channel)
    changed = DigestSettings(
        workspace=workspace,
        channel=channel,
        choice=replace(choice, experiments=_known_experiments(uow, workspace, choice.experiments)),
        owner=author,
        version=seen_version + 1,
    )
    if not _store(uow, changed, seen_version):
        raise Conflict(_conflict(uow, workspace, before))
    if before is not None and not before.choice.active:
        # What happened while it was off isn't news any more.
        uow.digests.mark(workspace, channel, Marks())
    schedule = not_again(uow, rules.schedule_of(changed, not_yet_run))
    uow.schedules.save(schedule)
    weekly.reschedule(uow, before, changed, now)
    return schedule


def schedule(uow: UnitOfWork, workspace: str, channel: str) -> Schedule | None:
    """The channel's active schedule, or None."""
    found = uow.schedules.get(rules.schedule_id(workspace, channel))
    return found if found and found.active else None


def run(
    uow: UnitOfWork, schedule: Schedule, occurrence: calendar.Occurrence, now: datetime
) -> None:
    """Post the digest of one local date, if there is something to say."""
    known = uow.digests.get(schedule.workspace, schedule.subject)
    if known is None or not known.choice.active:
        return
    window = _window(uow, known, occurrence.run_at - SETTLING)
    if _is_worth_posting(uow, known, compose(uow, known, window, brief=True), now):
        delivery_id = f"{rules.schedule_id(known.workspace, known.channel)}:{occurrence.local_date}"
        deliveries.post(uow, _delivery(known, window, delivery_id, known.owner, now))
    uow.digests.mark(known.workspace, known.channel, _marks(window))


def preview(uow: UnitOfWork, workspace: str, channel: str, user_id: str, now: datetime) -> Digest:
    """The digest as it would be posted now."""
    known = settings(uow, workspace, channel, user_id)
    return compose(uow, known, _window(uow, known, now))


def post_now(
    uow: UnitOfWork, workspace: str, channel: str, user_id: str, key: str, now: datetime
) -> Digest | None:
    """Post the digest now; the next daily one stays as it is. None, and nothing posted, where there
    is nothing to say.

    `key` makes the wish unique. The digest that comes back is a brief one.
    """
    window = _window(uow, settings(uow, workspace, channel, user_id), now)
    return post_over(uow, workspace, channel, user_id, window, key, now)


def post_over(
    uow: UnitOfWork,
    workspace: str,
    channel: str,
    user_id: str,
    window: Window,
    key: str,
    now: datetime,
) -> Digest | None:
    """The same over any window."""
    known = settings(uow, workspace, channel, user_id)
    past = is_past(known.choice, window.whole.until, now)
    digest = compose(uow, known, window, brief=True, past=past)
    if not _is_worth_posting(uow, known, digest, now):
        return None
    deliveries.post(uow, _delivery(known, window, f"digest-now:{workspace}:{key}", user_id, now))
    return digest


def _is_worth_posting(
    uow: UnitOfWork, known: DigestSettings, content: Digest, now: datetime
) -> bool:
    """Whether there is something to say to those for whom the channel's digest is written;
    `content` may be a brief one."""
    if known.choice.audience is Audience.TECHNICAL:
        return content.something_to_say
    whole = compose(uow, known, content.window, past=content.past)
    return bool(stakeholder.read(uow, known, whole, now))


def at_sending(
    uow: UnitOfWork,
    workspace: str,
    channel: str,
    window: Window,
    now: datetime,
    zone: str = "UTC",
) -> Digest:
    """A decided digest as of now: same window, today's allow-list, and today's states unless it is
    about a past date. `zone` is its own, which counts where the channel has no settings."""
    known = _in_zone(settings(uow, workspace, channel, ""), zone)
    past = is_past(known.choice, window.whole.until, now)
    return compose(uow, known, window, past=past)


def _in_zone(known: DigestSettings, zone: str) -> DigestSettings:
    """What somebody chose stays; what is only proposed follows the zone."""
    return known if known.version else replace(known, choice=replace(known.choice, zone=zone))


def _window(uow: UnitOfWork, known: DigestSettings, until: datetime) -> Window:
    projects = sight.of_channel(uow, known.workspace, known.channel).projects
    return window_until(
        until,
        known.marks,
        issues_read_at(uow, known.workspace, projects),
        runs_read_at(uow, until),
    )


def _marks(window: Window) -> Marks:
    return Marks(until=window.whole.until, issues=window.issues.until, runs=window.runs.until)


def _delivery(
    known: DigestSettings, window: Window, delivery_id: str, owner: str, now: datetime
) -> Delivery:
    return Delivery(
        id=delivery_id,
        workspace=known.workspace,
        channel=known.channel,
        card=CARD,
        subject={"channel": known.channel, "zone": known.choice.zone, **window.to_json()},
        priority=Priority.DIGEST,
        ready_at=now,
        owner=owner,
    )


def _not_yet_run(uow: UnitOfWork, workspace: str, channel: str, now: datetime) -> datetime:
    """After when to look for the next run: one that is due stays due, the tick is seconds away."""
    known = uow.schedules.locked(rules.schedule_id(workspace, channel))
    if known is None or not known.active or known.next_run_at > now:
        return now
    return known.next_run_at - timedelta(microseconds=1)


def _store(uow: UnitOfWork, changed: DigestSettings, seen_version: int) -> bool:
    if seen_version == 0:
        return uow.digests.add(changed)
    return uow.digests.change(changed, from_version=seen_version)


def _conflict(uow: UnitOfWork, workspace: str, theirs: DigestSettings | None) -> str:
    person = uow.people.get(workspace, theirs.owner) if theirs else None
    who = person.name if person else "Somebody"
    return (
        f"{who} changed this digest while you were typing. Your values are kept below: "
        "Save keeps yours, Cancel keeps theirs."
    )


def _require_member(uow: UnitOfWork, workspace: str, user_id: str) -> None:
    person = uow.people.get(workspace, user_id)
    if person is not None and not person.can_take_part:
        raise NotPermitted("Guests and people of other companies can't change the digest.")


def _known_experiments(uow: UnitOfWork, workspace: str, typed: Sequence[str]) -> tuple[str, ...]:
    if not typed or not uow.experiments.all(workspace):
        return tuple(typed)
    found = {name: uow.experiments.by_name(workspace, name) for name in typed}
    unknown = [name for name, experiment in found.items() if experiment is None]
    if unknown:
        listed = ", ".join(unknown)
        sentence = f"MLflow has no experiment called {listed}; `/experiment list` shows them."
        raise InvalidForm({"experiments": sentence})
    return tuple(dict.fromkeys(e.name for e in found.values() if e))
