"""How a sprint stands: one line, its picture, and the whole answer."""

import math
from dataclasses import replace
from datetime import date, datetime

from bot.domain.calendar import local_date, zone_or_utc
from bot.domain.chart import Chart, Series
from bot.domain.issues.burndown import Band, Burndown, BurnPoint, Unit
from bot.domain.issues.sprints import Missing, SprintState
from bot.domain.links import Links
from bot.ports.chat import Block, Message
from bot.views.blocks import bullets, chart_slot, context, header, lines, message, note
from bot.views.standups import day_name
from bot.views.text import Line, Piece, clean, count, escape, link, moment_token, words

# https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block
_CATEGORIES = 20
_NAME = 60
_GOAL = 240
_BOARD = 60
_FAILURE = 160
_OTHERS = 3
_NEAR_DAYS = 7

_SIGNS = {
    Band.ON_TRACK: "🟢",
    Band.UNCLEAR: "⚪",
    Band.AT_RISK: "🟡",
    Band.OFF_TRACK: "🔴",
    Band.EARLY: "⏸",
}
_MISSING = {
    Missing.NO_TRACKER: "Jira isn't connected, so there is no sprint to show.",
    Missing.NO_PROJECT: (
        "This channel sees no Jira project yet. `/digest settings` chooses some; then its sprint "
        "is shown here."
    ),
    Missing.NOT_READ: "I haven't read the sprints of Jira yet. Ask again in a few minutes.",
    Missing.NO_BOARD: "Jira has no board for the projects of this channel, so there is no sprint.",
    Missing.ONLY_KANBAN: (
        "The boards of this channel's projects are Kanban boards: they have no sprints. "
        "`/digest preview` shows what moved."
    ),
    Missing.NOT_RUNNING: "No sprint is running on the boards of this channel's projects.",
    Missing.EMPTY: "A sprint is running, but it holds no issue that this channel may see.",
}


def line(state: SprintState) -> Line:
    """`🟡 Sprint 12: 2 days behind the line; scope grew by 3 issues; at this pace 4 of 17 issues
    stay open on Friday`."""
    sign = _SIGNS[state.burndown.band]
    return [f"{sign} ", words(clean(state.sprint.name, _NAME), bold=True), f": {sentence(state)}"]


def sentence(state: SprintState) -> str:
    """How it stands, how its scope changed and what stays open at this pace; our own words."""
    burndown = state.burndown
    if not burndown.now.open_issues:
        total = burndown.now.issues
        return f"all {total} issues done" if total > 1 else "its only issue is done"
    parts = [_pace(burndown), _scope(burndown), _outlook(state), _unknown(burndown)]
    return "; ".join(part for part in parts if part)


def risk(state: SprintState) -> str:
    """The same for who doesn't work with sprints: one sentence without a full stop and without our
    words for it; empty where nothing is at risk, or all will be done after all."""
    burndown = state.burndown
    if not burndown.now.open_issues or burndown.band not in (Band.AT_RISK, Band.OFF_TRACK):
        return ""
    left = count(burndown.now.open_issues, "piece") + " of work"
    if burndown.is_over:
        verb = "is" if burndown.now.open_issues == 1 else "are"
        return f"what was planned to be done {_when(state)} isn't: {left} {verb} still open"
    if burndown.forecast is not None and not _left_open(burndown.forecast):
        return ""
    why = f"{left} left"
    if burndown.unit is Unit.ISSUES and burndown.forecast is not None:
        still = _left_open(burndown.forecast)
        verb = "stays" if still == 1 else "stay"
        why = f"at this pace {still} of {_amount(burndown.now.scope)} pieces of work {verb} open"
    if burndown.change.added > burndown.change.removed:
        why += ", and more came in since it began"
    return f"the current work will probably not all be done {_by(state)}: {why}"


def chart(state: SprintState) -> Chart:
    """What remains, beside the ideal line; days on which issues came in are marked."""
    points = _thinned(state.burndown.points)
    return Chart(
        title=clean(f"Burndown of {state.sprint.name}", 50),
        categories=tuple(_label(point) for point in points),
        series=(
            Series(
                name="remaining",
                values=tuple(p.amount.remaining if p.amount else None for p in points),
            ),
            Series(name="ideal", values=tuple(p.ideal for p in points)),
        ),
        y_label=f"open {state.burndown.unit.value}",
        limits=(0.0, max(state.burndown.base.scope, 1.0)),
        marks=tuple(index for index, point in enumerate(points) if point.grew),
    )


