"""What people see of decisions, checked against Slack's limits."""

from datetime import date

import pytest

from bot.domain.decisions.options import parse
from bot.domain.decisions.record import ChangeKind, DecisionChange, DecisionRecord, DecisionStatus
from bot.domain.decisions.search import Found
from bot.errors import InvalidForm
from bot.views.decisions.card import card, details_modal, shown
from bot.views.decisions.form import edit_modal, new_modal, read_edit, read_new, supersede_modal
from bot.views.decisions.lists import found, listing
from tests.unit.decisions.samples import (
    LINKS,
    NOW,
    body,
    detail,
    filled,
    modal_problems,
    problems,
    record,
    shown_text,
)

TODAY = NOW.date()
FULL = body(
    context="Churn rose.",
    drivers="Latency",
    options=parse("LightGBM\n+ fast\nXGBoost\n~ known"),
    consequences="Retrain weekly",
    makers=("UANA", "UBEN"),
    consulted=("UCHI",),
    informed=("UNEW",),
    tags=("churn", "model choice"),
    review_on=date(2027, 2, 1),
)


def _changes(record: DecisionRecord, count: int = 1) -> list[DecisionChange]:
    return [
        DecisionChange(
            number=record.number, kind=ChangeKind.LOGGED, status=record.status, by="UANA", at=NOW
        )
    ] * count


def test_the_card_shows_every_part() -> None:
    message = card(detail(record(body=FULL)), LINKS, NOW)
    text = shown_text(message.blocks)
    for part in ("D-1 · Use LightGBM for churn · accepted", "Churn rose.", "Latency",
                 "~ known", "Retrain weekly", "Ana", "Ben", "Chiyo",
                 "churn, model choice", "1 Feb 2027"):  # fmt: skip
        assert part in text
    assert problems(message) == []


@pytest.mark.parametrize("status", list(DecisionStatus))
def test_the_longest_decision_fits_with_its_buttons(status: DecisionStatus) -> None:
    worst = "'\"\\\n" * 750
    names = tuple(f"U{i}" for i in range(300))
    long = body("'\"" * 75, outcome=worst, context=worst, drivers=worst, options=parse(worst),
                consequences=worst, makers=names, consulted=names, informed=names,
                tags=tuple(f"{i}" * 40 for i in range(10)))  # fmt: skip
    item = record(body=long, status=status, supersedes=1, superseded_by=3)
    for message in (
        card(detail(item), LINKS, NOW),
        shown(detail(item, _changes(item, 50)), LINKS, NOW),
    ):
        assert problems(message) == []
        assert any(block["type"] == "actions" for block in message.blocks)
    assert modal_problems(details_modal(detail(item, _changes(item, 100)), LINKS, NOW)) == []


def test_details_hold_every_character() -> None:
    item = record(body=body(context="x" * 3000))
    assert "x" * 3000 in shown_text(
        details_modal(detail(item, _changes(item)), LINKS, NOW)["blocks"]
    )


def test_buttons_follow_the_status() -> None:
    def labels(status: DecisionStatus, newer: int | None = None) -> list[str]:
        buttons = card(detail(record(status=status, superseded_by=newer)), LINKS, NOW).blocks[-1][
            "elements"
        ]
        return [button["text"]["text"] for button in buttons]

    assert labels(DecisionStatus.PROPOSED) == ["Accept", "Reject", "Edit", "Details"]
    assert labels(DecisionStatus.ACCEPTED) == ["Supersede", "Deprecate", "Details"]
    assert labels(DecisionStatus.SUPERSEDED, 2) == ["Details", "Show D-2"]
    assert labels(DecisionStatus.REJECTED) == ["Details"]


def test_typed_markup_is_shown_as_typed() -> None:
    evil = "<!channel> <https://evil|Jira> *x*"
    message = card(detail(record(body=body(evil, outcome=evil, tags=(evil,)))), LINKS, NOW)
    assert "<!channel>" not in message.text
    rich = [block for block in message.blocks if block["type"] != "actions"]
    assert {block["type"] for block in rich} == {"rich_text"}
    kinds = {e["type"] for b in rich for section in b["elements"] for e in section["elements"]}
    assert kinds <= {"text", "date"}
    assert shown_text(rich).count(evil) == 3
    results = found([Found(record=record(body=body(evil)), snippet=evil)], evil)
    assert "<!channel>" not in found([], evil).text
    assert {block["type"] for block in results.blocks} == {"rich_text"}


