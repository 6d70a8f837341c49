"""What people see of decisions, checked against Slack's limits."""

from datetime import date

import pytest

from bot.domain.decisions.options import parse
from bot.domain.decisions.record import ChangeKind, DecisionChange, DecisionRecord, DecisionStatus
from bot.views.decisions.card import card, decided, details_modal, shown
from tests.unit.decisions.samples import (
    LINKS,
    NOW,
    body,
    detail,
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


def test_the_thread_hears_what_became_of_a_proposal() -> None:
    def told(by: str, how: str, status: DecisionStatus = DecisionStatus.ACCEPTED) -> str:
        item = record(status=status)
        end = DecisionChange(
            number=1, kind=ChangeKind.MOVED, status=status, by=by, at=NOW, detail=how
        )
        message = decided(detail(item, [*_changes(item), end]))
        assert message is not None
        assert problems(message) == []
        return message.text

    assert told("", "by consent of all") == "D-1 is accepted by consent of all."
    assert told("UANA", "") == "D-1 is accepted by Ana."
    assert told("UANA", "over the objection of Ben", DecisionStatus.REJECTED) == (
        "D-1 is rejected by Ana, over the objection of Ben."
    )
    assert decided(detail(record(), _changes(record()))) is None


def test_typed_markup_is_shown_as_typed() -> None:
    evil = "<!channel> <https://evil|Jira> *x*"
    message = card(detail(record(body=body(evil, outcome=evil, tags=(evil,)))), LINKS, NOW)
    assert "<!channel>" not in message.text
    rich = [block for block in message.blocks if block["type"] != "actions"]
    assert {block["type"] for block in rich} == {"rich_text"}
    kinds = {e["type"] for b in rich for section in b["elements"] for e in section["elements"]}
    assert kinds <= {"text", "date"}
    assert shown_text(rich).count(evil) == 3
