"""The largest decisions that people can make, and everything that shows them."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.options import parse
from bot.domain.decisions.record import (
    ChangeKind,
    DecisionBody,
    DecisionChange,
    DecisionRecord,
    DecisionStatus,
)
from bot.domain.decisions.search import Found
from bot.domain.links import Links
from bot.domain.person import Person
from bot.ports.chat import Message, Modal
from bot.views.decisions import card, form, lists
from bot.views.forms import PEOPLE_LIMIT

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DAY = date(2026, 11, 22)
LONG_AGO = NOW - timedelta(days=400)
MOST = 999_999_999
LINKS = Links(
    jira_url="https://jira.example.com/" + "j" * 100, mlflow_url="https://m.example/" + "m" * 100
)
CUT = "There is more; ask for a part of it."

# Characters that cost nothing, four bytes, two in JSON, five in mrkdwn, and whole words.
ALPHABETS = {"plain": "x", "emoji": "🦉", "quotes": '"', "markup": "<&>", "words": "moved \\ it "}


def long(alphabet: str, length: int) -> str:
    """A text of exactly that many characters."""
    return (alphabet * length)[: length - 1] + "z"


@cache
def person(n: int, alphabet: str) -> Person:
    name = long(alphabet, 80)
    zone = "America/Argentina/ComodRivadavia"
    return Person(workspace="T1", user_id=user(n), name=name, zone=zone)


def user(n: int) -> str:
    return f"U{n:010d}"


@cache
def everybody(alphabet: str) -> dict[str, Person]:
    return {user(n): person(n, alphabet) for n in range(300)}


def decision(alphabet: str, number: int = MOST, **changes: Any) -> DecisionRecord:
    part = long(alphabet, 3000)
    people = tuple(user(n) for n in range(PEOPLE_LIMIT))
    body = DecisionBody(
        title=long(alphabet, 150),
        outcome=part,
        context=part,
        drivers=part,
        options=parse(part),
        consequences=part,
        makers=people,
        consulted=people,
        informed=people,
        tags=tuple(f"{n}{long(alphabet, 39)}" for n in range(10)),
        review_on=DAY + timedelta(days=1),
    )
    values: dict[str, Any] = {
        "workspace": "T0TEAM00000",
        "number": number,
        "body": body,
        "status": DecisionStatus.SUPERSEDED,
        "channel": "C0000000000",
        "author": user(0),
        "created_at": LONG_AGO,
        "decided_at": NOW,
        "version": MOST,
        "supersedes": number - 1,
        "superseded_by": number - 2,
    }
    return DecisionRecord(**{**values, **changes})


def changes_of(record: DecisionRecord) -> list[DecisionChange]:
    body = record.body
    every = ", ".join(body.changed_fields(DecisionBody(title="", outcome="")))
    return [
        DecisionChange(
            number=record.number,
            kind=ChangeKind.EDITED,
            status=record.status,
            by=user(n),
            at=NOW,
            detail=every,
        )
        for n in range(200)
    ]


def detail(alphabet: str, **changes: Any) -> DecisionDetail:
    record = decision(alphabet, **changes)
    return DecisionDetail(record=record, changes=changes_of(record), people=everybody(alphabet))


def decision_messages(alphabet: str) -> list[Message]:
    proposed = detail(alphabet, status=DecisionStatus.PROPOSED, superseded_by=None)
    accepted = detail(alphabet, status=DecisionStatus.ACCEPTED, superseded_by=None)
    every = (detail(alphabet), proposed, accepted)
    hits = [
        Found(record=decision(alphabet, MOST - n), snippet=long(alphabet, 160)) for n in range(11)
    ]
    return [
        *(card.card(each, LINKS, NOW) for each in every),
        *(card.shown(each, LINKS, NOW) for each in every),
        card.moved(accepted.record),
        lists.listing([decision(alphabet, MOST - n) for n in range(21)], None),
        lists.found(hits, long(alphabet, 4000)),
        lists.found([], long(alphabet, 4000)),
    ]


def decision_modals(alphabet: str) -> list[Modal]:
    it = decision(alphabet)
    return [
        form.new_modal("C0000000000", user(0), long(alphabet, 4000)),
        form.supersede_modal(it, "C0000000000", DAY),
        form.edit_modal(it, DAY),
        card.details_modal(detail(alphabet), LINKS, NOW),
    ]
