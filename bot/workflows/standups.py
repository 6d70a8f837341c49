"""Stand-ups: the set-up form with its preview, who is in their channels, and what is posted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain import roster
from bot.domain.links import Links
from bot.domain.standup import Standup, preview
from bot.errors import SlackError, UserError
from bot.ports.chat import Chat, Message, Modal
from bot.ports.repositories import UnitOfWork
from bot.ports.transactions import Transactions
from bot.services import memberships, standup_life, standups
from bot.views import standup_setup as forms
from bot.views import standups as views
from bot.views.standup_setup import SetUp
from bot.workflows import people
from bot.workflows.cards import Card

Hidden = Mapping[str, Any]
"""What a form says of itself: `channel`, and where they apply `standup`, `version`, `copy`."""


async def members_of(
    workspace: str, channel: str, chat: Chat, transactions: Transactions, now: datetime
) -> Sequence[str] | None:
    """The channel's members, all of them known to us from now on; None where they can't be read."""
    try:
        return await members_inside(workspace, channel, "", chat, transactions, now)
    except UserError:
        return None


async def members_inside(
    workspace: str, channel: str, by: str, chat: Chat, transactions: Transactions, now: datetime
) -> Sequence[str] | None:
    """The same of a channel that somebody wants us to post in; None where Slack doesn't list them.

    Raises UserError where we aren't in it, NotPermitted where `by`, if named, isn't.
    """
    info = await people.joined_channel(workspace, channel, chat, by=by)
    if not info.member_ids:
        return None
    await people.ensure_known(workspace, info.member_ids, chat, transactions, now)
    return info.member_ids


def base_of(
    uow: UnitOfWork, workspace: str, user_id: str, hidden: Hidden, members: Sequence[str] | None
) -> Standup:
    """What a form started from: a stand-up of ours, a copy of one, or what we propose.

    Raises NotFound or NotPermitted: what a form says of itself is only a hint.
    """
    if "standup" in hidden:
        standup = standups.get(uow, workspace, str(hidden["standup"]))
        standups.require_change(uow, standup, user_id)
        return standup
    channel = str(hidden["channel"])
    if "copy" in hidden:
        copied = standup_life.copy_of(uow, workspace, str(hidden["copy"]), user_id)
        return standups.draw_up(workspace, channel, copied.plan, user_id)
    return standups.proposal(uow, workspace, channel, user_id, members)


async def form(
    standup: Standup,
    members: Sequence[str] | None,
    transactions: Transactions,
    now: datetime,
    *,
    copy: str = "",
    more: bool = False,
    notice: str = "",
) -> Modal:
    """The form about a stand-up, kept or not, with what follows from it as of now."""

    def read(uow: UnitOfWork) -> SetUp:
        known = uow.people.several(standup.workspace, {*(members or ()), *roster.wish(standup)})
        return SetUp(
            standup=roster.cast(standup, members, known),
            outlook=standups.outlook(uow, standup, now, members=members),
            everybody=[u for u in members or () if u in known and known[u].can_take_part],
            copy=copy,
            more=more,
            notice=notice,
        )

    return forms.setup(await transactions.read(read))


async def open_new(
    workspace: str,
    channel: str,
    user_id: str,
    chat: Chat,
    transactions: Transactions,
    now: datetime,
    *,
    copy: str = "",
) -> Modal:
    """The form for a new stand-up, or a copy of one; raises UserError if we aren't in the channel,
    NotPermitted for guests."""
    members = await members_inside(workspace, channel, "", chat, transactions, now)
    await people.ensure_known(workspace, [user_id], chat, transactions, now)
    hidden = {"channel": channel, **({"copy": copy} if copy else {})}

    def read(uow: UnitOfWork) -> Standup:
        standups.require_colleague(uow.people.get(workspace, user_id))
        return base_of(uow, workspace, user_id, hidden, members)

    return await form(await transactions.read(read), members, transactions, now, copy=copy)


async def open_change(
    workspace: str,
    standup_id: str,
    user_id: str,
    chat: Chat,
    transactions: Transactions,
    now: datetime,
) -> Modal:
    """The form that changes a stand-up; raises NotPermitted."""
    hidden = {"standup": standup_id}
    standup = await transactions.read(base_of, workspace, user_id, hidden, None)
    members = await members_of(workspace, standup.channel, chat, transactions, now)
    return await form(standup, members, transactions, now)


async def reconcile_members(
    workspace: str, chat: Chat, transactions: Transactions, now: datetime
) -> list[str]:
    """Let the stand-ups of every channel follow its members, whatever event was missed.

    Asks Slack once for each channel; one where Slack fails stays as it is and is returned.
    """
    failed = []
    known = await transactions.read(lambda uow: uow.standups.all(workspace))
    for channel in sorted({standup.channel for standup in known}):
        try:
            members = await members_of(workspace, channel, chat, transactions, now)
        except SlackError:
            failed.append(channel)
            continue
        if members is not None:
            await transactions.write(memberships.reconcile, workspace, channel, members, now)
    return failed


def _started(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, _links: Links
) -> Message | None:
    standup = uow.standups.get(workspace, subject["standup"])
    if standup is None:
        return None
    if not standup.active:
        return views.ended(standup)
    if standup.channel != subject["channel"]:
        return views.moved(standup)
    known = uow.people.several(workspace, standup.plan.participants)
    coming = [p.prompts[0].run_at for p in preview(standup.plan, known, now, 1) if p.prompts]
    return views.started(standup, min(coming, default=None))


def _departed(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message | None:
    """Not sent where they came back before anybody could read it."""
    standup = uow.standups.get(workspace, subject["standup"])
    if standup is None or not standup.active:
        return None
    found = [one for one in standups.idle(uow, standup) if one.user_id == subject["user"]]
    return views.departed(standup, found[0]) if found else None


CARDS: dict[str, Card] = {"standup.started": _started, memberships.CARD: _departed}
