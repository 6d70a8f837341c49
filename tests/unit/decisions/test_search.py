"""What people type to find decisions, and the piece of a text that shows the match."""

from datetime import UTC, date, datetime

import pytest

from bot.domain.decisions.filters import are_filters, parse
from bot.domain.decisions.record import DecisionStatus
from bot.domain.decisions.search import Query, fold, search_words, snippet
from bot.errors import InvalidInput
from storage import full_text
from tests.unit.decisions.samples import body

S = DecisionStatus


def test_words_are_folded_in_every_script_and_counted_once() -> None:
    assert search_words('  "Ökonomie"  ΣΊΣΥΦΟΣ ökonomie % ') == ("ökonomie", fold("σίσυφος"))
    assert search_words(' " “ % ') == ()


def test_a_search_takes_twenty_words_and_five_hundred_characters() -> None:
    assert len(search_words(" ".join(f"w{i}" for i in range(20)))) == 20
    with pytest.raises(InvalidInput, match="these are 21"):
        search_words(" ".join(f"w{i}" for i in range(21)))
    for read in (search_words, parse):
        with pytest.raises(InvalidInput, match="500"):
            read("x" * 501)


def test_filters_are_taken_out_of_what_was_typed() -> None:
    typed = parse(
        'calibrating tag:churn thresholds by:<@U0LENA|lena> by:@yuki by:"Marcus Reed" tag:#q1 '
        "status:Accepted since:2026-01 until:2026-06"
    )
    assert typed.text == "calibrating thresholds"
    assert typed.names == ("yuki", "Marcus Reed")
    assert typed.query == Query(
        status=S.ACCEPTED,
        tags=("churn", "q1"),
        people=("U0LENA",),
        since=date(2026, 1, 1),
        until=date(2026, 6, 30),
    )


@pytest.mark.parametrize(
    ("typed", "since", "until"),
    [
        ("since:2026", date(2026, 1, 1), None),
        ("from: 2026-02-03 to: 2026-02", date(2026, 2, 3), date(2026, 2, 28)),
        ("until:2024-02", None, date(2024, 2, 29)),
        ("UNTIL:2026", None, date(2026, 12, 31)),
        ("since:2026-1-5", date(2026, 1, 5), None),
    ],
)
def test_a_date_may_be_a_day_a_month_or_a_year(
    typed: str, since: date | None, until: date | None
) -> None:
    query = parse(typed).query
    assert (query.since, query.until) == (since, until)


def test_both_days_are_included() -> None:
    query = parse("since:2026-06-01 until:2026-06-01").query
    assert query.begins_at == datetime(2026, 6, 1, tzinfo=UTC)
    assert query.ends_before == datetime(2026, 6, 2, tzinfo=UTC)
    assert parse("until:9999-12-31").query.ends_before is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("since:soon", "I don't know the date in `since:soon`. Type `since:2026-01-15`"),
        ("since:2026-02-30", "I don't know the date"),
        ("until:0000", "I don't know the date"),
        ("since:2026-02 until:2026-01", "swap them"),
        ("status:acepted", "Did you mean `status:accepted`"),
        ("status:green", "There are proposed, accepted"),
        ("stauts:accepted", "I don't know `stauts:`. Did you mean `status:accepted`"),
        ("unitl:2026", "Did you mean `until:2026`"),
        ("by:@", "such as `by:@lena`"),
        ('tag:""', "such as `tag:churn`"),
    ],
)
def test_a_filter_that_is_not_right_gets_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(typed)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "typed", ["lr:0.1", "https://x.test/a", "at 10:30", "a:b", "x=1", "tag :a"]
)
def test_other_words_with_a_colon_are_words(typed: str) -> None:
    found = parse(typed)
    assert (found.text, found.query) == (typed, Query())


def test_only_filters_are_told_from_titles() -> None:
    for typed in ("tag:churn by:<@U1|a b>", "", "proposed since:2026", "stauts:x"):
        assert are_filters(typed), typed
    for typed in ("prices are features", "tag:churn model", "price: 4 now"):
        assert not are_filters(typed), typed


def test_a_snippet_shows_the_match_with_its_surroundings() -> None:
    text = "a " * 100 + "Thresholds moved\nto 0.4 " + "b " * 100
    cut = snippet(body(context=text), full_text.finder(["threshold"]), around=20)
    assert "Thresholds moved to 0.4" in cut
    assert cut.startswith("…")
    assert cut.endswith("…")
    assert len(cut) < 62


def test_a_match_in_the_title_only_shows_the_outcome() -> None:
    assert snippet(body(), full_text.finder(["lightgbm"])) == "It wins on every slice."


def test_other_kinds_of_terms_are_told_from_words_and_from_one_another() -> None:
    tags = ["a b", "a_b", "a-b", "ab", "a  b", "à b", "閾値", "x/y", "'; DROP", "ß"]
    found = [full_text.facet("tag", tag) for tag in tags]
    assert len(set(found)) == len(found) - 1
    assert full_text.facet("tag", "A B") == full_text.facet("tag", "à b")
    assert all(set(each) & set(" '\"\\:*&|!()") == set() for each in found)
    assert all("/" not in term for tag in tags for term in full_text.terms(tag))
