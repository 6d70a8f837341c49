"""From what stands in the form to a rule; sentences by field name where that can't be."""

import re
from datetime import timedelta

from bot.domain.alerts.engine import MOST_EVALUATIONS
from bot.domain.alerts.rules import (
    BaselineKind,
    Condition,
    FairnessGap,
    ModelThreshold,
    NoData,
    Operator,
    Regression,
    RuleDraft,
    RunRegression,
    Severity,
    SliceFloor,
    Staleness,
    Threshold,
)
from bot.domain.metrics import Direction
from bot.errors import InvalidForm
from bot.views.alerts.form_fields import ANY_VERSION, MODEL, default_times
from bot.views.alerts.form_state import Typed
from bot.views.alerts.kinds import Kind
from bot.views.forms import FormState
from bot.views.text import clean

_MOST_TAGS = 10
_MOST_CALLED = 11
_MOST_STARS = 2
_ADDRESS = re.compile(r"https?://[^\s<>|]+", re.IGNORECASE)


def read_draft(kind: Kind, typed: Typed, *, workspace: str, channel: str, author: str) -> RuleDraft:
    """The rule that was filled in, its names not looked up yet; raises InvalidForm by field name.

    The author is neither owner nor deputy where nobody was picked.
    """
    _require_subject(kind, typed)
    owner, *deputies = _called(typed) or [""]
    stale, duration = _hours(typed, "stale_after"), _hours(typed, "for_duration")
    return RuleDraft(
        workspace=workspace,
        channel=channel,
        author=author,
        metric=_metric(kind, typed),
        condition=_condition(kind, typed),
        severity=Severity(typed.get("severity") or "warning"),
        for_evaluations=_times(kind, typed),
        for_duration=timedelta(0) if kind is Kind.STALE else duration,
        tags=_tags(typed.get("tags", "")),
        stale_after=stale if stale and kind is not Kind.STALE else None,
        no_data=NoData(typed.get("no_data") or "keep"),
        owner=owner,
        deputies=tuple(deputies),
        may_wake=typed.get("may_wake") == "yes",
        runbook=_runbook(typed.get("runbook", "")),
        cooldown=_hours(typed, "cooldown"),
    )


def tags_of(text: str) -> tuple[tuple[str, str], ...]:
    """`split=test, country=DE` as pairs; raises ValueError with the part that isn't one."""
    found = []
    for part in re.split(r"[,;\n]", text):
        if not part.strip():
            continue
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not (equals and name and value):
            raise ValueError(part.strip())
        found.append((name, value))
    return tuple(dict(found).items())


def _require_subject(kind: Kind, typed: Typed) -> None:
    """What is watched is the first thing to name."""
    if kind in (Kind.THRESHOLD, Kind.RUN_REGRESSION):
        _experiment(typed)
    elif kind is not Kind.STALE:
        _model(typed)


def _metric(kind: Kind, typed: Typed) -> str:
    if kind is Kind.STALE:
        return typed.get("metric", "").strip()
    if kind in (Kind.SLICES, Kind.GAP):
        pattern = _name(typed, "pattern", "Name the slices' metric, such as f1/slice=*.")
        if "*" not in pattern:
            raise InvalidForm({"pattern": "Put a * where the slice's name stands: f1/slice=*."})
        if "**" in pattern or pattern.count("*") > _MOST_STARS:
            raise InvalidForm({"pattern": "Use one * or two, apart: f1/country=*/device=*."})
        return pattern
    return _name(typed, "metric", "Name the metric, such as val_auc.")


def _condition(kind: Kind, typed: Typed) -> Condition:
    match kind:
        case Kind.REGRESSION | Kind.ROLLING:
            rolling = kind is Kind.ROLLING
            return Regression(
                model=_model(typed),
                direction=_direction(typed),
                abs_delta=_delta(typed),
                rel_delta=_share(typed),
                baseline=BaselineKind.ROLLING if rolling else BaselineKind.CHAMPION,
                drift=typed.get("drift") != "no",
            )
        case Kind.RUN_REGRESSION:
            return RunRegression(
                experiment=_experiment(typed),
                experiment_id="",
                direction=_direction(typed),
                abs_delta=_delta(typed),
                rel_delta=_share(typed),
                drift=typed.get("drift") != "no",
            )
        case Kind.STALE:
            return _staleness(typed)
        case Kind.GAP:
            return FairnessGap(model=_model(typed), bound=_above_zero(typed, "threshold"))
        case _:
            return _limit(kind, typed)


