"""Settings of digests: one per channel, changed by compare-and-set, marks apart."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from bot.domain.digests.settings import Audience, DigestChoice, DigestSettings, Marks, Weekly
from bot.domain.issues.sharing import IssueField
from storage.digests.settings import SqlDigests
from storage.engine import Engines
from storage.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
SETTINGS = DigestSettings(
    workspace="T1",
    channel="C1",
    choice=DigestChoice(
        zone="Europe/Berlin",
        wall_time=time(9, 30),
        weekdays=frozenset({1, 3}),
        projects=("CHURN", "DATA"),
        fields=frozenset({IssueField.SUMMARY}),
        shared_ok=True,
        experiments=("churn v2",),
        audience=Audience.STAKEHOLDER,
        weekly=Weekly(weekday=5, wall_time=time(15)),
    ),
    owner="U1",
)


@contextmanager
def _digests(engines: Engines) -> Iterator[SqlDigests]:
    with Session(engines.writer) as session, session.begin():
        yield SqlUnitOfWork(session).digests


def test_settings_come_back_as_they_were_stored(engines: Engines) -> None:
    with _digests(engines) as digests:
        assert digests.get("T1", "C1") is None
        assert digests.add(SETTINGS)
    with _digests(engines) as digests:
        assert digests.get("T1", "C1") == SETTINGS
        assert digests.get("T2", "C1") is None
        assert digests.all("T1") == [SETTINGS]
        assert digests.all("T2") == []


def test_the_second_first_setting_is_refused(engines: Engines) -> None:
    with _digests(engines) as digests:
        assert digests.add(SETTINGS)
    with _digests(engines) as digests:
        assert not digests.add(replace(SETTINGS, owner="U2"))
        assert digests.get("T1", "C1") == SETTINGS


def test_a_change_needs_the_version_that_was_seen(engines: Engines) -> None:
    second = replace(SETTINGS, owner="U2", version=2)
    with _digests(engines) as digests:
        digests.add(SETTINGS)
        assert digests.change(second, from_version=1)
        assert not digests.change(replace(SETTINGS, owner="U3", version=2), from_version=1)
        assert digests.get("T1", "C1") == second


def test_marks_outlive_a_change_of_settings(engines: Engines) -> None:
    marks = Marks(until=NOW, issues=NOW, runs=None)
    with _digests(engines) as digests:
        digests.add(SETTINGS)
        digests.mark_weekly("T1", "C1", NOW - timedelta(days=2))
        digests.mark("T1", "C1", marks)
        assert digests.change(replace(SETTINGS, version=2), from_version=1)
        kept = replace(SETTINGS, version=2, marks=marks, weekly_until=NOW - timedelta(days=2))
        assert digests.get("T1", "C1") == kept
