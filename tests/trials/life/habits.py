"""What people do with what the bot writes to them; the same for the same seed."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from tests.standins.slack import Json
from tests.trials.life import eyes
from tests.trials.life.acts import Hand
from tests.trials.life.diary import Diary, Direct, Kind
from tests.trials.life.population import StandUp
from tests.trials.life.story import Act, Planned

_WORDS = ("tuned", "trained", "cleaned", "measured", "shipped", "read", "fixed", "compared")


class Habits:
    """Turns a direct message into what its reader will do."""

    def __init__(self, diary: Diary, seed: int) -> None:
        self._diary = diary
        self._seed = seed

    def reactions(self, direct: Direct) -> Iterator[Planned]:
        """What follows from this message, sooner or later."""
        if direct.kind is Kind.PROMPT and direct.day is not None:
            yield from self._answer(direct, self._diary.courses[direct.standup].standup, direct.day)
        elif direct.kind is Kind.OTHER:
            yield from self._other(direct)

    def _answer(self, asked: Direct, standup: StandUp, day: date) -> Iterator[Planned]:
        dice = Random(f"{self._seed} {standup.name} {asked.user_id} {day}")
        soon = asked.at + timedelta(minutes=dice.randint(3, 150), seconds=dice.randint(1, 58))
        later = asked.at + timedelta(hours=dice.randint(5, 22), minutes=dice.randint(1, 59))
        choice = dice.random()
        if choice < 0.70:
            yield from self._report(asked, standup, day, soon, dice, "reported")
        elif choice < 0.80:
            yield from self._report(asked, standup, day, later, dice, "reported hours later")
        elif choice < 0.87:
            act = partial(_skip, asked=asked, standup=standup, day=day)
            yield _plan(asked, soon, "skipped", act)
            if dice.random() < 0.2:
                yield from self._report(asked, standup, day, later, dice, "reported after a skip")
        elif choice < 0.89:
            act = partial(_away, asked=asked, standup=standup, day=day)
            yield _plan(asked, soon, "away by the prompt's button", act)

    def _report(
        self, asked: Direct, standup: StandUp, day: date, at: datetime, dice: Random, what: str
    ) -> Iterator[Planned]:
        says = f"{self._diary.names[asked.user_id]} {dice.choice(_WORDS)} {dice.randint(1, 999)}"
        answers = {"answer_0": says, "answer_1": f"then part {dice.randint(1, 99)}"}
        blocker = self._blocker(asked.user_id, standup, dice)
        report = partial(
            _report, asked=asked, standup=standup, day=day, answers={**answers, **blocker}
        )
        yield _plan(asked, at, what, report)
        if dice.random() < 0.15:
            yield self._edit(asked, standup, day, at + timedelta(minutes=dice.randint(4, 80)), says)
        if dice.random() < 0.10:
            again = at + timedelta(hours=dice.randint(7, 30))
            yield self._edit(asked, standup, day, again, f"{says} again")

    def _edit(self, asked: Direct, standup: StandUp, day: date, at: datetime, says: str) -> Planned:
        answers = {"answer_0": f"{says} and edited it", "answer_1": "then the rest"}
        act = partial(_edit, asked=asked, standup=standup, day=day, answers=answers)
        return _plan(asked, at, "edited a report", act)

    def _blocker(self, user_id: str, standup: StandUp, dice: Random) -> dict[str, object]:
        if dice.random() > 0.05:
            return {}
        asks = self._diary.courses[standup.name].asks
        others = [u for u in sorted(asks) if u != user_id and self._diary.lives[u].able.values[-1]]
        number = dice.randint(100, 999)
        return {"blocker": f"quota {number} is used up", "asked": [dice.choice(others)]}

    def _other(self, direct: Direct) -> Iterator[Planned]:
        dice = Random(f"{self._seed} {direct.user_id} {direct.at}")
        soon = direct.at + timedelta(minutes=dice.randint(4, 90), seconds=dice.randint(1, 58))
        buttons = eyes.button_labels(direct.message)
        if any(action.startswith("blocker.take") for action in buttons) and dice.random() < 0.4:
            yield _plan(direct, soon, "took a blocker", partial(_take, direct=direct))
        if label := buttons.get("availability.keep_zone"):
            choice = dice.random()
            if choice < 0.35:
                keep = self._zone_of(direct.user_id, label.removeprefix("Keep "))
                act = partial(_answer_zone, direct=direct, keep=keep)
                yield _plan(direct, soon, "kept the old zone", act)
            elif choice < 0.8:
                act = partial(_answer_zone, direct=direct, keep="")
                yield _plan(direct, soon, "said that the new zone is right", act)

    def _zone_of(self, user_id: str, city: str) -> str:
        life = self._diary.lives[user_id]
        known = [*life.slack_zone.values, *life.chosen_zone.values]
        return next(z for z in known if z.rpartition("/")[2].replace("_", " ") == city)


def _plan(to: Direct, at: datetime, what: str, act: Act) -> Planned:
    return Planned(at=at, what=what, act=act, unless_gone=to.user_id)


def _may_act(hand: Hand, asked: Direct, standup: StandUp) -> bool:
    return hand.diary.asks(standup.name, asked.user_id, hand.now)


async def _report(
    hand: Hand, *, asked: Direct, standup: StandUp, day: date, answers: Mapping[str, object]
) -> bool:
    known = (standup.name, asked.user_id, day) in hand.diary.reports
    if known or not _may_act(hand, asked, standup):
        return False
    await hand.report(asked.user_id, standup, day, asked.message, **_possible(hand, answers))
    return True


def _possible(hand: Hand, answers: Mapping[str, object]) -> Mapping[str, object]:
    """Slack's picker shows nobody whose account has ended meanwhile."""
    asked = answers.get("asked")
    if not isinstance(asked, list):
        return answers
    return {**answers, "asked": [u for u in asked if hand.life(u).able.at(hand.now)]}


