"""Where one stands in the digests that buttons lead to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.domain.digests.content import Digest
from bot.domain.digests.windows import Window
from bot.views.blocks import button

ACTION_READ = "digest.read"

DETAILS, STAKEHOLDERS = "details", "stakeholders"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A reading of the digest over `window`, or of a local date's; a `part` of it, its `page`.

    It is a hint from a button, never a right.
    """

    reading: str = DETAILS
    window: Window | None = None
    day: date | None = None
    part: str = ""
    page: int = 0

    def value(self) -> str:
        """As a button carries it."""
        packed: dict[str, Any] = {"r": self.reading}
        packed |= {"w": self.window.to_json()} if self.window else {}
        packed |= {"d": self.day.isoformat()} if self.day else {}
        packed |= {"s": self.part, "p": self.page} if self.part else {}
        return json.dumps(packed, separators=(",", ":"))


def read_place(value: str) -> Place:
    """What `value` gave."""
    stored: Mapping[str, Any] = json.loads(value)
    return Place(
        reading=stored["r"],
        window=Window.of(stored["w"]) if "w" in stored else None,
        day=date.fromisoformat(stored["d"]) if "d" in stored else None,
        part=stored.get("s", ""),
        page=max(int(stored.get("p", 0)), 0),
    )


def here(content: Digest, reading: str = DETAILS, part: str = "", page: int = 0) -> Place:
    """A place in the digest that is shown."""
    return Place(reading=reading, window=content.window, part=part, page=page)


def go(label: str, name: str, place: Place) -> dict[str, Any]:
    """A button that leads there; `name` tells it from others of its block."""
    return button(label, f"{ACTION_READ}:{name}", place.value())
