"""What comes of a consent round, in phrases that name people."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from bot.domain.decisions.consent import Round, Seat, Stance

NameOf = Callable[[str], str]
"""A user id to what people call them."""

ANSWERED = {Stance.AGREE: "agreed", Stance.STAND_ASIDE: "stood aside", Stance.OBJECT: "objected"}
"""What somebody did, as the audit trail says it after their name."""

_MOST_NAMES = 5


def is_objection(detail: str) -> bool:
    """Whether an answer in the audit trail, by its detail, is an objection."""
    return detail.startswith(ANSWERED[Stance.OBJECT])


def accepted(round_: Round, now: datetime, name_of: NameOf) -> str:
    """How an accepted round came about, after `accepted it`."""
    agree, against = round_.sides(now)
    if waiting := round_.waiting(now):
        return f"by {agree} of {len(round_.seats)}; {names(waiting, name_of)} hadn't answered yet"
    if not against:
        return f"by consent of all{_silence_counted(round_, now, name_of)}"
    majority = f"by a majority of {agree} to {against}, "
    return majority + _despite(round_, now, name_of) + _silence_counted(round_, now, name_of)


def overruled(round_: Round, now: datetime, name_of: NameOf) -> str:
    """How its author's word ended a round, after `accepted it`."""
    agreed = "by consent of all" if round_.saying(Stance.AGREE) else "in which nobody agreed"
    return f"after the consent round, {_despite(round_, now, name_of) or agreed}"


def obstacles(round_: Round, now: datetime, name_of: NameOf) -> str:
    """What keeps a round that is over from being accepted: `Lena objects and Yuki said nothing`.

    Only its author, where everybody consents.
    """
    parts = []
    if objecting := round_.saying(Stance.OBJECT):
        parts.append(f"{names(objecting, name_of)} {_verb(objecting, 'objects', 'object')}")
    if silent := _unconsenting(round_, now):
        parts.append(f"{names(silent, name_of)} said nothing in their {hours(round_)}")
    all_agree = "everybody consents" if round_.saying(Stance.AGREE) else "nobody agrees"
    return " and ".join(parts) or all_agree


def names(seats: Sequence[Seat], name_of: NameOf) -> str:
    """`Lena`, `Lena and Yuki`, `Lena, Yuki and 7 more`."""
    return joined(few([name_of(seat.user_id) for seat in seats]))


def few(known: Sequence[str]) -> Sequence[str]:
    """The first names, and how many more there are, where they would be too long for a sentence."""
    if len(known) <= _MOST_NAMES:
        return known
    return [*known[: _MOST_NAMES - 1], f"{len(known) - _MOST_NAMES + 1} more"]


def joined(parts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def hours(round_: Round) -> str:
    """`6 hours`."""
    return "1 hour" if round_.terms.hours == 1 else f"{round_.terms.hours} hours"


def _despite(round_: Round, now: datetime, name_of: NameOf) -> str:
    parts = []
    if objecting := round_.saying(Stance.OBJECT):
        parts.append(f"over the objection of {names(objecting, name_of)}")
    if silent := _unconsenting(round_, now):
        parts.append(f"though {names(silent, name_of)} said nothing in their {hours(round_)}")
    return " and ".join(parts)


def _silence_counted(round_: Round, now: datetime, name_of: NameOf) -> str:
    silent = round_.silent(now)
    if not silent or not round_.terms.silence_consents:
        return ""
    said = f"{names(silent, name_of)} said nothing in their {hours(round_)}"
    return f"; {said}, which counts as consent"


def _unconsenting(round_: Round, now: datetime) -> list[Seat]:
    return [] if round_.terms.silence_consents else round_.silent(now)


def _verb(seats: Sequence[Seat], one: str, many: str) -> str:
    return one if len(seats) == 1 else many
