"""Blockers: raised by a report or a command, taken, solved, and followed by what they wait for."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from bot.domain import blocker as rules
from bot.domain import standup as standup_rules
from bot.domain.blocker import Blocker, NewBlocker, Notice
from bot.domain.person import Person
from bot.domain.report import FilledReport, Report
from bot.domain.standup import Standup
from bot.errors import InvalidForm, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import availability, standups
from bot.services import blocker_links as links
from bot.services import blocker_notices as notices
from bot.services.blocker_changes import Changed, change
from bot.services.blocker_raising import askable, raise_or_extend, same, tell_new

TEXT_FIELD = "blocker"
"""The forms' field for what blocks somebody."""


@dataclass(frozen=True, kw_only=True)
class Concerning:
    """Somebody's open blockers: their own, and those that ask them or that they have taken."""

    mine: Sequence[Blocker] = ()
    asks_me: Sequence[Blocker] = ()


def from_report(
    uow: UnitOfWork, standup: Standup, report: Report, filled: FilledReport, now: datetime
) -> None:
    """Raise what a report names as a blocker, and close what it says is solved; where it says
    nothing of that, all but the one that it names.

    The change of a report words its own blocker anew. A report that is older than the person's
    latest changes nothing. Raises InvalidForm for a link or people that can't be.
    """
    latest = uow.standups.last_report(standup.id, report.user_id, date.max)
    if latest and latest.local_date > report.local_date:
        return
    named = not rules.says_nothing(filled.blocker)
    if not (named or filled.solved is not None or standup.plan.blocker_question):
        return
    mine = uow.blockers.open_of(standup.id, report.user_id)
    wish = NewBlocker(
        standup_id=standup.id,
        text=filled.blocker.strip(),
        asked=filled.asked,
        link=filled.blocker_link,
    )
    own = next((b for b in mine if b.report_date == report.local_date), None)
    known = (same(mine, wish.text) or own) if named else None
    solved = {b.ref for b in mine if b != known} if filled.solved is None else {*filled.solved}
    if own is not None and own != known:  # its words were taken out of the report
        solved.add(own.ref)

    def raise_it() -> None:
        raise_or_extend(uow, standup, report.user_id, wish, known, now, day=report.local_date)

    # In the order of their numbers, as everybody who changes several: else two wait in a ring.
    for blocker in sorted(mine, key=lambda b: b.number):
        if blocker.ref in solved:
            _solve(uow, blocker.workspace, blocker.number, report.user_id, now)
        elif blocker == known:
            raise_it()
    if named and known is None:
        raise_it()


def raise_blocker(
    uow: UnitOfWork, workspace: str, author: str, wish: NewBlocker, now: datetime
) -> Changed:
    """Raise one by a command and post it in the stand-up's channel; not `done` where the same
    words block this person already: those it asks are added to that one.

    Raises NotFound, NotPermitted for people outside the stand-up, InvalidForm.
    """
    standup = standups.get(uow, workspace, wish.standup_id)
    if author not in standup.insiders:
        raise NotPermitted(f"You have no part in {standup.plan.name}, so it can't show a blocker.")
    if rules.says_nothing(wish.text):
        raise InvalidForm({TEXT_FIELD: "Say in a few words what blocks you."})
    # A report of theirs that is being stored has the same lock.
    uow.schedules.locked(standup_rules.schedule_id(standup.id, author))
    known = same(uow.blockers.open_of(standup.id, author), wish.text)
    blocker = raise_or_extend(uow, standup, author, wish, known, now)
    if known is None:
        notices.announce(uow, blocker, now)
    notices.refresh_wrap_up(uow, standup, blocker, now)
    return Changed(blocker=blocker, done=known is None)


def acknowledge(uow: UnitOfWork, workspace: str, number: int, by: str, now: datetime) -> Changed:
    """Take it: nobody is nudged any more, and its owner hears who it is.

    Raises NotFound and NotPermitted.
    """

    def rule(blocker: Blocker) -> Blocker | None:
        if by == blocker.user_id:
            raise NotPermitted(f"{blocker.ref} is yours; *Solved* closes it.")
        if not rules.may_take(blocker, _standup(uow, blocker), by):
            raise NotPermitted(f"{blocker.ref} is for the people of its stand-up to take.")
        return blocker.taken(by, now) if blocker.needs_someone else None

    result = change(uow, workspace, number, rule)
    if result.done:
        _shown_again(uow, result.blocker, now)
        notices.tell(uow, result.blocker, Notice.TAKEN, result.blocker.user_id, now)
    return result


def resolve(uow: UnitOfWork, workspace: str, number: int, by: str, now: datetime) -> Changed:
    """Close it; its owner hears of it where somebody else did.

    Raises NotFound and NotPermitted.
    """
    result = _solve(uow, workspace, number, by, now)
    if result.done:
        notices.refresh_wrap_up(uow, _standup(uow, result.blocker), result.blocker, now)
        if by != result.blocker.user_id:
            notices.tell(uow, result.blocker, Notice.SOLVED, result.blocker.user_id, now)
    return result


def still_blocked(uow: UnitOfWork, workspace: str, number: int, by: str, now: datetime) -> Changed:
    """Keep it open although what it waits for moved; raises NotFound and NotPermitted."""
    proposed: list[Blocker] = []

    def rule(blocker: Blocker) -> Blocker | None:
        _require_solver(uow, blocker, by)
        proposed[:] = [blocker]
        return blocker.declined() if blocker.calls_for(Notice.PROPOSAL, by) else None

    result = change(uow, workspace, number, rule)
    if result.done:
        notices.refresh(uow, proposed[0], now)
    return result


