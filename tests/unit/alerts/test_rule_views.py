"""What people see of rules: lists, details, tests, silences; valid for Slack, without pings."""

import json
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bot.domain.alerts.feedback import Feedback
from bot.domain.alerts.judging import judge
from bot.domain.alerts.responsible import Responsible
from bot.domain.alerts.rules import Severity
from bot.domain.alerts.silences import ChannelNoise, MuteTime, Silence
from bot.domain.alerts.states import Phase, StoredState, Transition
from bot.domain.person import Person
from bot.errors import InvalidForm
from bot.ports.chat import Message, Modal
from bot.views.alerts import (
    detail,
    listing,
    settings_form,
    silence_form,
    silences,
    story,
    testing,
)
from bot.views.alerts.detail import Detail
from bot.views.alerts.listing import Row
from bot.views.alerts.wording import span
from bot.views.forms import FormState
from tests.standins.slack.blockkit import Rules, check_message, check_view
from tests.unit.alerts.values import BELOW, T0, WORSE, fresh, incident, rule, sample

PEOPLE = {
    "U1": Person(workspace="T1", user_id="U1", name="Hanna <!channel>"),
    "U2": Person(workspace="T1", user_id="U2", name="Ravi"),
}
MODAL = Rules(surface="modal", native_charts=True, file_ready=lambda _: True)
MESSAGE = Rules(surface="message", native_charts=True, file_ready=lambda _: True)


def _text(shown: Message | Modal) -> str:
    if isinstance(shown, Message):
        assert check_message(MESSAGE, json.loads(json.dumps(shown.blocks))) == []
        return json.dumps(shown.blocks, ensure_ascii=False)
    assert check_view(MODAL, json.loads(json.dumps(shown))) == []
    return json.dumps(shown, ensure_ascii=False)


def _rows(number: int, firing: frozenset[int] = frozenset()) -> list[Row]:
    return [
        Row(
            rule=replace(rule(WORSE), number=n, channel=f"C{n % 3}"),
            state=replace(fresh(), phase=Phase.FIRING if n in firing else Phase.INACTIVE),
            owner="U2",
        )
        for n in range(1, number + 1)
    ]


def test_a_list_begins_with_what_fires_then_with_the_channel_that_asks() -> None:
    rows = listing.ordered(_rows(7, frozenset({5})), "C1")
    assert [row.rule.number for row in rows] == [5, 1, 4, 7, 3, 6, 2]
    told = _text(listing.first_page(rows, PEOPLE, channel="C1"))
    assert told.index("*Firing*") < told.index("🔴 A-5") < told.index("<#C1>") < told.index("A-1")
    assert "· critical · owner Ravi · " in told
    assert "quiet since " in told
    assert "1 firing" in told


def test_a_list_tells_what_is_blind_and_what_was_bad_before_its_rule() -> None:
    blind, bad = _rows(2)
    blind = replace(blind, state=replace(blind.state, blind="champion v2 has no auc"))
    bad = replace(bad, state=replace(bad.state, was_bad=True))
    told = _text(listing.first_page([blind, bad], PEOPLE, channel="C1"))
    assert "can't judge: champion v2 has no auc" in told
    assert "bad since before the rule, the next evaluation counts" in told
    assert told.count("quiet since") == 1


