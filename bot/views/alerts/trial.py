"""A dry run in words."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.alerts.replay import Episode
from bot.domain.alerts.rules import Regression, RuleDraft, RunRegression, Staleness
from bot.domain.alerts.states import Baseline
from bot.domain.alerts.trial import Calmer, Nearest, Trial
from bot.domain.metrics import figure
from bot.views.alerts.wording import span
from bot.views.text import Line, clean, count, moment, times, words

_SHOWN = 3
_REASON_LIMIT = 140


def trial(
    rule: RuleDraft, found: Trial, now: datetime, baseline: Baseline | None = None
) -> list[Line]:
    """What the rule would have said, in one to a few lines."""
    days = count(round((now - found.since).total_seconds() / 86400), "day")
    if not found.evaluations and not found.episodes:
        return [[words("Nothing to try it on", bold=True), f": no evaluation in the last {days}."]]
    against = _against(found, days, baseline)
    if not found.episodes:
        head = words("Would never have fired", bold=True)
        return [[head, f" in the last {days}", *_nearest(rule, found.nearest), ".", against]]
    fired = words(f"Would have fired {times(len(found.episodes))}", bold=True)
    if found.is_noisy:
        return [[fired, f" in the last {days}: that is noise.", *_try(rule, found.calmer), against]]
    first: Line = [fired, f" in the last {days}", *_now(found.episodes), ".", against]
    shown = found.episodes[-_SHOWN:]
    earlier = len(found.episodes) - len(shown)
    more: list[Line] = [[f"and {count(earlier, 'time')} before that"]] if earlier else []
    return [first, *(_episode(each) for each in reversed(shown)), *more]


def change(before: RuleDraft, after: RuleDraft) -> str:
    """What a calmer rule has that this one hasn't, such as `for 3 evaluations`."""
    if after.for_evaluations != before.for_evaluations:
        return f"for {after.for_evaluations} evaluations"
    if isinstance(after.condition, Regression | RunRegression):
        return f"worse by more than {figure(after.condition.abs_delta)}"
    if isinstance(after.condition, Staleness):
        return f"nothing for {span(after.condition.after)}"
    return "another limit"


def incomplete(sentence: str) -> list[Line]:
    """Why there is no dry run yet."""
    return [[words("Not tried yet", bold=True), f": {clean(sentence)}"]]


def _against(found: Trial, days: str, baseline: Baseline | None) -> str:
    of = f" {count(found.evaluations, 'evaluation')} in these {days}"
    if baseline is None:
        return f"{of}."
    return f"{of}, measured against today's champion v{baseline.version} {figure(baseline.value)}."


def _nearest(rule: RuleDraft, nearest: Nearest | None) -> Line:
    if nearest is None:
        return []
    at = moment(nearest.at, "{date_short}")
    if nearest.pause is not None:
        return [f"; the longest pause was {span(nearest.pause)} until ", at]
    value = f"{clean(rule.metric, 80)} {figure(nearest.value or 0.0)}"
    if nearest.place:
        value += f" ({clean(nearest.place, 80)})"
    if not nearest.bad:
        return [f"; the nearest was {value} on ", at]
    bad = "one bad evaluation" if nearest.bad == 1 else f"{nearest.bad} bad evaluations in a row"
    return [f"; {bad} ({value}, {clean(nearest.name, 60)}, ", at, f"), {_needed(rule, nearest)}"]


def _needed(rule: RuleDraft, nearest: Nearest) -> str:
    if nearest.bad < rule.for_evaluations:
        return f"{rule.for_evaluations} in a row are needed"
    return f"and it must last {span(rule.for_duration)}"


def _try(rule: RuleDraft, calmer: Calmer | None) -> Line:
    if calmer is None and isinstance(rule.condition, Staleness):
        return []
    if calmer is None:
        return [" Choose a limit that is passed less often."]
    return [" Try ", words(change(rule, calmer.rule), bold=True), f": {times(calmer.times)}."]


def _now(episodes: Sequence[Episode]) -> Line:
    if episodes[-1].ended_at is None:
        return ["; ", words("still bad now", bold=True)]
    return ["; now quiet"]


def _episode(one: Episode) -> Line:
    reason = clean(one.reason, _REASON_LIMIT)
    at = moment(one.opened_at, "{date_short}")
    if one.ended_at is None:
        return ["• since ", at, f" ({reason})"]
    return ["• ", at, f" for {span(one.ended_at - one.opened_at)} ({reason})"]