def ask(
    uow: UnitOfWork, workspace: str, number: int, people: Collection[str], by: str, now: datetime
) -> Changed:
    """Ask more people; not `done` where somebody has taken or solved it already.

    Raises NotFound, NotPermitted and InvalidForm.
    """
    asked = askable(uow, workspace, people)
    before: list[Blocker] = []

    def rule(blocker: Blocker) -> Blocker | None:
        if not rules.may_take(blocker, _standup(uow, blocker), by):
            raise NotPermitted(f"Only people of its stand-up can say who helps with {blocker.ref}.")
        before[:] = [blocker]
        return blocker.extended(blocker.text, asked) if blocker.needs_someone else None

    result = change(uow, workspace, number, rule)
    if result.done:
        tell_new(uow, before[0], result.blocker, now)
        _shown_again(uow, result.blocker, now)
    return result


def open_for(uow: UnitOfWork, workspace: str, user_id: str) -> Concerning:
    """What blocks somebody, and what they are asked to help with or have taken; oldest first."""
    theirs = [
        b for b in uow.blockers.open(workspace) if b.user_id == user_id or b.concerns(user_id)
    ]
    found = [links.veiled(uow, b) for b in theirs]
    return Concerning(
        mine=[b for b in found if b.user_id == user_id],
        asks_me=[b for b in found if b.user_id != user_id],
    )


def asked_in_vain(uow: UnitOfWork, blocker: Blocker, now: datetime) -> list[Person]:
    """Those of whom it asks something and who aren't there today, in the order of their names."""
    known = uow.people.several(blocker.workspace, blocker.asked).values()
    away = [person for person in known if availability.is_away_now(uow, person, now)]
    return sorted(away, key=lambda person: person.name)


def open_of_person(uow: UnitOfWork, standup_id: str, user_id: str) -> list[Blocker]:
    """What blocks somebody in one stand-up, oldest first."""
    return uow.blockers.open_of(standup_id, user_id)


def open_in(uow: UnitOfWork, workspace: str, standup_ids: Collection[str]) -> list[Blocker]:
    """The open blockers of these stand-ups, oldest first."""
    return [b for b in uow.blockers.open(workspace) if b.standup_id in standup_ids]


def close_all(uow: UnitOfWork, standup: Standup, by: str, now: datetime) -> None:
    """Close what is open in a stand-up that is given up; nobody is told one by one."""
    for blocker in open_in(uow, standup.workspace, {standup.id}):
        rule = partial(_closed, by=by, now=now)
        if (result := change(uow, blocker.workspace, blocker.number, rule)).done:
            notices.refresh(uow, result.blocker, now)


def follow_links(uow: UnitOfWork, workspace: str, now: datetime) -> int:
    """Ask owners whether they are still blocked where what they wait for has moved; how many.

    Call it after each poll. What the mirrors didn't hold when it was linked is followed from the
    first time on that they do.
    """
    waiting = [b for b in uow.blockers.open(workspace) if b.waits_for]
    found = _states(uow, workspace, waiting)
    asked = 0
    for blocker in sorted(waiting, key=lambda b: b.number):
        state = found.get(blocker.number, "")
        result = change(uow, workspace, blocker.number, partial(_followed, state=state, now=now))
        if result.done:
            notices.refresh(uow, blocker, now)
        if result.done and result.blocker.calls_for(Notice.PROPOSAL, blocker.user_id):
            notices.tell(uow, result.blocker, Notice.PROPOSAL, blocker.user_id, now)
            asked += 1
    return asked


def _states(uow: UnitOfWork, workspace: str, waiting: Sequence[Blocker]) -> dict[int, str]:
    """How what each of them waits for stands, as far as its channel may know, by their numbers."""
    found: dict[int, str] = {}
    for channel in sorted({b.channel for b in waiting}):
        here = {b.number: b.waits_for for b in waiting if b.channel == channel and b.waits_for}
        states = links.states(uow, workspace, channel, here.values())
        found |= {number: states[what] for number, what in here.items() if what in states}
    return found


def _followed(blocker: Blocker, *, state: str, now: datetime) -> Blocker | None:
    after = blocker.followed(state, now) if blocker.open else blocker
    return after if after != blocker else None


def _solve(uow: UnitOfWork, workspace: str, number: int, by: str, now: datetime) -> Changed:
    def rule(blocker: Blocker) -> Blocker | None:
        _require_solver(uow, blocker, by)
        return _closed(blocker, by=by, now=now)

    result = change(uow, workspace, number, rule)
    if result.done:
        notices.refresh(uow, result.blocker, now)
    return result


def _closed(blocker: Blocker, *, by: str, now: datetime) -> Blocker | None:
    return blocker.solved(by, now) if blocker.open else None


def _shown_again(uow: UnitOfWork, blocker: Blocker, now: datetime) -> None:
    notices.refresh(uow, blocker, now)
    notices.refresh_wrap_up(uow, _standup(uow, blocker), blocker, now)


def _require_solver(uow: UnitOfWork, blocker: Blocker, by: str) -> None:
    if not rules.may_solve(blocker, _standup(uow, blocker), by):
        raise NotPermitted(
            f"Only who is blocked, who is asked or has taken it and the stand-up's managers can "
            f"close {blocker.ref}."
        )


def _standup(uow: UnitOfWork, blocker: Blocker) -> Standup:
    """Its stand-up, a deleted one too: what blocks somebody outlives it."""
    standup = uow.standups.get(blocker.workspace, blocker.standup_id)
    if standup is None:
        raise NotFound(f"The stand-up of {blocker.ref} isn't there any more.")
    return standup
