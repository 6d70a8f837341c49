"""What was decided, and what waits for whom."""

from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.domain.decisions.waiting import OpenDecision
from bot.domain.digests.content import Digest
from bot.domain.links import Links
from bot.views.digests.parts import TITLE, Part, listed, part
from bot.views.text import Line, clean, words

_ASKED = 3
_OVER = (DecisionStatus.DEPRECATED, DecisionStatus.SUPERSEDED)


def parts(content: Digest, _links: Links) -> list[Part]:
    """`Decided`, what still holds first, and `Waiting`; a proposal is told by that alone."""
    final = [r for r in content.decisions if r.status is not DecisionStatus.PROPOSED]
    decided = sorted(final, key=lambda record: record.status in _OVER)
    return [
        *part("decided", "Decided", decided, _decision),
        *part("waiting", "Waiting", content.awaited, _waiting, inline=True),
    ]


def _decision(record: DecisionRecord) -> Line:
    title = f" {clean(record.title, TITLE)} · {record.status.value}"
    return [words(record.ref, bold=True), title]


def _waiting(item: OpenDecision) -> Line:
    """`D-14 Use data v8 (Beatriz)`."""
    names = [one.name for one in item.awaited] or item.objecting
    whom = f" ({listed(names, _ASKED)})" if names else ""
    return [
        words(item.record.ref, bold=True),
        f" {clean(item.record.title, TITLE)}{whom}",
    ]
