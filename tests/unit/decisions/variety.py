"""Decisions of every kind, as a log of years would hold them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

from bot.domain.alerts.rules import Operator
from bot.domain.decisions.archive import ArchivedDecision
from bot.domain.decisions.consent import Approver, ConsentRule, ConsentTerms, Stance
from bot.domain.decisions.evidence import Evidence, EvidenceKind
from bot.domain.decisions.measure import Expectation, Measure, RevisitRule
from bot.domain.decisions.options import Option, Point, Weight
from bot.domain.decisions.promotion import Promotion, PromotionState, PromotionStatus
from bot.domain.decisions.record import (
    ChangeKind,
    DecisionBody,
    DecisionChange,
    DecisionRecord,
    DecisionStatus,
    Origin,
)
from bot.domain.decisions.review import Review, ReviewAnswer, ReviewCause
from bot.domain.metrics import Direction

BEGINNING = datetime(2025, 1, 7, 9, tzinfo=UTC)
NAMES = {
    "U01ANA": "Ana Souza",
    "U02LENA": "Lena Berg",
    "U03KENJI": "健二 (Tokyo)",
    "U04OMAR": "عمر",
    "U05": 'O\'Neill: #1, "the" <best>',
}
"""What people are called; `U06GONE` and `U07GONE` are known to nobody."""
PEOPLE = (*NAMES, "U06GONE", "U07GONE")

TITLES = (
    "Use LightGBM for churn v2",
    "Über-Modell für Köln: ja",
    "# not a heading",
    "决定使用新的特征集",
    "قرار باستخدام نموذج جديد",
    "🚀 ship *it* — `now`",
    "status: accepted",
    "--- yes",
    "A title that goes on and on about the data set and the features and the metrics of it all",
)
TEXTS = (
    "It wins on every slice.",
    "One line.\nAnother line.\n\nA paragraph.",
    "# A heading\n## Another one\n### Consequences\n\ntext",
    "A line\n---\nBelow a line\n===",
    "```python\n# a comment\n## another\n```\nafter the code",
    "``` never closed\n## Decision Outcome",
    "~~~\nopen\n~~~ no\n~~~",
    "<script>alert(1)</script>\n<!-- a comment -->\n<b>bold</b> and <https://example.com>",
    "* one\n* two\n* three",
    "- one\n- two",
    "latency below 50 ms\ncost\nprivacy",
    "Windows\r\nline\r\nends",
    "   leading blanks\n\ttab\ntrailing blanks   ",
    "\n\nblank lines around\n\n",
    "&#10; and &amp; and &#x41; and \\# and \\\\--- and \\",
    "\\# escaped already\n\\---\n   \\\\## deeper",
    "emoji 👩🏽‍🔬 and שלום עולם and \u202eright to left",
    "a\u2028b\u2029c\x85d\x0be",
    "| a | b |\n| - | - |\n| 1 | 2 |",
    "> quoted\n> text\n\n1. numbered\n2. list\n   # in a list",
    'Chosen option: "LightGBM", because it wins.',
    "---\nstatus: accepted\n---\n# A file inside",
)


def varied(count: int, seed: int) -> list[ArchivedDecision]:
    """Decisions 1 to `count`, of every status, with and without everything that one can have."""
    random = Random(seed)
    made: list[ArchivedDecision] = []
    for number in range(1, count + 1):
        made.append(_one(number, made, random))
    return made


def settled(decisions: Sequence[ArchivedDecision]) -> list[ArchivedDecision]:
    """The same without promotions that are under way: an import stops those."""
    return [
        replace(each, promotion=replace(each.promotion, state=PromotionState.DONE))
        if each.promotion
        else each
        for each in decisions
    ]


def _one(number: int, before: Sequence[ArchivedDecision], random: Random) -> ArchivedDecision:
    logged_at = BEGINNING + timedelta(hours=7 * number, microseconds=random.choice((0, 123456)))
    status = random.choice([*DecisionStatus])
    author = random.choice(PEOPLE)
    decided = logged_at + timedelta(days=1) if status is not DecisionStatus.PROPOSED else None
    body = _body(random, number)
    record = DecisionRecord(
        workspace="T1",
        number=number,
        body=body,
        status=status,
        channel=random.choice(("C0CHURN", "C0SEARCH")),
        author=author,
        created_at=logged_at,
        decided_at=decided,
        version=random.randint(1, 9),
        supersedes=random.choice((None, random.randint(1, number - 1))) if before else None,
        superseded_by=number + 1 if status is DecisionStatus.SUPERSEDED else None,
    )
    asked = _approvers(body, logged_at, random) if body.consent else ()
    archived = ArchivedDecision(
        record=record,
        changes=_changes(record, random),
        approvers=asked,
        promotion=_promoted(record, random),
        reviews=_reviews(record, random),
    )
    names = {user: NAMES[user] for user in sorted(archived.people) if user in NAMES}
    return ArchivedDecision(**{**vars(archived), "names": names})


def _body(random: Random, number: int) -> DecisionBody:
    def some(share: float = 0.6) -> bool:
        return random.random() < share

    def people(most: int) -> tuple[str, ...]:
        return tuple(random.sample(PEOPLE, random.randint(0, most)))

    def text() -> str:
        return random.choice(TEXTS)

    measure = Measure(model="churn", alias="champion", metric="val_auc")
    return DecisionBody(
        title=f"{random.choice(TITLES)} {number}",
        outcome=text(),
        context=text() if some() else "",
        drivers=text() if some() else "",
        options=_options(random) if some() else (),
        consequences=text() if some() else "",
        makers=people(3),
        consulted=people(2),
        informed=people(2),
        tags=tuple(
            random.sample(("churn", "data: v7", "#hash", "yes", "12"), random.randint(0, 3))
        ),
        origin=Origin(
            url="https://t.slack.com/p1", author=random.choice(("", *PEOPLE)), quote=text()
        )
        if some(0.4)
        else None,
        evidence=_evidence(random),
        consent=ConsentTerms(rule=random.choice([*ConsentRule]), hours=6, silence_consents=some())
        if some(0.5)
        else None,
        promotion=Promotion(model="churn", version=number, alias="champion") if some(0.4) else None,
        expected=Expectation(measure=measure, direction=Direction.HIGHER, target=0.91)
        if some(0.3)
        else None,
        revisit=RevisitRule(measure=measure, operator=Operator.BELOW, bound=0.9, for_evaluations=3)
        if some(0.3)
        else None,
        review_on=date(2027, 2, 1) if some(0.3) else None,
    )


def _options(random: Random) -> tuple[Option, ...]:
    titles = ("LightGBM", "LightGBM", "# XGBoost", "* a star", "wait: see", "> none", "---", "```")
    return tuple(
        Option(
            title=random.choice(titles),
            points=tuple(
                Point(
                    weight=random.choice([*Weight]),
                    text=random.choice(("fast", "## it, so", "`a`")),
                )
                for _ in range(random.randint(0, 3))
            ),
        )
        for _ in range(random.randint(1, 4))
    )


def _evidence(random: Random) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(
            kind=kind,
            key=f"{kind}/1",
            label=random.choice(("gentle-owl-12", "a | b", "<i>x</i>")),
            frozen_at=BEGINNING,
            metrics={"val_auc": random.choice((0.912, 1e-07, 1e16, 0.0))}
            if random.random() < 0.5
            else {},
            state=random.choice(("", "finished", "12")),
            dataset=random.choice(("", "churn-v7")),
        )
        for kind in random.sample([*EvidenceKind], random.randint(0, 3))
    )


def _approvers(body: DecisionBody, asked_at: datetime, random: Random) -> tuple[Approver, ...]:
    found = []
    for user in body.makers:
        stance = random.choice([None, *Stance])
        found.append(
            Approver(
                user_id=user,
                asked_at=asked_at,
                stance=stance,
                reason=random.choice(TEXTS) if stance is Stance.OBJECT else "",
                answered_at=asked_at + timedelta(hours=3) if stance else None,
            )
        )
    return tuple(found)


def _changes(record: DecisionRecord, random: Random) -> tuple[DecisionChange, ...]:
    """How it came about: logged, something else, and what left it as it is."""
    proposed = DecisionStatus.PROPOSED
    story = [
        (ChangeKind.LOGGED, proposed, record.author, ""),
        (ChangeKind.ANSWERED, proposed, random.choice(PEOPLE), f"objected: {random.choice(TEXTS)}"),
        (ChangeKind.MOVED, record.status, random.choice(("", record.author)), "by consent of all"),
    ]
    return tuple(
        DecisionChange(
            number=record.number,
            kind=kind,
            status=status,
            by=by,
            at=record.created_at + timedelta(hours=step),
            detail=detail,
        )
        for step, (kind, status, by, detail) in enumerate(story)
    )


def _promoted(record: DecisionRecord, random: Random) -> PromotionStatus | None:
    promotion = record.body.promotion
    if promotion is None or record.status is DecisionStatus.PROPOSED:
        return None
    return PromotionStatus(
        number=record.number,
        promotion=promotion,
        state=random.choice([*PromotionState]),
        changed_at=record.created_at,
        previous=random.choice((None, 3)),
        problem=random.choice(("", "MLflow doesn't answer: <html>\n</html>")),
    )


def _reviews(record: DecisionRecord, random: Random) -> tuple[Review, ...]:
    return tuple(
        Review(
            number=record.number,
            ordinal=ordinal,
            cause=random.choice([*ReviewCause]),
            reason="val_auc fell below 0.9",
            asked_at=record.created_at,
            answer=answer,
            note=random.choice(TEXTS) if answer else "",
            answered_by=random.choice(PEOPLE) if answer else "",
            answered_at=record.created_at if answer else None,
        )
        for ordinal in range(1, random.randint(1, 3))
        for answer in (random.choice([None, *ReviewAnswer]),)
    )
