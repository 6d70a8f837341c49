"""Trial: hundreds of people in one stand-up, and many who report within the same second."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.standins.slack import FakeSlack, Json, text_of
from tests.standins.slack.limits import LIMITS
from tests.trials.databases import empty_database
from tests.trials.life import eyes
from tests.trials.tables import Table, seconds
from tests.trials.town import Town, town

_CHANNEL = "C0CROWD"
_ZONE = "Europe/Berlin"
_SUNDAY = "2026-10-18T12:00+00:00"
_MONDAY_NINE = "2026-10-19T07:00+00:00"
_NAME = "All hands"
_MOST_BLOCKS: int = LIMITS["surfaces"]["message"]["max_blocks"]
_MOST_CHARACTERS: int = LIMITS["message"]["blocks_characters"]
_BUTTON = "standup.reports"
_TOGETHER = 11


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What one day of a crowd came to: seconds of work, seconds by the clock, and people counted.

    `blocks` and `characters` are those of the largest card that the channel saw; of its people
    `shown` stand in it and `more` are only counted there.
    """

    people: int
    set_up: float
    ask: float
    asking: float
    direct: int
    report: float
    wrap_up: float
    wrapping: float
    blocks: int
    characters: int
    shown: int
    more: int
    readable: int
    pages: int
    replies: int
    problems: list[str]

    @property
    def wrong(self) -> int:
        """Everything that breaks a promise."""
        counted = [self.direct, self.readable, self.replies, self.shown + self.more]
        lost = sum(abs(self.people - number) for number in counted)
        too_big = self.blocks > _MOST_BLOCKS or self.characters > _MOST_CHARACTERS
        return lost + too_big + len(self.problems)

    def facts(self) -> list[tuple[str, object]]:
        """As they stand in the table."""
        everybody = self.people
        return [
            ("set-up: submit of the form", seconds(self.set_up)),
            ("the tick that asks everybody, all sent", seconds(self.ask)),
            ("  of the clock's time, at Slack's pace", f"{self.asking:.0f} s"),
            ("direct messages", f"{self.direct} of {everybody}"),
            ("everybody opens the form and reports", seconds(self.report)),
            ("  each", seconds(self.report / everybody)),
            ("wrap-up with every report in its thread", seconds(self.wrap_up)),
            ("  of the clock's time, at Slack's pace", f"{self.wrapping:.0f} s"),
            ("replies in the thread", f"{self.replies} of {everybody}"),
            ("largest card: blocks", f"{self.blocks} of {_MOST_BLOCKS}"),
            ("largest card: characters", f"{self.characters} of {_MOST_CHARACTERS}"),
            ("card: people shown + counted", f"{self.shown} + {self.more}"),
            (f"people on the {self.pages} pages of All reports", f"{self.readable} of {everybody}"),
            ("calls that Slack refused, errors in the log", len(self.problems)),
        ]


async def run(people: int) -> Table:
    """One stand-up of everyone in the channel, from the form to the last page of the reports."""
    with empty_database("SQLite") as url:
        async with town(url, _SUNDAY, _crowd(people)) as here:
            found = await _day(here, people)
    return Table(
        title=f"{people} people in one stand-up",
        rows=[{"": what, "figure": figure} for what, figure in found.facts()],
        wrong=found.wrong,
        notes=[f"BROKEN: {problem}" for problem in found.problems[:5]],
    )


async def _day(here: Town, people: int) -> Figures:
    set_up, _ = await _timed(here, _set_up(here))
    await here.deliver()
    ask, asking = await _asked(here)
    direct = sum(len(here.slack.messages(user_id)) for user_id in _ids(people))
    report, _ = await _timed(here, _all_report(here, people))
    wrap_up, wrapping = await _timed(here, here.tick())
    pages = await _pages(here, _ids(1)[0])
    card = eyes.card(_card(here), _names(people))
    assert card is not None
    blocks = _cards_ever(here)
    return Figures(
        people=people,
        set_up=set_up,
        ask=ask,
        asking=asking,
        direct=direct,
        report=report,
        wrap_up=wrap_up,
        wrapping=wrapping,
        blocks=max(map(len, blocks)),
        characters=max(map(_characters, blocks)),
        shown=len(card.said),
        more=card.more,
        readable=len({name for page in pages for name in page}),
        pages=len(pages),
        replies=len(_replies(here)),
        problems=here.problems(),
    )


async def at_once(kinds: Sequence[str], server: str = "") -> Table:
    """Ten reports within a second, in both modes, on each kind of database."""
    rows = []
    for kind in kinds:
        for mode in ("wrap_ups", "at_once"):
            with empty_database(kind, server) as url:
                async with town(url, _SUNDAY, _crowd(_TOGETHER)) as here:
                    rows.append({"database": kind, "shown": mode, **await _second(here, mode)})
    return Table(
        title="Ten people submit within the same second",
        rows=rows,
        wrong=sum(_is_wrong(row) for row in rows),
        notes=[
            "An eleventh reported a minute before. The order is that of the submissions: the same",
            "in the card, on the pages of All reports, and in the card when it is rendered again.",
        ],
    )


