"""The digest of a channel in the words of its readers."""

from datetime import datetime

from bot.domain.digests.content import Digest
from bot.domain.digests.settings import Audience
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services.digests import daily, stakeholder
from bot.views.digests import card
from bot.views.digests import stakeholder as plain
from bot.views.digests.places import STAKEHOLDERS


def for_channel(
    uow: UnitOfWork,
    workspace: str,
    channel: str,
    content: Digest,
    now: datetime,
    links: Links,
    *,
    preview: bool = False,
) -> Message | None:
    """What the channel's message says: in its own terms, or in plain words where it is so set; None
    where there is nothing to say. `content` has been read in full."""
    settings = daily.settings(uow, workspace, channel, "")
    if settings.choice.audience is Audience.TECHNICAL:
        return card.digest(content, links) if content.something_to_say else None
    reading = stakeholder.read(uow, settings, content, now)
    if not reading:
        return None
    below = (card.buttons(content, STAKEHOLDERS),)
    return plain.stakeholder(content, reading, links, preview=preview, below=below)


def preview(
    uow: UnitOfWork, workspace: str, channel: str, content: Digest, now: datetime, links: Links
) -> Message:
    """The same, for one person only; a word where there is nothing to say."""
    shown = for_channel(uow, workspace, channel, content, now, links, preview=True)
    return card.as_preview(shown, content) if shown else card.nothing(content)


def in_plain_words(
    uow: UnitOfWork, workspace: str, channel: str, content: Digest, now: datetime, links: Links
) -> Message:
    """For who asked for the models, not for who builds them."""
    settings = daily.settings(uow, workspace, channel, "")
    reading = stakeholder.read(uow, settings, content, now)
    return plain.whole(content, reading, links)
