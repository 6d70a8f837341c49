"""What people see of a decision's consent."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bot.domain.absence import AbsenceKind
from bot.domain.decisions import consent_words
from bot.domain.decisions.consent import ConsentRule, Round, Seat, Stance, Standing
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.domain.links import Links
from bot.views.blocks import button
from bot.views.standups import day_name
from bot.views.text import Line, Piece, clean, cut, moment, words

ACTION_AGREE = "decision.agree"
ACTION_STAND_ASIDE = "decision.stand_aside"
ACTION_OBJECT = "decision.object"

_NAME_LIMIT = 30
_SEATS_SHOWN = 5
_REASONS_SHOWN = 3
_REASON_LIMIT = 80
_REASONS_IN_FULL = 30

_NOW = {Stance.AGREE: "agrees", Stance.STAND_ASIDE: "stands aside", Stance.OBJECT: "objects"}
_THEN = {Stance.AGREE: "agreed", Stance.STAND_ASIDE: "stood aside", Stance.OBJECT: "objected"}
_MANY = {Stance.AGREE: "agree", Stance.STAND_ASIDE: "stand aside", Stance.OBJECT: "object"}


def card_lines(detail: DecisionDetail, links: Links, now: datetime) -> list[Line]:
    """The lines of the card: what each maker says, and where the round stands."""
    round_ = detail.round
    if round_ is None:
        return []
    seats = _line_of_seats(detail, round_, now)
    if detail.record.status is not DecisionStatus.PROPOSED:
        return [seats]
    return [seats, [words(_terms(detail, round_), italic=True)], *_over(detail, round_, now)]


def buttons(detail: DecisionDetail, now: datetime) -> list[dict[str, Any]]:
    """The buttons of the card: the answers, as long as they can be given."""
    if detail.round is None or detail.record.status is not DecisionStatus.PROPOSED:
        return []
    asking = detail.round.standing(now) is Standing.ASKING
    return answer_buttons(detail.record, None, "primary" if asking else "")


def answer_buttons(
    record: DecisionRecord, given: Stance | None, style: str = "primary"
) -> list[dict[str, Any]]:
    """A button for each answer but the one that was given; an objection can always be reworded."""
    value = f"{record.number}|{record.version}"
    first = style if given is None else ""
    found = {
        Stance.AGREE: button("Agree", ACTION_AGREE, value, style=first),
        Stance.STAND_ASIDE: button("Stand aside", ACTION_STAND_ASIDE, value),
        Stance.OBJECT: button("Object…", ACTION_OBJECT, value),
    }
    kept = given if given is not Stance.OBJECT else None
    return [element for stance, element in found.items() if stance is not kept]


def asked_about(value: str) -> tuple[int, int]:
    """The decision's number and version in the value of an answer's button."""
    number, version = value.split("|")
    return int(number), int(version)


def words_of_one(detail: DecisionDetail, now: datetime) -> frozenset[DecisionStatus]:
    """What one person's word may make of a proposal: a round leaves its author the rejection, and
    the rest once it is over and theirs to decide."""
    both = frozenset({DecisionStatus.ACCEPTED, DecisionStatus.REJECTED})
    if detail.round is None:
        return both
    over = detail.round.standing(now) in (Standing.AUTHOR_DECIDES, Standing.ACCEPTED)
    return both if over else frozenset({DecisionStatus.REJECTED})


def reasons(detail: DecisionDetail) -> list[Line]:
    """What makers wrote to their answers, in full."""
    seats = detail.round.seats if detail.round else ()
    given = [seat for seat in seats if seat.approver.reason]
    found: list[Line] = []
    for seat in given[:_REASONS_IN_FULL]:
        head = f"{name_of(detail)(seat.user_id)} {_said(detail, seat)}: "
        found.append([words(head, bold=True), words(seat.approver.reason)])
    if len(given) > _REASONS_IN_FULL:
        found.append([f"and {len(given) - _REASONS_IN_FULL} more reasons"])
    return found


def name_of(detail: DecisionDetail) -> Callable[[str], str]:
    """What people are called here."""

    def name(user_id: str) -> str:
        person = detail.people.get(user_id)
        return clean(person.name, _NAME_LIMIT) if person else user_id

    return name


def _line_of_seats(detail: DecisionDetail, round_: Round, now: datetime) -> Line:
    shown = _shown(round_)
    line: Line = [words("Consent ", bold=True)]
    for index, seat in enumerate(shown):
        with_reason = seat in [each for each in shown if each.approver.reason][:_REASONS_SHOWN]
        line.extend([" · "] if index else [])
        line.extend(_seat(detail, round_, seat, now, with_reason=with_reason))
    rest = [seat for seat in round_.seats if seat not in shown]
    return [*line, f" · and {len(rest)} more: {_counted(rest, now)}"] if rest else line


def _shown(round_: Round) -> list[Seat]:
    """Objections stand in the way, so none of the first is left out; all in the makers' order."""
    objecting = [each for each in round_.seats if each.approver.stance is Stance.OBJECT]
    others = [seat for seat in round_.seats if seat not in objecting]
    chosen = [*objecting[:_SEATS_SHOWN], *others][:_SEATS_SHOWN]
    return [seat for seat in round_.seats if seat in chosen]


