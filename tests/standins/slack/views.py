"""Open views: identity, hash, stack position and what the person has typed so far."""

from copy import deepcopy
from dataclasses import dataclass, field
from itertools import count

from tests.standins.slack.errors import Json
from tests.standins.slack.forms import Values, keep_typed, with_ids

_hashes = count(1)
_KEPT = ("title", "submit", "close", "private_metadata", "callback_id", "external_id")


@dataclass(kw_only=True)
class View:
    """One modal or Home view; every change gives a new ``hash``, never a new ``id``."""

    id: str
    user: str
    team_id: str
    app_id: str
    bot_id: str
    root_id: str
    previous_id: str | None = None
    source: Json = field(default_factory=dict)
    hash: str = ""
    values: Values = field(default_factory=dict)

    def show(self, source: Json) -> None:
        """Replace the content; typed values stay where block_id and action_id stay."""
        self.source = deepcopy(source) | {"blocks": with_ids(source["blocks"])}
        self.values = keep_typed(self.source["blocks"], self.values)
        self.hash = f"{next(_hashes)}.hash"

    @property
    def blocks(self) -> list[Json]:
        """The blocks as stored, generated ids included."""
        blocks: list[Json] = self.source["blocks"]
        return blocks

    def payload(self) -> Json:
        """The view as Slack sends it in answers and interactions."""
        texts: Json = {"title": None, "submit": None, "close": None}
        texts |= {"private_metadata": "", "callback_id": "", "external_id": ""}
        texts |= {name: self.source[name] for name in _KEPT if name in self.source}
        return deepcopy(
            texts
            | {
                "id": self.id,
                "team_id": self.team_id,
                "type": self.source["type"],
                "blocks": self.blocks,
                "state": {"values": self.values},
                "hash": self.hash,
                "clear_on_close": bool(self.source.get("clear_on_close")),
                "notify_on_close": bool(self.source.get("notify_on_close")),
                "submit_disabled": bool(self.source.get("submit_disabled")),
                "previous_view_id": self.previous_id,
                "root_view_id": self.root_id,
                "app_id": self.app_id,
                "app_installed_team_id": self.team_id,
                "bot_id": self.bot_id,
            }
        )
