"""What people see of a digest."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from bot.domain.decisions.record import DecisionRecord
from bot.domain.decisions.waiting import OpenDecision
from bot.domain.digests.content import Digest, LatePlan, OpenAlert, OpenBlocker, SourceNote
from bot.domain.digests.settings import DigestSettings
from bot.domain.experiments.records import BestRun, Run, RunsSummary
from bot.domain.issues.changes import IssueMove, IssueMoves
from bot.domain.links import Links
from bot.domain.metrics import figure
from bot.domain.schedule import Schedule
from bot.ports.chat import Block, Message
from bot.views.blockers import age
from bot.views.blocks import bullets, context, header, lines, message, note, roomiest
from bot.views.experiments.hypothesis_rows import learned_row
from bot.views.experiments.plan import overdue_line
from bot.views.standups import clock, day_name, weekdays
from bot.views.text import (
    Line,
    Piece,
    clean,
    count,
    escape,
    link,
    moment,
    moment_token,
    words,
)

# How many lines a list may have before it ends in "and N more": one message must hold everything,
# the footer too, so a day on which every list is long gets shorter ones.
_ROOMS = (6, 4, 2, 1)
_TITLE = 90
_SENTENCE = 140
_NAME = 60
_ASKED = 3

T = TypeVar("T")


def digest(content: Digest, links: Links) -> Message:
    """The digest as one message: first what needs someone, last how old the sources are."""
    return message(_summary(content), _roomiest(content, links))


def preview(content: Digest, links: Links) -> Message:
    """The same, for one person only."""
    hint = context("A preview that only you see. `/digest now` posts it here.")
    return message(f"Preview. {_summary(content)}", _roomiest(content, links, hint))


def nothing(content: Digest) -> Message:
    """There is nothing to report."""
    since = moment_token(content.window.whole.since, "{date_short_pretty} {time}")
    sources = " · ".join(_source(source) for source in content.sources)
    return note(f"Nothing to report since {since}." + (f"\n{sources}" if sources else ""))


def status(settings: DigestSettings, schedule: Schedule | None) -> Message:
    """When the channel's next digest comes, or how to set one."""
    if schedule is None:
        was_set = " It is switched off." if settings.version else ""
        return note(f"No daily digest comes here.{was_set} `/digest settings` sets one.")
    return note(
        f"The next digest here comes {_next(schedule)}{_projects(settings.choice.projects)}.\n"
        "`/digest preview` shows it to you now, `/digest settings` changes it."
    )


def when(schedule: Schedule) -> str:
    """`Mon–Fri at 09:00 Europe/Berlin`, mrkdwn."""
    return f"{weekdays(schedule.weekdays)} at {clock(schedule.wall_time)} {schedule.zone}"


def _next(schedule: Schedule) -> str:
    at = moment_token(schedule.next_run_at, "{date_short_pretty} at {time}")
    return f"{at} ({when(schedule)})"


def _projects(projects: Sequence[str]) -> str:
    return f", with {escape(', '.join(projects))} from Jira" if projects else ""


def _summary(content: Digest) -> str:
    runs = content.runs
    parts = [
        (sum(b.blocker.needs_someone for b in content.blockers), "needs someone", "need someone"),
        (len(content.alerts), "open alert", "open alerts"),
        (len(content.late), "model overdue", "models overdue"),
        (len(content.standup.reported), "reported", "reported"),
        (len(content.decisions), "decision", "decisions"),
        (len(content.learned), "hypothesis tested", "hypotheses tested"),
        (len(content.moves.done), "issue done", "issues done"),
        (len(content.moves.moved), "issue moved", "issues moved"),
        (len(content.moves.new), "new issue", "new issues"),
        (runs.finished, "run finished", "runs finished"),
        (runs.failed, "run failed", "runs failed"),
    ]
    said = [count(amount, one, many) for amount, one, many in parts if amount]
    return f"Digest {day_name(content.day)}: {', '.join(said) or 'see inside'}"


