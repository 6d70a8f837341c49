"""The fields that a rule needs, each drawn from what was typed so far."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.alerts.engine import MOST_EVALUATIONS
from bot.domain.alerts.rules import Operator
from bot.domain.alerts.watchable import Watchable
from bot.ports.chat import Block
from bot.views.alerts.form_state import Typed, variant
from bot.views.alerts.kinds import TITLES, Kind
from bot.views.forms import Option, select, text_input

ANY_VERSION = "*"
MODEL, EXPERIMENT = "model", "experiment"

_OPERATORS: Sequence[Option] = (("below", "below"), ("above", "above"))
_DIRECTIONS: Sequence[Option] = (("Higher is better", "higher"), ("Lower is better", "lower"))
_SEVERITIES: Sequence[Option] = (("Warning", "warning"), ("Critical", "critical"))
_ABOUT: Sequence[Option] = (
    ("a model's evaluations", MODEL),
    ("an experiment's runs", EXPERIMENT),
)
_TIMES: Sequence[Option] = tuple(
    ("1 bad evaluation" if n == 1 else f"{n} bad evaluations in a row", str(n))
    for n in range(1, MOST_EVALUATIONS + 1)
)
HOURS: Mapping[str, str] = {
    "1": "1 hour",
    "4": "4 hours",
    "12": "12 hours",
    "24": "1 day",
    "48": "2 days",
    "72": "3 days",
    "168": "7 days",
    "336": "14 days",
    "720": "30 days",
}

# Slack's most for a static_select, and the longest option that isn't cut.
_MOST_OPTIONS = 100
_LONGEST_OPTION = 75
NAME_LIMIT = 250
NUMBER_LIMIT = 30
UNIT_LIMIT = 30

TWICE = ("regression", "rolling", "run_regression", "slices", "gap")
"""The kinds whose single values are noisy: two bad ones in a row are the default."""


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What a field is drawn from: the kind, what was typed, and what there is to choose."""

    kind: Kind
    typed: Typed
    known: Watchable

    @property
    def subject(self) -> str:
        """The name of the chosen model or experiment."""
        return self.typed.get(self.about, "")

    @property
    def about(self) -> str:
        """Which of the two the rule is about."""
        if self.kind is Kind.STALE:
            return about_of(self.typed, self.known)
        of_runs = self.kind in (Kind.THRESHOLD, Kind.RUN_REGRESSION)
        return EXPERIMENT if of_runs else MODEL


def about_of(typed: Typed, known: Watchable) -> str:
    """Whether a rule on silence is about a model or an experiment."""
    return typed.get("about") or (MODEL if known.models else EXPERIMENT)


def kind_field(kind: Kind) -> Block:
    """The choice on top."""
    options = [(title, each.value) for each, title in TITLES.items()]
    return select("kind", "Tell this channel when", options, initial=kind, dispatch=True)


def default_times(kind: Kind) -> str:
    """After how many bad evaluations a rule of that kind speaks, if nobody says otherwise."""
    return "2" if kind.value in TWICE else "1"


def _subject(sight: Sight) -> Block:
    return _model(sight) if sight.about == MODEL else _experiment(sight)


def _model(sight: Sight) -> Block:
    return _pick(MODEL, MODEL, "Registered model", sight.known.models, sight)


def _experiment(sight: Sight) -> Block:
    return _pick(EXPERIMENT, EXPERIMENT, "Experiment", sight.known.experiments, sight)


def _metric(sight: Sight) -> Block:
    optional = sight.kind is Kind.STALE
    block = variant("metric", sight.about, sight.subject)
    label = "Only those with this metric" if optional else "Metric"
    return _pick("metric", block, label, sight.known.metrics, sight, optional=optional)


def _pattern(sight: Sight) -> Block:
    hint = "Every metric that it matches is a slice: * stands for the slice's name."
    return text_input(
        variant("pattern", sight.subject),
        "Metric of the slices",
        initial=sight.typed.get("pattern") or next(iter(sight.known.patterns), ""),
        limit=NAME_LIMIT,
        placeholder="f1/slice=*",
        hint=hint,
        keep_draft=True,
    )


def _pick(
    field_name: str,
    block: str,
    label: str,
    names: Sequence[str],
    sight: Sight,
    *,
    optional: bool = False,
) -> Block:
    """A select where the names fit into one, else a text field."""
    initial = sight.typed.get(field_name, "")
    if not _fit(names):
        return text_input(
            block,
            label,
            initial=initial,
            optional=optional,
            limit=NAME_LIMIT,
            keep_draft=True,
        )
    options = [(name, name) for name in names]
    return select(block, label, options, initial=initial, optional=optional, dispatch=True)