def sprint(state: SprintState, links: Links) -> Message:
    """The whole answer, with its picture."""
    summary = [*line(state)]
    blocks: list[Block] = [header(f"{clean(state.sprint.name, 100)} · {state.burndown.band.value}")]
    blocks.append(lines(_opening(state)))
    if state.sprint.goal:
        blocks.append(lines([words("Goal: ", italic=True), words(clean(state.sprint.goal, _GOAL))]))
    blocks += [bullets(_facts(state, links)), chart_slot(), context(_footer(state))]
    return message(summary, blocks, chart=chart(state))


def missing(why: Missing, failure: str = "") -> Message:
    """There is no sprint to show, and why."""
    told = f" Jira said: {escape(clean(failure, _FAILURE))}" if failure else ""
    return note(_MISSING[why] + told)


def only_running() -> Message:
    """A certain sprint was asked for."""
    return note(
        "`/digest sprint` shows the running sprint only; others aren't kept. Type it without a "
        "name."
    )


def _opening(state: SprintState) -> Line:
    text = sentence(state)
    return [f"{_SIGNS[state.burndown.band]} {text[0].upper()}{text[1:]}."]


def _facts(state: SprintState, links: Links) -> list[Line]:
    burndown, unit = state.burndown, _unit(state.burndown)
    now = burndown.now
    asked = max(now.scope - burndown.ideal_now, 0)
    done = f"Done: {_amount(now.done)} of {_amount(now.scope)} {unit}; "
    facts: list[Line] = [[done, f"the line asks for {_amount(asked)} by now"]]
    facts.append([_scope_told(state)])
    ends = day_name(_end(state))
    left = max((1 - burndown.elapsed) * burndown.days, 0)
    when = f"It was to end {ends}" if burndown.is_over else f"Ends {ends}, {_days(left)} left"
    facts.append([f"{when} · board ", _board(state, links)])
    if burndown.unestimated:
        without = count(burndown.unestimated, "issue has", "issues have")
        facts.append([f"{without} no estimate and count for nothing in the line"])
    if state.others:
        more = len(state.others) - _OTHERS
        names = ", ".join(clean(name, _NAME) for name in state.others[:_OTHERS])
        facts.append([f"Also running: {names}" + (f" and {more} more" if more > 0 else "")])
    return facts


def _board(state: SprintState, links: Links) -> Piece:
    name = clean(state.sprint.board, _BOARD) or "in Jira"
    if not links.jira_url:
        return words(name)
    page = f"/secure/RapidBoard.jspa?rapidView={state.sprint.board_id}"
    return link(f"{links.jira_url}{page}&sprint={state.sprint.sprint_id}", name)


def _footer(state: SprintState) -> str:
    """How old it is, what isn't known, and what the line is."""
    zone = state.zone.replace("_", " ")
    known = f"Jira as of {moment_token(state.as_of, '{date_short_pretty} {time}')}"
    parts = [known]
    if state.failure:
        reason = escape(clean(state.failure, _FAILURE).rstrip("."))
        parts = [f"Jira couldn't be read lately ({reason}); this is from {known[11:]}"]
    if any(p.amount is None for p in state.burndown.points if _is_past(p, state)):
        parts.append("a gap in the picture: nobody looked on those days")
    if any(point.grew for point in state.burndown.points):
        parts.append("red in the picture: issues came in that day")
    days = count(state.burndown.days, "working day")
    parts.append(f"the ideal line falls evenly over {days} (Mon–Fri, {zone})")
    return " · ".join(parts)


def _is_past(point: BurnPoint, state: SprintState) -> bool:
    return point.day < local_date(state.as_of, zone_or_utc(state.zone))


def _pace(burndown: Burndown) -> str:
    if burndown.is_over:
        return ""
    if burndown.band is Band.EARLY:
        return "it has just begun"
    days = round(abs(burndown.days_behind))
    if not days:
        return "on the line"
    return f"{count(days, 'day')} {'behind' if burndown.days_behind > 0 else 'ahead of'} the line"


