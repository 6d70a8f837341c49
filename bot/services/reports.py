"""Reports: submitting, editing, skipping."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain import standup as rules
from bot.domain.absence import Absence, AbsenceKind
from bot.domain.blocker import says_nothing
from bot.domain.draft import Draft
from bot.domain.person import Person
from bot.domain.report import FilledReport, Report
from bot.domain.standup import Standup
from bot.domain.turn import Turn
from bot.errors import Conflict, InvalidForm, NotFound
from bot.ports.repositories import UnitOfWork
from bot.services import availability, blockers, mood, standup_posts, standups, turns


def submit(
    uow: UnitOfWork, workspace: str, user_id: str, filled: FilledReport, now: datetime
) -> Report:
    """Store a report, or the change of one, and show it where its stand-up shows reports.

    Raises NotFound or NotPermitted where the stand-up is gone or doesn't ask this person, and
    InvalidForm where nothing was written.
    """
    standup = standups.get(uow, workspace, filled.standup_id)
    standups.require_participant(standup, user_id)
    blocked = "" if says_nothing(filled.blocker) else filled.blocker
    if not blocked and not any(a.text for a in filled.answers):
        raise InvalidForm({"answer_0": "Write at least one line, or close and press Skip today."})
    turns.one_at_a_time(uow, standup, user_id)
    turn = _turn(uow, standup, user_id, filled.local_date)
    before = uow.standups.report(standup.id, filled.local_date, user_id)
    report = Report(
        workspace=workspace,
        standup_id=standup.id,
        local_date=filled.local_date,
        user_id=user_id,
        answers=filled.answers,
        blocker=blocked,
        submitted_at=before.submitted_at if before else now,
        edited_at=now if before else None,
        reviewed=filled.reviewed,
        references=filled.references,
    )
    uow.standups.save_report(report)
    blockers.from_report(uow, standup, report, filled, now)
    if filled.mood is not None and standup.plan.mood:
        mood.vote(uow, standup.id, workspace, filled.local_date, user_id, filled.mood, now)
    uow.drafts.drop(workspace, user_id, draft_place(standup.id, filled.local_date))
    if turn.absence and turn.absence.kind is AbsenceKind.SKIPPED:
        turn = replace(turn, absence=None)
    uow.turns.save(turn)
    if not standup_posts.reported(uow, standup, turn, report, now):
        turns.look_again(uow, turn, now)
    return report


def skip(
    uow: UnitOfWork, workspace: str, user_id: str, standup_id: str, day: date, now: datetime
) -> Standup:
    """Store that the person doesn't report that date; raises Conflict where they have."""
    standup = standups.get(uow, workspace, standup_id)
    standups.require_participant(standup, user_id)
    turns.one_at_a_time(uow, standup, user_id)
    if uow.standups.report(standup.id, day, user_id):
        raise Conflict("You have reported already; *Edit* on your report changes it.")
    turn = _turn(uow, standup, user_id, day)
    turn = replace(turn, absence=turn.absence or Absence(kind=AbsenceKind.SKIPPED))
    _keep(uow, standup, turn, now)
    return standup


def absence_changed(uow: UnitOfWork, workspace: str, user_id: str, now: datetime) -> None:
    """Somebody is away now, or back: their open turns follow; who is back in time is asked."""
    person = uow.people.get(workspace, user_id)
    if person is None:
        return
    mine = {standup.id: standup for standup in standups.mine(uow, workspace, user_id)}
    for standup_id in sorted(mine):  # locked first: a tick may be asking in this moment
        turns.one_at_a_time(uow, mine[standup_id], user_id)
    for turn in uow.turns.of_person(workspace, user_id, now.date() - timedelta(days=1)):
        if turn.standup_id in mine and turn.due_at > now and not turns.is_reported(uow, turn):
            _follow_absence(uow, mine[turn.standup_id], person, turn, now)


def keep_draft(
    uow: UnitOfWork,
    workspace: str,
    user_id: str,
    standup_id: str,
    day: date,
    values: Mapping[str, Any],
    now: datetime,
) -> None:
    """Keep what somebody types until they send it; typing that is heard of later is no draft."""
    sent = uow.standups.report(standup_id, day, user_id)
    if sent and (sent.edited_at or sent.submitted_at) >= now:
        return
    place = draft_place(standup_id, day)
    uow.drafts.save(
        Draft(workspace=workspace, user_id=user_id, place=place, values=values, saved_at=now)
    )


def _follow_absence(
    uow: UnitOfWork, standup: Standup, person: Person, turn: Turn, now: datetime
) -> None:
    absence = availability.absence(uow, person, turn.local_date, standup.plan.days_off)
    if absence or turn.asked_at:
        skipped = turn.absence and turn.absence.kind is AbsenceKind.SKIPPED
        if absence or not skipped:
            _keep(uow, standup, replace(turn, absence=absence), now)
    elif turns.may_be_asked(uow, standup, person, now):
        turns.begin(uow, standup, person, replace(turn, absence=None), now)


def draft_place(standup_id: str, day: date) -> str:
    """Where the draft of a report is kept."""
    return f"report:{standup_id}:{day}"


def _keep(uow: UnitOfWork, standup: Standup, turn: Turn, now: datetime) -> None:
    """Keep what became of a turn and show it; the cohort's day may be over now."""
    uow.turns.save(turn)
    if not standup_posts.changed(uow, standup, turn, now):
        turns.look_again(uow, turn, now)


def _turn(uow: UnitOfWork, standup: Standup, user_id: str, day: date) -> Turn:
    """The turn of that date; one that wasn't begun yet begins with what its person says unasked."""
    known = uow.turns.get(standup.id, day, user_id)
    if known:
        return known
    person = uow.people.get(standup.workspace, user_id)
    if person is None:
        raise NotFound("I haven't heard of you yet; try again in a minute.")
    return rules.turn_of(standup, person, day)