def _fit(names: Sequence[str]) -> bool:
    return 0 < len(names) <= _MOST_OPTIONS and all(len(n) <= _LONGEST_OPTION for n in names)


def _direction(sight: Sight) -> Block:
    chosen = sight.typed.get("direction", "")
    block = variant("direction", sight.typed.get("metric", ""))
    return select(block, "Which values are better", _DIRECTIONS, initial=chosen, dispatch=True)


def _abs_delta(sight: Sight) -> Block:
    metric, direction = sight.typed.get("metric", ""), sight.typed.get("direction", "")
    block = variant("abs_delta", sight.kind, sight.subject, metric, direction)
    return number(
        block,
        "Worse by more than",
        sight.typed.get("abs_delta", ""),
        placeholder="0.01",
        hint="In the metric's own unit. A drop inside the usual noise is never reported.",
    )


def _alias(sight: Sight) -> Block:
    chosen = sight.typed.get("alias") or ANY_VERSION
    names = dict.fromkeys([*sight.known.aliases, *([] if chosen == ANY_VERSION else [chosen])])
    fitting = [name for name in names if len(name) <= _LONGEST_OPTION][: _MOST_OPTIONS - 1]
    options = [("Whichever was evaluated", ANY_VERSION), *((name, name) for name in fitting)]
    block = variant("alias", sight.subject)
    return select(block, "Of which version", options, initial=chosen, dispatch=True)


def _operator(sight: Sight) -> Block:
    initial = sight.typed.get("operator") or Operator.BELOW.value
    label = "A slice is bad when it is" if sight.kind is Kind.SLICES else "is"
    return select("operator", label, _OPERATORS, initial=initial, dispatch=True)


def _threshold(sight: Sight) -> Block:
    label = {Kind.BUDGET: "Budget", Kind.GAP: "Apart by more than"}.get(sight.kind, "Threshold")
    block = "threshold" if sight.kind is Kind.THRESHOLD else variant("threshold", sight.kind)
    return number(block, label, sight.typed.get("threshold", ""), placeholder="0.9")


def _unit(sight: Sight) -> Block:
    return text_input(
        "unit",
        "Unit",
        initial=sight.typed.get("unit", ""),
        limit=UNIT_LIMIT,
        placeholder="ms, or USD per 1,000",
    )


def _times(sight: Sight) -> Block:
    times = sight.typed.get("for_evaluations") or default_times(sight.kind)
    block = variant("for_evaluations", sight.kind)
    return select(block, "After", _TIMES, initial=times, dispatch=True)


def _severity(sight: Sight) -> Block:
    chosen = sight.typed.get("severity") or "warning"
    return select("severity", "Severity", _SEVERITIES, initial=chosen)


def _about(sight: Sight) -> Block:
    return select("about", "What must not stop", _ABOUT, initial=sight.about, dispatch=True)


def _after(sight: Sight) -> Block:
    initial = sight.typed.get("after") or "72"
    options = hours(initial)
    return select("after", "Nothing for", options, initial=initial, dispatch=True)


def hours(chosen: str) -> list[Option]:
    """Lengths of time, with the chosen one also where it isn't a usual one."""
    usual = dict(HOURS)
    if chosen not in usual and chosen != "0":
        usual[chosen] = f"{chosen} hours"
    return [(words, value) for value, words in usual.items()]


def number(
    block: str,
    label: str,
    initial: str,
    *,
    optional: bool = False,
    placeholder: str = "",
    hint: str = "",
) -> Block:
    return text_input(
        block,
        label,
        initial=initial,
        optional=optional,
        limit=NUMBER_LIMIT,
        placeholder=placeholder,
        hint=hint,
        keep_draft=True,
    )


NEEDED: Mapping[str, Callable[[Sight], Block]] = {
    "model": _model,
    "experiment": _experiment,
    "subject": _subject,
    "metric": _metric,
    "pattern": _pattern,
    "direction": _direction,
    "abs_delta": _abs_delta,
    "alias": _alias,
    "operator": _operator,
    "threshold": _threshold,
    "unit": _unit,
    "for_evaluations": _times,
    "severity": _severity,
    "about": _about,
    "after": _after,
}
