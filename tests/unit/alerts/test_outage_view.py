"""The notice of a source that doesn't answer fits into Slack, whatever the source says."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.alerts.outages import Outage, is_unreachable
from bot.domain.source import SourceHealth
from bot.views.alerts import outage as views
from tests.unit.alerts.values import T0
from tests.unit.decisions.samples import problems, shown_text

DOWN = Outage(workspace="T1", source="mlflow", channel="C1", since=T0, reason="HTTP 500")


def test_it_says_since_when_and_what_alerts_do() -> None:
    shown = views.notice(DOWN)
    assert problems(shown) == []
    text = shown_text(shown.blocks).replace("\n", "")
    assert "MLflow hasn't answered since " in text
    assert "Alerts keep their state" in text
    assert "It said: HTTP 500" in text


def test_back_again_it_says_for_how_long_it_was_gone() -> None:
    shown = views.notice(replace(DOWN, source="mlflow:eu", back_at=T0 + timedelta(minutes=72)))
    assert problems(shown) == []
    text = shown_text(shown.blocks).replace("\n", "")
    assert text.startswith("✅ MLflow (eu) is back at ")
    assert "after 1 h 12 min" in text


def test_hostile_words_stay_words() -> None:
    hostile = "<!channel> *x* " * 90
    shown = views.notice(replace(DOWN, source=hostile, reason=hostile))
    assert problems(shown) == []
    assert "<!channel>" not in str(shown.blocks[-1])
    assert problems(views.notice(replace(DOWN, reason=""))) == []


@pytest.mark.parametrize(
    ("failures", "minutes", "unreachable"), [(2, 60, False), (3, 4, False), (3, 5, True)]
)
def test_three_failures_and_five_minutes_make_an_outage(
    failures: int, minutes: int, unreachable: bool
) -> None:
    failed = T0 + timedelta(minutes=1)
    health = SourceHealth(
        source="mlflow", read_at=T0, failed_at=failed, reason="no", failures=failures
    )
    assert is_unreachable(health, T0 + timedelta(minutes=minutes)) is unreachable
    fine = replace(health, failed_at=None)
    assert not is_unreachable(fine, T0 + timedelta(hours=9))
