"""Trial: a simulated life of people who travel, go away, come late and change their minds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

from tests.trials.databases import empty_database
from tests.trials.life import controls, figures
from tests.trials.life.live import Living, settled
from tests.trials.life.population import five, forty
from tests.trials.life.story import Span, Teller
from tests.trials.tables import Table

THREE_WEEKS = Span(
    first=date(2026, 10, 19),
    last=date(2026, 11, 6),
    down=(
        datetime(2026, 10, 27, 12, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 27, 15, 0, 30, tzinfo=UTC),
    ),
)
FOUR_DAYS = Span(first=date(2026, 10, 23), last=date(2026, 10, 26))


async def run(seed: int) -> Table:
    """40 people of 12 zones over both clock changes of autumn 2026, with an outage of the bot."""
    population = forty()
    story = Teller(population, THREE_WEEKS, seed).forty()
    with empty_database("SQLite") as url:
        async with settled(url, population, THREE_WEEKS, seed) as living:
            await living.live(story)
            return figures.table(living, population, THREE_WEEKS, seed)


async def small(seed: int) -> Table:
    """Five people of four zones over four days around Europe's clock change."""
    async with _five_living(seed) as living:
        return figures.table(living, five(), FOUR_DAYS, seed)


async def control(seed: int) -> Table:
    """The same with one rule broken at a time; it is wrong if the checks don't see that."""
    rows = []
    for each in controls.CONTROLS:
        with each.broken():
            async with _five_living(seed) as living:
                rows.append(controls.row(each, figures.verdict(living, FOUR_DAYS)))
    return Table(
        title=f"Five of them over four days, one rule broken at a time (seed {seed})",
        rows=rows,
        wrong=sum(not row["times"] for row in rows),
    )


@asynccontextmanager
async def _five_living(seed: int) -> AsyncIterator[Living]:
    population = five()
    with empty_database("SQLite") as url:
        async with settled(url, population, FOUR_DAYS, seed) as living:
            await living.live(Teller(population, FOUR_DAYS, seed).five())
            yield living
