"""The form's fields of a promotion: which version comes under which alias of its model."""

from collections.abc import Iterable, Mapping, Sequence

from bot.domain.decisions.promotion import ALIAS_LIMIT, Promotion
from bot.domain.experiments.records import RegisteredModel
from bot.errors import InvalidForm
from bot.ports.chat import Block
from bot.views.forms import FormState, Option, grouped_select, text_input
from bot.views.text import clean
from bot.views.typed import Values

FIELD = "promotion"
FIELD_ALIAS = "alias"
DEFAULT_ALIAS = "champion"

_MOST = 100
# A choice's value (https://docs.slack.dev/reference/block-kit/composition-objects/option-object).
_VALUE_LIMIT = 150


def inputs(
    promotion: Promotion | None,
    models: Sequence[RegisteredModel],
    versions: Mapping[str, Sequence[int]],
) -> list[Block]:
    """A choice of model and version, newest first, and the alias; nothing where none can be chosen.

    `versions` are those of each model by its name. Each model offers its newest ones, 100 choices
    altogether; the version of `promotion` is among them, also where the registry lost it.
    """
    groups = _groups(promotion, models, versions)
    if not groups:
        return []
    initial = _value(promotion.model, promotion.version) if promotion else ""
    return [
        grouped_select(
            FIELD,
            "Promote a model version",
            [(name, [_option(name, number) for number in numbers]) for name, numbers in groups],
            initial=initial,
            optional=True,
            hint="Once this is accepted, its alias is moved in MLflow, and checked.",
        ),
        text_input(
            FIELD_ALIAS,
            "Alias",
            initial=promotion.alias if promotion else DEFAULT_ALIAS,
            optional=True,
            limit=ALIAS_LIMIT,
            keep_draft=True,
        ),
    ]


def read(state: FormState) -> Promotion | None:
    """What was chosen, None where no version was; raises InvalidForm for one without an alias."""
    found = chosen(state)
    if found and not clean(state.text(FIELD_ALIAS)):
        raise InvalidForm({FIELD_ALIAS: f"Name the alias to move, such as {DEFAULT_ALIAS}."})
    return found


def chosen(state: FormState) -> Promotion | None:
    """What was chosen, with the usual alias where none was named; None where no version was."""
    number, _, model = state.choice(FIELD).partition(":")
    if not model or not number.isdecimal():
        return None
    alias = clean(state.text(FIELD_ALIAS), ALIAS_LIMIT + 1) or DEFAULT_ALIAS
    return Promotion(model=model, version=int(number), alias=alias)


def without(values: Values, promotion: Promotion) -> Values:
    """What was typed, without this version where that was chosen."""
    if FormState(values, {}).choice(FIELD) != _value(promotion.model, promotion.version):
        return values
    return {name: value for name, value in values.items() if name != FIELD}


def _groups(
    promotion: Promotion | None,
    models: Iterable[RegisteredModel],
    versions: Mapping[str, Sequence[int]],
) -> list[tuple[str, list[int]]]:
    known = {model.name: sorted(versions.get(model.name, ()), reverse=True) for model in models}
    wanted = promotion.version if promotion else 0
    if promotion:
        known[promotion.model] = sorted({*known.get(promotion.model, ()), wanted}, reverse=True)
    offered = [(name, numbers) for name, numbers in known.items() if numbers and _fits(name)]
    # The promotion's own model comes first, so that it isn't among those left out.
    offered.sort(key=lambda each: (promotion is None or each[0] != promotion.model, each[0]))
    offered = offered[:_MOST]
    share = max(1, _MOST // max(1, len(offered)))
    own = promotion.model if promotion else None
    return [
        (name, _newest(numbers, share, wanted if name == own else 0)) for name, numbers in offered
    ]


def _newest(numbers: list[int], most: int, wanted: int) -> list[int]:
    """The newest ones, with `wanted` in the place of the last where it isn't among them."""
    shown = numbers[:most]
    return shown if wanted in (0, *shown) else [*shown[:-1], wanted]


def _fits(model: str) -> bool:
    """A name that a choice can't carry back whole isn't offered."""
    return len(_value(model, 10**9)) <= _VALUE_LIMIT


def _option(model: str, number: int) -> Option:
    ending = f" · version {number}"
    return clean(model, 75 - len(ending)) + ending, _value(model, number)


def _value(model: str, number: int) -> str:
    return f"{number}:{model}"
