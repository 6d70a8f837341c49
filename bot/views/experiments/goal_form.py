"""The form of a goal: what the business wants, the number that stands for it, and how to say it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.domain.experiments.goal_numbers import (
    PHRASE_LIMIT,
    VALUE,
    NumberForm,
    numbers,
    problem,
    sentence,
    target_of,
    with_unit,
    wording,
)
from bot.domain.experiments.goals import OBJECTIVE_LIMIT, Goal, GoalDraft
from bot.domain.metrics import Direction
from bot.errors import InvalidForm
from bot.ports.chat import Block, Modal
from bot.views.blocks import context
from bot.views.decisions import here
from bot.views.experiments.goal_words import day
from bot.views.forms import (
    FormState,
    date_input,
    modal,
    people_input,
    required,
    select,
    text_input,
    with_values,
)
from bot.views.text import clean, escape
from bot.views.typed import Values

CALLBACK_NEW = "goal.new"
CALLBACK_EDIT = "goal.change"

PHRASE = f"The model finds {VALUE}"

_METRIC = 200
_EXAMPLE = 0.87
_FORMS = (
    ("as it is: 0.87", NumberForm.PLAIN.value),
    ("as a percentage: 87 %", NumberForm.PERCENT.value),
    ("out of 100: 87 of 100", NumberForm.OF_100.value),
)
_DIRECTIONS = (
    ("known from its name", Direction.UNKNOWN.value),
    ("higher is better", Direction.HIGHER.value),
    ("lower is better", Direction.LOWER.value),
)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A form before it is drawn: for a new goal in `channel`, or for `edited`.

    `sources` are what a number can come from: a label and a key. `typed` stands in the place of
    what the form starts with. `known` is the number as it is now of the source and metric that were
    `looked` up, None where there is none. `here` is the conversation in which a goal is edited.
    """

    channel: str
    owner: str
    sources: Sequence[tuple[str, str]]
    objective: str = ""
    edited: Goal | None = None
    chosen: str = ""
    typed: Values = field(default_factory=dict)
    known: float | None = None
    looked: tuple[str, str] = ("", "")
    notice: str = ""
    here: str = ""


def draw(sheet: Sheet) -> Modal:
    """The form, with how the number will be said below its phrase."""
    edited = sheet.edited
    blocks: list[Block] = [
        *([context(escape(clean(sheet.notice)))] if sheet.notice else []),
        *_business(sheet),
        *_number(sheet),
        *_said(edited),
        context(_preview(sheet)),
        people_input("owner", "Owner", initial=[edited.owner if edited else sheet.owner]),
    ]
    callback, title, submit = CALLBACK_NEW, "New goal", "Set it"
    hidden: dict[str, Any] = {
        "channel": sheet.channel,
        "looked": list(sheet.looked),
        "known": sheet.known,
        **here.hidden(sheet.here),
    }
    if edited is not None:
        callback, title, submit = CALLBACK_EDIT, f"Edit {edited.ref}", "Save"
        hidden |= {"number": edited.number, "version": edited.version}
    return with_values(modal(callback, title, blocks, submit=submit, hidden=hidden), sheet.typed)


def read(state: FormState, workspace: str, author: str) -> GoalDraft:
    """What was filled in; raises InvalidForm by field."""
    owners, phrase = state.people("owner"), clean(state.text("phrase"), PHRASE_LIMIT)
    wrong = {"phrase": refusal} if (refusal := problem(phrase)) else {}
    if len(owners) != 1:
        wrong["owner"] = "Pick one person."
    if wrong:
        raise InvalidForm(wrong)
    said = "Say what the business wants, such as: Cut churn by 15 %."
    target, is_percent = _target(state)
    return GoalDraft(
        workspace=workspace,
        channel=channel_of(state),
        author=author,
        owner=owners[0],
        objective=clean(required(state, "objective", said, OBJECTIVE_LIMIT), OBJECTIVE_LIMIT),
        source=state.choice("source"),
        metric=clean(required(state, "metric", "Name the metric, such as val_auc."), _METRIC),
        direction=Direction(state.choice("direction") or Direction.UNKNOWN),
        target=target,
        is_percent=is_percent,
        phrase=phrase,
        form=NumberForm(state.choice("form") or NumberForm.PLAIN),
        due_on=state.date("due_on"),
    )


def channel_of(state: FormState) -> str:
    """The channel that the card is for."""
    return str(state.hidden["channel"])


def edited(state: FormState) -> tuple[int, int]:
    """The number and the version that are edited."""
    return int(state.hidden["number"]), int(state.hidden["version"])


