"""What the form of a report is filled with."""

from dataclasses import replace
from datetime import date, datetime

from bot.domain.activity import Activity
from bot.domain.draft import Draft
from bot.domain.offer import Offer
from bot.domain.report import Answer, FilledReport, PlanItem, Report, planned_in
from bot.domain.standup import Standup
from bot.errors import Conflict
from bot.ports.repositories import UnitOfWork
from bot.services import activity, blockers, mood, reports, standups


def offer(
    uow: UnitOfWork,
    workspace: str,
    user_id: str,
    standup_id: str,
    day: date,
    now: datetime,
    *,
    as_planned: bool = False,
) -> Offer:
    """What is known for one person's report of `day`, from the mirror.

    With `as_planned` all of the last plan counts as done. Raises NotFound or NotPermitted where the
    stand-up is gone or doesn't ask this person.
    """
    standup = standups.get(uow, workspace, standup_id)
    standups.require_participant(standup, user_id)
    existing = uow.standups.report(standup.id, day, user_id)
    mine = blockers.open_of_person(uow, standup.id, user_id)
    return Offer(
        standup=standup,
        day=day,
        planned=_planned(uow, standup, user_id, day, existing),
        activity=Activity(since=now)
        if existing
        else activity.for_standup(uow, standup, user_id, now),
        blockers=[b for b in mine if not existing or b.report_date != day],
        existing=existing,
        raised=next((b for b in mine if existing and b.report_date == day), None),
        draft=_draft(uow, standup, user_id, day, existing),
        as_planned=as_planned,
        asks_mood=mood.may_vote(uow, standup, day, user_id, now),
    )


def no_news(uow: UnitOfWork, offer: Offer, user_id: str, now: datetime) -> FilledReport:
    """The report of somebody whose long run goes on; raises Conflict where none does any more."""
    run = activity.long_run(uow, offer.standup, user_id, now)
    if run is None or offer.existing:
        raise Conflict("That has changed since. `/standup` opens your report.")
    first, *rest = offer.standup.plan.questions
    return FilledReport(
        standup_id=offer.standup.id,
        local_date=offer.day,
        answers=(
            Answer(question=first, text=run.text),
            *(Answer(question=question, text="") for question in rest),
        ),
        blocker="",
        references=(run.reference,),
        solved=(),
    )


def planned(uow: UnitOfWork, standup_id: str, user_id: str, day: date) -> tuple[PlanItem, ...]:
    """What the person's latest report before `day` planned."""
    return planned_in(uow.standups.last_report(standup_id, user_id, day))


def _draft(
    uow: UnitOfWork, standup: Standup, user_id: str, day: date, existing: Report | None
) -> Draft | None:
    """What was typed since the report was sent; a word of before may be heard of after it."""
    draft = uow.drafts.get(standup.workspace, user_id, reports.draft_place(standup.id, day))
    if draft and existing and draft.saved_at <= (existing.edited_at or existing.submitted_at):
        return None
    return draft


def _planned(
    uow: UnitOfWork, standup: Standup, user_id: str, day: date, existing: Report | None
) -> tuple[PlanItem, ...]:
    """The last plan, with what an existing report says became of it."""
    said = {item.text: item.became for item in existing.reviewed} if existing else {}
    items = planned(uow, standup.id, user_id, day)
    return tuple(replace(item, became=said.get(item.text)) for item in items)
