"""The form of a decision and what comes back from it, checked against Slack's limits."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.alerts.rules import Operator
from bot.domain.decisions.consent import ConsentRule, ConsentTerms
from bot.domain.decisions.evidence import Evidence, EvidenceKind
from bot.domain.decisions.measure import Expectation, Measure, RevisitRule
from bot.domain.decisions.options import parse
from bot.domain.decisions.promotion import Promotion
from bot.domain.decisions.record import DecisionBody, DecisionRecord, DecisionStatus, Origin
from bot.domain.draft import Draft
from bot.domain.experiments.records import RegisteredModel
from bot.domain.metrics import Direction
from bot.errors import InvalidForm
from bot.ports.chat import Modal
from bot.views.decisions import form, form_state, sections, sheets
from bot.views.decisions.read import read_edit, read_new
from bot.views.decisions.sections import SECTIONS, Registry
from bot.views.decisions.sheets import Sheet
from tests.unit.decisions.samples import (
    NOW,
    PEOPLE,
    body,
    filled,
    modal_problems,
    record,
    shown_text,
)

TODAY = NOW.date()
REGISTRY = Registry(models=[RegisteredModel(name="churn")], versions={"churn": [14, 13]})
CHAMPION = Measure(model="churn", alias="champion", metric="val_auc")
FULL = body(
    context="Churn rose.",
    drivers="Latency",
    options=parse("LightGBM\n+ fast\nXGBoost\n- slow"),
    consequences="Retrain weekly",
    makers=("UANA", "UBEN"),
    consulted=("UCHI",),
    informed=("UNEW",),
    tags=("churn", "model choice"),
    evidence=(Evidence(kind=EvidenceKind.ISSUE, key="CHURN-41", label="CHURN-41", frozen_at=NOW),),
    consent=ConsentTerms(rule=ConsentRule.MAJORITY, hours=4, silence_consents=True),
    promotion=Promotion(model="churn", version=14, alias="champion"),
    expected=Expectation(measure=CHAMPION, direction=Direction.HIGHER, target=0.912),
    revisit=RevisitRule(measure=CHAMPION, operator=Operator.BELOW, bound=0.9, for_evaluations=3),
    review_on=date(2027, 2, 1),
)
EVERY = frozenset(section.name for section in SECTIONS)


def drawn(sheet: Sheet) -> Modal:
    """The form, which Slack takes."""
    modal = form.draw(sheet, PEOPLE, REGISTRY)
    assert modal_problems(modal) == []
    return modal


def new(title: str = "", *unfolded: str, origin: Origin | None = None) -> Sheet:
    """A new decision of Ana's."""
    sheet = sheets.new("decision:new:C1", "C1", "UANA", title, origin)
    return replace(sheet, unfolded=frozenset(unfolded))


def superseding(item: DecisionRecord, author: str = "UBEN", today: date = TODAY) -> Sheet:
    """What replaces it."""
    return sheets.superseding(item, item.body, "decision:supersede:7", "C2", author, today)


def fields(modal: Modal) -> list[str]:
    """The block ids of the inputs."""
    return [block["block_id"] for block in modal["blocks"] if block["type"] == "input"]


def test_every_section_comes_back_as_typed() -> None:
    modal = drawn(new("Use LightGBM for churn", *EVERY))
    typed = {
        "outcome": "We use it\tbecause it wins.",
        "consent_rule": "open",
        "context": "Churn rose.",
        "options": "a\n+ fast\nb",
        "evidence": "churn v14\nCHURN-41",
        "tags": "Churn, #model choice, churn,",
        "consulted": ["UBEN"],
        "promotion": "14:churn",
        "expected": "val_auc >= 0.912",
        "revisit": "churn champion val_auc < 0.9 for 3 evaluations",
        "review_on": "2027-02-01",
    }
    wish = read_new(filled(modal, typed), "T1", "UANA", TODAY)
    assert (wish.channel, wish.author, wish.supersedes) == ("C1", "UANA", None)
    assert wish.status is DecisionStatus.PROPOSED
    assert wish.evidence == "churn v14\nCHURN-41"
    assert wish.body == body(
        outcome="We use it because it wins.",
        context="Churn rose.",
        options=parse("a\n+ fast\nb"),
        makers=("UANA",),
        consulted=("UBEN",),
        tags=("churn", "model choice"),
        promotion=FULL.promotion,
        expected=FULL.expected,
        revisit=FULL.revisit,
        review_on=date(2027, 2, 1),
    )


