"""The fields of a decision's form that say how it is decided."""

from bot.domain.decisions.consent import HOURS, ConsentRule, ConsentTerms
from bot.domain.decisions.record import DecisionStatus
from bot.errors import InvalidForm
from bot.ports.chat import Block
from bot.views.forms import FormState, Option, checkboxes, select

FIELD_RULE = "consent_rule"
FIELD_HOURS = "consent_hours"
FIELD_SILENCE = "consent_silence"

USUAL_HOURS = 6

_DECIDED = "decided"
_OPEN = "open"

_RULES: tuple[Option, ...] = (
    ("Ask the makers: nobody may object", ConsentRule.UNANIMOUS.value),
    ("Ask the makers: the majority decides", ConsentRule.MAJORITY.value),
    ("Ask the makers, then I decide", ConsentRule.AUTHOR.value),
)
_IS_DECIDED: Option = ("It is decided: it holds from now on", _DECIDED)
_STAYS_OPEN: Option = ("Still open: accepted or rejected later", _OPEN)
_HOURS: tuple[Option, ...] = tuple(
    (f"{hours} working hours of each maker", str(hours)) for hours in HOURS
)
_SILENCE: tuple[Option, ...] = (("Who says nothing until then consents", "yes"),)


def terms_inputs(
    terms: ConsentTerms | None, status: DecisionStatus, *, editing: bool = False
) -> list[Block]:
    """How it is decided, with these terms and status chosen.

    An edit changes no status, so `editing` doesn't offer that it is decided.
    """
    offered = [*([] if editing else [_IS_DECIDED]), *_RULES, _STAYS_OPEN]
    without = _DECIDED if status is DecisionStatus.ACCEPTED else _OPEN
    return [
        select(
            FIELD_RULE,
            "How is it decided?",
            offered,
            initial=terms.rule.value if terms else without,
        ),
        select(
            FIELD_HOURS,
            "Time to answer",
            _HOURS,
            initial=str(terms.hours if terms and terms.hours in HOURS else USUAL_HOURS),
            hint="Where makers are asked: nights, weekends, holidays and days away don't count.",
        ),
        checkboxes(
            FIELD_SILENCE,
            "Silence",
            _SILENCE,
            initial=["yes"] if terms and terms.silence_consents else [],
            optional=True,
        ),
    ]


def read_terms(state: FormState) -> ConsentTerms | None:
    """How the makers are to be asked, or None where they aren't; raises InvalidForm."""
    chosen = _chosen(state)
    if chosen in (_DECIDED, _OPEN):
        return None
    return ConsentTerms(
        rule=ConsentRule(chosen),
        hours=_read_hours(state),
        silence_consents=bool(state.checked(FIELD_SILENCE)),
    )


def read_status(state: FormState) -> DecisionStatus:
    """Whether it holds from now on, or is only proposed; raises InvalidForm."""
    decided = _chosen(state) == _DECIDED
    return DecisionStatus.ACCEPTED if decided else DecisionStatus.PROPOSED


def _chosen(state: FormState) -> str:
    chosen = state.choice(FIELD_RULE)
    if chosen not in {_DECIDED, _OPEN, *ConsentRule}:
        raise InvalidForm({FIELD_RULE: "Choose how it is decided."})
    return chosen


def _read_hours(state: FormState) -> int:
    chosen = state.choice(FIELD_HOURS)
    if chosen not in {str(hours) for hours in HOURS}:
        raise InvalidForm({FIELD_HOURS: "Choose how long each maker has."})
    return int(chosen)
