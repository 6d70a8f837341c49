"""What people see of evidence, checked against Slack's limits."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.drift import drifts, gone
from bot.domain.decisions.evidence import Compared, Evidence, EvidenceKind
from bot.domain.links import Links
from bot.ports.chat import Block
from bot.views.blocks import MESSAGE_SIZE, lines, size
from bot.views.decisions import evidence as views
from bot.views.decisions.card import card, details_modal, shown
from bot.views.text import plain
from tests.unit.decisions.samples import NOW, body, modal_problems, problems, record, shown_text
from tests.unit.views import hostile
from tests.unit.views.largest import ALPHABETS, CUT, LINKS, changes_of, decision, everybody, long

K = EvidenceKind
LATER = NOW + timedelta(days=90)
OWL = Evidence(
    kind=K.RUN, key="7/3f2a", label="gentle-owl-12", frozen_at=NOW, state="finished",
    metrics={"acc": 0.9, "val_auc": 0.912, "val_loss": 0.31}, primary="val_auc",
    dataset="churn-v7", commit="abc1234",
)  # fmt: skip
WORSE = replace(OWL, metrics={**OWL.metrics, "val_auc": 0.871}, dataset="churn-v8")
VERSION = replace(OWL, kind=K.VERSION, key="churn/14", label="churn v14", state="champion")
ISSUE = Evidence(kind=K.ISSUE, key="CHURN-41", label="CHURN-41", frozen_at=NOW, state="Done")
DATA = Evidence(kind=K.DATASET, key="churn-v7", label="churn-v7", frozen_at=NOW)
COMMIT = Evidence(kind=K.COMMIT, key="abc1234" * 5, label="abc1234" * 5, frozen_at=NOW)
LINK = Evidence(kind=K.LINK, key="https://g.example/d/1", label="g.example/d/1", frozen_at=NOW)


def compared(then: Evidence, now: Evidence | None = None) -> Compared:
    """`now` as of 90 days later; without it nothing is known of its source."""
    if now is None:
        return Compared(then=then, now=None)
    return Compared(then=then, now=now, drifts=drifts(then, now), as_of=LATER)


def lost(then: Evidence) -> Compared:
    return Compared(then=then, now=None, drifts=[gone(then)], as_of=LATER)


def of(*evidence: Compared, **changes: Any) -> DecisionDetail:
    return DecisionDetail(
        record=record(body=body(evidence=tuple(each.then for each in evidence)), **changes),
        evidence=evidence,
    )


def said(*evidence: Compared) -> list[str]:
    here = Links(jira_url="https://jira.x", mlflow_url="https://mlflow.x")
    return [plain(line) for line in views.card_lines(of(*evidence), here, NOW)]


def columns(blocks: Sequence[Block]) -> list[tuple[str, str]]:
    sections = [block for block in blocks if block["type"] == "section"]
    return [tuple(field["text"] for field in block["fields"]) for block in sections]


def test_the_card_names_the_evidence_with_its_frozen_values() -> None:
    evidence = [compared(each) for each in (OWL, VERSION, DATA, COMMIT, ISSUE, LINK)]
    assert said(*evidence) == [
        "Evidence gentle-owl-12 val_auc 0.912 · churn v14 (champion) val_auc 0.912 · data churn-v7"
        " · commit abc1234abc1… · CHURN-41 Done · g.example/d/1"
    ]
    assert said() == []


def test_the_card_links_to_the_sources_and_to_nothing_unsafe() -> None:
    bad = replace(LINK, key="javascript:alert(1)")
    detail = of(*(compared(each) for each in (OWL, VERSION, ISSUE, LINK, bad, DATA)))
    here = Links(jira_url="https://jira.x", mlflow_url="https://mlflow.x")
    (line,) = views.card_lines(detail, here, NOW)
    urls = [part.element.get("url") for part in line if not isinstance(part, str)]
    assert [url for url in urls if url] == [
        "https://mlflow.x/#/experiments/7/runs/3f2a",
        "https://mlflow.x/#/models/churn/versions/14",
        "https://jira.x/browse/CHURN-41",
        "https://g.example/d/1",
    ]


def test_the_card_tells_what_has_changed_since() -> None:
    (first, second) = said(
        compared(OWL, WORSE), compared(ISSUE, replace(ISSUE, state="Reopened")), lost(VERSION)
    )
    assert "gentle-owl-12 val_auc 0.912" in first
    assert second == (
        "🟡 Changed since, as of 2027-02-20 09:00 UTC: "
        "gentle-owl-12 val_auc 0.912 then, 0.871 now (0.041 lower)"
        " · gentle-owl-12 data churn-v7 then, churn-v8 now"
        " · CHURN-41 status Done then, Reopened now"
        " · churn v14 isn't in the copy of MLflow here"
    )


def test_what_does_not_fit_on_the_card_is_counted() -> None:
    (first, second) = said(*[compared(OWL, replace(OWL, state="failed"))] * 20)
    assert first.endswith(" more in Details")
    assert second.endswith(" more in Details")
    addresses = [compared(replace(LINK, key=f"https://x.y/{'q' * 900}"))] * 3
    assert "more" not in said(*addresses)[0]


def test_a_run_that_had_not_ended_says_so() -> None:
    assert said(compared(replace(OWL, state="running"))) == [
        "Evidence gentle-owl-12 val_auc 0.912 running"
    ]


def test_details_put_then_and_now_side_by_side() -> None:
    blocks = views.blocks(of(compared(OWL, WORSE), compared(DATA)), LINKS, NOW)
    assert columns(blocks) == [
        (
            "Then\nval_auc 0.912\nacc 0.9\nval_loss 0.31\nstatus finished\ndata churn-v7"
            "\ncommit abc1234",
            "Now\n🟡 val_auc 0.871 (0.041 lower)\nacc 0.9\nval_loss 0.31\nstatus finished"
            "\n🟡 data churn-v8\ncommit abc1234",
        )
    ]
    text = shown_text(blocks)
    assert "🟡 \nRun" in text
    assert "MLflow read" in text
    assert "churn-v7" in text


def test_details_say_what_is_gone_or_unknown_now() -> None:
    nan = replace(OWL, metrics={"val_auc": math.nan, "acc": 0.9})
    rows = columns(views.blocks(of(lost(ISSUE), compared(VERSION), compared(OWL, nan)), LINKS, NOW))
    assert rows[0] == ("Then\nstatus Done", "Now\n🟡 not in the copy of Jira here")
    assert rows[1][1] == "Now\nMLflow wasn't read yet"
    assert rows[2][1].startswith("Now\n🟡 val_auc not a number\nacc 0.9\n🟡 val_loss gone\n")


def test_aliases_stand_side_by_side() -> None:
    moved = compared(VERSION, replace(VERSION, state=""))
    gained = compared(replace(VERSION, state=""), VERSION)
    (before, after), (nobody, someone) = columns(views.blocks(of(moved, gained), LINKS, NOW))
    assert "\naliases champion\n" in before
    assert "\n🟡 aliases none\n" in after
    assert "\naliases none\n" in nobody
    assert "\naliases champion\n" in someone


def test_a_metric_called_like_a_status_is_not_mixed_up_with_it() -> None:
    then = replace(OWL, metrics={"status": 1.0})
    ((_, now),) = columns(
        views.blocks(of(compared(then, replace(then, state="failed"))), LINKS, NOW)
    )
    assert "\nstatus 1\n🟡 status failed\n" in now
    ((_, now),) = columns(
        views.blocks(of(compared(then, replace(then, metrics={"status": 2.0}))), LINKS, NOW)
    )
    assert "\n🟡 status 2 (1 higher)\nstatus finished\n" in now


def test_show_puts_what_changed_first_and_counts_the_rest() -> None:
    many = replace(OWL, metrics={f"m{n:02}": float(n) for n in range(30)}, primary="m00")
    now = replace(many, metrics={**many.metrics, "m29": 1.0})
    ((then_side, now_side),) = columns(views.short_blocks(of(compared(many, now)), LINKS, 3000))
    assert then_side == "Then\nm29 29\nm00 0\nm01 1\nm02 2\n29 more values in Details"
    assert now_side == "Now\n🟡 m29 1 (28 lower)\nm00 0\nm01 1\nm02 2"
    assert shown_text(views.short_blocks(of(*[compared(many, now)] * 20), LINKS, 3000)).endswith(
        " more pieces of evidence: Details."
    )


def largest(alphabet: str, number: int) -> Evidence:
    """A piece of the longest names with thirty metrics; every third is an address."""
    name = f"{number}{long(alphabet, 250)}"
    if number % 3 == 0:
        url = f"https://x.example/{number}{'q' * 980}"
        return replace(LINK, key=url, label=url[8:67] + "…")
    kind = K.RUN if number % 3 == 1 else K.VERSION
    return Evidence(
        kind=kind,
        key=f"{'7' * 18}/{'f' * 32}" if kind is K.RUN else f"{name}/{'9' * 9}",
        label=name,
        frozen_at=NOW,
        metrics={f"{n}{long(alphabet, 250)}": -1.234e-300 for n in range(30)},
        state=long(alphabet, 250),
        dataset=name,
        commit=name,
    )


def drifted(then: Evidence) -> Compared:
    if then.kind is K.LINK:
        return compared(then)
    moved = dict.fromkeys(then.metrics, 9.876e300)
    return compared(then, replace(then, metrics=moved, state="", dataset="", commit=""))


@pytest.mark.parametrize("alphabet", ALPHABETS.values(), ids=ALPHABETS)
def test_the_most_evidence_of_the_longest_decision_fits(alphabet: str) -> None:
    for first in range(3):
        most = [drifted(largest(alphabet, n + first)) for n in range(20)]
        it = decision(alphabet)
        detail = DecisionDetail(
            record=it, changes=changes_of(it), people=everybody(alphabet), evidence=most
        )
        assert size([lines(*views.card_lines(detail, LINKS, NOW))]) <= 1800
        assert size(views.short_blocks(detail, LINKS, 1500)) <= 1500
        for message in (card(detail, LINKS, NOW), shown(detail, LINKS, NOW)):
            assert problems(message) == []
            assert size(message.blocks) <= MESSAGE_SIZE
            assert CUT not in str(message.blocks)
        assert modal_problems(details_modal(detail, LINKS, NOW)) == []


@settings(deadline=None)
@given(hostile.HOSTILE, hostile.HOSTILE)
def test_no_text_of_others_pings_or_links(one: str, other: str) -> None:
    then = Evidence(
        kind=K.RUN, key="7/3f2a", label=one, frozen_at=NOW, state=other, dataset=one, commit=other,
        metrics={one: 1.0, other: 2.0}, primary=one,
    )  # fmt: skip
    now = replace(then, state=one, dataset=other, metrics={one: 3.0})
    detail = of(compared(then, now), compared(replace(DATA, label=other)))
    for message in (card(detail, Links(), NOW), shown(detail, Links(), NOW)):
        assert hostile.message_problems(message) == []
    assert modal_problems(details_modal(detail, Links(), NOW)) == []
