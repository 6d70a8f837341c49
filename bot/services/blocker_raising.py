"""Raising a blocker, or adding to the one that is known: the same words are the same blocker."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from bot.domain import blocker as rules
from bot.domain import standup as standup_rules
from bot.domain.blocker import Blocker, NewBlocker, Notice
from bot.domain.standup import Standup
from bot.errors import InvalidForm
from bot.ports.repositories import UnitOfWork
from bot.services import blocker_links as links
from bot.services import blocker_notices as notices
from bot.services.blocker_changes import change

ASKED_FIELD = "asked"
"""The forms' field for whom somebody asks."""


def raise_or_extend(
    uow: UnitOfWork,
    standup: Standup,
    author: str,
    wish: NewBlocker,
    known: Blocker | None,
    now: datetime,
    day: date | None = None,
) -> Blocker:
    """Store it, or add to the one that is `known`, and ask whom it asks anew.

    Raises InvalidForm for a link that means nothing and for people who can't be asked.
    """
    asked = askable(uow, standup.workspace, wish.asked)
    link = links.find(uow, standup.workspace, standup.channel, wish.link, wish.text)
    if known is not None:
        return _extend(uow, known, wish.text, asked, link, now)
    blocker = Blocker(
        workspace=standup.workspace,
        number=uow.numbers.next(standup.workspace, "blocker"),
        standup_id=standup.id,
        channel=standup.channel,
        user_id=author,
        text=wish.text.strip(),
        opened_at=now,
        report_date=day,
    )
    blocker = blocker.extended(blocker.text, asked)
    blocker = blocker.waiting_for(*link) if link else blocker
    uow.blockers.add(blocker)
    notices.watch(uow, standup, blocker)
    notices.tell_all(uow, blocker, Notice.ASK, blocker.asked, now)
    return blocker


def tell_new(uow: UnitOfWork, before: Blocker, after: Blocker, now: datetime) -> None:
    """Ask those whom it didn't ask before."""
    if after.needs_someone:
        notices.tell_all(uow, after, Notice.ASK, set(after.asked) - set(before.asked), now)


def askable(uow: UnitOfWork, workspace: str, people: Collection[str]) -> list[str]:
    """These people; raises InvalidForm where somebody can't be asked."""
    known = uow.people.several(workspace, people)
    refused = [
        u for u in people if u not in known or known[u].is_bot or known[u].is_external
        or known[u].deleted
    ]  # fmt: skip
    if refused:
        listed = ", ".join(standup_rules.names(refused, known))
        sentence = f"Apps and people who aren't in this workspace can't be asked: {listed}."
        raise InvalidForm({ASKED_FIELD: sentence})
    return list(people)


def same(blockers: Sequence[Blocker], text: str) -> Blocker | None:
    """The one that these words name, or None."""
    return next((b for b in blockers if rules.same_blocker(b.text, text)), None)


def _extend(
    uow: UnitOfWork,
    known: Blocker,
    text: str,
    asked: Collection[str],
    link: links.Link | None,
    now: datetime,
) -> Blocker:
    words = known.text if rules.same_blocker(known.text, text) else text

    def rule(blocker: Blocker) -> Blocker | None:
        after = blocker.extended(words, asked)
        if link and link[0] != blocker.waits_for:
            after = after.waiting_for(*link)
        return after if after != blocker else None

    result = change(uow, known.workspace, known.number, rule)
    if result.done:
        tell_new(uow, known, result.blocker, now)
        notices.refresh(uow, result.blocker, now)
    return result.blocker