async def _second(here: Town, mode: str) -> dict[str, object]:
    await _set_up(here, post_mode=mode)
    await here.deliver()
    await _asked(here)
    *others, first = _ids(_TOGETHER)
    await _report(here, first)
    await here.tick()
    here.clock.advance(minutes=1)
    for user_id in others:
        await _open(here, user_id)
    taken, _ = await _timed(here, asyncio.gather(*(_submit(here, u) for u in others)))
    await here.tick()
    order = _order(here)
    thread = [eyes.author_of(reply, _names(_TOGETHER)) for reply in _replies(here)]
    pages = [name for page in await _pages(here, first) for name in page]
    here.clock.advance(minutes=1)
    await _report(here, others[3])
    await here.tick()
    cards = [m for m in here.slack.messages(_CHANNEL) if _BUTTON in eyes.button_labels(m)]
    return {
        "ten submissions took": seconds(taken),
        "cards": len(cards),
        "reports in the thread": len(thread),
        "first stays first": order[0] == here.slack.person(first).user.name,
        "order stays": order == pages == _order(here) and set(thread) == set(order),
        "refused or failed": len(here.problems()),
    }


def _is_wrong(row: dict[str, object]) -> bool:
    wanted = {"cards": 1, "reports in the thread": _TOGETHER, "first stays first": True,
              "order stays": True, "refused or failed": 0}  # fmt: skip
    return any(row[key] != value for key, value in wanted.items())


def _crowd(people: int) -> Callable[[FakeSlack], None]:
    def settle(slack: FakeSlack) -> None:
        for number, user_id in enumerate(_ids(people)):
            slack.add_user(user_id, f"Person {number:03d}", tz=_ZONE)
        slack.add_channel(_CHANNEL, "crowd", members=_ids(people))

    return settle


def _ids(people: int) -> list[str]:
    return [f"U0P{number:03d}" for number in range(people)]


def _names(people: int) -> set[str]:
    return {f"Person {number:03d}" for number in range(people)}


async def _set_up(here: Town, **values: Any) -> None:
    manager = here.slack.person(_ids(1)[0])
    await manager.command("/standup", "new", channel=_CHANNEL)
    errors = await manager.submit(manager.modal, name=_NAME, **values)
    assert errors is None, errors
    await manager.close(manager.modal)


async def _asked(here: Town) -> tuple[float, float]:
    """Everybody's nine o'clock."""
    here.clock.move_to(_MONDAY_NINE)
    return await _timed(here, here.tick())


async def _all_report(here: Town, people: int) -> None:
    for user_id in _ids(people):
        await _report(here, user_id)
        here.clock.advance(seconds=5)


async def _report(here: Town, user_id: str) -> None:
    await _open(here, user_id)
    await _submit(here, user_id)


async def _open(here: Town, user_id: str) -> None:
    prompt = here.slack.messages(user_id)[0]
    await here.slack.person(user_id).click(prompt, "standup.answer")


async def _submit(here: Town, user_id: str) -> None:
    person = here.slack.person(user_id)
    said = f"{person.user.name} moved {person.user.name[-1]} things today"
    errors = await person.submit(person.modal, answer_0=said, answer_1="more of the same")
    assert errors is None, errors


def _card(here: Town) -> Json:
    found = [m for m in here.slack.messages(_CHANNEL) if _BUTTON in eyes.button_labels(m)]
    assert len(found) == 1, f"{len(found)} cards"
    return found[0]


def _replies(here: Town) -> list[Json]:
    return here.slack.thread(_CHANNEL, _card(here)["ts"])


def _order(here: Town) -> list[str]:
    card = eyes.card(_card(here), _names(_TOGETHER))
    return list(card.said) if card else []


async def _pages(here: Town, user_id: str) -> list[list[str]]:
    """Who stands on each page of All reports, in order."""
    person = here.slack.person(user_id)
    await person.click(_card(here), _BUTTON)
    pages = [_on_page(person.modal)]
    while f"{_BUTTON}:more" in eyes.button_labels(person.modal):
        await person.click(person.modal, f"{_BUTTON}:more")
        pages.append(_on_page(person.modal))
    await person.close(person.modal)
    return pages


def _on_page(modal: Json) -> list[str]:
    """Whose reports these are: a name is followed by when it came."""
    return re.findall(r"^(Person \d{3}) \d{4}-", text_of(modal), re.MULTILINE)


def _cards_ever(here: Town) -> list[list[Json]]:
    """The blocks of everything that the channel was sent, edits included."""
    sent = [*here.slack.called("chat.postMessage"), *here.slack.called("chat.update")]
    return [_blocks(call.args) for call in sent if call.args.get("channel") == _CHANNEL]


def _blocks(args: Json) -> list[Json]:
    blocks: Any = args.get("blocks") or []
    parsed: list[Json] = json.loads(blocks) if isinstance(blocks, str) else blocks
    return parsed


def _characters(blocks: list[Json]) -> int:
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))


async def _timed(here: Town, work: Awaitable[object]) -> tuple[float, float]:
    """How many seconds some work took, and how many passed by the town's clock."""
    begun, shown = time.perf_counter(), here.clock()
    await work
    return time.perf_counter() - begun, (here.clock() - shown).total_seconds()
