"""How the weekly digest, `/decide review` and the rows of App Home read, and that they fit."""

from datetime import date, timedelta
from typing import Any

import pytest

from bot.domain.absence import Absence, AbsenceKind
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.measure import Expectation, Measure
from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.domain.decisions.review import Observed, Review, ReviewCause
from bot.domain.decisions.waiting import Agenda, Awaited, DueDecision, MyTurn, OpenDecision
from bot.domain.decisions.weekly import Made, Scope, WeeklyChoice, WeeklyDigest, WeeklySettings
from bot.domain.links import Links
from bot.domain.metrics import Direction
from bot.errors import InvalidForm
from bot.ports.chat import Message
from bot.views.decisions import waiting, weekly
from bot.views.forms import FormState
from tests.unit.decisions.samples import NOW, body, modal_problems, problems, record, shown_text
from tests.unit.views.largest import ALPHABETS, CUT, MOST, long

SLACK = Links(slack_url="https://team.slack.com/", mlflow_url="https://mlflow.example.com")
MONDAY = date(2026, 11, 23)
EXPECTED = Expectation(
    measure=Measure(model="churn", alias="champion", metric="val_auc"),
    direction=Direction.HIGHER,
    target=0.9,
)


def text(message: Message) -> str:
    """What stands in it, each row in one piece."""
    elements = [e for block in message.blocks for e in block.get("elements", [block])]
    rows = [row for element in elements for row in _rows(element)]
    return "\n".join(shown_text(row).replace("\n", "") for row in rows)


def _rows(element: dict[str, Any]) -> list[Any]:
    is_list = element["type"] == "rich_text_list"
    return list(element["elements"]) if is_list else [element]


def proposed(number: int, title: str = "Use data v8", **changes: Any) -> DecisionRecord:
    return record(number, DecisionStatus.PROPOSED, body=body(title), **changes)


def review(number: int) -> Review:
    return Review(
        number=number, ordinal=1, cause=ReviewCause.RULE, reason="val_auc < 0.9", asked_at=NOW
    )


def measured(number: int) -> DecisionDetail:
    seen = Observed(value=0.912, run_id="a", experiment_id="1", name="gentle-owl", version=14)
    it = record(number, body=body(expected=EXPECTED), decided_at=NOW)
    return DecisionDetail(record=it, observed=seen)


def test_each_section_says_who_and_links_to_the_card() -> None:
    content = WeeklyDigest(
        day=MONDAY,
        made=[Made(record=record(12, supersedes=9), by="Lena"), Made(record=record(13))],
        open=[
            OpenDecision(
                record=proposed(14),
                awaited=[
                    Awaited(
                        name="Berlin", until=NOW + timedelta(hours=4), left=timedelta(hours=3.6)
                    ),
                    Awaited(
                        name="New York",
                        until=NOW,
                        absence=Absence(kind=AbsenceKind.AWAY, until=date(2026, 11, 26)),
                    ),
                    Awaited(name="Delhi", until=NOW - timedelta(hours=1)),
                ],
                objecting=["Tokyo"],
            )
        ],
        open_total=8,
        due=[
            DueDecision(record=record(7), review=review(7)),
            DueDecision(record=record(8), on=date(2026, 11, 29)),
        ],
        measured=[measured(7)],
        pages={12: ("C1", "1700000000.000100")},
    )
    shown = weekly.weekly(content, SLACK)
    assert problems(shown) == []
    rows = text(shown).splitlines()
    assert "D-12 Use LightGBM for churn · accepted by Lena · replaces D-9" in rows
    assert "D-13 Use LightGBM for churn · accepted by consent" in rows
    [waits] = [row for row in rows if row.startswith("D-14")]
    assert waits.startswith("D-14 Use data v8 · waits for Berlin (4 of their hours left → until ")
    assert "New York (away until Thu 26 Nov)" in waits
    assert "Delhi (time ended " in waits
    assert waits.endswith(" · Tokyo objects")
    assert "and 7 more: /decide list proposed" in rows
    assert any(row.startswith("D-7") and row.endswith(": val_auc < 0.9") for row in rows)
    assert "D-8 Use LightGBM for churn · on 29 Nov 2026" in rows
    [outcome] = [row for row in rows if "Predicted champion" in row]
    assert "observed 0.912" in outcome
    assert "https://team.slack.com/archives/C1/p1700000000000100" in str(shown.blocks)
    assert "'type': 'user'" not in str(shown.blocks)


