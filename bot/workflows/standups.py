"""Stand-ups: the form with its preview, and the cards that are posted."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from bot.domain.links import Links
from bot.domain.standup import StandupPlan, preview
from bot.ports.chat import Chat, Message, Modal
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions
from bot.services import standups
from bot.views import standup_forms as forms
from bot.views import standups as views
from bot.workflows import people
from bot.workflows.cards import Card

# A prompt that could not be sent in time is not sent at all: nobody reports at night.
_PROMPT_LIFE = timedelta(hours=4)


async def open_setup(
    workspace: str, channel: str, chat: Chat, transactions: Transactions, now: datetime
) -> Modal:
    """The form for a new stand-up, with the channel's people chosen; raises UserError if the bot
    isn't in the channel."""
    info = await people.joined_channel(workspace, channel, chat)
    await people.ensure_known(workspace, info.member_ids, chat, transactions, now)
    known = await transactions.read(lambda uow: uow.people.several(workspace, info.member_ids))
    chosen = [u for u in info.member_ids if u in known and known[u].can_take_part]
    plan = forms.default_plan(chosen)
    return forms.setup(plan, preview(plan, known, now), {"channel": channel})


async def preview_setup(
    workspace: str,
    plan: StandupPlan,
    hidden: Mapping[str, Any],
    chat: Chat,
    transactions: Transactions,
    now: datetime,
    notice: str = "",
) -> Modal:
    """The form again, with the preview of what is chosen now."""
    await people.ensure_known(workspace, plan.participants, chat, transactions, now)
    previews = await transactions.read(standups.preview, workspace, plan, now)
    return forms.setup(plan, previews, hidden, notice=notice)


def _started(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message | None:
    standup = uow.standups.get(workspace, subject["standup"])
    return views.started(standup) if standup and standup.active else None


def _prompt(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, _links: Links
) -> Message | None:
    standup = uow.standups.get(workspace, subject["standup"])
    if standup is None:
        return None
    day, user_id = date.fromisoformat(subject["date"]), subject["user"]
    reported = uow.standups.report(standup.id, day, user_id)
    skipped = user_id in uow.standups.skipped(standup.id, day)
    late = now - datetime.fromisoformat(subject["run_at"]) > _PROMPT_LIFE
    if not (reported or skipped) and (late or not standup.active):
        return None
    last = uow.standups.last_report(standup.id, user_id, day)
    return views.prompt(standup, day, last, reported, skipped=skipped)


def _day(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message | None:
    standup = uow.standups.get(workspace, subject["standup"])
    if standup is None:
        return None
    day = standups.day(uow, standup, date.fromisoformat(subject["date"]))
    involved = [r.user_id for r in day.reports] + [*day.skipped, *day.waiting]
    return views.day_card(day, uow.people.several(workspace, involved))


def _report(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message | None:
    standup = uow.standups.get(workspace, subject["standup"])
    day = date.fromisoformat(subject["date"])
    report = uow.standups.report(subject["standup"], day, subject["user"])
    if standup is None or report is None:
        return None
    return views.report(standup, report, uow.people.get(workspace, report.user_id))


CARDS: dict[str, Card] = {
    "standup.started": _started,
    "standup.prompt": _prompt,
    "standup.day": _day,
    "standup.report": _report,
}
