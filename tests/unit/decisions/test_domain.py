"""The life cycle of decisions, how they are named, how they are searched."""

from datetime import timedelta

import pytest

from bot.domain.decisions.record import (
    DecisionStatus,
    edit_refusal,
    is_reference,
    number_of,
    refusal,
)
from bot.domain.decisions.search import fold, search_words, searchable, snippet
from bot.errors import InvalidInput
from tests.unit.decisions.samples import NOW, body, record

S = DecisionStatus
ALLOWED = {
    (S.PROPOSED, S.ACCEPTED),
    (S.PROPOSED, S.REJECTED),
    (S.ACCEPTED, S.DEPRECATED),
    (S.ACCEPTED, S.SUPERSEDED),
}


@pytest.mark.parametrize("now_in", list(S))
@pytest.mark.parametrize("to", list(S))
def test_only_the_moves_of_the_life_cycle_are_allowed(
    now_in: DecisionStatus, to: DecisionStatus
) -> None:
    refused = refusal(record(7, now_in), to)
    assert (refused == "") == ((now_in, to) in ALLOWED)
    assert not refused or "D-7" in refused


def test_only_a_proposal_can_be_edited() -> None:
    assert edit_refusal(record(status=S.PROPOSED)) == ""
    assert "`/decide supersede D-1`" in edit_refusal(record(status=S.ACCEPTED))
    assert "D-4" in edit_refusal(record(status=S.SUPERSEDED, superseded_by=4))
    assert "was rejected and stays so" in edit_refusal(record(status=S.REJECTED))


def test_being_superseded_keeps_the_time_of_the_decision() -> None:
    later = NOW + timedelta(days=9)
    accepted = record(status=S.PROPOSED).moved(S.ACCEPTED, NOW)
    gone = accepted.moved(S.SUPERSEDED, later, superseded_by=2)
    assert (gone.decided_at, gone.superseded_by, gone.version) == (NOW, 2, 3)


@pytest.mark.parametrize(
    "typed", ["D-12", "d-12", "12", "D12", "d 12", " D-012 ", "#12", "D–12", "d - 12"]
)
def test_a_number_is_understood_in_many_spellings(typed: str) -> None:
    assert number_of(typed) == 12
    assert is_reference(typed)


@pytest.mark.parametrize("typed", ["", "D-", "twelve", "12 models", "D-1-2", "1234567890", "-1"])
def test_anything_else_is_not_a_number(typed: str) -> None:
    assert not is_reference(typed)
    with pytest.raises(InvalidInput, match="D-12"):
        number_of(typed)


def test_words_are_compared_without_case_in_every_script() -> None:
    assert search_words('  "Ökonomie"  ΣΊΣΥΦΟΣ ökonomie ') == ("ökonomie", fold("σίσυφος"))
    assert fold("Straße") in searchable(body(context="Die STRASSE"))


def test_a_search_needs_one_to_twenty_words() -> None:
    for query in ("", ' " “ '):
        with pytest.raises(InvalidInput, match="Type what to look for"):
            search_words(query)
    with pytest.raises(InvalidInput, match="these are 21"):
        search_words(" ".join(f"w{i}" for i in range(21)))


def test_a_snippet_shows_the_match_with_its_surroundings() -> None:
    text = "a " * 100 + "Threshold moved\nto 0.4 " + "b " * 100
    cut = snippet(body(context=text), ["threshold"], around=20)
    assert "Threshold moved to 0.4" in cut
    assert cut.startswith("…")
    assert cut.endswith("…")
    assert len(cut) < 60


def test_a_match_in_the_title_only_shows_the_outcome() -> None:
    assert snippet(body(), ["lightgbm"]) == "It wins on every slice."