def _limit(kind: Kind, typed: Typed) -> Condition:
    below = Operator.ABOVE if kind is Kind.BUDGET else Operator.BELOW
    operator = below if kind is Kind.BUDGET else Operator(typed.get("operator") or below)
    bound = _number(typed, "threshold")
    if kind is Kind.SLICES:
        return SliceFloor(
            model=_model(typed), operator=operator, bound=bound, at_least=_at_least(typed)
        )
    recovery = _recovery(typed, operator, bound)
    if kind is Kind.THRESHOLD:
        return Threshold(
            experiment=_experiment(typed),
            experiment_id="",
            operator=operator,
            bound=bound,
            recovery=recovery,
        )
    alias = typed.get("alias", "")
    return ModelThreshold(
        model=_model(typed),
        alias="" if alias == ANY_VERSION else alias,
        operator=operator,
        bound=bound,
        recovery=recovery,
        unit=_unit(typed) if kind is Kind.BUDGET else "",
    )


def _staleness(typed: Typed) -> Staleness:
    after = _hours(typed, "after") or timedelta(days=3)
    of_model = typed.get("about") == MODEL if typed.get("about") else bool(typed.get("model"))
    if of_model:
        return Staleness(after=after, model=_model(typed))
    return Staleness(after=after, experiment=_experiment(typed))


def _model(typed: Typed) -> str:
    return _name(typed, "model", "Name the registered model.")


def _experiment(typed: Typed) -> str:
    return _name(typed, "experiment", "Name the experiment.")


def _unit(typed: Typed) -> str:
    return clean(_name(typed, "unit", "Name the unit, such as ms."), 30)


def _direction(typed: Typed) -> Direction:
    if typed.get("direction") not in ("higher", "lower"):
        raise InvalidForm({"direction": "Say which values of this metric are better."})
    return Direction(typed["direction"])


def _delta(typed: Typed) -> float:
    return _above_zero(typed, "abs_delta")


def _above_zero(typed: Typed, field: str) -> float:
    value = _number(typed, field)
    if value <= 0:
        raise InvalidForm({field: "Type a number above 0, such as 0.01."})
    return value


def _share(typed: Typed) -> float | None:
    share = _texts(typed).number("rel_delta", optional=True)
    if share is not None and not 0 < share <= 100:
        raise InvalidForm({"rel_delta": "Type a number of percent between 0 and 100."})
    return None if share is None else share / 100


def _recovery(typed: Typed, operator: Operator, bound: float) -> float | None:
    recovery = _texts(typed).number("recovery", optional=True)
    if recovery is not None and operator.passed(recovery, bound):
        side = "above" if operator is Operator.BELOW else "below"
        raise InvalidForm({"recovery": f"This must be {side} the threshold {bound:g}."})
    return recovery


def _at_least(typed: Typed) -> int:
    found = _texts(typed).number("at_least", optional=True) or 1.0
    if found < 1 or found != int(found):
        raise InvalidForm({"at_least": "Type a whole number such as 1 or 3."})
    return int(found)


def _number(typed: Typed, field: str) -> float:
    found = _texts(typed).number(field)
    assert found is not None
    return found


def _texts(typed: Typed) -> FormState:
    return FormState({name: {name: {"value": text}} for name, text in typed.items()}, {})


def _times(kind: Kind, typed: Typed) -> int:
    if kind is Kind.STALE:
        return 1
    chosen = typed.get("for_evaluations") or default_times(kind)
    return min(max(int(chosen), 1), MOST_EVALUATIONS)


def _hours(typed: Typed, field: str) -> timedelta:
    return timedelta(hours=float(typed.get(field) or "0"))


def _called(typed: Typed) -> list[str]:
    picked = [user for user in typed.get("called", "").split(",") if user]
    if len(picked) > _MOST_CALLED:
        raise InvalidForm({"called": "Pick at most one owner and ten deputies."})
    return picked


def _runbook(text: str) -> str:
    if text and not _ADDRESS.fullmatch(text):
        raise InvalidForm({"runbook": "Paste an address that begins with https:// or http://."})
    return text


def _tags(text: str) -> tuple[tuple[str, str], ...]:
    try:
        found = tags_of(text)
    except ValueError as error:
        part = clean(str(error), 60)
        raise InvalidForm({"tags": f"{part}: type name=value, such as split=test."}) from None
    if len(found) > _MOST_TAGS:
        raise InvalidForm({"tags": f"Name at most {_MOST_TAGS} tags."})
    return found


def _name(typed: Typed, field: str, sentence: str) -> str:
    value = typed.get(field, "").strip()
    if not value:
        raise InvalidForm({field: sentence})
    return value
