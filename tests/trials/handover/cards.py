"""What the five read: the message in the morning, and App Home at noon."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.views.digests.handover.card import ACTION_MORE, MOST_CHARACTERS, MOST_LINES
from tests.acceptance.harness import World
from tests.standins.slack import Json
from tests.standins.slack.text import text_of

_HEADS = ("For you", "Changed")

Sections = Mapping[str, list[str]]
"""The lines below each heading."""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One person's hand-over: its text, when it came (`Mon 23:00Z`), and its lines, unfolded, as
    the message and as App Home tell them."""

    text: str
    sent: str
    told: Sections
    home: Sections

    @property
    def lines(self) -> int:
        """How many lines a reader sees."""
        return len(self.text.splitlines())

    @property
    def fits(self) -> bool:
        """Whether it is one phone screen."""
        return self.lines <= MOST_LINES and len(self.text) <= MOST_CHARACTERS


async def in_the_morning(world: World, user: str) -> tuple[Json, Sections]:
    """The person's last hand-over, and all of it, which *More* shows where it was folded."""
    found = [m for m in world.slack.messages(user) if m["text"].startswith("Good morning.")]
    message = found[-1]
    return message, await _unfolded(world, user, message, message["blocks"])


async def at_noon(world: World, user: str) -> Sections:
    """The hand-over on top of their App Home."""
    person = world.slack.person(user)
    await person.open_home()
    await world.app.listeners.drain()
    home = world.slack.home(user)
    return await _unfolded(world, user, home, home["blocks"][: _end_of_handover(home)])


def seen(message: Json, told: Sections, home: Sections) -> Seen:
    """What a person read."""
    sent = datetime.fromtimestamp(float(message["ts"]), UTC)
    return Seen(text=_text(message["blocks"]), sent=f"{sent:%a %H:%M}Z", told=told, home=home)


async def _unfolded(world: World, user: str, shown: Json, blocks: list[Json]) -> Sections:
    folded = _sections(_text(blocks))
    if ACTION_MORE not in str(blocks):
        return folded
    person = world.slack.person(user)
    await person.click(shown, ACTION_MORE)
    whole = _sections(_text(person.modal["blocks"]))
    short = {(head, line) for head, lines in folded.items() for line in lines}
    assert short <= {(head, line) for head, lines in whole.items() for line in lines}
    return whole


def _end_of_handover(home: Json) -> int:
    heads = [n for n, block in enumerate(home["blocks"]) if block["type"] == "header"]
    return next(n for n in heads if n > 0)


def _text(blocks: list[Json]) -> str:
    return text_of({"blocks": [block for block in blocks if block["type"] != "actions"]})


def _sections(text: str) -> Sections:
    """The facts below each heading; what stands below both belongs to neither."""
    found: dict[str, list[str]] = {head: [] for head in _HEADS}
    head = ""
    for line in text.splitlines():
        if line in _HEADS:
            head = line
        elif line.endswith("needs you.") or line.startswith("And "):
            head = ""
        elif head:
            found[head].append(line)
    return found