def _scope(burndown: Burndown) -> str:
    change = burndown.change
    if change.added and change.removed:
        return f"scope changed: {change.added} in, {change.removed} out"
    if change.added:
        return f"scope grew by {count(change.added, 'issue')}"
    return f"scope shrank by {count(change.removed, 'issue')}" if change.removed else ""


def _outlook(state: SprintState) -> str:
    burndown = state.burndown
    now, unit = burndown.now, _unit(burndown)
    on = _when(state)
    if burndown.is_over:
        verb = "is" if now.remaining == 1 else "are"
        open_now = f"{_amount(now.remaining)} of {_amount(now.scope)} {unit} {verb} open"
        return f"it was to end {on}, {open_now}"
    if not now.done:
        return f"nothing of {_amount(now.scope)} {unit} is done yet"
    if burndown.forecast is None:
        return ""
    left = _left_open(burndown.forecast)
    if not left:
        all_that_counts = "all with an estimate" if burndown.unestimated_open else "all"
        return f"at this pace {all_that_counts} is done {_by(state)}"
    verb = "stays" if left == 1 else "stay"
    return f"at this pace {left} of {_amount(now.scope)} {unit} {verb} open {on}"


def _unknown(burndown: Burndown) -> str:
    if not burndown.unestimated_open:
        return ""
    return f"{count(burndown.unestimated_open, 'open issue has', 'open issues have')} no estimate"


def _left_open(forecast: float) -> int:
    return math.ceil(forecast - 1e-9)


def _scope_told(state: SprintState) -> str:
    """`Scope: 14 issues at the start, 17 now (3 in, none out)`."""
    burndown = state.burndown
    unit, change = _unit(burndown), burndown.change
    since = "at the start"
    if burndown.base_at > state.sprint.starts_at:
        day = local_date(burndown.base_at, zone_or_utc(state.zone))
        since = f"on {day_name(day)} (before that isn't known)"
    moved = f"{change.added or 'none'} in, {change.removed or 'none'} out"
    resized = ""
    if abs(change.reestimated) > 1e-9:
        resized = f", {change.reestimated:+g} by new estimates"
    before, now = _amount(burndown.base.scope), _amount(burndown.now.scope)
    return f"Scope: {before} {unit} {since}, {now} now ({moved}{resized})"


def _unit(burndown: Burndown) -> str:
    return "points" if burndown.unit is Unit.POINTS else "issues"


def _when(state: SprintState) -> str:
    """`on Friday`, or `on Fri 6 Nov` where that is more than a week from what is known."""
    end, today = _end(state), local_date(state.as_of, zone_or_utc(state.zone))
    near = 0 <= (end - today).days < _NEAR_DAYS
    return f"on {end:%A}" if near else f"on {day_name(end)}"


def _by(state: SprintState) -> str:
    return f"by {_when(state).removeprefix('on ')}"


def _end(state: SprintState) -> date:
    ends_at: datetime = state.sprint.ends_at
    return local_date(ends_at, zone_or_utc(state.zone))


def _days(amount: float) -> str:
    rounded = round(amount * 2) / 2
    return f"{rounded:g} working {'day' if rounded == 1 else 'days'}"


def _amount(value: float) -> str:
    return f"{round(value, 1):g}"


def _label(point: BurnPoint) -> str:
    if point.is_now:
        return "now"
    return "start" if point.is_start else f"{point.day.day} {point.day:%b}"


def _thinned(points: tuple[BurnPoint, ...]) -> list[BurnPoint]:
    """At most 20, evenly spread, the first, the present and the last among them; growth counts at
    the next one that is shown."""
    if len(points) <= _CATEGORIES:
        return list(points)
    last = len(points) - 1
    shown = sorted({round(i * last / (_CATEGORIES - 1)) for i in range(_CATEGORIES)})
    now = next((i for i, point in enumerate(points) if point.is_now), None)
    if now is not None and now not in shown:
        near = min(shown[1:-1], key=lambda index: abs(index - now))
        shown[shown.index(near)] = now
    since = [-1, *shown]
    return [
        replace(points[index], grew=any(p.grew for p in points[before + 1 : index + 1]))
        for before, index in zip(since, shown, strict=False)
    ]