def _roomiest(content: Digest, links: Links, *above: Block) -> Sequence[Block]:
    return roomiest([*above, *_blocks(content, links, room)] for room in _ROOMS)


def _blocks(content: Digest, links: Links, room: int) -> list[Block]:
    blocks: list[Block] = [header(f"Digest · {day_name(content.day)}")]
    until = content.window.whole.until
    for title, free in (("Needs someone", True), ("Somebody is on it", False)):
        blocked = [b for b in content.blockers if b.blocker.needs_someone is free]
        blocks += _section(title, _fold(blocked, room, lambda item: _blocker(item, until)))
    blocks += _section("Alerts", _fold(content.alerts, room, _alert))
    blocks += _section("Overdue", _fold(content.late, room, _late))
    blocks += _standup(content, 3 * room)
    blocks += _section("Decisions", _decisions(content, room))
    blocks += _section("Learned", _fold(content.learned, room, learned_row(links)))
    blocks += _moves(content.moves, links, room)
    blocks += _runs(content.runs, links, room)
    if footer := " · ".join(_source(source) for source in content.sources):
        blocks.append(context(footer))
    return blocks


def _section(title: str, items: Sequence[Line]) -> list[Block]:
    return [lines([words(title, bold=True)]), bullets(items)] if items else []


def _fold(items: Sequence[T], limit: int, show: Callable[[T], Line]) -> list[Line]:
    rows = [show(item) for item in items[:limit]]
    left = len(items) - limit
    return [*rows, [f"and {left} more"]] if left > 0 else rows


def _blocker(item: OpenBlocker, now: datetime) -> Line:
    asks = _listed(item.asked, _ASKED)
    who = f" · {clean(item.taken_by, _NAME)} takes it" if item.taken_by else f" · asks {asks}"
    return [
        words(clean(item.person, _NAME), bold=True),
        f": {clean(item.blocker.text, _SENTENCE)} · {item.blocker.ref}, {age(item.blocker, now)}",
        words(who if item.taken_by or asks else " · asks nobody yet"),
    ]


def _alert(item: OpenAlert) -> Line:
    incident = item.incident
    who = clean(item.acknowledged_by, _NAME)
    return [
        words(f"A-{incident.rule_number}", bold=True),
        f" {clean(incident.title, _SENTENCE)} · {incident.severity.value}, since ",
        moment(incident.opened_at, "{date_short_pretty} {time}"),
        f" · acknowledged by {who}" if who else " · nobody has acknowledged it",
    ]


def _late(item: LatePlan) -> Line:
    return overdue_line(item.state, item.owner)


def _standup(content: Digest, room: int) -> list[Block]:
    row: Line = []
    for label, names in (
        ("Reported", content.standup.reported),
        ("Not yet", content.standup.awaited),
    ):
        if names:
            row += [" · "] if row else []
            row += [words(label, italic=True), words(f" {_listed(names, room)}")]
    return [lines([words("Stand-up", bold=True)], row)] if row else []


def _listed(names: Sequence[str], limit: int) -> str:
    shown = ", ".join(clean(name, _NAME) for name in names[:limit])
    left = len(names) - limit
    return f"{shown} and {left} more" if left > 0 else shown


def _decisions(content: Digest, room: int) -> list[Line]:
    """What was decided, then what waits for whom; a new proposal is told by that alone."""
    waiting = {item.record.number for item in content.awaited}
    decided = [record for record in content.decisions if record.number not in waiting]
    rows = _fold(decided, room, _decision)
    return [*rows, _waiting(content.awaited, room)] if waiting else rows


