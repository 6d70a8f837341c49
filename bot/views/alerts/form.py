"""The form of a new alert rule, and what people filled in.

A field whose choices depend on another one gets a new block id when they change, because Slack
keeps what it holds for a block id that it knows: `metric` is typed, `metric:4f…` is picked.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

from bot.domain.alerts.engine import MOST_EVALUATIONS
from bot.domain.alerts.rules import Condition, Operator, Regression, RuleDraft, Severity, Threshold
from bot.domain.metrics import Direction, direction_of
from bot.errors import InvalidForm
from bot.ports.chat import Block, Modal
from bot.views.forms import FormState, Option, modal, select, text_input

CALLBACK_NEW = "alert.new"

THRESHOLD = "threshold"
REGRESSION = "regression"

_KINDS: Sequence[Option] = (
    ("A run's metric passes a limit", THRESHOLD),
    ("A model gets worse than its champion", REGRESSION),
)
_OPERATORS: Sequence[Option] = (("below", "below"), ("above", "above"))
_DIRECTIONS: Sequence[Option] = (("Higher is better", "higher"), ("Lower is better", "lower"))
_SEVERITIES: Sequence[Option] = (("Warning", "warning"), ("Critical", "critical"))
_TIMES: Sequence[Option] = tuple(
    ("1 bad evaluation" if n == 1 else f"{n} bad evaluations in a row", str(n))
    for n in range(1, MOST_EVALUATIONS + 1)
)
_FIELDS = (
    "kind",
    "experiment",
    "model",
    "metric",
    "operator",
    "threshold",
    "recovery",
    "direction",
    "abs_delta",
    "rel_delta",
    "for_evaluations",
    "severity",
)

# Slack's most for a static_select, and the longest option that isn't cut.
_MOST_OPTIONS = 100
_LONGEST_OPTION = 75
_NAME_LIMIT = 250
_NUMBER_LIMIT = 30

# A modal carries at most 3000 characters of ours; longer names are not kept between kinds.
_KEPT = 75

Typed = Mapping[str, str]
"""What stands in each field, by field name."""


def new_rule(
    experiments: Sequence[str],
    models: Sequence[str],
    metrics: Sequence[str],
    typed: Typed,
    hidden: Mapping[str, Any],
) -> Modal:
    """The form for one kind of rule, with what was typed so far in any kind.

    `metrics` are those of the chosen experiment or model; empty means that the name is typed.
    """
    kind = typed.get("kind") or (THRESHOLD if experiments else REGRESSION)
    typed = {**typed, "kind": kind}
    blocks = [select("kind", "Tell this channel when", _KINDS, initial=kind, dispatch=True)]
    if kind == THRESHOLD:
        blocks += _threshold_blocks(experiments, metrics, typed)
    else:
        blocks += _regression_blocks(models, metrics, typed)
    times, severity = typed.get("for_evaluations") or "1", typed.get("severity") or "warning"
    blocks += [
        select("for_evaluations", "After", _TIMES, initial=times),
        select("severity", "Severity", _SEVERITIES, initial=severity),
    ]
    kept = {name: typed[name] for name in _FIELDS if 0 < len(typed.get(name, "")) <= _KEPT}
    return modal(
        CALLBACK_NEW, "New alert rule", blocks, submit="Save", hidden={**hidden, "typed": kept}
    )


def read_typed(state: FormState) -> dict[str, str]:
    """Every field as it stands now; fields of the kind that isn't shown as they were.

    The direction follows the metric's usual one when another metric was picked.
    """
    before: Typed = state.hidden.get("typed") or {}
    now = {name: _value(state, name) for name in _FIELDS if _block_id(state, name)}
    typed = {**before, **now}
    subject = "model" if typed.get("kind") == REGRESSION else "experiment"
    if typed.get("kind") != before.get("kind") or typed.get(subject) != before.get(subject):
        return typed
    usual = direction_of(typed.get("metric", ""), {})
    if usual is not Direction.UNKNOWN and typed.get("metric") != before.get("metric"):
        typed["direction"] = usual.value
    return typed


def read_draft(state: FormState, workspace: str, author: str) -> RuleDraft:
    """The rule that was filled in, its names not looked up yet; raises InvalidForm by block id."""
    metric = _name(state, "metric", "Name the metric, such as val_auc.")
    condition = _regression(state) if _kind(state) == REGRESSION else _threshold(state)
    return RuleDraft(
        workspace=workspace,
        channel=str(state.hidden["channel"]),
        author=author,
        metric=metric,
        severity=Severity(state.choice("severity")),
        for_evaluations=_times(state),
        condition=condition,
    )


def by_block(state: FormState, error: InvalidForm) -> InvalidForm:
    """The same sentences at the blocks that show those fields in this form."""
    return InvalidForm(
        {_block_id(state, name) or name: text for name, text in error.fields.items()}
    )


def _threshold_blocks(
    experiments: Sequence[str], metrics: Sequence[str], typed: Typed
) -> list[Block]:
    return [
        _pick("experiment", "Experiment", experiments, typed),
        _pick("metric", "Metric", metrics, typed, of=typed.get("experiment", "")),
        select("operator", "is", _OPERATORS, initial=typed.get("operator") or Operator.BELOW.value),
        _number("threshold", "Threshold", typed, placeholder="0.9"),
        _number(
            "recovery",
            "Over only when it is back past",
            typed,
            optional=True,
            hint="Keeps a metric that hovers at the threshold from starting again and again.",
        ),
    ]


def _regression_blocks(models: Sequence[str], metrics: Sequence[str], typed: Typed) -> list[Block]:
    metric = typed.get("metric", "")
    chosen = typed.get("direction") or direction_of(metric, {}).value
    return [
        _pick("model", "Registered model", models, typed),
        _pick("metric", "Metric", metrics, typed, of=typed.get("model", "")),
        select(
            _variant("direction", metric), "Which values are better", _DIRECTIONS, initial=chosen
        ),
        _number(
            "abs_delta",
            "Worse by more than",
            typed,
            placeholder="0.01",
            hint="In the metric's own unit. A drop inside the usual noise is never reported.",
        ),
        _number("rel_delta", "and by more than this many %", typed, optional=True),
    ]


def _pick(field: str, label: str, names: Sequence[str], typed: Typed, *, of: str = "") -> Block:
    """A select where the names fit into one, else a text field."""
    initial = typed.get(field, "")
    if not _fit(names):
        return text_input(field, label, initial=initial, limit=_NAME_LIMIT)
    options = [(name, name) for name in names]
    return select(
        _variant(field, of) if of else field, label, options, initial=initial, dispatch=True
    )


def _fit(names: Sequence[str]) -> bool:
    return 0 < len(names) <= _MOST_OPTIONS and all(len(n) <= _LONGEST_OPTION for n in names)


def _number(
    field: str,
    label: str,
    typed: Typed,
    *,
    optional: bool = False,
    placeholder: str = "",
    hint: str = "",
) -> Block:
    return text_input(
        field,
        label,
        initial=typed.get(field, ""),
        optional=optional,
        limit=_NUMBER_LIMIT,
        placeholder=placeholder,
        hint=hint,
    )


def _threshold(state: FormState) -> Condition:
    operator = Operator(state.choice("operator"))
    bound = state.number("threshold")
    assert bound is not None
    recovery = state.number("recovery", optional=True)
    if recovery is not None and operator.passed(recovery, bound):
        side = "above" if operator is Operator.BELOW else "below"
        raise InvalidForm({"recovery": f"This must be {side} the threshold {bound:g}."})
    return Threshold(
        experiment=_name(state, "experiment", "Name the experiment."),
        experiment_id="",
        operator=operator,
        bound=bound,
        recovery=recovery,
    )


def _regression(state: FormState) -> Condition:
    direction = _value(state, "direction")
    if not direction:
        block = _block_id(state, "direction") or "direction"
        raise InvalidForm({block: "Say which values of this metric are better."})
    delta = state.number("abs_delta")
    assert delta is not None
    if delta <= 0:
        raise InvalidForm({"abs_delta": "Type a number above 0, such as 0.01."})
    share = state.number("rel_delta", optional=True)
    if share is not None and not 0 < share <= 100:
        raise InvalidForm({"rel_delta": "Type a number of percent between 0 and 100."})
    return Regression(
        model=_name(state, "model", "Name the registered model."),
        direction=Direction(direction),
        abs_delta=delta,
        rel_delta=None if share is None else share / 100,
    )


def _kind(state: FormState) -> str:
    """The kind whose fields are shown: the last answer to a changed kind may not be drawn yet."""
    return REGRESSION if _block_id(state, "model") else THRESHOLD


def _times(state: FormState) -> int:
    return min(max(int(state.choice("for_evaluations") or "1"), 1), MOST_EVALUATIONS)


def _name(state: FormState, field: str, sentence: str) -> str:
    value = _value(state, field)
    if not value:
        raise InvalidForm({_block_id(state, field) or field: sentence})
    return value


def _variant(field: str, of: str) -> str:
    return f"{field}:{crc32(of.encode()):08x}"


def _block_id(state: FormState, field: str) -> str:
    """The block that shows a field now, or empty."""
    return next((block for block in state.values if block.split(":", 1)[0] == field), "")


def _value(state: FormState, field: str) -> str:
    block = _block_id(state, field)
    return state.choice(block) or state.text(block)
