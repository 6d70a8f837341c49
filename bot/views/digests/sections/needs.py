"""What needs someone: critical alerts, blockers that nobody has taken, issues that came to stand
still."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.domain.digests.content import Digest, OpenBlocker
from bot.domain.issues.summary import IssueGroup, IssueLine
from bot.domain.links import Links
from bot.views.blockers import age
from bot.views.digests.parts import NAME, SENTENCE, Part, listed, part
from bot.views.digests.sections import alerts
from bot.views.issues.summary import row
from bot.views.text import Line, clean, words

STANDING = (IssueGroup.BLOCKED, IssueGroup.OVERDUE, IssueGroup.STUCK)
_ASKED = 3
# Even the shortest card names so many, and every critical alert up to the most that fit.
_LEAST, _CRITICAL = 2, 8


def parts(content: Digest, links: Links) -> list[Part]:
    """`Needs someone`, and what somebody is on already."""
    blockers = content.blockers
    stopped = [line for group in STANDING for line in content.issues.of(group) if line.is_news]
    urgent = alerts.critical(content)
    show = partial(_blocker, now=content.window.whole.until)
    free: list[Callable[[], Line]] = [
        *(partial(alerts.row, one) for one in urgent),
        *(partial(show, one) for one in blockers if one.blocker.needs_someone),
        *(partial(_issue, line, links) for line in stopped),
    ]
    taken = [one for one in blockers if not one.blocker.needs_someone]
    least = max(_LEAST, min(len(urgent), _CRITICAL))
    return [
        *part("needs", "Needs someone", free, lambda each: each(), least=least),
        *part("taken", "Somebody is on it", taken, show),
    ]


def _issue(line: IssueLine, links: Links) -> Line:
    return row(line, links)


def _blocker(item: OpenBlocker, now: datetime) -> Line:
    asks = listed(item.asked, _ASKED)
    who = f" · {clean(item.taken_by, NAME)} takes it" if item.taken_by else f" · asks {asks}"
    return [
        words(clean(item.person, NAME), bold=True),
        f": {clean(item.blocker.text, SENTENCE)} · {item.blocker.ref}, {age(item.blocker, now)}",
        words(who if item.taken_by or asks else " · asks nobody yet"),
    ]