def _waiting(items: Sequence[OpenDecision], room: int) -> Line:
    """`Waiting: D-14 Use data v8 (Beatriz) · D-15 …`, the oldest first."""
    row: Line = [words("Waiting", italic=True), ": "]
    for index, item in enumerate(items[:room]):
        record, names = item.record, [one.name for one in item.awaited] or item.objecting
        whom = f" ({_listed(names, _ASKED)})" if names else ""
        row += [" · "] if index else []
        row += [words(record.ref, bold=True), f" {clean(record.title, _TITLE)}{whom}"]
    left = len(items) - room
    return [*row, f" and {left} more"] if left > 0 else row


def _decision(record: DecisionRecord) -> Line:
    return [
        words(record.ref, bold=True),
        f" {clean(record.title, _TITLE)} · {record.status.value}",
    ]


def _moves(moves: IssueMoves, links: Links, room: int) -> list[Block]:
    def show(move: IssueMove) -> Line:
        return _move(move, links)

    counts = [
        f"{len(group)} {label}"
        for label, group in (("done", moves.done), ("moved", moves.moved), ("new", moves.new))
        if group
    ]
    rows = [
        *_fold(moves.done, room, show),
        *_fold(moves.moved, room, show),
        *_fold(moves.new, room, show),
    ]
    return _section(f"Jira: {', '.join(counts)}", rows)


def _move(move: IssueMove, links: Links) -> Line:
    key, url = clean(move.key, _NAME), links.issue(move.key)
    path = [clean(name, 40) for name in (move.before, move.after) if name]
    how = " → ".join(path) if move.before else f"new, {path[0]}" if path else "new"
    return [
        link(url, key) if url else words(key),
        words(f" {clean(move.summary, _TITLE)} · "),
        words(how, italic=True),
    ]


def _runs(runs: RunsSummary, links: Links, room: int) -> list[Block]:
    if not runs.total:
        return []
    counts = [
        f"{amount} {label}"
        for amount, label in (
            (runs.finished, "finished"),
            (runs.failed, "failed"),
            (runs.killed, "stopped"),
        )
        if amount
    ]
    title: Line = [words(f"Runs: {', '.join(counts)}", bold=True)]
    broken = runs.broken[: room // 2]
    rows = _fold(runs.best, room, lambda best: _best(best, links))
    rows += [_broken(run, runs, links) for run in broken]
    if broken and (left := runs.failed - len(broken)) > 0:
        rows.append([f"and {left} more failed"])
    return [lines(title), *([bullets(rows)] if rows else [])]


def _best(best: BestRun, links: Links) -> Line:
    direction = "higher is better" if best.higher_is_better else "lower is better"
    before = "" if best.previous is None else f", {figure(best.previous)} before"
    return [
        words(clean(best.experiment.name, _NAME), bold=True),
        f": best {clean(best.metric, _NAME)} {figure(best.value)} ({direction}{before}) · ",
        _run(best.run, links),
    ]


def _broken(run: Run, runs: RunsSummary, links: Links) -> Line:
    experiment = runs.experiments.get(run.experiment_id)
    where = f" in {clean(experiment.name, _NAME)}" if experiment else ""
    return ["Failed: ", _run(run, links), where]


def _run(run: Run, links: Links) -> Piece:
    name, url = clean(run.name, _NAME) or run.run_id[:8], links.run(run.experiment_id, run.run_id)
    return link(url, name) if url else words(name)


def _source(source: SourceNote) -> str:
    """How old what is shown is, mrkdwn; a source that is down is named with since when and why."""
    behind = f" (not read: {escape(', '.join(source.behind))})" if source.behind else ""
    if source.down_since is not None:
        why = escape(clean(source.reason).rstrip("."))
        down = f"{source.name} couldn't be read since {_pretty(source.down_since)}"
        down += f" ({why})" if why else ""
        known = f"; this is from {_pretty(source.as_of)}" if source.as_of else ""
        return down + known
    if source.as_of is None:
        return f"{source.name} not read yet"
    return f"{source.name} as of {moment_token(source.as_of)}{behind}"


def _pretty(at: datetime) -> str:
    return moment_token(at, "{date_short_pretty} {time}")
