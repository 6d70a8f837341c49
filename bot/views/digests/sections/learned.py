"""What hypotheses taught."""

from bot.domain.digests.content import Digest
from bot.domain.links import Links
from bot.views.digests.parts import Part, part
from bot.views.experiments.hypothesis_rows import learned_row


def parts(content: Digest, links: Links) -> list[Part]:
    """`Learned`."""
    return part("learned", "Learned", content.learned, learned_row(links))