def looked_up(state: FormState) -> tuple[str, str]:
    """The source and metric of which the form knows the number."""
    source, metric = state.hidden["looked"]
    return str(source), str(metric)


def known_of(state: FormState) -> float | None:
    """That number, None where there is none."""
    known = state.hidden["known"]
    return None if known is None else float(known)


def is_edit(state: FormState) -> bool:
    """Whether the form changes a goal that there is."""
    return "number" in state.hidden


def _target(state: FormState) -> tuple[float, bool]:
    """The number as typed, and whether with a percent sign."""
    raw = state.text("target")
    bare = raw.removesuffix("%").strip()
    value = FormState({"target": {"target": {"value": bare}}}, {}).number("target")
    assert value is not None, "it isn't optional"
    return value, raw.endswith("%")


def _business(sheet: Sheet) -> list[Block]:
    known = sheet.edited
    return [
        text_input(
            "objective",
            "What the business wants",
            initial=known.objective if known else sheet.objective,
            limit=OBJECTIVE_LIMIT,
            placeholder="Cut churn by 15 %",
        ),
    ]


def _number(sheet: Sheet) -> list[Block]:
    known = sheet.edited
    first = sheet.sources[0][1] if len(sheet.sources) == 1 else ""
    return [
        select(
            "source",
            "The number comes from",
            sheet.sources,
            initial=sheet.chosen or first,
            dispatch=True,
        ),
        text_input(
            "metric",
            "Metric",
            initial=known.measured.metric if known else "",
            limit=_METRIC,
            placeholder="recall",
            hint="As MLflow calls it; only this form and the details name it.",
        ),
        select(
            "direction",
            "Which way it gets better",
            _DIRECTIONS,
            initial=(known.direction if known else Direction.UNKNOWN).value,
        ),
        text_input(
            "target",
            "Target",
            initial=f"{known.target:.12g}" if known else "",
            limit=40,
            placeholder="0.9",
            hint="In the metric's own unit, or with %: 90 % of a share is 0.9.",
            keep_draft=True,
        ),
        _with_change(
            date_input("due_on", "By", initial=known.due_on if known else None, optional=True)
        ),
    ]


def _said(known: Goal | None) -> list[Block]:
    form = known.wording.form if known else NumberForm.OF_100
    return [
        text_input(
            "phrase",
            "How to say the number",
            initial=known.wording.phrase if known else PHRASE,
            limit=PHRASE_LIMIT,
            placeholder=f"The model finds {VALUE} of 100 leavers",
            hint=f"{VALUE} is where the number goes.",
            keep_draft=True,
        ),
        select("form", "The number is written", _FORMS, initial=form.value, dispatch=True),
    ]


def _with_change(block: Block) -> Block:
    """Told at once, so that the preview follows."""
    return {**block, "dispatch_action": True}


def _preview(sheet: Sheet) -> str:
    """How digests will say it, as far as it is filled in; mrkdwn."""
    state = FormState(sheet.typed, {})
    goal = sheet.edited
    fresh = not sheet.typed
    phrase = goal.wording.phrase if fresh and goal else state.text("phrase") or PHRASE
    if wrong := problem(phrase):
        return f"It will read: … {escape(wrong)}"
    chosen = state.choice("form")
    form = NumberForm(chosen) if chosen else goal.wording.form if goal else NumberForm.OF_100
    target, wrong = (goal.target, "") if fresh and goal else _chosen(state, form, sheet.known)
    if wrong:
        return f"It will read: … {escape(wrong)}"
    due = goal.due_on if fresh and goal else state.date("due_on")
    return f"It will read: _{escape(_reads(phrase, form, target, due, sheet.known))}_"


def _chosen(state: FormState, form: NumberForm, known: float | None) -> tuple[float | None, str]:
    """The target in the metric's unit as far as it is known, and what is wrong with it."""
    try:
        typed, is_percent = _target(state)
    except InvalidForm as error:
        return None, str(error) if state.text("target") else ""
    return target_of(typed, is_percent, form, *([] if known is None else [known]))


def _reads(
    phrase: str, form: NumberForm, target: float | None, due: date | None, known: float | None
) -> str:
    value = known if known is not None else _EXAMPLE
    values = [value, *([target] if target is not None else [])]
    said = wording(phrase, form, *values)
    number, *rest = numbers(said, *values)
    text = clean(sentence(said, number), 300)
    if rest:
        short = with_unit(form, rest[0]) if form is NumberForm.PERCENT else rest[0]
        text += f" (goal {short}{f' by {day(due, due)}' if due else ''})"
    return f"{text}." if known is not None else f"{text}. The number is made up."
