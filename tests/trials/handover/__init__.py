"""Trial: the hand-overs of five people of five zones at their own mornings of one simulated day."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from bot.domain.digests import handover_span
from bot.services.digests.handover.belonging import Belonging
from bot.views.digests.handover.card import MOST_CHARACTERS, MOST_LINES
from tests.acceptance.harness import PEOPLE, meridian
from tests.trials.handover import cards, oracle, story
from tests.trials.tables import Table

Broken = Callable[[], Any]


async def run() -> list[Table]:
    """The five cards word for word, and whether each fact is in exactly the cards it belongs to."""
    found = await _lived()
    return [_texts(found), _facts(found)]


async def control() -> Table:
    """The same with one rule broken at a time; it is wrong if the oracle doesn't see that."""
    rows = []
    for name, broken in _CONTROLS.items():
        with broken():
            found = await _lived()
        missed = [fact for fact in oracle.FACTS if oracle.misplaced(fact, found)]
        rows.append({"broken rule": name, "facts out of place": len(missed)})
    return Table(
        title="Hand-overs with one rule broken at a time",
        rows=rows,
        wrong=sum(not row["facts out of place"] for row in rows),
    )


async def _lived() -> dict[str, cards.Seen]:
    with TemporaryDirectory() as folder:
        async with meridian(Path(folder), start=story.START) as world:
            return await story.Story(world).live()


def _texts(found: dict[str, cards.Seen]) -> Table:
    rows = [
        {
            "whose": name,
            "zone": zone,
            "sent": found[user].sent,
            "lines": found[user].lines,
            "characters": len(found[user].text),
        }
        for user, (name, zone) in PEOPLE.items()
    ]
    long = [each for each in found.values() if not each.fits]
    notes = [
        f"\n{PEOPLE[user][0]} ({PEOPLE[user][1]})\n{each.text}" for user, each in found.items()
    ]
    notes.append(
        f"\nA phone shows {MOST_LINES} lines and {MOST_CHARACTERS} characters: {len(long)} above."
    )
    return Table(
        title="Five hand-overs, sent at their own mornings of Tue 20 Oct",
        rows=rows,
        notes=notes,
        wrong=len(long) + sum(each.sent != story.MORNINGS[u] for u, each in found.items()),
    )


def _facts(found: dict[str, cards.Seen]) -> Table:
    rows = [
        {
            "fact": fact.name,
            **{
                PEOPLE[user][0].split()[0]: oracle.verdict(fact, user, found[user])
                for user in PEOPLE
            },
        }
        for fact in oracle.FACTS
    ]
    unforeseen = [line for each in found.values() for line in oracle.unforeseen(each)]
    wrong = sum(bool(oracle.misplaced(fact, found)) for fact in oracle.FACTS)
    return Table(
        title="Each fact in exactly its cards (you: For you, chg: Changed)",
        rows=rows,
        notes=[
            f"{len(rows)} facts, {wrong} out of place in the messages or in App Home at 14:00; "
            f"lines that no fact foresees: {len(unforeseen)}",
            *unforeseen,
        ],
        wrong=wrong + len(unforeseen),
    )


@contextmanager
def _own_actions_told() -> Iterator[None]:
    with patch.object(Belonging, "did", lambda _self, *_by: False):
        yield


@contextmanager
def _since_the_last_morning() -> Iterator[None]:
    """Each hand-over begins where the last one ended, the working day between included."""
    with patch.object(handover_span, "_end_of_day_that_began", lambda begun, *_rest: begun):
        yield


@contextmanager
def _everybody_belongs() -> Iterator[None]:
    """Channels that are private to others are told too."""
    true = Belonging.__init__

    def everywhere(self: Belonging, **values: Any) -> None:
        true(self, **{**values, "channels": frozenset({*values["channels"], story.PRIVATE})})

    with patch.object(Belonging, "__init__", everywhere):
        yield


_CONTROLS: dict[str, Broken] = {
    "own actions aren't left out": _own_actions_told,
    "the working day isn't left out": _since_the_last_morning,
    "private channels are everybody's": _everybody_belongs,
}