async def _edit(
    hand: Hand, *, asked: Direct, standup: StandUp, day: date, answers: Mapping[str, object]
) -> bool:
    known = (standup.name, asked.user_id, day) in hand.diary.reports
    if not known or not _may_act(hand, asked, standup):
        return False
    await hand.report(asked.user_id, standup, day, asked.message, **answers)
    return True


async def _skip(hand: Hand, *, asked: Direct, standup: StandUp, day: date) -> bool:
    offered = "standup.skip" in eyes.button_labels(_now(hand, asked))
    if not offered or not _may_act(hand, asked, standup):
        return False
    await hand.skip(asked.user_id, standup, day, asked.message)
    return True


async def _away(hand: Hand, *, asked: Direct, standup: StandUp, day: date) -> bool:
    offered = "availability.away" in eyes.button_labels(_now(hand, asked))
    over = day < hand.life(asked.user_id).local(hand.now).date()
    if not offered or over or not _may_act(hand, asked, standup):
        return False
    await hand.go_away_by_button(asked.user_id, asked.message, day)
    return True


async def _take(hand: Hand, *, direct: Direct) -> bool:
    if not any(a.startswith("blocker.take") for a in eyes.button_labels(_now(hand, direct))):
        return False
    await hand.take_blocker(direct.user_id, _now(hand, direct))
    return True


async def _answer_zone(hand: Hand, *, direct: Direct, keep: str) -> bool:
    if "availability.keep_zone" not in eyes.button_labels(_now(hand, direct)):
        return False
    await hand.answer_zone(direct.user_id, direct.message, keep)
    return True


def _now(hand: Hand, direct: Direct) -> Json:
    """The message as it stands by now."""
    shown = hand.town.slack.messages(direct.user_id)
    return next(m for m in shown if m["ts"] == direct.message["ts"])
