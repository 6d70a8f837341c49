"""The largest decisions that people can make, and everything that shows them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Severity
from bot.domain.decisions.chain import Chain, Move, Standing, Told
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.options import parse
from bot.domain.decisions.promotion import Promotion
from bot.domain.decisions.record import (
    ChangeKind,
    DecisionBody,
    DecisionChange,
    DecisionRecord,
    DecisionStatus,
    Origin,
)
from bot.domain.decisions.search import Found, Happening, Query
from bot.domain.links import Links
from bot.domain.person import Person
from bot.domain.source import SourceHealth
from bot.ports.chat import Message, Modal
from bot.views.decisions import card, form, lineage, lists, sections, sheets, why
from bot.views.decisions.timeline import timeline
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
        origin=Origin(
            url=f"https://example.slack.com/archives/C0000000000/p{MOST}000000?{'t' * 60}",
            author=user(0),
            quote=long(alphabet, 1000),
        ),
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
    return [
        *(card.card(each, LINKS, NOW) for each in every),
        *(card.shown(each, LINKS, NOW) for each in every),
        card.moved(accepted.record),
        *_pages_of_decisions(alphabet),
        *_whys(alphabet),
    ]


def _whys(alphabet: str) -> list[Message]:
    """The story of an alias, of a decision, and the list of models."""
    typed, name = long(alphabet, 300), long(alphabet, 250)
    moved = Promotion(model=name, version=MOST, alias=name)
    it = detail(alphabet, status=DecisionStatus.PROPOSED, superseded_by=None)
    waiting = replace(it, record=replace(it.record, body=replace(it.record.body, promotion=moved)))
    move = Move(version=MOST, number=MOST, at=NOW, until=NOW)
    incident = Incident(
        id="i", workspace="T1", rule_number=MOST, channel="C1", severity=Severity.CRITICAL,
        title=long(alphabet, 300), latest=long(alphabet, 300), sample=None, baseline=None,
        opened_at=NOW, changed_at=NOW, resolved_at=NOW,
    )  # fmt: skip
    told = [
        Told(
            move=replace(move, number=MOST - n),
            detail=detail(alphabet, number=MOST - n),
            incidents=[incident] * 3,
            back=True,
        )
        for n in range(4)
    ]
    chain = Chain(
        model=name, alias=name, version=MOST, told=told, moves=20, offset=4, waiting=[waiting] * 3,
        source=SourceHealth(source="mlflow", read_at=NOW, failed_at=NOW, reason=""),
    )  # fmt: skip
    standing = Standing(model=name, alias=name, version=MOST, number=MOST)
    older = [detail(alphabet, number=MOST - n) for n in range(25)]
    return [
        why.story(chain, typed, LINKS, NOW),
        lineage.lineage(older, MOST),
        lineage.models([standing] * 30),
    ]


def _pages_of_decisions(alphabet: str) -> list[Message]:
    typed = long(alphabet, 500)
    records = [decision(alphabet, MOST - n) for n in range(20)]
    hits = [Found(record=each, snippet=long(alphabet, 160)) for each in records[:10]]
    changes = [Happening(record=each, change=changes_of(each)[0]) for each in records]
    listed, found, happened = (
        lists.Pages(kind, typed, 1, more=True)
        for kind in (lists.LIST, lists.SEARCH, lists.TIMELINE)
    )
    first = lists.Pages(lists.SEARCH, typed, 0, more=False)
    return [
        lists.answer(lists.listing(records, Query(), listed), listed, 20),
        lists.answer(lists.found(hits, found), found, 10),
        lists.answer(lists.found([], first), first, 0),
        lists.answer(timeline(changes, everybody(alphabet), happened), happened, 20),
    ]


def decision_modals(alphabet: str) -> list[Modal]:
    it, place = decision(alphabet), f"decision:message:C0000000000:{MOST}.000000"
    written = [
        sheets.new(place, "C0000000000", user(0), long(alphabet, 4000), it.body.origin),
        sheets.superseding(it, it.body, place, "C0000000000", user(1), DAY),
        sheets.editing(it, place, user(1), DAY),
    ]
    every = frozenset(section.name for section in sections.SECTIONS)
    return [
        *(
            form.draw(replace(sheet, unfolded=every), everybody(alphabet), sections.Registry())
            for sheet in written
        ),
        card.details_modal(detail(alphabet), LINKS, NOW),
    ]