def test_every_rule_is_on_some_page() -> None:
    rows = listing.ordered(_rows(60, frozenset({59})), "C1")
    first = _text(listing.first_page(rows, PEOPLE, channel="C1"))
    assert "🔴 A-59" in first
    assert '"value": "1|C1"' in first
    pages = [
        _text(listing.page_modal(rows, PEOPLE, number, channel="C1"))
        for number in range(-(-60 // listing.PER_PAGE))
    ]
    shown = "".join(pages)
    assert all(f"A-{n}" in shown for n in range(1, 61))
    assert "page 7 of 7" in pages[-1]
    assert '"text": "More"' not in pages[-1]
    assert listing.read_page("1|C1") == (1, "C1")
    assert listing.read_page("x") == (0, "")


def test_no_rules_says_how_to_begin() -> None:
    assert "/alert new" in listing.first_page([], {}, channel="C1").text


def _detail(**parts: Any) -> Detail:
    state = replace(fresh(), phase=Phase.FIRING, reason="val_auc 0.8 is below 0.9")
    log = [Transition(at=T0, before=Phase.INACTIVE, after=Phase.FIRING, reason=state.reason)]
    values: dict[str, Any] = {
        "rule": rule(),
        "stored": StoredState(state=state, version=2),
        "log": log,
        "responsible": Responsible(owner="U2", deputies=("U1",), runbook="https://wiki.example/r"),
        **parts,
    }
    return Detail(**values)


def test_a_rule_shows_state_log_alerts_and_what_people_thought() -> None:
    word = Feedback(
        workspace="T1", incident_id="i1", rule_number=1, user_id="U1", useful=False, at=T0
    )
    over = incident(
        id="i1",
        acknowledged_by="U2",
        acknowledged_at=T0,
        resolved_at=T0 + timedelta(hours=4),
        recovered=True,
    )
    changed = replace(rule(), changed_by="U2", tags=(("split", "test"),), may_wake=True)
    shown = detail.shown(
        _detail(rule=changed, incidents=[over], feedback=[word]), PEOPLE, may_change=True
    )
    told = _text(shown)
    assert shown.text == "A-1: firing"
    for words in (
        "A-1 · val_auc of churn",
        "Speaks up when it is below 0.9.",
        "Only runs with split=test.",
        "recovered after 4 h · acknowledged by Ravi · 1 person called it noise",
        "then Hanna <!channel>",
        "may wake the owner",
        "https://wiki.example/r",
        "set up by Hanna &lt;!channel&gt; · changed by Ravi",
    ):
        assert words in told
    for action in ("alert.edit", "alert.test", "alert.silence", "alert.delete"):
        assert f'"{action}"' in told


def test_who_may_not_change_a_rule_gets_no_button_for_it() -> None:
    told = _text(detail.shown(_detail(), PEOPLE, may_change=False))
    assert '"alert.edit"' not in told
    assert '"alert.delete"' not in told
    assert '"alert.silence"' in told


def test_the_rule_of_a_decision_and_one_that_has_ended_offer_less() -> None:
    asked = _text(detail.shown(_detail(rule=replace(rule(), decision=12)), {}, may_change=False))
    assert "Asks again for D-12" in asked
    assert '"alert.silence"' not in asked
    ended = _text(detail.shown(_detail(rule=replace(rule(), ended_at=T0)), {}, may_change=False))
    assert '"Ended "' in ended
    assert '"alert.test"' not in ended


def test_the_confirmation_says_how_the_latest_value_stands() -> None:
    told = _text(detail.created(rule(), sample(0.8, "owl"), judge(rule(), 0.8, (), None)))
    assert "run owl: val_auc 0.8 is below 0.9." in told
    assert "before the rule" in told
    assert "There is no evaluation" in _text(detail.created(rule(WORSE), None, None))
    assert "A-1" in _text(detail.changed(rule()))
    assert "open alert ends with it" in _text(detail.confirm_delete(rule(), is_open=True))
    assert "open alert" not in _text(detail.confirm_delete(rule(), is_open=False))


def test_a_test_message_is_marked() -> None:
    card = Message(text="🔴 churn is worse", blocks=[{"type": "divider"}])
    shown = testing.marked(rule(), card)
    assert shown.text == "Test of A-1: 🔴 churn is worse"
    assert "only you see this" in _text(shown)


def _silence(**changes: Any) -> Silence:
    values: dict[str, Any] = {
        "workspace": "T1",
        "channel": "C1",
        "by": "U2",
        "reason": "we retrain",
        "created_at": T0,
        "until": T0 + timedelta(hours=4),
        "number": 3,
        **changes,
    }
    return Silence(**values)


def test_silences_say_what_until_when_by_whom_and_why() -> None:
    told = _text(silences.listing([_silence(rule_number=7), _silence(number=4)], PEOPLE))
    assert '"S-3 A-7"' in told
    assert '"S-4 every alert"' in told
    assert "Ravi: we retrain" in told
    assert '"alert.unsilence:4"' in told
    assert "/alert silence" in silences.listing([], {}).text
    assert "every warning" in silences.about(_silence(severity=Severity.WARNING))
    many = _text(silences.listing([_silence(number=n) for n in range(1, 60)], PEOPLE))
    assert "and 44 more" in many


NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def _submitted(**answers: Any) -> FormState:
    form = silence_form.form([rule(), replace(rule(WORSE), number=2)], "C1")
    _text(form)
    values = {
        "what": {"what": {"selected_option": {"value": answers.get("what", "channel")}}},
        "hours": {"hours": {"selected_option": {"value": answers.get("hours", "4")}}},
        "until": {"until": {"selected_date": answers.get("until")}},
        "reason": {"reason": {"value": answers.get("reason", "we retrain")}},
    }
    return FormState.of({**form, "state": {"values": values}})


def _read(zone: str = "America/New_York", **answers: Any) -> Silence:
    rules = [rule(), replace(rule(WORSE), number=2)]
    return silence_form.read(
        _submitted(**answers), rules, workspace="T1", user_id="U2", zone=zone, now=NOW
    )


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("channel", {}),
        ("warnings", {"severity": Severity.WARNING}),
        ("rule:1", {"rule_number": 1}),
        ("model_of:2", {"model": "churn"}),
        ("experiment_of:1", {"experiment": "churn"}),
    ],
)
def test_a_silence_is_about_what_was_chosen(what: str, expected: dict[str, Any]) -> None:
    found = _read(what=what)
    assert found == _silence(until=NOW + timedelta(hours=4), created_at=NOW, number=0, **expected)


