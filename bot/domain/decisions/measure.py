"""Conditions on a model's metric that people type: when to look again, and what they expect."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.alerts.engine import MOST_EVALUATIONS
from bot.domain.alerts.rules import Operator
from bot.domain.decisions import measure_words as words
from bot.domain.decisions.promotion import Promotion
from bot.domain.metrics import Direction, direction_of
from bot.errors import InvalidInput

ALIAS = "champion"
"""The alias that is meant where none is named."""

REVISIT_EXAMPLE = "churn champion val_auc < 0.9 for 3 evaluations"
EXPECTATION_EXAMPLE = "churn champion val_auc >= 0.912"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A metric of what an alias of a registered model points to."""

    model: str
    alias: str
    metric: str


@dataclass(frozen=True, kw_only=True)
class RevisitRule:
    """Look again when the metric is beyond `bound` for so many evaluations in a row."""

    measure: Measure
    operator: Operator
    bound: float
    for_evaluations: int


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """The predicted effect: the metric comes to `target` or better, in `direction`."""

    measure: Measure
    direction: Direction
    target: float


def parse_revisit(text: str, promotion: Promotion | None) -> RevisitRule | None:
    """What `[model] [alias] metric < number [for 3 evaluations]` asks for; None for no text.

    Model and alias are those of `promotion` where none is named. Raises InvalidInput with a
    sentence that says what to type.
    """
    if not text.strip():
        return None
    said = words.compared(text, _SIDES, REVISIT_EXAMPLE)
    if said.meaning is None:
        raise InvalidInput(
            "Say below or above (< or >): the number itself is no reason to look again. "
            f"Type it like: {REVISIT_EXAMPLE}"
        )
    bound, rest = words.number(said.after, REVISIT_EXAMPLE)
    return RevisitRule(
        measure=_measure(said.before, promotion, REVISIT_EXAMPLE),
        operator=said.meaning,
        bound=bound,
        for_evaluations=words.evaluations(rest, MOST_EVALUATIONS),
    )


def parse_expectation(text: str, promotion: Promotion | None) -> Expectation | None:
    """What `[model] [alias] metric >= number` predicts; None for no text.

    Model and alias are those of `promotion` where none is named; without a side (`=`, reaches)
    the metric's name tells which way is better. Raises InvalidInput as `parse_revisit` does.
    """
    if not text.strip():
        return None
    said = words.compared(text, _GOALS, EXPECTATION_EXAMPLE)
    target, rest = words.number(said.after, EXPECTATION_EXAMPLE)
    if rest:
        raise InvalidInput(
            f"I don't understand “{' '.join(rest)}” after the number. "
            f"Type it like: {EXPECTATION_EXAMPLE}"
        )
    measure = _measure(said.before, promotion, EXPECTATION_EXAMPLE)
    direction = said.meaning
    if direction is Direction.UNKNOWN:
        direction = direction_of(measure.metric, {})
    if direction is Direction.UNKNOWN:
        raise InvalidInput(
            f"I can't tell whether more of “{measure.metric}” is better. "
            "Put >= or <= before the number."
        )
    return Expectation(measure=measure, direction=direction, target=target)


def typed_revisit(rule: RevisitRule) -> str:
    """The text from which `parse_revisit` makes this rule again, with any promotion or none."""
    sign = "<" if rule.operator is Operator.BELOW else ">"
    often = rule.for_evaluations
    times = f" for {often} evaluations" if often > 1 else ""
    return f"{_typed(rule.measure)} {sign} {words.typed_number(rule.bound)}{times}"


def typed_expectation(expected: Expectation) -> str:
    """The text from which `parse_expectation` makes this again, with any promotion or none."""
    sign = ">=" if expected.direction is Direction.HIGHER else "<="
    return f"{_typed(expected.measure)} {sign} {words.typed_number(expected.target)}"


_SIDES: dict[str, Operator | None] = {
    **dict.fromkeys(words.BELOW, Operator.BELOW),
    **dict.fromkeys(words.ABOVE, Operator.ABOVE),
    **dict.fromkeys((*words.AT_MOST, *words.AT_LEAST, *words.EQUALS), None),
}
_GOALS: dict[str, Direction] = {
    **dict.fromkeys((*words.BELOW, *words.AT_MOST), Direction.LOWER),
    **dict.fromkeys((*words.ABOVE, *words.AT_LEAST), Direction.HIGHER),
    **dict.fromkeys(words.EQUALS, Direction.UNKNOWN),
}


def _typed(measure: Measure) -> str:
    return " ".join(map(words.typed_name, (measure.model, measure.alias, measure.metric)))


def _measure(tokens: Sequence[str], promotion: Promotion | None, example: str) -> Measure:
    model, alias, metric = _named(tokens, promotion, example)
    if not metric:
        raise InvalidInput(f"Name the metric before the comparison, such as: {example}")
    if not model and promotion is None:
        raise InvalidInput(
            f"This decision promotes no model, so name one, such as: churn {example}"
        )
    return Measure(
        model=model or (promotion.model if promotion else ""),
        alias=alias or (promotion.alias if promotion else ALIAS),
        metric=metric,
    )


def _named(
    tokens: Sequence[str], promotion: Promotion | None, example: str
) -> tuple[str, str, str]:
    """Model, alias and metric, each empty where it isn't named.

    `churn champion val_auc`, `churn@champion val_auc`, `champion val_auc of churn`.
    """
    match list(tokens):
        case []:
            return "", "", ""
        case [metric]:
            return "", "", words.name(metric)
        case [metric, "of", model]:
            return words.name(model), "", words.name(metric)
        case [one, metric]:
            model, at, alias = one.partition("@")
            if at:
                return model, alias, words.name(metric)
            one = words.name(one)
            first = ("", one) if _is_alias(one, promotion) else (one, "")
            return *first, words.name(metric)
        case [alias, metric, "of", model] | [model, alias, metric]:
            return words.name(model), words.name(alias), words.name(metric)
    raise InvalidInput(
        "Name at most a model, an alias and a metric before the comparison (in quotes where a name "
        f"holds blanks), such as: churn {example}"
    )


def _is_alias(name: str, promotion: Promotion | None) -> bool:
    """One name before the metric: beside a promotion an alias, unless it is the model's own."""
    if promotion is None:
        return name.casefold() == ALIAS
    return name.casefold() != promotion.model.casefold()
