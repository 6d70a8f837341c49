"""When a goal that missed its day is news: once, in the digest of the next working morning."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from bot.domain.digests.settings import DigestChoice, DigestSettings
from bot.domain.digests.windows import Span, Window
from bot.domain.experiments.goals import Progress
from bot.ports.repositories import UnitOfWork
from bot.services.digests import stakeholder
from storage.transactions import SqlTransactions
from tests.unit.digests.test_stakeholder import EMPTY
from tests.unit.experiments.goal_builders import sample, standing

MORNINGS = [datetime(2026, 10, day, 9, 30, tzinfo=UTC) for day in (22, 23, 26, 27)]
SETTINGS = DigestSettings(workspace="T1", channel="C1", choice=DigestChoice(zone="UTC"), owner="U1")


@pytest.mark.parametrize("number", [0.85, None])
@pytest.mark.parametrize(
    ("due", "zone", "told"),
    [
        (date(2026, 10, 22), "UTC", [True, False, False]),
        (date(2026, 10, 23), "UTC", [False, True, False]),
        (date(2026, 10, 24), "UTC", [False, True, False]),
        # In Honolulu it is still the evening of Thursday when Friday's comes.
        (date(2026, 10, 22), "Pacific/Honolulu", [False, True, False]),
        (date(2026, 10, 26), "UTC", [False, False, True]),
    ],
)
async def test_a_day_that_passed_over_the_weekend_is_told_once(
    transactions: SqlTransactions, number: float | None, due: date, zone: str, told: list[bool]
) -> None:
    latest = None if number is None else sample(number, 40)
    state = replace(standing(number, due_on=due, start=None), now=latest, zone=zone)
    assert state.progress is Progress.BEHIND

    def read(uow: UnitOfWork) -> list[bool]:
        found = []
        for since, until in pairwise(MORNINGS):
            span = Span(since=since, until=until)
            content = replace(
                EMPTY, window=Window(whole=span, issues=span, runs=span), goals=(state,)
            )
            found.append(stakeholder.read(uow, SETTINGS, content, until).goal_moved)
        return found

    assert await transactions.read(read) == told
