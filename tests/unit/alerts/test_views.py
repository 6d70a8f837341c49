"""What people see of alerts: valid for Slack, in plain words, without pings."""

import json
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.alerts.engine import judge
from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import Severity
from bot.domain.alerts.states import Phase, Point, StoredState, Transition
from bot.domain.links import Links
from bot.domain.person import Person
from bot.ports.chat import CHART_SLOT, Message
from bot.views.alerts import card as views
from tests.standins.slack.blockkit import Rules, check_message, check_view
from tests.unit.alerts.values import BELOW, CHAMPION, T0, WORSE, fresh, rule, sample

LINKS = Links(mlflow_url="http://mlflow.test")
PEOPLE = {
    "U1": Person(workspace="T1", user_id="U1", name="Hanna <!channel>"),
    "U2": Person(workspace="T1", user_id="U2", name="Ravi"),
}
TITLE = (
    "churn v14 is worse than champion v13: val_auc 0.871, 0.024 below its baseline 0.895 ± 0.006"
)


def _incident(**changes: Any) -> Incident:
    known = Incident(
        id="T1:A-1:1",
        workspace="T1",
        rule_number=1,
        channel="C1",
        severity=Severity.CRITICAL,
        title=TITLE,
        latest="val_auc 0.871, 0.024 below its baseline 0.895 ± 0.006",
        sample=sample(0.871, "run14", version=14),
        baseline=CHAMPION,
        opened_at=T0,
        changed_at=T0,
    )
    return replace(known, **changes)


def _points(values: Sequence[float | None] = (0.9, 0.894, 0.871)) -> list[Point]:
    return [
        Point(
            key=str(i),
            name="evaluation",
            at=T0,
            value=v,
            is_bad=v is None or v < 0.889,
            expected=0.895,
            margin=0.006,
        )
        for i, v in enumerate(values)
    ]


def _problems(message: Message) -> list[str]:
    blocks = [block for block in message.blocks if block != CHART_SLOT]
    surface = Rules(surface="message", native_charts=True, file_ready=lambda _: True)
    return check_message(surface, json.loads(json.dumps(blocks)))


