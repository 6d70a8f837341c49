"""A small log for the site: links, a private channel's decision, texts that want to be more."""

from dataclasses import replace

from bot.domain.decisions.archive import ArchivedDecision
from bot.domain.decisions.evidence import Evidence, EvidenceKind
from bot.domain.decisions.promotion import Promotion
from bot.domain.decisions.record import (
    ChangeKind,
    DecisionChange,
    DecisionRecord,
    DecisionStatus,
    Origin,
)
from tests.unit.decisions.samples import NOW, body, record

WORD = "bicarbonate"
"""Stands in the consequences of D-7, and nowhere else."""

NAMES = {"U0ANASOUZA": "Ana Souza", "U0LENABERG": "Lena Berg"}


def decisions() -> list[ArchivedDecision]:
    """D-1 to D-12."""
    plain = [_archived(record(number, body=body(f"Choice {number}"))) for number in range(1, 13)]
    plain[6] = _seven()
    plain[2] = _superseded(plain[2])
    plain[7] = _archived(record(8, body=body("</title><script>alert(3)</script>")))
    return plain


def _seven() -> ArchivedDecision:
    evidence = Evidence(
        kind=EvidenceKind.VERSION,
        key="churn/14",
        label="churn v14",
        frozen_at=NOW,
        metrics={"val_auc": 0.912},
    )
    text = body(
        "Retire the <old> model",
        outcome="<script>alert(1)</script> as **U0LENABERG** said to <@U0LENABERG> "
        "in <#C0PRIVATE1|x>",
        context="D-3 and D-90 said so. [Look](javascript:alert(2)) ![p](https://example.com/p.png)",
        consequences=f"We buy {WORD}.",
        tags=("churn", "<i>"),
        makers=("U0ANASOUZA", "U0NOBODY01"),
        origin=Origin(
            url="https://t.slack.com/archives/C0PRIVATE1/p1", author="", quote="so be it"
        ),
        evidence=(evidence,),
        promotion=Promotion(model="churn", version=14, alias="champion"),
    )
    return _archived(record(7, body=text, supersedes=3))


def _superseded(archived: ArchivedDecision) -> ArchivedDecision:
    gone = replace(
        archived.record,
        status=DecisionStatus.SUPERSEDED,
        superseded_by=7,
        body=body("Choice 3", context="After D-90."),
    )
    return _archived(gone)


def _archived(one: DecisionRecord) -> ArchivedDecision:
    named = replace(one, author="U0ANASOUZA", channel="C0PRIVATE1")
    changes = tuple(
        DecisionChange(
            number=one.number, kind=kind, status=one.status, by=by, at=NOW, detail=detail
        )
        for kind, by, detail in (
            (ChangeKind.LOGGED, "U0ANASOUZA", ""),
            (ChangeKind.REFUSED, "U0LENABERG", "pressed Accept"),
        )
    )
    return ArchivedDecision(record=named, changes=changes, names=NAMES)