@pytest.mark.parametrize("alphabet", ALPHABETS.values(), ids=ALPHABETS)
def test_the_longest_of_everything_fits_into_one_message(alphabet: str) -> None:
    title, name = long(alphabet, 150), long(alphabet, 80)
    away = Awaited(name=name, absence=Absence(kind=AbsenceKind.HOLIDAY, label=name))
    many = [MOST - n for n in range(40)]
    opened = [
        OpenDecision(record=proposed(n, title), awaited=[away] * 9, objecting=[name] * 9)
        for n in many
    ]
    due = [
        DueDecision(
            record=record(n, body=body(title)),
            review=Review(
                number=n,
                ordinal=1,
                cause=ReviewCause.RULE,
                reason=long(alphabet, 3000),
                asked_at=NOW,
            ),
        )
        for n in many
    ]
    content = WeeklyDigest(
        day=MONDAY,
        scope=Scope.PUBLIC,
        made=[Made(record=record(n, body=body(title), supersedes=MOST), by=name) for n in many],
        open=opened,
        open_total=MOST,
        due=due,
        measured=[measured(n) for n in many[:5]],
        pages=dict.fromkeys(many, ("C0000000000", "1700000000.000100")),
    )
    shown = weekly.weekly(content, SLACK)
    assert problems(shown) == []
    assert CUT not in str(shown.blocks)
    turns = [MyTurn(record=proposed(n, title), until=NOW) for n in many]
    agenda = Agenda(mine=turns, open=opened, open_total=MOST, due=due)
    answer = waiting.review(agenda, SLACK, NOW)
    assert problems(answer) == []
    assert CUT not in str(answer.blocks)
    assert " more: answer these, then ask again" in text(answer)


def test_review_begins_with_what_waits_for_the_reader_and_its_buttons() -> None:
    later = NOW + timedelta(hours=3)
    agenda = Agenda(
        mine=[
            MyTurn(record=proposed(3), until=later),
            MyTurn(record=record(4), review=review(4)),
        ],
        open=[OpenDecision(record=proposed(5), awaited=[Awaited(name="Ben")])],
        open_total=1,
    )
    shown = waiting.review(agenda, SLACK, NOW)
    assert problems(shown) == []
    assert shown.text == "2 decisions for you, 1 waiting for others, 0 due for review"
    assert text(shown).splitlines()[0] == "Waits for you"
    rows = [block for block in shown.blocks if block["type"] == "actions"]
    labels = [[button["text"]["text"] for button in row["elements"]] for row in rows]
    assert labels[0] == ["Agree", "Stand aside", "Object…", "Details"]
    assert labels[1] == ["Keep", "Revise", "Details"]
    assert "D-5 Use data v8 · waits for Ben" in text(shown)
    assert "style" not in str(rows)


def test_nothing_waiting_is_one_sentence() -> None:
    shown = waiting.review(Agenda(), SLACK, NOW)
    assert shown.text.startswith("Nothing waits for you")


def settings(**choice: Any) -> WeeklySettings:
    chosen = WeeklyChoice(zone="Europe/Berlin", **choice)
    return WeeklySettings(workspace="T1", channel="C1", choice=chosen, owner="UANA")


def state(**typed: Any) -> FormState:
    values: dict[str, Any] = {
        "weekday": {"weekday": {"selected_option": {"value": "5"}}},
        "time": {"time": {"selected_time": "16:30"}},
        "zone": {"zone": {"value": typed.get("zone", "europe/berlin")}},
        "scope": {"scope": {"selected_option": {"value": "public"}}},
    }
    return FormState(values, {"channel": "C1", "version": 3})


def test_the_form_says_back_what_was_chosen() -> None:
    shown = weekly.form(settings())
    assert modal_problems(shown) == []
    assert "Turn off" in str(shown)
    assert "Turn off" not in str(weekly.form(settings(active=False)))
    choice = weekly.read(state())
    assert (choice.zone, choice.weekday, choice.scope) == ("Europe/Berlin", 5, Scope.PUBLIC)
    assert (weekly.channel_of(state()), weekly.version_of(state())) == ("C1", 3)
    with pytest.raises(InvalidForm, match="time zone"):
        weekly.read(state(zone="Berlin"))
