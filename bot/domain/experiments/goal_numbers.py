"""How a goal's number is said in plain words: a phrase with the number in it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

VALUE = "{value}"
"""Where the number stands in a phrase."""

PHRASE_LIMIT = 120

_DIGITS = 4
_MOST_DECIMALS = 8


class NumberForm(StrEnum):
    """How a number is written: as it is, as 87 %, or as 87 of 100."""

    PLAIN = "plain"
    PERCENT = "percent"
    OF_100 = "of_100"


@dataclass(frozen=True, kw_only=True)
class Wording:
    """A phrase such as `The model finds {value} of 100 leavers`, and how its number is written.

    `scale` is what a measured value is multiplied by: 100 where a share is said per hundred.
    """

    phrase: str
    form: NumberForm
    scale: int = 1


def wording(phrase: str, form: NumberForm, *known: float) -> Wording:
    """The wording for these known values: where one is above 1 they are no shares of one."""
    share = form is not NumberForm.PLAIN and all(_is_share(value) for value in known)
    return Wording(phrase=phrase, form=form, scale=100 if share else 1)


def target_of(typed: float, is_percent: bool, form: NumberForm, *known: float) -> tuple[float, str]:
    """A typed target in the unit of a metric with these known values, the last as it is now; and
    as a sentence why it can't be in that unit, empty where it can.

    90 % of a share are 0.9; where a known value is above 1, the metric itself is in percent. Only a
    number that is said per hundred has to be on the same side of 1 as its target.
    """
    if is_percent and not all(_is_share(value) for value in known):
        return typed, ""
    # Dividing keeps 12 % at 0.12 exactly; multiplying by 0.01 would not.
    target = typed / 100 if is_percent else typed
    now = known[-1] if known else 0.0
    if form is NumberForm.PLAIN or not (target and now) or _is_share(target) == _is_share(now):
        return target, ""
    meant = target * 100 if _is_share(target) else target / 100
    return target, (
        f"The number is {now:.4g} now, so {target:.4g} isn't in its unit. Type {meant:.4g}, or "
        "have the number written as it is."
    )


def numbers(said: Wording, *values: float) -> list[str]:
    """Finite values as bare numbers, with as many decimals as it takes to tell those apart that
    differ."""
    different = len(set(values))
    shown: list[str] = []
    for decimals in range(_fewest_decimals(said, values), _MOST_DECIMALS + 1):
        shown = [_rounded(value * said.scale, decimals) for value in values]
        if len(set(shown)) == different:
            break
    return shown


def sentence(said: Wording, number: str) -> str:
    """The phrase with that bare number in it, without a full stop: `It finds 87 of 100 leavers`."""
    before, _, after = said.phrase.partition(VALUE)
    return f"{before}{number}{_unit(said.form, after)}{after}".strip().rstrip(".").rstrip()


def with_unit(form: NumberForm, number: str) -> str:
    """The number where it stands alone: `87 %`, `87 of 100`."""
    return f"{number}{_unit(form, '')}"


def distance(form: NumberForm, one: str, other: str) -> str:
    """How far two bare numbers are apart, in words: `3 of 100`, `3 points`, `0.02`."""
    apart = abs(_decimal(one) - _decimal(other))
    text = _grouped(f"{apart.normalize():f}")
    if form is NumberForm.PERCENT:
        return f"{text} {'point' if apart == 1 else 'points'}"
    return f"{text} of 100" if form is NumberForm.OF_100 else text


def problem(phrase: str) -> str:
    """What is wrong with a typed phrase, as a sentence; empty where it can be used."""
    if phrase.count(VALUE) != 1:
        return "Write {value} once, where the number goes: The model finds {value} of 100 leavers."
    if not phrase.replace(VALUE, "").strip():
        return "Say in a few words what the number is: The model finds {value} of 100 leavers."
    return ""


def _is_share(value: float) -> bool:
    return abs(value) <= 1


def _fewest_decimals(said: Wording, values: Sequence[float]) -> int:
    """None of 100, one of a percentage; of other numbers so many that four digits are shown."""
    if said.form is not NumberForm.PLAIN:
        return 1 if said.form is NumberForm.PERCENT else 0
    largest = max(map(abs, values), default=0.0)
    before = math.floor(math.log10(largest)) if largest else 0
    return min(max(_DIGITS - 1 - before, 0), _MOST_DECIMALS)


def _unit(form: NumberForm, after: str) -> str:
    """What the form adds, unless the phrase goes on with it."""
    follows = after.lstrip().casefold()
    if form is NumberForm.PERCENT:
        return "" if follows.startswith(("%", "percent", "per cent")) else " %"
    if form is NumberForm.OF_100:
        return (
            ""
            if follows.startswith(("of 100", "of every 100", "out of 100", "in 100"))
            else (" of 100")
        )
    return ""


def _rounded(value: float, decimals: int) -> str:
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else _grouped(text)


def _grouped(text: str) -> str:
    """Thousands apart: `1,250`."""
    whole, point, rest = text.partition(".")
    digits = whole.removeprefix("-")
    return f"{int(whole):,}{point}{rest}" if digits.isdecimal() and len(digits) > 3 else text


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace(",", ""))
