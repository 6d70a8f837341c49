"""What became of issues, in short lines: each says why it is told, and its key is the link."""

from collections import Counter
from collections.abc import Iterator, Sequence

from bot.domain.issues.summary import IssueGroup, IssueLine, IssueSummary
from bot.domain.links import Links
from bot.domain.metrics import figure
from bot.views.standups import day_name
from bot.views.text import Line, Piece, clean, count, link, words

_KEY = 60
_TITLE = 90
_STATUS = 40
_NAME = 40
_NAMED = 3


def headline(summary: IssueSummary) -> str:
    """`1 stuck, 2 done, 1 moved`: how much news of which kind; empty without any."""
    kinds = Counter(line.group for line in summary.news)
    return ", ".join(f"{kinds[group]} {group}" for group in IssueGroup if kinds[group])


def row(line: IssueLine, links: Links) -> Line:
    """`CHURN-41 Calibrate scores · In progress → In review`: an issue and why it is told."""
    title = clean(line.issue.summary, _TITLE)
    said = [part for part in (_why(line, links), *_besides(line)) if part]
    start: Line = [_key(line.issue.key, links), f" {title}" if title else "", " · "]
    return [*start, *_joined(said)]


def _why(line: IssueLine, links: Links) -> Line:
    status = clean(line.issue.status, _STATUS)
    match line.group:
        case IssueGroup.BLOCKED:
            return _blocked(line, links)
        case IssueGroup.OVERDUE:
            due = line.issue.due_on
            return [f"was due {day_name(due)}" if due else "overdue"]
        case IssueGroup.STUCK:
            who = clean(line.issue.assignee_name or "", _NAME)
            days = count(line.days_waited, "working day")
            return [f"stuck {days} in ", words(status, italic=True), f" ({who})" if who else ""]
        case IssueGroup.UNPROVEN:
            return ["done without a finished run or a decision"]
        case IssueGroup.ASSIGNED:
            return ["assigned to you"]
        case IssueGroup.UNASSIGNED:
            return ["nobody has it now"]
        case IssueGroup.NEW:
            return [words(f"new, {status}" if status else "new", italic=True)]
        case IssueGroup.DONE if not line.before:
            return [words(f"new, {status}", italic=True)]
        case _:
            return []


def _blocked(line: IssueLine, links: Links) -> Line:
    if line.waits_for:
        return ["waits for ", *_keys(line.waits_for, links)]
    return ["marked as blocked" if line.issue.flagged else "waits for another issue"]


def _besides(line: IssueLine) -> Iterator[Line]:
    """What else changed of it, and its best run."""
    if line.before:
        path = (line.before, line.issue.status)
        yield [words(" → ".join(clean(name, _STATUS) for name in path), italic=True)]
    if line.was_due != line.issue.due_on and line.was_due and line.issue.due_on:
        yield [f"due {day_name(line.issue.due_on)} instead of {day_name(line.was_due)}"]
    if line.was_priority:
        ranks = (line.was_priority, line.issue.priority)
        yield [f"priority {' → '.join(clean(name, _STATUS) for name in ranks)}"]
    if line.best:
        found = f"best {clean(line.best.metric, _NAME)} {figure(line.best.value)}"
        better = "higher" if line.best.higher_is_better else "lower"
        yield [f"{found} of {count(line.runs, 'run')} ({better} is better)"]


def _keys(keys: Sequence[str], links: Links) -> Line:
    named = _joined([[_key(key, links)] for key in keys[:_NAMED]])
    left = len(keys) - _NAMED
    return [*named, f" and {left} more"] if left > 0 else named


def _key(key: str, links: Links) -> Piece:
    shown, url = clean(key, _KEY), links.issue(key)
    return link(url, shown) if url else words(shown)


def _joined(parts: Sequence[Line], between: str = ", ") -> Line:
    joined: Line = []
    for index, part in enumerate(parts):
        joined += [between, *part] if index else part
    return joined
