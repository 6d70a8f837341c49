"""What is wrong, in one line that stands alone."""

from bot.domain.alerts.comparing import is_number
from bot.domain.alerts.rules import (
    FairnessGap,
    ModelThreshold,
    Regression,
    RuleDraft,
    RunRegression,
    SliceFloor,
    Staleness,
    Threshold,
)
from bot.domain.alerts.states import Baseline, Phase, Sample

_THEN = {
    " is slowly getting worse": " was slowly getting worse",
    " is worse": " was worse",
    " is not a number": " was not a number",
    " is below ": " was below ",
    " is above ": " was above ",
}


def title(
    rule: RuleDraft,
    sample: Sample | None,
    reason: str,
    baseline: Baseline | None,
    phase: Phase = Phase.FIRING,
) -> str:
    """The title of an incident in `phase`, for `reason`; outside names stand as they are."""
    if phase is Phase.NO_DATA:
        return _capital(reason)
    match rule.condition:
        case Staleness():
            return _capital(reason)
        case ModelThreshold():
            return reason
        case Threshold(experiment=experiment):
            return f"{experiment}: {reason}"
        case SliceFloor() | FairnessGap():
            return f"{_who(rule, sample)}, {rule.metric}: {reason}"
        case Regression() | RunRegression():
            return _worse(rule, sample, reason, baseline, phase)


def past(text: str) -> str:
    """A title once it is over."""
    for now, then in _THEN.items():
        if now in text:
            return text.replace(now, then, 1)
    return text


def _worse(
    rule: RuleDraft, sample: Sample | None, reason: str, baseline: Baseline | None, phase: Phase
) -> str:
    who = _who(rule, sample)
    if phase is Phase.INVALID or (sample is not None and not is_number(sample.value)):
        return f"{who}: {reason}"
    if phase is Phase.DRIFTING:
        return f"{who} is slowly getting worse: {reason}"
    if baseline is None:
        return f"{who} is worse than usual: {reason}"
    if sample is not None and sample.version == baseline.version:
        return f"{who} (champion) is worse: {reason}"
    return f"{who} is worse than champion v{baseline.version}: {reason}"


def _who(rule: RuleDraft, sample: Sample | None) -> str:
    version = f" v{sample.version}" if sample and sample.version else ""
    return f"{rule.model}{version}" if rule.model else rule.experiment


def _capital(reason: str) -> str:
    return reason[:1].upper() + reason[1:]