def test_lists_say_when_there_is_more_and_when_there_is_nothing() -> None:
    many = [record(n, body=body("t" * 150)) for n in range(21, 0, -1)]
    message = listing(many, None)
    text = shown_text(message.blocks)
    assert "D-2 " in text
    assert "D-1 " not in text
    assert "The newest 20" in text
    assert problems(message) == []
    assert "No decision is rejected" in listing([], DecisionStatus.REJECTED).text
    assert "type `/decide`" in listing([], None).text.replace("Type", "type")


def test_results_show_ten_with_snippets_and_say_when_there_is_more() -> None:
    hits = [Found(record=record(n), snippet=f"about {n}") for n in range(11, 0, -1)]
    message = found(hits, "about")
    text = shown_text(message.blocks)
    assert "about 2" in text
    assert "about 1\n" not in text
    assert "The best 10" in text
    assert problems(message) == []
    assert "No decision holds all of *kafka*" in found([], "kafka").text


def test_a_new_form_comes_back_as_typed() -> None:
    modal = new_modal("C1", "UANA", "Use LightGBM for churn")
    assert modal_problems(modal) == []
    state = filled(
        modal,
        {
            "outcome": "We use it\tbecause it wins.",
            "options": "a\nb",
            "tags": "Churn, #model choice, churn,",
            "consulted": ["UBEN"],
            "review_on": "2027-02-01",
            "status": "proposed",
        },
    )
    wish = read_new(state, "T1", "UANA", TODAY)
    assert (wish.channel, wish.author, wish.supersedes) == ("C1", "UANA", None)
    assert wish.status is DecisionStatus.PROPOSED
    assert wish.body == body(
        outcome="We use it because it wins.",
        options=parse("a\nb"),
        makers=("UANA",),
        consulted=("UBEN",),
        tags=("churn", "model choice"),
        review_on=date(2027, 2, 1),
    )


def test_title_and_outcome_are_enough_and_accepted_is_the_default() -> None:
    state = filled(new_modal("C1", "UANA"), {"title": "T", "outcome": "O", "makers": []})
    wish = read_new(state, "T1", "UANA", TODAY)
    assert (wish.body, wish.status) == (body("T", outcome="O"), DecisionStatus.ACCEPTED)


def test_every_wrong_field_is_told_at_once() -> None:
    typed = {"title": " \u200b ", "outcome": "", "tags": "x" * 41, "review_on": "2026-11-21"}
    with pytest.raises(InvalidForm) as refused:
        read_new(filled(new_modal("C1", "UANA"), typed), "T1", "UANA", TODAY)
    assert set(refused.value.fields) == {"title", "outcome", "tags", "review_on"}


def test_a_long_title_is_kept_in_full_and_its_length_told() -> None:
    title = "Use LightGBM " * 20
    modal = new_modal("C1", "UANA", title)
    assert modal_problems(modal) == []
    field = modal["blocks"][0]
    assert field["element"]["initial_value"] == title.strip()
    assert "at most 150 characters; these are 259" in field["hint"]["text"]
    with pytest.raises(InvalidForm) as refused:
        read_new(filled(modal, {"outcome": "O"}), "T1", "UANA", TODAY)
    assert refused.value.fields == {"title": "Use at most 150 characters; these are 259."}


def test_superseding_starts_from_the_older_one_without_a_past_review_date() -> None:
    modal = supersede_modal(record(7, body=FULL), "C2", date(2027, 3, 1))
    assert modal_problems(modal) == []
    assert modal["title"]["text"] == "Replace D-7"
    wish = read_new(filled(modal, {}), "T1", "UBEN", TODAY)
    assert (wish.supersedes, wish.channel, wish.author) == (7, "C2", "UBEN")
    assert wish.body.changed_fields(FULL) == ["review_on"]


def test_an_edit_carries_the_version_it_started_from() -> None:
    item = record(3, DecisionStatus.PROPOSED, body=FULL, version=4)
    modal = edit_modal(item, TODAY)
    assert modal_problems(modal) == []
    change = read_edit(filled(modal, {"title": "New"}), "T1", "UBEN", TODAY)
    assert (change.number, change.version, change.by) == (3, 4, "UBEN")
    assert change.body.changed_fields(FULL) == ["title"]
