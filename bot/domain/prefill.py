"""What a report is prefilled with: each fact one line, and never more lines than one reads."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.activity import Activity, Found, Reference, ReferenceKind
from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.domain.issues.changes import IssueNews, net_changes
from bot.domain.issues.records import STATUS, Issue, by_number
from bot.domain.wording import one_line

MOST = 12
_SUMMARY = 60
_TITLE = 80
_STATUS = 30
_NAMED = 5
_VERBS = {DecisionStatus.ACCEPTED: "Decided", DecisionStatus.PROPOSED: "Proposed"}

Key = tuple[ReferenceKind, str]


def issue_lines(own: IssueNews) -> list[Found]:
    """One line per issue that a person created or moved; there and back again is nothing."""
    net = net_changes(own.changes)
    lines = []
    for issue in sorted(own.issues, key=by_number):
        moved = net.get((issue.issue_id, STATUS))
        done = _done(issue.issue_id in own.new_ids, moved.after if moved else "")
        if done:
            lines.append(_issue_line(issue, done))
    return lines


def decision_lines(user_id: str, changed: Iterable[DecisionRecord]) -> list[Found]:
    """Those of `changed` that this person logged or made, as far as they still stand."""
    own = [each for each in changed if user_id in each.deciders and each.status in _VERBS]
    return [_decision_line(each) for each in sorted(own, key=lambda each: each.number)]


def activity(
    since: datetime,
    *,
    issues: Sequence[Found] = (),
    runs: Sequence[Found] = (),
    decisions: Sequence[Found] = (),
    notes: Sequence[str] = (),
) -> Activity:
    """All lines in their order: issues, runs, decisions.

    Of too many the last runs are told in one line, then the last issues, then decisions.
    """
    lines = [*issues, *runs, *decisions]
    if len(lines) <= MOST:
        return Activity(since=since, found=lines, notes=notes)
    expendable = [*reversed(runs), *reversed(issues), *reversed(decisions)]
    gone = {id(line) for line in expendable[: len(lines) - MOST + 1]}
    rest = [line for line in lines if id(line) in gone]
    shown = [line for line in lines if id(line) not in gone]
    return Activity(since=since, found=[*shown, _summary(rest)], rest=rest, notes=notes)


def late(before: Activity, after: Activity) -> list[Found]:
    """What `after` tells and `before` did not, as lines to add below it.

    What a line pointed to is offered once, however its figures change, but for an issue that was
    moved on meanwhile: that is another fact.
    """
    offered = {_key(line): _claim(line) for line in _lines(before)}
    new = [line for line in _lines(after) if offered.get(_key(line)) != _claim(line)]
    kinds = {kind: [line for line in new if _kind(line) is kind] for kind in ReferenceKind}
    issues, decisions = kinds[ReferenceKind.ISSUE], kinds[ReferenceKind.DECISION]
    runs = [line for line in new if line.runs]
    return list(activity(after.since, issues=issues, runs=runs, decisions=decisions).found)


def _done(created: bool, moved_to: str) -> str:
    status = one_line(moved_to, _STATUS)
    if created:
        return f"created, now {status}" if status else "created"
    return f"moved to {status}" if status else ""


def _issue_line(issue: Issue, done: str) -> Found:
    summary = one_line(issue.summary, _SUMMARY)
    return Found(
        text=f"{issue.key} {done}: {summary}" if summary else f"{issue.key} {done}",
        reference=Reference(kind=ReferenceKind.ISSUE, key=issue.key, anchor=issue.key),
    )


def _decision_line(record: DecisionRecord) -> Found:
    return Found(
        text=f"{_VERBS[record.status]} {record.ref}: {one_line(record.title, _TITLE)}",
        reference=Reference(kind=ReferenceKind.DECISION, key=str(record.number), anchor=record.ref),
    )


def _summary(rest: Sequence[Found]) -> Found:
    runs = [line for line in rest if line.runs]
    parts = [_more_runs(runs)] if runs else []
    for kind, noun in (
        (ReferenceKind.ISSUE, "more issue"),
        (ReferenceKind.DECISION, "more decision"),
    ):
        named = [line.reference.anchor for line in rest if _kind(line) is kind]
        if named:
            parts.append(f"{_count(len(named), noun)}: {_enumerated(named)}")
    first = runs[0].experiment if runs else None
    return Found(text=f"and {'; '.join(parts)}", reference=first or rest[0].reference)


def _more_runs(lines: Sequence[Found]) -> str:
    names = list(dict.fromkeys(e.anchor for line in lines if (e := line.experiment)))
    others = f" and {_count(len(names) - 1, 'other experiment')}" if names[1:] else ""
    return f"{_count(sum(line.runs for line in lines), 'more run')} in {names[0]}{others}"


def _enumerated(names: Sequence[str]) -> str:
    shown, hidden = ", ".join(names[:_NAMED]), len(names) - _NAMED
    return f"{shown} and {_count(hidden, 'other')}" if hidden > 0 else shown


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _lines(told: Activity) -> list[Found]:
    """Every line by itself; the one that stands for the rest isn't one."""
    return [*told.found[:-1], *told.rest] if told.rest else list(told.found)


def _claim(line: Found) -> str:
    """What may become news again: of an issue what was done with it, not how it is called."""
    return line.text.partition(": ")[0] if _kind(line) is ReferenceKind.ISSUE else "told"


def _kind(line: Found) -> ReferenceKind:
    return line.reference.kind


def _key(line: Found) -> Key:
    return line.reference.kind, line.reference.key
