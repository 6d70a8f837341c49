"""Goals: their card, what stands behind the number, the list, and the line in digests."""

from collections.abc import Sequence

from bot.domain.experiments.goals import BestOf, Goal, GoalSample, GoalState, Measured, Progress
from bot.domain.links import Links
from bot.domain.metrics import Direction, figure
from bot.ports.chat import Block, Message, Modal
from bot.views.blocks import (
    actions,
    bullets,
    button,
    chart_slot,
    context,
    lines,
    message,
    mrkdwn,
    roomiest,
)
from bot.views.decisions import here
from bot.views.experiments.goal_chart import goal_chart
from bot.views.experiments.goal_words import capital, goal_words, objective
from bot.views.experiments.names import linked
from bot.views.forms import modal
from bot.views.text import Line, clean, escape, moment, moment_token, plain, words

ACTION_EDIT = "goal.edit"
ACTION_DETAILS = "goal.details"
ACTION_END = "goal.end"
ACTION_NEW = "goal.new"
CALLBACK_END = "goal.ended"

EXAMPLE = (
    "No goal is set yet. A goal ties what the business wants to a number that a model gives, so "
    "that everybody understands how far you are:\n"
    "> *Cut churn by 15 %*\n"
    "> The model finds 87 of 100 leavers (goal 90 by 31 January); it was 84 in September.\n"
    "`/experiment goal new` sets one."
)

_NAME = 60
_MARK = {
    Progress.REACHED: "✅ ",
    Progress.AT_RISK: "🟡 ",
    Progress.BEHIND: "🔴 ",
}
_HISTORY = (12, 6, 3)
_LISTED = (15, 8, 4)


def line(state: GoalState, links: Links) -> Line:
    """One line in a digest: `G-3 Cut churn by 15 %: the model finds 87 …`."""
    told = goal_words(state)
    return [
        linked(state.goal.ref, _page(state, links), bold=True),
        words(f" {told.objective}: {told.sentences}"),
    ]


def card(state: GoalState, samples: Sequence[GoalSample]) -> Message:
    """The goal for everybody, with the way to its target as a chart; `samples` oldest first."""
    goal, told = state.goal, goal_words(state)
    title: Line = [words(f"{goal.ref} · {told.objective}", bold=True), *_over(goal)]
    rows: list[Line] = [title, [_now(state)], _small(state)]
    chart = goal_chart(state, samples)
    blocks: list[Block] = [lines(*rows)]
    if chart is not None:
        blocks.append(chart_slot())
    if goal.is_open:
        number = str(goal.number)
        blocks.append(
            actions(
                f"goal_{goal.number}",
                button("Edit", ACTION_EDIT, number),
                button("Details", ACTION_DETAILS, number),
            )
        )
    return message("\n".join(map(plain, rows[:2])), blocks, chart=chart)


def details(state: GoalState, samples: Sequence[GoalSample], links: Links) -> Message:
    """What stands behind the number, and what it came to; for one person."""
    variants = (_details(state, samples, links, most) for most in _HISTORY)
    told = goal_words(state)
    return message(f"{state.goal.ref} {told.objective}: {told.sentences}", roomiest(variants))


def listing(states: Sequence[GoalState], links: Links) -> Message:
    """All that somebody may see, the open ones first; how to set one where there is none."""
    if not states:
        new = actions("goal_new", button("Set a goal", ACTION_NEW))
        return Message(text="No goal is set yet.", blocks=[mrkdwn(EXAMPLE), new])
    variants = (_list(states, links, most) for most in _LISTED)
    return message(f"{len(states)} goals", roomiest(variants))


def ask_end(goal: Goal, channel: str) -> Modal:
    """Whether to end it; asked in that conversation."""
    said = (
        f"End {goal.ref}, “{escape(objective(goal.objective))}”? Its card and its history stay; "
        "digests speak of it no more."
    )
    hidden = {"number": goal.number, **here.hidden(channel)}
    return modal(CALLBACK_END, "End a goal", [mrkdwn(said)], submit="End it", hidden=hidden)


def _details(
    state: GoalState, samples: Sequence[GoalSample], links: Links, most: int
) -> list[Block]:
    goal, told = state.goal, goal_words(state)
    better = "higher" if goal.direction is Direction.HIGHER else "lower"
    measured = _measured(goal.measured, links)
    facts: list[Line] = [
        [linked(f"{goal.ref} · {told.objective}", _page(state, links), bold=True), *_over(goal)],
        [words(told.sentences)],
        [*measured, f"; {better} is better; target {figure(goal.target)}"],
    ]
    if goal.start is not None:
        start: Line = [f"Began with {figure(goal.start.value)} on ", _on(goal.start)]
        facts.append(start)
    blocks: list[Block] = [lines(*facts)]
    if shown := list(samples)[-most:]:
        blocks.append(bullets([[figure(one.value), " since ", _on(one)] for one in shown[::-1]]))
    left = len(samples) - len(shown)
    more = f"and {left} earlier · " if left > 0 else ""
    set_at = moment_token(goal.opened_at, "{date_short_pretty}")
    owner = escape(clean(state.owner, _NAME))
    blocks.append(context(f"{more}{owner} owns it · set {set_at} · told in <#{goal.channel}>"))
    if goal.is_open:
        number = str(goal.number)
        end = button("End it", ACTION_END, number)
        row = [button("Edit", ACTION_EDIT, number), end]
        blocks.append(actions(f"goal_details_{goal.number}", *row))
    return blocks


def _list(states: Sequence[GoalState], links: Links, most: int) -> list[Block]:
    rows = [
        [words(_MARK.get(one.progress, "") if one.goal.is_open else "⏸ "), *line(one, links)]
        for one in states[:most]
    ]
    left = len(states) - most
    if left > 0:
        rows.append([f"and {left} more; `/experiment goal G-1` shows one"])
    shown = states[:5]
    details_row = [
        button(f"{one.goal.ref}", f"{ACTION_DETAILS}:{one.goal.number}", str(one.goal.number))
        for one in shown
    ]
    return [
        bullets(rows),
        actions("goal_list", *details_row, button("Set a goal", ACTION_NEW)),
    ]


def _now(state: GoalState) -> str:
    told = goal_words(state)
    if not told.number:
        return f"{capital(told.target)} · {told.standing}"
    return f"{_MARK.get(state.progress, '')}{told.number}. {capital(told.standing)}."


def _small(state: GoalState) -> Line:
    told = goal_words(state)
    owner = clean(state.owner, _NAME)
    if not told.number:
        return [words(f"{owner} owns it")]
    earlier = f"{capital(told.before)} · " if told.before else ""
    return [words(f"{capital(told.target)} · {earlier}{owner} owns it")]


def _over(goal: Goal) -> Line:
    return [" · ended ", moment(goal.ended.at, "{date_short_pretty}")] if goal.ended else []


def _measured(measured: Measured, links: Links) -> Line:
    metric = words(clean(measured.metric, _NAME), bold=True)
    if isinstance(measured, BestOf):
        name = clean(measured.experiment, _NAME) or measured.experiment_id
        where = linked(name, links.experiment(measured.experiment_id))
        return ["Measured by the best ", metric, " in ", where]
    where = words(f"{clean(measured.alias, _NAME)} of {clean(measured.model, _NAME)}")
    return ["Measured by ", metric, " of ", where]


def _on(sample: GoalSample) -> str:
    return f"{sample.at.day} {sample.at:%b} {sample.at.year}"


def _page(state: GoalState, links: Links) -> str | None:
    channel, ts = state.page
    return links.message(channel, ts) if ts else None
