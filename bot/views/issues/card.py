"""One issue for one person, and what they can do to it."""

from collections.abc import Iterator

from bot.domain.issues.detail import IssueDetail
from bot.domain.issues.records import Issue
from bot.domain.links import Links
from bot.domain.metrics import figure
from bot.ports.chat import Block, Message
from bot.views.blocks import actions, button, lines, message, note
from bot.views.issues.told import key_piece
from bot.views.text import Line, clean, count, link, moment, words

ACTION_MOVE = "issue.move"
ACTION_COMMENT = "issue.comment"
ACTION_MINE = "issue.mine"
ACTION_ASSIGN = "issue.assign"
ACTION_OPEN = "issue.open"

_SUMMARY = 255
_NAME = 60
_DECISIONS = 5
_KEYS = 5


def card(detail: IssueDetail, links: Links) -> Message:
    """What it is, how it stands, what stands behind it, and the buttons."""
    issue = detail.issue
    first: Line = [key_piece(issue.key, links), words(f" {clean(issue.summary, _SUMMARY)}")]
    standing: Line = [words(_stands(issue))]
    shown = [first, standing, *_behind(detail, links), _age(detail)]
    return message(first, [lines(*shown), _buttons(detail, links)])


def line(issue: Issue, links: Links) -> Message:
    """One small line, for whoever reads its key and wonders."""
    title = f" {clean(issue.summary, _SUMMARY)}" if issue.summary else ""
    told: Line = [key_piece(issue.key, links), words(f"{title} · {_stands(issue)}")]
    return message(told, [lines(told)])


def asking(key: str) -> Message:
    """Jira is being asked."""
    return note(f"I ask Jira about {key}.")


def _stands(issue: Issue) -> str:
    """`In review · Yuki Tanaka · due 24 Nov · High`."""
    parts = [clean(issue.status, _NAME)]
    if issue.assignee_name:
        parts.append(clean(issue.assignee_name, _NAME))
    if issue.due_on:
        parts.append(f"due {issue.due_on:%d %b}")
    if issue.priority:
        parts.append(clean(issue.priority, _NAME))
    return " · ".join(parts)


def _behind(detail: IssueDetail, links: Links) -> Iterator[Line]:
    if detail.issue.blocked_by:
        yield ["Waits for ", *_keys(detail.issue.blocked_by, links)]
    elif detail.issue.flagged:
        yield ["Marked as blocked"]
    if detail.runs:
        yield _runs(detail, links)
    if detail.decisions:
        yield _decided(detail, links)


def _runs(detail: IssueDetail, links: Links) -> Line:
    """`3 runs, best val_auc 0.912 of lr-7`."""
    best = detail.best
    if best is None:
        return [count(detail.runs, "run")]
    told = f"{count(detail.runs, 'run')}, best {clean(best.metric, _NAME)} {figure(best.value)} of "
    name, page = clean(best.run.name, _NAME), links.run(best.run.experiment_id, best.run.run_id)
    return [words(told), link(page, name) if page else words(name)]


def _decided(detail: IssueDetail, links: Links) -> Line:
    named = "; ".join(
        f"{record.ref} {clean(record.body.title, _NAME)} ({record.status.value})"
        for record in detail.decisions[:_DECISIONS]
    )
    left = len(detail.decisions) - _DECISIONS
    return [words(f"Named by {named}{f' and {left} more' if left > 0 else ''}")]


def _keys(keys: tuple[str, ...], links: Links) -> Line:
    line: Line = []
    for index, key in enumerate(keys[:_KEYS]):
        line += [", " if index else "", key_piece(key, links)]
    left = len(keys) - _KEYS
    return [*line, f" and {left} more"] if left > 0 else line


def _age(detail: IssueDetail) -> Line:
    said = "Jira said so " if detail.live else "As Jira had it "
    return [words(said, italic=True), moment(detail.as_of)]


def _buttons(detail: IssueDetail, links: Links) -> Block:
    key = detail.issue.key
    offered = [
        button("Move…", ACTION_MOVE, key),
        button("Comment…", ACTION_COMMENT, key),
        *([] if detail.mine else [button("Assign to me", ACTION_MINE, key)]),
        button("Assign…", ACTION_ASSIGN, key),
    ]
    page = links.issue(key)
    if page:
        offered.append(button("Open", ACTION_OPEN, key, url=page))
    return actions(f"issue:{key}", *offered)
