"""The largest decision in letters of three bytes: Details must open in Tokyo too."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.decisions.consent import (
    Approver,
    ConsentRule,
    ConsentTerms,
    Round,
    Seat,
    Stance,
)
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.evidence import Compared, Evidence, EvidenceKind
from bot.domain.decisions.record import ChangeKind, DecisionStatus
from bot.views.decisions.card import card, details_modal, shown
from tests.unit.decisions.samples import modal_problems, problems
from tests.unit.views.largest import LINKS, LONG_AGO, NOW, detail, long

# https://docs.slack.dev/reference/methods/views.open#errors has view_too_large.
VIEW_LIMIT = 250_000
ALPHABETS = {"japanese": "決定の", "emoji": "🦉", "quotes": '"'}


def evidence(alphabet: str, number: int) -> Compared:
    then = Evidence(
        kind=EvidenceKind.VERSION,
        key=f"{long(alphabet, 100)}/{number}",
        label=long(alphabet, 100),
        frozen_at=LONG_AGO,
        metrics={f"val_metric_{each:02d}": -1.2345678e-9 * each for each in range(30)},
        state=long(alphabet, 100),
        dataset=long(alphabet, 100),
        commit=long(alphabet, 100),
    )
    return Compared(then=then, now=then, as_of=NOW)


def full(alphabet: str) -> DecisionDetail:
    """Twenty pieces of evidence, a hundred objections with reasons, two hundred changes."""
    found = detail(alphabet, status=DecisionStatus.PROPOSED, superseded_by=None)
    pieces = [evidence(alphabet, number) for number in range(20)]
    terms = ConsentTerms(rule=ConsentRule.AUTHOR, hours=24)
    body = replace(found.record.body, evidence=tuple(piece.then for piece in pieces), consent=terms)
    reason = long(alphabet, 500)
    seats = [
        Seat(
            approver=Approver(user_id=user, asked_at=LONG_AGO, stance=Stance.OBJECT, reason=reason),
            due_at=NOW - timedelta(days=1),
        )
        for user in body.makers
    ]
    changes = [
        replace(change, kind=ChangeKind.ANSWERED, detail=f"objected: {reason}")
        for change in found.changes
    ]
    return replace(
        found,
        record=replace(found.record, body=body),
        changes=changes,
        evidence=pieces,
        round=Round(terms=terms, author=found.record.author, seats=seats),
    )


@pytest.mark.parametrize("alphabet", list(ALPHABETS.values()), ids=list(ALPHABETS))
def test_the_fullest_decision_can_be_shown_everywhere(alphabet: str) -> None:
    it = full(alphabet)
    details = details_modal(it, LINKS, NOW)
    assert modal_problems(details) == []
    assert len(json.dumps(details, ensure_ascii=False).encode()) < VIEW_LIMIT
    for message in (card(it, LINKS, NOW), shown(it, LINKS, NOW)):
        assert problems(message) == []
