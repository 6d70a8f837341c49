"""What a person acts on: a message, an ephemeral message, a modal or the Home tab, as it is now."""

from dataclasses import dataclass, field

from tests.standins.slack.errors import Json
from tests.standins.slack.forms import elements_in
from tests.standins.slack.views import View
from tests.standins.slack.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Target:
    """The current version of what was pointed at; ``view`` is None for messages."""

    blocks: list[Json]
    view: View | None = None
    message: Json = field(default_factory=dict)
    channel_id: str = ""
    ephemeral: bool = False

    def container(self) -> Json:
        """The ``container`` of a block_actions payload."""
        if self.view is not None:
            return {"type": "view", "view_id": self.view.id}
        place: Json = {
            "type": "message",
            "message_ts": self.message["ts"],
            "channel_id": self.channel_id,
            "is_ephemeral": self.ephemeral,
        }
        if "thread_ts" in self.message:
            place["thread_ts"] = self.message["thread_ts"]
        return place

    def element(
        self, action_id: str, value: str | None = None, block_id: str | None = None
    ) -> tuple[Json, Json]:
        """The (block, element) a person means; AssertionError if it is not on the screen."""
        found = [
            (block, element)
            for block in self.blocks
            for element in elements_in(block)
            if element.get("action_id") == action_id
            and (value is None or element.get("value") == value)
            and (block_id is None or block["block_id"] == block_id)
        ]
        assert found, f"{action_id} ({value}) is not shown; there are: {self._shown()}"
        assert len(found) == 1, f"{action_id} is shown {len(found)} times: give value or block_id"
        return found[0]

    def _shown(self) -> list[str]:
        elements = [element for block in self.blocks for element in elements_in(block)]
        return [f"{e.get('action_id')} ({e.get('value')})" for e in elements]


def find_target(ws: Workspace, user_id: str, pointed_at: Json) -> Target:
    """The present state of a message or view a person points at."""
    if "hash" in pointed_at:
        view = _view(ws, user_id, pointed_at["id"])
        return Target(blocks=view.blocks, view=view)
    channel_id, ts = pointed_at["channel"], pointed_at["ts"]
    ephemeral = bool(pointed_at.get("is_ephemeral"))
    shown = ws.ephemerals if ephemeral else ws.channels[channel_id].messages
    for message in shown:
        if message["ts"] == ts and message.get("shown_to", user_id) == user_id:
            return Target(
                blocks=message.get("blocks") or [],
                message=message,
                channel_id=channel_id,
                ephemeral=ephemeral,
            )
    raise AssertionError(f"{user_id} cannot see message {ts} in {channel_id}")


def top_view(ws: Workspace, user_id: str, pointed_at: Json) -> View:
    """The modal, which must be the one this person sees on top."""
    stack = ws.stacks.get(user_id, [])
    assert stack, f"{user_id} has no modal open"
    assert stack[-1].id == pointed_at["id"], f"modal {pointed_at['id']} is not on top"
    return stack[-1]


def _view(ws: Workspace, user_id: str, view_id: str) -> View:
    home = ws.homes.get(user_id)
    if home is not None and home.id == view_id:
        return home
    return top_view(ws, user_id, {"id": view_id})