def test_a_silence_until_a_day_ends_with_that_day_where_its_maker_lives() -> None:
    assert _read(until="2026-11-24").until == datetime(2026, 11, 25, 5, tzinfo=UTC)
    assert _read(zone="Asia/Tokyo", until="2026-11-22").until == NOW.replace(hour=15)
    with pytest.raises(InvalidForm) as caught:
        _read(until="2026-11-21")
    assert list(caught.value.fields) == ["until"]


def test_a_silence_needs_a_reason_and_a_rule_that_is_there() -> None:
    with pytest.raises(InvalidForm) as caught:
        _read(reason=" ")
    assert list(caught.value.fields) == ["reason"]
    with pytest.raises(InvalidForm) as caught:
        _read(what="rule:99")
    assert list(caught.value.fields) == ["what"]


def test_settings_are_read_back_as_they_were() -> None:
    night = MuteTime(
        weekdays=frozenset({1, 2, 3, 4, 5}), start=time(20), end=time(8), zone="Asia/Tokyo"
    )
    chosen = ChannelNoise(workspace="T1", channel="C1", budget=5, mutes=(night,))
    form = settings_form.form(chosen, "UTC")
    _text(form)
    values = {
        block["block_id"]: {block["block_id"]: {"value": block["element"].get("initial_value", "")}}
        for block in form["blocks"]
    }
    state = FormState.of({**form, "state": {"values": values}})
    assert settings_form.read(state, "T1") == chosen
    assert "Mon-Fri 20:00-08:00 (Asia/Tokyo)" in _text(settings_form.saved(chosen))
    for field, text in {"budget": "many", "mutes": "at night", "zone": "Mars"}.items():
        wrong = FormState({**values, field: {field: {"value": text}}}, state.hidden)
        with pytest.raises(InvalidForm) as caught:
            settings_form.read(wrong, "T1")
        assert list(caught.value.fields) == [field]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "less than a minute"),
        (59, "59 min"),
        (60, "1 h"),
        (268, "4 h 28 min"),
        (1500, "1 day 1 h"),
    ],
)
def test_spans(minutes: int, words: str) -> None:
    assert span(timedelta(minutes=minutes)) == words


def test_hostile_names_ping_nobody_and_break_nothing() -> None:
    bad = "<!channel> <@U9> &lt; *x* `y` \u202e" * 20
    hostile = rule(replace(BELOW, experiment=bad), metric="<!here>")
    rows = [Row(rule=hostile, state=fresh(), owner="U1")]
    for shown in (
        listing.first_page(rows, PEOPLE, channel="C1"),
        detail.shown(_detail(rule=hostile), PEOPLE, may_change=True),
        testing.tested(hostile, [], has_example=True),
        testing.gone(hostile),
        story.watches(hostile, PEOPLE),
        silences.listing([_silence(model=bad, reason=bad)], PEOPLE),
    ):
        _text(shown)
        assert "<!" not in shown.text
        for block in shown.blocks:
            if block["type"] in ("context", "section"):
                assert "<!" not in json.dumps(block)