def test_title_and_outcome_are_enough_and_decided_is_the_default() -> None:
    modal = drawn(new())
    assert fields(modal) == ["title", "outcome", "consent_rule"]
    wish = read_new(filled(modal, {"title": "T", "outcome": "O"}), "T1", "UANA", TODAY)
    assert wish.body == body("T", outcome="O", makers=("UANA",))
    assert wish.status is DecisionStatus.ACCEPTED


def test_makers_may_be_emptied() -> None:
    modal = drawn(new("T", sections.PEOPLE))
    wish = read_new(filled(modal, {"outcome": "O", "makers": []}), "T1", "UANA", TODAY)
    assert wish.body.makers == ()


def test_every_wrong_field_is_told_at_once() -> None:
    typed: dict[str, Any] = {
        "title": " \u200b ",
        "outcome": "",
        "tags": "x" * 41,
        "promotion": "14:churn",
        "alias": " ",
        "expected": "nonsense",
        "revisit": "val_auc",
        "review_on": "2026-11-21",
    }
    with pytest.raises(InvalidForm) as refused:
        read_new(filled(drawn(new("", *EVERY)), typed), "T1", "UANA", TODAY)
    assert set(refused.value.fields) == {*typed} - {"promotion"}
    assert not any(mark in str(refused.value) for mark in "*`")


def test_consent_is_asked_of_makers_besides_the_author() -> None:
    modal = drawn(replace(new("T"), body=replace(FULL, makers=("UANA",), title="T")))
    for makers in ((), ("UANA",)):
        with pytest.raises(InvalidForm, match="makers besides you") as refused:
            read_new(filled(modal, {"makers": list(makers)}), "T1", "UANA", TODAY)
        assert [*refused.value.fields] == ["makers"]
    wish = read_new(filled(modal, {"makers": ["UBEN"]}), "T1", "UANA", TODAY)
    assert (wish.body.consent, wish.status) == (FULL.consent, DecisionStatus.PROPOSED)


def test_terms_of_consent_are_in_sight_only_where_it_is_asked_for() -> None:
    assert "consent_hours" not in fields(drawn(new("T", *EVERY)))
    asking = drawn(superseding(record(7, body=FULL)))
    shown = fields(asking)
    assert shown[shown.index("consent_hours") : shown.index("makers")] == [
        "consent_hours",
        "consent_silence",
    ]
    state = filled(asking, {"consent_rule": "decided"})
    assert "consent_hours" not in fields(drawn(sheets.again(state, "UBEN")))


def test_a_long_title_is_kept_in_full_and_its_length_told() -> None:
    title = "Use LightGBM " * 20
    modal = drawn(new(title))
    field = modal["blocks"][0]
    assert field["element"]["initial_value"] == title.strip()
    assert "at most 150 characters; these are 259" in field["hint"]["text"]
    with pytest.raises(InvalidForm) as refused:
        read_new(filled(modal, {"outcome": "O"}), "T1", "UANA", TODAY)
    assert refused.value.fields == {"title": "Use at most 150 characters; these are 259."}
    again = drawn(sheets.again(filled(modal, {}), "UANA"))
    assert again["blocks"][0]["element"]["initial_value"] == title.strip()


def test_superseding_starts_from_the_older_one_without_a_past_review_date() -> None:
    item = record(7, body=replace(FULL, origin=Origin(url="https://s", author="UBEN", quote="Q")))
    modal = drawn(superseding(item, today=date(2027, 3, 1)))
    assert modal["title"]["text"] == "Replace D-7"
    wish = read_new(filled(modal, {}), "T1", "UBEN", TODAY)
    assert (wish.supersedes, wish.channel, wish.author) == (7, "C2", "UBEN")
    changed = wish.body.changed_fields(item.body)
    assert sorted(changed) == ["evidence", "origin", "review_on"]
    assert wish.evidence == "CHURN-41"
    assert drawn(superseding(item))["blocks"][-2]["type"] != "actions"  # nothing is folded


def test_an_edit_carries_the_version_it_started_from_and_where_it_came_from() -> None:
    origin = Origin(url="https://s", author="UBEN", quote="Let's")
    item = record(3, DecisionStatus.PROPOSED, body=replace(FULL, origin=origin), version=4)
    modal = drawn(sheets.editing(item, "decision:edit:3", "UBEN", TODAY))
    change = read_edit(filled(modal, {"title": "New"}), "T1", "UBEN", TODAY)
    assert (change.number, change.version, change.by) == (3, 4, "UBEN")
    assert sorted(change.body.changed_fields(item.body)) == ["evidence", "title"]
    assert change.evidence == "CHURN-41"


