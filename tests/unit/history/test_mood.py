"""Moods: which weeks are shown, and what the form and the trend say."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.dates import monday
from bot.domain.mood import MoodTrend, MoodWeek, first_open, is_open, trend
from bot.ports.chat import CHART_SLOT, Message
from bot.views.forms import FormState
from bot.views.mood import MOOD_FIELD, mood_input, read_mood, trends
from tests.standins.slack.blockkit import Rules, check_message, check_view

MON = date(2026, 11, 16)
NOW = datetime(2026, 11, 18, 15, tzinfo=UTC)
STRICT = Rules(surface="message", native_charts=False, file_ready=lambda _: False)


def week(ago: int, *votes: int, people: int = 4) -> MoodWeek:
    """A week so many weeks before the running one."""
    return MoodWeek(week=MON - timedelta(weeks=ago), people=people, votes=votes)


def shown(message: Message) -> str:
    """Everything that stands in the message."""
    placed = [block for block in message.blocks if block != CHART_SLOT]
    assert check_message(STRICT, placed) == []
    return str(placed)


def test_a_week_ends_when_its_sunday_has_ended_everywhere() -> None:
    monday_noon = datetime(2026, 11, 16, 12, tzinfo=UTC)
    last = MON - timedelta(weeks=1)
    assert is_open(last, monday_noon - timedelta(seconds=1))
    assert not is_open(last, monday_noon)
    assert first_open(monday_noon - timedelta(seconds=1)) == last
    assert first_open(monday_noon) == MON


def test_dates_from_monday_to_sunday_are_one_week() -> None:
    assert {monday(MON + timedelta(days=n)) for n in range(7)} == {MON}


def test_an_average_needs_four_people_not_four_votes() -> None:
    assert week(1, 0, 0, 0, 20, 0, people=3).average is None
    assert week(1, 1, 0, 0, 0, 3).average == 4.0


def test_the_running_week_and_thin_weeks_are_not_shown() -> None:
    weeks = [
        week(9, 4, 0, 0, 0, 0),
        week(8, 0, 4, 0, 0, 0),
        week(2, 0, 0, 3, 0, 0, people=3),
        week(1, 0, 0, 0, 4, 0),
        week(0, 0, 0, 0, 0, 9, people=9),
    ]
    found = trend("Churn daily", weeks, NOW)
    assert found.averages == (2.0, 4.0)
    assert found.hidden == 1


@pytest.mark.parametrize(("value", "read"), [("1", 1), ("5", 5), ("", None), ("6", None)])
def test_the_field_is_read_back(value: str, read: int | None) -> None:
    chosen: dict[str, Any] = {"selected_option": {"value": value}} if value else {}
    assert read_mood(FormState({MOOD_FIELD: {MOOD_FIELD: chosen}}, {})) == read


def test_slack_takes_the_field() -> None:
    view = {
        "type": "modal",
        "title": {"type": "plain_text", "text": "Report"},
        "submit": {"type": "plain_text", "text": "Report"},
        "blocks": [mood_input()],
    }
    assert (
        check_view(Rules(surface="modal", native_charts=False, file_ready=lambda _: False), view)
        == []
    )
    assert mood_input()["block_id"] == MOOD_FIELD
    assert mood_input()["optional"]


def test_the_trend_is_said_in_words_and_drawn() -> None:
    found = MoodTrend(
        standup="Churn daily",
        weeks=(week(2, 0, 0, 2, 2, 0), week(1, 0, 0, 0, 4, 0, people=4)),
        hidden=1,
    )
    message = trends([found])
    said = shown(message)
    assert (
        "4.0 of 5 from 4 people in the week of 9 Nov, 0.5 higher than in the week of 2 Nov" in said
    )
    assert "Left out: 1 week with fewer." in said
    assert message.chart is not None
    assert message.chart.categories == ("2 Nov", "9 Nov")
    assert message.chart.series[0].values == (3.5, 4.0)
    assert message.text == "Mood: Churn daily 4.0 of 5"


def test_several_standups_share_one_chart() -> None:
    name = "Churn daily of the whole department"
    both = [
        MoodTrend(standup=name, weeks=(week(3, 0, 0, 0, 4, 0), week(1, 0, 0, 0, 4, 0)), hidden=0),
        MoodTrend(standup=name, weeks=(week(2, 4, 0, 0, 0, 0), week(1, 0, 4, 0, 0, 0)), hidden=0),
    ]
    chart = trends(both).chart
    assert chart is not None
    assert len({series.name for series in chart.series}) == 2
    assert [series.values for series in chart.series] == [(4.0, None, 4.0), (None, 1.0, 2.0)]


def test_nothing_to_show_is_said() -> None:
    none = MoodTrend(standup="*<!channel>*", weeks=(), hidden=0)
    assert "no week with 4 people has ended" in shown(trends([none]))
    assert trends([none]).chart is None
    assert "<!channel>" not in trends([none]).text
    assert "No stand-up here asks for moods" in trends([]).text
