"""All sections in the order in which they are read: first what needs someone."""

from collections.abc import Callable

from bot.domain.digests.content import Digest
from bot.domain.links import Links
from bot.views.digests.parts import Part
from bot.views.digests.sections import (
    alerts,
    decisions,
    goals,
    issues,
    learned,
    needs,
    plans,
    runs,
    sprint,
    standup,
)

_SECTIONS: tuple[Callable[[Digest, Links], list[Part]], ...] = (
    needs.parts,
    goals.parts,
    decisions.parts,
    issues.parts,
    learned.parts,
    runs.parts,
    alerts.parts,
    sprint.parts,
    plans.parts,
    standup.parts,
)


def short(content: Digest, links: Links) -> list[Part]:
    """What the channel's message tells."""
    return [each for section in _SECTIONS for each in section(content, links)]


def whole(content: Digest, links: Links) -> list[Part]:
    """What the details tell: that, and what stands as it stood."""
    return [*short(content, links), *issues.standing(content, links)]