def _text(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


def test_a_firing_card_says_what_where_and_offers_to_acknowledge() -> None:
    card = views.card(_incident(), rule(WORSE), _points(), PEOPLE, LINKS)
    assert _problems(card) == []
    assert card.text == f"🔴 {TITLE}"
    assert '"value": "T1:A-1:1"' in _text(card)
    assert "http://mlflow.test/#/experiments/1/runs/run14" in _text(card)
    assert "http://mlflow.test/#/models/churn/versions/13" in _text(card)
    assert "A-1 · critical · set up by Hanna &lt;!channel&gt;" in _text(card)
    assert CHART_SLOT in card.blocks


def test_the_chart_has_the_band_the_champion_and_the_bad_points() -> None:
    chart = views.card(_incident(), rule(WORSE), _points(), PEOPLE, LINKS).chart
    assert chart is not None
    assert chart.series[0].values == (0.9, 0.894, 0.871)
    assert chart.series[1].values == (0.895,) * 3
    assert chart.band == pytest.approx((0.889, 0.901))
    assert chart.marks == (2,)
    assert chart.categories == ("evaluation", "2 evaluation", "3 evaluation")


def test_a_threshold_chart_has_its_limit_and_leaves_out_what_is_no_number() -> None:
    chart = views.card(_incident(), rule(BELOW), _points((0.95, None)), PEOPLE, LINKS).chart
    assert chart is not None
    assert chart.series[0].values == (0.95, None)
    assert chart.series[1].values == (0.9, 0.9)
    assert chart.band is None


def test_after_an_acknowledgement_the_button_is_gone() -> None:
    acknowledged = _incident(acknowledged_by="U2", acknowledged_at=T0 + timedelta(minutes=5))
    card = views.card(acknowledged, rule(WORSE), _points(), PEOPLE, LINKS)
    assert _problems(card) == []
    assert card.text.startswith("🟡 ")
    assert "acknowledged by " in _text(card)
    assert '"Ravi"' in _text(card)
    assert views.ACTION_ACKNOWLEDGE not in _text(card)


def test_after_recovery_it_says_how_long_it_took() -> None:
    over = _incident(
        resolved_at=T0 + timedelta(hours=4, minutes=28),
        recovered=True,
        latest="val_auc 0.896 is within its baseline 0.895 ± 0.006",
    )
    card = views.card(over, rule(WORSE), _points(), PEOPLE, LINKS)
    assert _problems(card) == []
    assert "✅ recovered " in _text(card)
    assert " after 4 h 28 min: val_auc 0.896 is within" in _text(card)
    line = views.thread(over, "resolved", PEOPLE)
    assert _problems(line) == []
    assert line.text.startswith("✅ recovered ")


def test_an_incident_that_a_new_champion_ended_did_not_recover() -> None:
    over = _incident(resolved_at=T0, latest="the champion changed from v13 to v14")
    text = views.thread(over, "resolved", PEOPLE).text
    assert text.startswith("✅ closed ")
    assert text.endswith("the champion changed from v13 to v14")


def test_hostile_names_ping_nobody_and_break_nothing() -> None:
    bad = "<!channel> <@U9> &lt; *x* `y` \u202e" * 20
    hostile = rule(replace(BELOW, experiment=bad), metric="<!here>")
    incident = _incident(title=f"{bad}: x", sample=replace(sample(math.nan, "r"), name=bad))
    for message in (
        views.card(incident, hostile, _points((None,)), PEOPLE, LINKS),
        views.watches(hostile, PEOPLE),
        views.listing([(hostile, fresh())]),
        views.shown(hostile, StoredState(state=fresh(), version=1), (), PEOPLE),
    ):
        assert _problems(message) == []
        assert "<!" not in message.text
        for block in message.blocks:
            if block["type"] in ("context", "section"):
                assert "<!here" not in json.dumps(block)
                assert "<!channel" not in json.dumps(block)


def test_list_and_show_name_state_and_history() -> None:
    state = replace(fresh(), phase=Phase.FIRING, reason="val_auc 0.8 is below 0.9")
    log = [Transition(at=T0, before=Phase.INACTIVE, after=Phase.FIRING, reason=state.reason)]
    shown = views.shown(rule(), StoredState(state=state, version=2), log, PEOPLE)
    listed = views.listing([(rule(times=3), state)])
    assert _problems(shown) == []
    assert _problems(listed) == []
    assert "firing: val_auc 0.8 is below 0.9" in _text(shown)
    assert "val_auc of churn when it is below 0.9 3 times in a row" in _text(listed)


def test_a_long_list_is_cut_with_a_word_and_what_fires_comes_first() -> None:
    long = rule(replace(BELOW, experiment="e" * 250))
    rules = [(replace(long, number=n), fresh()) for n in range(1, 60)]
    rules[-1] = (rules[-1][0], replace(fresh(), phase=Phase.FIRING))
    listed = views.listing(rules)
    assert _problems(listed) == []
    assert "and 43 more" in _text(listed)
    assert "🔴 A-59" in _text(listed)


def test_no_rules_says_how_to_begin() -> None:
    assert "/alert new" in views.listing([]).text


def test_the_confirmation_says_how_the_latest_value_stands() -> None:
    surface = Rules(surface="modal", native_charts=True, file_ready=lambda _: True)
    bad = sample(0.8, "owl")
    modal = views.created(rule(), bad, judge(rule(), 0.8, (), None))
    assert check_view(surface, modal) == []
    text = json.dumps(modal)
    assert "run owl: val_auc 0.8 is below 0.9." in text
    assert "before the rule" in text
    none_yet = views.created(rule(WORSE), None, None)
    assert check_view(surface, none_yet) == []


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
    assert views.span(timedelta(minutes=minutes)) == words
