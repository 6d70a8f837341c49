"""Models that were to be retrained."""

from bot.domain.digests.content import Digest, LatePlan
from bot.domain.links import Links
from bot.views.digests.parts import Part, part
from bot.views.experiments.plan import overdue_line
from bot.views.text import Line


def parts(content: Digest, _links: Links) -> list[Part]:
    """`Overdue`."""
    return part("overdue", "Overdue", content.late, _late)


def _late(item: LatePlan) -> Line:
    return overdue_line(item.state, item.owner)
