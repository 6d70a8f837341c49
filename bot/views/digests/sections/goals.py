"""The channel's goals."""

from bot.domain.digests.content import Digest
from bot.domain.links import Links
from bot.views.digests.parts import Part, part
from bot.views.experiments.goals import line


def parts(content: Digest, links: Links) -> list[Part]:
    """`Goals`."""
    return part("goals", "Goals", content.goals, lambda goal: line(goal, links))
