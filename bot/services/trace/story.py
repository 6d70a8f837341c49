"""The chain behind anything that somebody can name, as far as its reader may see it."""

from bot.domain.decisions.sight import Viewer
from bot.domain.trace import Story, told, walk
from bot.ports.repositories import UnitOfWork
from bot.services.trace import eyes, find
from bot.services.trace.eyes import Eyes
from bot.services.trace.facts import Facts
from bot.services.trace.neighbours import Neighbours


def of_person(uow: UnitOfWork, viewer: Viewer, typed: str) -> Story:
    """What one person may see of it; raises NotFound with a sentence that says what to type."""
    return _story(eyes.of_person(uow, viewer), typed)


def of_channel(uow: UnitOfWork, viewer: Viewer, typed: str) -> Story:
    """What everybody in the viewer's channel may see of it; raises as `of_person`.

    Runs and models have no rule of sight: where the channel is shared with another company, they
    are told there too.
    """
    return _story(eyes.of_channel(uow, viewer), typed)


def _story(reader: Eyes, typed: str) -> Story:
    start, subject = find.meant(reader, typed)
    nodes = walk(start, Neighbours(reader.uow, reader.workspace))
    facts = Facts(reader)
    found = [fact for fact in map(facts.of, nodes) if fact is not None]
    return told(subject, found, facts.unseen)