def _seat(
    detail: DecisionDetail, round_: Round, seat: Seat, now: datetime, *, with_reason: bool
) -> list[Piece | str]:
    name = words(f"{name_of(detail)(seat.user_id)} ")
    if seat.approver.stance is not None:
        gone = f" ({_gone(detail, seat)})" if seat.left else ""
        said = f"{_said(detail, seat)}{gone}"
        if with_reason:
            return [name, words(f"{said}: {cut(_one_line(seat), _REASON_LIMIT)}")]
        return [name, said]
    if seat.left:
        return [name, _gone(detail, seat)]
    if detail.record.status is not DecisionStatus.PROPOSED:
        return [name, "hadn't answered"]
    if seat.is_silent(now):
        counted = ", which counts as consent" if round_.terms.silence_consents else ""
        return [name, f"said nothing in their {consent_words.hours(round_)}{counted}"]
    if seat.absence is not None and seat.absence.kind is AbsenceKind.AWAY and seat.absence.until:
        return [name, f"is away until {day_name(seat.absence.until)}"]
    if seat.unreachable:
        return [name, "can't be reached by direct message"]
    return [name, "is asked until ", moment(seat.due_at)]


def _gone(detail: DecisionDetail, seat: Seat) -> str:
    person = detail.people.get(seat.user_id)
    return "has left" if person is None or person.deleted else "can't decide here any more"


def _said(detail: DecisionDetail, seat: Seat) -> str:
    assert seat.approver.stance is not None
    tense = _NOW if detail.record.status is DecisionStatus.PROPOSED else _THEN
    return tense[seat.approver.stance]


def _one_line(seat: Seat) -> str:
    return clean(seat.approver.reason, _REASON_LIMIT + 1)


def _counted(seats: Sequence[Seat], now: datetime) -> str:
    found = Counter(_kind(seat, now) for seat in seats)
    return ", ".join(f"{number} {kind}" for kind, number in found.items())


def _kind(seat: Seat, now: datetime) -> str:
    if seat.approver.stance is not None:
        return _MANY[seat.approver.stance]
    if seat.left:
        return "left"
    return "asked" if seat.is_waited_for(now) else "silent"


def _terms(detail: DecisionDetail, round_: Round) -> str:
    author = name_of(detail)(round_.author)
    rule = {
        ConsentRule.UNANIMOUS: "nobody may object",
        ConsentRule.MAJORITY: "the majority decides",
        ConsentRule.AUTHOR: f"then {author} decides",
    }[round_.terms.rule]
    silence = "; silence counts as consent" if round_.terms.silence_consents else ""
    return f"{consent_words.hours(round_)} of each maker's working time; {rule}{silence}"


def _over(detail: DecisionDetail, round_: Round, now: datetime) -> list[Line]:
    standing, author = round_.standing(now), name_of(detail)(round_.author)
    why = consent_words.obstacles(round_, now, name_of(detail))
    if standing is Standing.AUTHOR_DECIDES:
        return [[words(f"The round is over: {why}. {author} decides.")]]
    if standing is Standing.STUCK:
        hint = f"An answer can still be changed; {author} can edit or reject it."
        return [[words(f"The round is over and doesn't accept it: {why}. {hint}")]]
    return []