def test_an_edit_of_somebody_elses_decision_keeps_its_makers() -> None:
    item = record(3, DecisionStatus.PROPOSED, body=body(makers=("UANA",)))
    modal = drawn(sheets.editing(item, "decision:edit:3", "UBEN", TODAY))
    assert read_edit(filled(modal, {}), "T1", "UBEN", TODAY).body.makers == ("UANA",)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_a_section_with_content_starts_open_with_its_own_fields(section: sections.Section) -> None:
    has = sections.filled(FULL, "UANA")
    assert has == EVERY
    empty = sections.filled(body(makers=("UANA",)), "UANA")
    assert empty == frozenset()
    inputs = [block["block_id"] for block in section.inputs(FULL, REGISTRY)]
    assert tuple(inputs) == section.fields


def test_a_form_on_screen_is_drawn_again_with_all_that_was_typed() -> None:
    origin = Origin(url="https://s", author="UBEN", quote='Let\'s "go"\nnow')
    sheet = new("T", sections.TAGS, sections.OPTIONS, origin=origin)
    sheet = replace(sheet, drafted_at=NOW, edition=2)
    state = filled(drawn(sheet), {"outcome~2": "O", "tags~2": "churn", "consent_rule~2": "open"})
    again = sheets.again(state, "UANA")
    assert drawn(again) == drawn(replace(sheet, typed=form_state.plain(state).values))
    shown = [block.removesuffix("~2") for block in fields(drawn(again))]
    assert shown == ["title", "outcome", "consent_rule", "options", "tags"]
    wish = read_new(filled(drawn(again), {}), "T1", "UANA", TODAY)
    assert (wish.body.outcome, wish.body.tags, wish.body.origin) == ("O", ("churn",), origin)
    assert wish.status is DecisionStatus.PROPOSED


def test_another_edition_keeps_nothing_of_what_slack_holds() -> None:
    first, second = drawn(new("T")), drawn(replace(new("T"), edition=1))
    assert not {*fields(first)} & {*fields(second)}
    error = InvalidForm({"title": "Shorter."})
    assert form_state.by_block(filled(second, {}), error).fields == {"title~1": "Shorter."}


def test_a_draft_says_since_when_and_offers_what_else_there_is() -> None:
    def draft(place: str, title: str) -> Draft:
        values = {"title": {"title": {"type": "plain_text_input", "value": title}}}
        saved = NOW - timedelta(hours=1)
        return Draft(workspace="T1", user_id="UANA", place=place, values=values, saved_at=saved)

    sheet = replace(
        new().with_draft(draft("p1", "Mine")), others=[draft("p2", ""), draft("p3", "B" * 150)]
    )
    modal = drawn(sheet)
    assert modal["blocks"][0]["elements"][0]["text"].startswith("Your draft of <!date^")
    buttons = modal["blocks"][1]["elements"]
    assert [each.get("value") for each in buttons] == [None, "p2", "p3"]
    labels = [each["text"]["text"] for each in buttons]
    assert labels[:2] == ["Start afresh", "Open my draft without a title"]
    assert labels[2].startswith("Open my draft of “BBB")
    assert modal["blocks"][2]["element"]["initial_value"] == "Mine"


def test_a_problem_is_said_where_its_section_opens_and_others_at_the_top() -> None:
    problems = {"promotion": "No such version.", "elsewhere": "Something else."}
    sheet = replace(new("T", sections.EFFECT), problems=problems)
    blocks = drawn(sheet)["blocks"]
    said = [shown_text(block) for block in blocks]
    assert said[0].replace("\n", "") == "Not sent yet: Something else."
    place = next(i for i, text in enumerate(said) if "No such version." in text)
    assert blocks[place + 1]["block_id"] == "promotion"


def test_an_untouched_form_is_no_draft() -> None:
    untouched = filled(drawn(new("", *EVERY)), {})
    assert form_state.kept(untouched) == {}
    assert form_state.kept(filled(drawn(new("", *EVERY)), {"tags": "x"}))["tags"]


def test_the_longest_of_everything_fits() -> None:
    quote = '"\n' * 500
    origin = Origin(
        url="https://example.slack.com/archives/C1/p1?" + "t" * 100, author="UBEN", quote=quote
    )
    long = DecisionBody(
        title='"' * 150,
        outcome='"' * 3000,
        context='"' * 3000,
        drivers='"' * 3000,
        options=parse('"' * 3000),
        consequences='"' * 3000,
        makers=tuple(f"U{n}" for n in range(100)),
        tags=tuple(f"{n}" * 40 for n in range(10)),
        origin=origin,
    )
    item = record(999_999_999, DecisionStatus.PROPOSED, body=long, version=999_999)
    sheet = sheets.editing(item, "decision:edit:999999999", "UANA", TODAY)
    sheet = replace(sheet, unfolded=EVERY, drafted_at=NOW, edition=99)
    assert len(drawn(sheet)["private_metadata"]) <= 3000
