"""Weeks join: whatever is moved, missed or switched, each instant is told by one weekly digest."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.domain.decisions.record import DecisionBody, DecisionStatus, NewDecision
from bot.domain.decisions.weekly import WeeklyChoice
from bot.domain.digests.settings import DigestChoice, Weekly
from bot.domain.digests.windows import Span
from bot.domain.person import Person
from bot.domain.schedule import Outcome, Schedule, ScheduleKind
from bot.ports.repositories import UnitOfWork
from bot.services import ticks
from bot.services.decisions import life
from bot.services.decisions import weekly as decisions
from bot.services.digests import daily, weekly
from storage.transactions import SqlTransactions

MONDAY, TUESDAY, FRIDAY, OFF = 1, 2, 5, None
KINDS = {ScheduleKind.DIGEST_WEEKLY: "week", ScheduleKind.DECISIONS_WEEKLY: "decisions"}


def october(day: int, hour: int = 0) -> datetime:
    """An hour of October 2026; the 2nd, 9th, 16th, 23rd and 30th are Fridays."""
    return datetime(2026, 10, 1, hour, tzinfo=UTC) + timedelta(days=day - 1)


class Channel:
    """One channel whose weekly digest comes at 16:00 UTC, as long as it has a day; an open proposal
    sees to it that there is always something to say."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._now = october(1)
        self.told: list[tuple[str, Span]] = []
        self.skipped: list[str] = []
        uow.people.save([Person(workspace="T1", user_id="U1", name="Ana", zone="UTC")])
        uow.channels.keep("T1", "C1", public=True, shared=False, now=self._now)
        body = DecisionBody(title="Use v8", outcome="Yes.", makers=("U2",))
        proposal = NewDecision(
            workspace="T1", channel="C1", author="U1", body=body, status=DecisionStatus.PROPOSED
        )
        life.log(uow, proposal, self._now)

    def choose(self, weekday: int | None, hour: int = 16) -> Schedule | None:
        """Set the day of the weekly digest, or switch it off."""
        when = Weekly(weekday=weekday, wall_time=october(1, hour).time())
        choice = DigestChoice(zone="UTC", weekly=when)
        known = daily.settings(self._uow, "T1", "C1", "U1")
        how: dict[str, Any] = {"seen_version": known.version, "author": "U1", "now": self._now}
        daily.save(self._uow, "T1", "C1", choice, **how)
        return weekly.upcoming(self._uow, "T1", "C1")

    def choose_decisions(self, *, active: bool = True) -> None:
        """The weekly digest of decisions, on Mondays at 09:00 UTC."""
        known = decisions.settings(self._uow, "T1", "C1", "U1")
        choice = WeeklyChoice(zone="UTC", active=active)
        how: dict[str, Any] = {"seen_version": known.version, "author": "U1", "now": self._now}
        decisions.save(self._uow, "T1", "C1", choice, **how)

    def live(self, until: datetime) -> None:
        """Every hour up to then."""
        while self._now < until:
            self._now += timedelta(hours=1)
            self._tick()

    def sleep(self, until: datetime) -> None:
        """An outage up to then."""
        self._now = until
        self._tick()

    def weeks(self, kind: str = "week") -> list[Span]:
        """What each digest of a kind was about."""
        return [span for each, span in self.told if each == kind]

    def _tick(self) -> None:
        for ran in ticks.tick(self._uow, self._now):
            kind = KINDS.get(ran.schedule.kind)
            if kind and ran.outcome is Outcome.SKIPPED:
                self.skipped.append(kind)
            sent = self._uow.deliveries.get(f"{ran.schedule.id}:{ran.occurrence.local_date}")
            if kind and sent and ran.outcome is Outcome.RAN:
                since, until = (sent.subject[name] for name in ("since", "until"))
                span = Span(
                    since=datetime.fromisoformat(since), until=datetime.fromisoformat(until)
                )
                self.told.append((kind, span))


def joined(spans: list[Span]) -> bool:
    """Whether each begins where the one before ended."""
    return all(a.until == b.since for a, b in pairwise(spans))


@pytest.mark.parametrize(("first", "second"), [(FRIDAY, MONDAY), (MONDAY, TUESDAY)])
async def test_moved_to_another_day_it_loses_and_repeats_nothing(
    transactions: SqlTransactions, first: int, second: int
) -> None:
    def happen(uow: UnitOfWork) -> None:
        channel = Channel(uow)
        channel.choose(first)
        channel.live(october(13))
        channel.choose(second)
        channel.live(october(28))
        assert len(channel.weeks()) >= 4
        assert joined(channel.weeks())

    await transactions.write(happen)


async def test_a_week_that_an_outage_swallowed_is_in_the_next_but_no_older_one(
    transactions: SqlTransactions,
) -> None:
    def happen(uow: UnitOfWork) -> None:
        channel = Channel(uow)
        channel.choose(FRIDAY)
        channel.live(october(2, 20))
        channel.sleep(october(10, 17))
        assert channel.skipped == ["week"]
        channel.live(october(17))
        assert joined(channel.weeks())
        assert channel.weeks()[-1].since == weekly_end(2)
        channel.sleep(october(31, 17))
        channel.live(october(38))
        last = channel.weeks()[-1]
        assert last.until - last.since == timedelta(days=14)

    await transactions.write(happen)


def weekly_end(friday: int) -> datetime:
    """Up to where the digest of that Friday reports."""
    return october(friday, 16) - timedelta(seconds=10)


async def test_decisions_are_told_by_either_digest_and_by_one(
    transactions: SqlTransactions,
) -> None:
    def happen(uow: UnitOfWork) -> None:
        channel = Channel(uow)
        channel.choose(OFF)
        channel.choose_decisions()
        channel.live(october(6))
        channel.choose(FRIDAY)
        # The Mondays of this time are the weekly digest's.
        channel.live(october(23, 9))
        channel.choose(OFF)
        channel.live(october(27))
        channel.choose(FRIDAY)
        channel.live(october(31))
        said = [kind for kind, _ in channel.told]
        assert said == ["decisions", "week", "week", "decisions", "week"]
        assert joined([span for _, span in channel.told])

    await transactions.write(happen)


async def test_switched_off_and_on_again_it_tells_neither_twice_nor_old_news(
    transactions: SqlTransactions,
) -> None:
    def happen(uow: UnitOfWork) -> None:
        channel = Channel(uow)
        channel.choose(FRIDAY)
        channel.live(october(3))
        channel.choose(OFF)
        channel.choose(TUESDAY)
        channel.live(october(7))
        assert joined(channel.weeks())
        channel.choose(OFF)
        channel.live(october(24))
        channel.choose(FRIDAY)
        channel.live(october(31))
        assert channel.weeks()[-1] == Span(since=weekly_end(23), until=weekly_end(30))

    await transactions.write(happen)


async def test_the_next_one_is_never_on_a_date_that_had_its_turn(
    transactions: SqlTransactions,
) -> None:
    def happen(uow: UnitOfWork) -> None:
        channel = Channel(uow)
        channel.choose(FRIDAY)
        channel.live(october(2, 17))
        moved = channel.choose(FRIDAY, hour=20)
        assert moved is not None
        assert moved.next_run_at == october(9, 20)
        today = daily.schedule(uow, "T1", "C1")
        assert today is not None
        assert today.next_date == october(5).date(), "today's had its turn at half past nine"
        channel.live(october(9, 21))
        assert channel.skipped == []
        assert joined(channel.weeks())

    await transactions.write(happen)
