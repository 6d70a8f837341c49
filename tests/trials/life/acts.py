"""What people do in Slack with their hands, and how the diary notes it."""

from collections.abc import Sequence
from datetime import date, datetime, time

from tests.standins.slack import Ack, Json, Person, text_of
from tests.standins.slack.workspace import BOT_USER
from tests.trials.life.diary import Course, Diary, Life, Said, days
from tests.trials.life.population import Hours, StandUp
from tests.trials.town import Town


class Hand:
    """Does things in a town and writes them down."""

    def __init__(self, town: Town, diary: Diary) -> None:
        self.town = town
        self.diary = diary

    @property
    def now(self) -> datetime:
        """The clock."""
        return self.town.clock()

    def person(self, user_id: str) -> Person:
        """Somebody at the keyboard."""
        return self.town.slack.person(user_id)

    def life(self, user_id: str) -> Life:
        """What the diary knows of somebody."""
        return self.diary.lives[user_id]

    def course(self, standup: StandUp) -> Course:
        """What the diary knows of a stand-up."""
        return self.diary.courses[standup.name]

    async def set_up(self, standup: StandUp, members: Sequence[str]) -> None:
        """A manager fills the form in and starts the stand-up."""
        manager = self.person(standup.manager)
        await manager.command("/standup", "new", channel=standup.channel)
        if standup.people:
            await manager.choose(manager.modal, "audience", "picked")
            manager.fill(manager.modal, participants=list(standup.people))
        await manager.click(manager.modal, "standup.more")
        manager.fill(
            manager.modal,
            optional=list(standup.optional),
            observers=list(standup.observers),
            days_off=", ".join(day.isoformat() for day in standup.days_off),
            call_weekday=str(standup.call_weekday),
        )
        await self._save(
            manager,
            name=standup.name,
            wall_time=f"{standup.wall_time:%H:%M}",
            weekdays=[str(day) for day in sorted(standup.weekdays)],
            close_after=str(standup.close_after),
            reminders=str(standup.reminders),
            post_mode="at_once" if standup.at_once else "wrap_ups",
        )
        asked = [u for u in standup.people or members if self.life(u).able.at(self.now)]
        self.diary.set_asked(standup.name, asked, self.now, True)

    async def change_hour(self, standup: StandUp, wall_time: time) -> None:
        """A manager moves the stand-up's hour."""
        manager = self.person(standup.manager)
        await manager.command("/standup", "edit", channel=standup.channel)
        await self._save(manager, wall_time=f"{wall_time:%H:%M}")
        self.course(standup).wall_time.set(self.now, wall_time)

    async def pause(self, standup: StandUp, paused: bool) -> None:
        """A manager pauses the stand-up or lets it go on."""
        word = "pause" if paused else "resume"
        await self._type(standup.manager, word, "is paused" if paused else "goes on", standup)
        self.course(standup).paused.set(self.now, paused)

    async def travel(self, user_id: str, zone: str) -> None:
        """Somebody's Slack profile shows another zone; while the bot is down nobody hears of it."""
        self.person(user_id).user.tz = zone
        if self.town.is_up:
            await self._profile_changed(user_id)
            self.life(user_id).slack_zone.set(self.now, zone)
        else:
            assert self.diary.down is not None
            self.life(user_id).slack_zone.set(self.diary.down[1], zone)

    async def choose_zone(self, user_id: str, zone: str) -> None:
        """`/standup timezone`; an empty zone follows Slack again."""
        await self._type(user_id, f"timezone {zone or 'auto'}", "You live by")
        self.life(user_id).chosen_zone.set(self.now, zone)

    async def answer_zone(self, user_id: str, message: Json, keep: str) -> None:
        """The answer to the question about a new zone; `keep` is the old one, or nothing."""
        action = "availability.keep_zone" if keep else "availability.zone_right"
        await self.person(user_id).click(message, action)
        if keep:
            self.life(user_id).chosen_zone.set(self.now, keep)

    async def go_away(self, user_id: str, first: date, last: date, by: str = "") -> None:
        """`/standup away`, for oneself or by a manager."""
        dates = f"{first.isoformat()}..{last.isoformat()}"
        whom = f"<@{user_id}|somebody> " if by else ""
        said = "is away" if by else "You're away"
        await self._type(by or user_id, f"away {whom}{dates}", said)
        self._off(user_id, first, last)

    async def go_away_by_button(self, user_id: str, prompt: Json, day: date) -> None:
        """*I'm away…* on a prompt, for its day."""
        person = self.person(user_id)
        await person.click(prompt, "availability.away")
        errors = await person.submit(person.modal, last=day.isoformat())
        assert errors is None, errors
        self._off(user_id, day, day)

    async def come_back(self, user_id: str) -> None:
        """`/standup back`."""
        await self._type(user_id, "back", "You're back")
        life = self.life(user_id)
        today = life.local(self.now).date()
        life.away.set(self.now, frozenset(d for d in life.away.at(self.now) if d < today))

    async def settle(
        self, user_id: str, hours: Hours, country: str, region: str, holidays: frozenset[date]
    ) -> None:
        """`/meridian me`: working hours, and where the public holidays are from."""
        person = self.person(user_id)
        await person.command("/meridian", "me", channel=user_id)
        await person.choose(person.modal, "country", country or "-")
        if region:
            person.fill(person.modal, **{f"region_{country}": region})
        chosen = [str(day) for day in sorted(hours.weekdays)]
        start, end = f"{hours.start:%H:%M}", f"{hours.end:%H:%M}"
        await self._save(person, start=start, end=end, weekdays=chosen)
        life = self.life(user_id)
        life.holidays.set(self.now, holidays)
        if hours != life.hours.at(self.now):
            life.hours.set(self.now, hours)

    async def leave_channel(self, user_id: str, standup: StandUp) -> None:
        """Somebody leaves a stand-up's channel."""
        self._channel(standup).remove(user_id)
        await self._moved("member_left_channel", user_id, standup)
        self.diary.set_asked(standup.name, [user_id], self.now, False)

    async def join_channel(self, user_id: str, standup: StandUp) -> None:
        """Somebody comes to a stand-up's channel."""
        self._channel(standup).append(user_id)
        await self._moved("member_joined_channel", user_id, standup)
        self.diary.set_asked(standup.name, [user_id], self.now, True)

    async def leave(self, user_id: str, standup: StandUp) -> None:
        """`/standup leave`."""
        await self._type(user_id, "leave", "doesn't ask you any more", standup)
        self.diary.set_asked(standup.name, [user_id], self.now, False)

    async def join(self, user_id: str, standup: StandUp) -> None:
        """`/standup join`."""
        await self._type(user_id, "join", "asks you", standup)
        self.diary.set_asked(standup.name, [user_id], self.now, True)

    async def be_deactivated(self, user_id: str) -> None:
        """An admin ends somebody's account."""
        self.person(user_id).user.deleted = True
        await self._profile_changed(user_id)
        self.life(user_id).able.set(self.now, False)

    async def report(
        self, user_id: str, standup: StandUp, day: date, prompt: Json | None, **answers: object
    ) -> None:
        """Report, or change the report, from a message's button or by `/standup`."""
        person = self.person(user_id)
        if prompt is None:
            await person.command("/standup", channel=standup.channel)
        else:
            await person.click(prompt, "standup.answer")
        assert f"{standup.name} · " in text_of(person.modal), text_of(person.modal)
        errors = await person.submit(person.modal, **answers)
        assert errors is None, errors
        wording = tuple(str(answers[f"answer_{n}"]) for n in range(2))
        known = self.diary.reports.setdefault(
            (standup.name, user_id, day), Said(at=self.now, wordings=[])
        )
        known.wordings.append(wording)

    async def skip(self, user_id: str, standup: StandUp, day: date, prompt: Json | None) -> None:
        """*Skip today* on a prompt, or `/standup skip` before it comes."""
        if prompt is None:
            await self._type(user_id, "skip", "Skipped for today", standup)
        else:
            await self.person(user_id).click(prompt, "standup.skip")
        self.diary.skips.setdefault((standup.name, user_id, day), self.now)

    async def take_blocker(self, user_id: str, message: Json) -> None:
        """Somebody who is asked for help takes a blocker."""
        action = next(a for a in _actions(message) if a.startswith("blocker.take"))
        await self.person(user_id).click(message, action)

    async def _save(self, person: Person, **values: object) -> None:
        errors = await person.submit(person.modal, **values)
        assert errors is None, errors
        await person.close(person.modal)

    async def _type(self, user_id: str, words: str, said: str, at: StandUp | None = None) -> Ack:
        channel = at.channel if at else user_id
        ack = await self.person(user_id).command("/standup", words, channel=channel)
        assert ack.ephemeral is not None, f"/standup {words}: no answer"
        assert said in text_of(ack.ephemeral), f"/standup {words}: {text_of(ack.ephemeral)}"
        return ack

    async def _profile_changed(self, user_id: str) -> None:
        payload = self.person(user_id).user.payload(self.now, with_email=True)
        await self.town.slack.deliver_event({"type": "user_change", "user": payload})

    async def _moved(self, kind: str, user_id: str, standup: StandUp) -> None:
        event = {"type": kind, "user": user_id, "channel": standup.channel, "channel_type": "C"}
        await self.town.slack.deliver_event({**event, "team": self.town.slack.ws.team_id})

    def _channel(self, standup: StandUp) -> list[str]:
        members = self.town.slack.ws.channels[standup.channel].members
        assert BOT_USER in members
        return members

    def _off(self, user_id: str, first: date, last: date) -> None:
        life = self.life(user_id)
        today = life.local(self.now).date()
        fresh = days(max(first, today), last)
        life.away.set(self.now, life.away.at(self.now) | frozenset(fresh))


def _actions(message: Json) -> list[str]:
    elements = [e for block in message.get("blocks", []) for e in block.get("elements", [])]
    return [e["action_id"] for e in elements if "action_id" in e]
