"""What became of issues in a span: not each change, but what they come to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain.issues.records import Issue, IssueChange


@dataclass(frozen=True, kw_only=True)
class IssueNews:
    """What was noticed in a span, of everybody or of one person: changes in the order in which
    they happened.

    `issues` holds every issue of `changes` and of `new_ids`, as last polled.
    """

    issues: tuple[Issue, ...]
    new_ids: frozenset[str]
    changes: tuple[IssueChange, ...]


@dataclass(frozen=True, kw_only=True)
class NetChange:
    """From what to what a field of an issue went in the end; `at` is when it got there (UTC)."""

    before: str
    after: str
    at: datetime


Net = Mapping[tuple[str, str], NetChange]
"""Net changes by issue id and field; what went there and back isn't in it."""


def net_changes(changes: Iterable[IssueChange], *, seen_by: str = "") -> Net:
    """What `changes` come to, which are in order: two steps are one, there and back is none.

    The account `seen_by` knows what it did itself: of a field that it changed, only what others
    made of it since counts.
    """
    spans: dict[tuple[str, str], NetChange] = {}
    for change in changes:
        place = change.issue_id, change.field
        if seen_by and change.author_id == seen_by:
            spans.pop(place, None)
            continue
        before = spans[place].before if place in spans else change.before
        spans[place] = NetChange(before=before, after=change.after, at=change.at)
    return {place: net for place, net in spans.items() if net.before != net.after}
