"""Living: the story, what people do with their messages, and the bot's own hours, in one order."""

import heapq
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from itertools import count

from tests.standins.slack import FakeSlack, Json
from tests.standins.slack.workspace import BOT_ID
from tests.trials.life import eyes
from tests.trials.life.acts import Hand
from tests.trials.life.diary import Diary, Direct, Kind
from tests.trials.life.habits import Habits
from tests.trials.life.population import Population
from tests.trials.life.story import Planned, Span
from tests.trials.town import Town, town

# Who couldn't do something because the bot was down tries again after that.
_TRY_AGAIN = timedelta(minutes=9)


class Living:
    """A population that lives through a span in a town."""

    def __init__(self, here: Town, population: Population, span: Span, seed: int) -> None:
        self.town = here
        self.diary = Diary.begun(population)
        self.diary.down = span.down
        self._population = population
        self._span = span
        self._hand = Hand(here, self.diary)
        self._habits = Habits(self.diary, seed)
        self._order = count()
        self._coming: list[tuple[datetime, int, Planned]] = []
        self._read: dict[str, int] = {}

    async def live(self, story: list[Planned]) -> None:
        """Let all of it happen, and then the time in which the last days close."""
        for standup in self._population.standups:
            await self._hand.set_up(standup, self._population.members_of(standup))
            await self.town.deliver()
        self._look_around("")
        for planned in story:
            self._plan(planned)
        if self._span.down:
            self._plan(Planned(at=self._span.down[0], what="", act=_stop, needs_bot=False))
            self._plan(Planned(at=self._span.down[1], what="", act=_start, needs_bot=False))
        end = datetime.combine(self._span.last, time(23, 59), UTC) + timedelta(hours=23)
        while (at := await self._next()) <= end:
            self.town.clock.move_to(max(at, self.town.clock()))
            await self._step(at)

    async def _next(self) -> datetime:
        due = await self.town.next_due() if self.town.is_up else None
        coming = self._coming[0][0] if self._coming else None
        return min((x for x in (due, coming) if x), default=datetime.max.replace(tzinfo=UTC))

    async def _step(self, at: datetime) -> None:
        if self._coming and self._coming[0][0] <= at:
            await self._act(heapq.heappop(self._coming)[2])
        else:
            await self.town.tick()
            self._look_around("")

    async def _act(self, planned: Planned) -> None:
        down = self._span.down
        if planned.needs_bot and not self.town.is_up:
            assert down is not None
            self._plan(planned, at=down[1] + _TRY_AGAIN)
            return
        who = planned.unless_gone
        if who and not self.diary.lives[who].able.at(self.town.clock()):
            return
        if await planned.act(self._hand) is not False and planned.what:
            self.diary.count(planned.what)
        if self.town.is_up:
            await self.town.tick()
        self._look_around(who)

    def _plan(self, planned: Planned, at: datetime | None = None) -> None:
        heapq.heappush(self._coming, (at or planned.at, next(self._order), planned))

    def _look_around(self, acted: str) -> None:
        """Everybody reads what is new; what comes of it is planned. `acted` is who did something
        in this step: what is written to them now answers it."""
        for user_id in self.diary.lives:
            for message in self._new_messages(user_id):
                direct = self._direct(user_id, message, wanted=user_id == acted)
                self.diary.directs.append(direct)
                if direct.kind is Kind.PROMPT and direct.day is not None:
                    turn = direct.standup, user_id, direct.day
                    self.diary.prompts.setdefault(turn, []).append(direct.at)
                for planned in self._habits.reactions(direct):
                    self._plan(planned)

    def _new_messages(self, user_id: str) -> list[Json]:
        channel = self.town.slack.ws.open_dm([user_id])
        fresh = channel.messages[self._read.get(user_id, 0) :]
        self._read[user_id] = len(channel.messages)
        return [{**m, "channel": channel.id} for m in fresh if m.get("bot_id") == BOT_ID]

    def _direct(self, user_id: str, message: Json, *, wanted: bool) -> Direct:
        kind, found, day = Kind.OTHER, "", None
        for name in self.diary.courses:
            if asked_for := eyes.asked_for(message, name):
                kind, found, day = Kind.PROMPT, name, asked_for
            elif eyes.is_reminder(message, name):
                kind, found = Kind.REMINDER, name
        return Direct(
            user_id=user_id,
            at=eyes.posted_at(message),
            kind=kind,
            message=message,
            standup=found,
            day=day,
            wanted=wanted,
        )


@asynccontextmanager
async def settled(
    database_url: str, population: Population, span: Span, seed: int
) -> AsyncIterator[Living]:
    """The people in their channels on the day before, and the bot running."""
    start = datetime.combine(span.first - timedelta(days=1), time(11), UTC)
    async with town(database_url, start.isoformat(), _settle(population)) as here:
        yield Living(here, population, span, seed)


def _settle(population: Population) -> Callable[[FakeSlack], None]:
    def settle(slack: FakeSlack) -> None:
        for m in population.members:
            mail = f"{m.name.split()[0].lower()}@example.com"
            slack.add_user(
                m.user_id,
                m.name,
                real_name=m.name,
                tz=m.zone,
                email=mail,
                is_restricted=m.guest,
            )
        for standup in population.standups:
            name = standup.name.lower().replace(" ", "-")
            slack.add_channel(standup.channel, name, members=population.members_of(standup))

    return settle


async def _stop(hand: Hand) -> None:
    await hand.town.stop()


async def _start(hand: Hand) -> None:
    await hand.town.start()
