"""What was decided, and what waits for whom."""

from bot.domain.decisions.record import DecisionRecord
from bot.domain.decisions.waiting import OpenDecision
from bot.domain.digests.content import Digest
from bot.domain.links import Links
from bot.views.digests.parts import TITLE, Part, listed, part
from bot.views.text import Line, clean, words

_ASKED = 3


def parts(content: Digest, _links: Links) -> list[Part]:
    """`Decided` and `Waiting`; a new proposal is told by that alone."""
    waiting = {item.record.number for item in content.awaited}
    decided = [record for record in content.decisions if record.number not in waiting]
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
