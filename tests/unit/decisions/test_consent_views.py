"""The messages and forms of a consent round at their largest, and what each button may do."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.absence import Absence, AbsenceKind
from bot.domain.decisions.consent import (
    Approver,
    ConsentRule,
    ConsentTerms,
    Round,
    Seat,
    Stance,
)
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.record import ChangeKind, DecisionChange, DecisionStatus
from bot.domain.draft import Draft
from bot.domain.links import Links
from bot.domain.person import Person
from bot.errors import InvalidForm
from bot.views.blocks import MESSAGE_SIZE, lines, size
from bot.views.decisions import consent, consent_dm
from bot.views.decisions.card import card, details_modal, shown
from bot.views.decisions.objection import (
    REASON_LIMIT,
    about,
    objection,
    read_objection,
)
from tests.unit.decisions.samples import (
    NOW,
    body,
    filled,
    modal_problems,
    problems,
    record,
    shown_text,
)
from tests.unit.views import largest

SOON = NOW + timedelta(hours=5)
CUT = "There is more; ask for a part of it."


def _seats(alphabet: str, kinds: str, makers: int = 100) -> list[Seat]:
    """A seat a maker, of these kinds in turn."""
    reason = largest.long(alphabet, REASON_LIMIT)
    return [_seat(largest.user(n), kinds[n % len(kinds)], reason) for n in range(makers)]


def _seat(user_id: str, kind: str, reason: str = "") -> Seat:
    away = Absence(kind=AbsenceKind.AWAY, until=date(2026, 12, 31)) if kind == "w" else None
    stance = {"a": Stance.AGREE, "s": Stance.STAND_ASIDE, "o": Stance.OBJECT}.get(kind)
    said = Approver(
        user_id=user_id,
        asked_at=NOW,
        stance=stance,
        reason=reason if kind in "so" else "",
        answered_at=NOW if stance else None,
    )
    due_at = SOON if kind in "wqu" else NOW
    gone, lost = kind in "lg", kind == "u"
    return Seat(approver=said, due_at=due_at, absence=away, left=gone, unreachable=lost)


def _detail(alphabet: str, kinds: str, status: DecisionStatus) -> DecisionDetail:
    it = largest.decision(alphabet, status=status, superseded_by=None)
    terms = ConsentTerms(rule=ConsentRule.AUTHOR, hours=24, silence_consents=True)
    round_ = Round(terms=terms, author=it.author, seats=_seats(alphabet, kinds))
    change = DecisionChange(
        number=it.number,
        kind=ChangeKind.ANSWERED,
        status=status,
        by=largest.user(0),
        at=NOW,
        detail=f"objected: {largest.long(alphabet, REASON_LIMIT)}",
    )
    return DecisionDetail(
        record=replace(it, body=replace(it.body, consent=terms)),
        people=largest.everybody(alphabet),
        round=round_,
        changes=[change] * 100,
    )


@pytest.mark.parametrize("alphabet", list(largest.ALPHABETS.values()), ids=list(largest.ALPHABETS))
@pytest.mark.parametrize("kinds", ["o", "w", "q", "n", "s", "u", "aoswqnlug"])
@pytest.mark.parametrize("status", [DecisionStatus.PROPOSED, DecisionStatus.ACCEPTED])
def test_a_hundred_makers_fit_into_every_message(
    alphabet: str, kinds: str, status: DecisionStatus
) -> None:
    detail = _detail(alphabet, kinds, status)
    first = largest.user(0)
    for message in (
        card(detail, Links(), NOW),
        shown(detail, Links(), NOW),
        consent_dm.question(detail, first, NOW, again=False),
        consent_dm.question(detail, first, NOW, again=True),
        consent_dm.over(detail, "", NOW),
        consent_dm.outdated(detail),
    ):
        assert problems(message) == []
        assert CUT not in shown_text(message.blocks)
        assert any(block["type"] == "actions" for block in message.blocks)
    assert modal_problems(details_modal(detail, Links(), NOW)) == []


def test_the_lines_of_the_card_leave_room_for_the_rest() -> None:
    detail = _detail('"', "oswqn", DecisionStatus.PROPOSED)
    assert size([lines(*consent.card_lines(detail, Links(), NOW))]) < MESSAGE_SIZE / 5


def _round(kinds: str, rule: ConsentRule = ConsentRule.UNANIMOUS) -> DecisionDetail:
    seats = [_seat(f"U{n}", kind, "Cost") for n, kind in enumerate(kinds)]
    people = {
        seat.user_id: Person(
            workspace="T1", user_id=seat.user_id, name=f"N{n}", deleted=kinds[n] == "l"
        )
        for n, seat in enumerate(seats)
    }
    terms = ConsentTerms(rule=rule, hours=6)
    return DecisionDetail(
        record=record(7, DecisionStatus.PROPOSED, body=body(consent=terms), author="U0"),
        people=people,
        round=Round(terms=terms, author="U0", seats=seats),
    )


def _labels(detail: DecisionDetail) -> list[str]:
    blocks = card(detail, Links(), NOW).blocks
    return [element["text"]["text"] for element in blocks[-1]["elements"]]


@pytest.mark.parametrize(
    ("kinds", "rule", "labels"),
    [
        ("aq", ConsentRule.UNANIMOUS, ["Agree", "Stand aside", "Object…", "Reject"]),
        ("ao", ConsentRule.UNANIMOUS, ["Agree", "Stand aside", "Object…", "Reject"]),
        ("aoq", ConsentRule.AUTHOR, ["Agree", "Stand aside", "Object…", "Reject"]),
        ("ao", ConsentRule.AUTHOR, ["Agree", "Stand aside", "Object…", "Accept", "Reject"]),
    ],
)
def test_one_persons_word_makes_way_for_the_answers(
    kinds: str, rule: ConsentRule, labels: list[str]
) -> None:
    detail = _round(kinds, rule)
    assert _labels(detail) == [*labels, "Edit", "Details"]
    shown_card = card(detail, Links(), NOW)
    styles = [element.get("style") for element in shown_card.blocks[-1]["elements"]]
    assert styles.count("primary") <= 1
    assert _labels(replace(detail, round=None)) == ["Accept", "Reject", "Edit", "Details"]


def test_every_seat_says_how_it_is() -> None:
    text = shown_text(card(_round("aswnl"), Links(), NOW).blocks).replace("\n", "")
    assert (
        "Consent N0 agrees · N1 stands aside: Cost · N2 is away until Thu 31 Dec · "
        "N3 said nothing in their 6 hours · N4 has left"
    ) in text
    text = shown_text(card(_round("ug"), Links(), NOW).blocks).replace("\n", "")
    assert "N0 can't be reached by direct message · N1 can't decide here any more" in text


def test_objections_are_shown_before_others_are_and_the_rest_is_counted() -> None:
    text = shown_text(card(_round("aaaaaaqqno"), Links(), NOW).blocks).replace("\n", "")
    assert "N9 objects: Cost · and 5 more: 2 agree, 2 asked, 1 silent" in text


def _objection(draft: Draft | None = None, reason: str = "") -> dict[str, Any]:
    terms = ConsentTerms(rule=ConsentRule.UNANIMOUS, hours=6)
    item = record(7, DecisionStatus.PROPOSED, version=3)
    return objection(item, terms, reason, draft)


def test_an_objection_comes_back_with_what_it_is_about() -> None:
    modal = _objection()
    assert modal_problems(modal) == []
    state = filled(modal, {"reason": " Twice\u200b the cost\nand no gain "})
    assert about(state) == (7, 3)
    assert read_objection(state) == "Twice the cost\nand no gain"
    for nothing in ("", "  ", "\u200b"):
        with pytest.raises(InvalidForm, match="Say why"):
            read_objection(filled(modal, {"reason": nothing}))


def test_a_draft_comes_before_the_reason_that_was_given() -> None:
    values = {"reason": {"reason": {"type": "plain_text_input", "value": "Latency, too"}}}
    draft = Draft(workspace="T1", user_id="U1", place="objection:D-7", values=values, saved_at=NOW)
    modal = _objection(draft, "Cost")
    assert modal["blocks"][1]["element"]["initial_value"] == "Latency, too"
    assert _objection(None, "Cost")["blocks"][1]["element"]["initial_value"] == "Cost"
    longest = _objection(None, largest.long('"', REASON_LIMIT))
    assert modal_problems(longest) == []


def test_typed_markup_in_a_reason_is_shown_as_typed() -> None:
    detail = _round("ao")
    assert detail.round is not None
    evil = "<!channel> <https://evil|Jira> *x*"
    first, second = detail.round.seats
    said = replace(second, approver=replace(second.approver, reason=evil))
    detail = replace(detail, round=replace(detail.round, seats=[first, said]))
    for message in (card(detail, Links(), NOW), consent_dm.over(detail, "", NOW)):
        assert "<!channel>" not in message.text
        rich = [block for block in message.blocks if block["type"] == "rich_text"]
        assert evil in shown_text(rich)
        kinds = {e["type"] for b in rich for section in b["elements"] for e in section["elements"]}
        assert kinds <= {"text", "date"}
