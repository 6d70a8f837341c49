"""Modals and App Home as Slack keeps them: one stack per person, stable ids, hashes."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field

from demo.proxy.translate.blocks import Values
from demo.proxy.translate.ids import with_ids
from demo.proxy.translate.json import Json

MAX_DEPTH = 3
"""Views that may be open on top of each other (docs.slack.dev/surfaces/modals)."""


class ViewError(Exception):
    """A views.* call failed; the argument is Slack's error code."""


@dataclass(kw_only=True)
class OpenView:
    """A view on somebody's screen: Slack's view object, and what was typed into it so far.

    `errors` are what the last submission was refused for, by block id.
    """

    user: str
    view: Json
    values: Values = field(default_factory=dict)
    here: str | None = None
    externals: dict[str, list[Json]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def payload(self) -> Json:
        """Return the view as interaction payloads carry it, state included."""
        return {**self.view, "state": {"values": self.values}}


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The app and workspace that every view names."""

    app_id: str
    bot_id: str
    team_id: str


class ViewStore:
    """All open modals and published Homes; raises ViewError with Slack's codes."""

    def __init__(self, owner: Owner) -> None:
        """Start empty; `owner` is written into every view."""
        self._owner = owner
        self._stacks: dict[str, list[OpenView]] = {}
        self._homes: dict[str, OpenView] = {}

    def stack(self, user: str) -> list[OpenView]:
        """Return a person's open modals, the visible one last."""
        return list(self._stacks.get(user, []))

    def stacks(self) -> dict[str, list[OpenView]]:
        """Return everybody's open modals by user id."""
        return {user: list(views) for user, views in self._stacks.items() if views}

    def homes(self) -> dict[str, OpenView]:
        """Return everybody's published Home by user id."""
        return dict(self._homes)

    def open(self, user: str, view: Json, *, here: str | None = None) -> OpenView:
        """Replace whatever the person had open by one new modal."""
        opened = OpenView(user=user, view=self._instance(view), here=here)
        self._stacks[user] = [opened]
        return opened

    def push(self, user: str, view: Json) -> OpenView:
        """Put a modal on top of the person's stack."""
        stack = self._stacks.setdefault(user, [])
        if len(stack) >= MAX_DEPTH:
            raise ViewError("push_limit_reached")
        opened = OpenView(
            user=user, view=self._instance(view), here=stack[-1].here if stack else None
        )
        if stack:
            opened.view["previous_view_id"] = stack[-1].view["id"]
            opened.view["root_view_id"] = stack[0].view["id"]
        stack.append(opened)
        return opened

    def update(self, target: str, view: Json, *, expected_hash: str | None = None) -> OpenView:
        """Replace a view's content, keeping its id; `target` is a view id or an external id."""
        held = self.find(target)
        if held is None:
            raise ViewError("not_found")
        if expected_hash and expected_hash != held.view["hash"]:
            raise ViewError("hash_conflict")
        kept = {key: held.view[key] for key in ("id", "previous_view_id", "root_view_id")}
        held.view = {**self._instance(view), **kept}
        return held

    def publish(self, user: str, view: Json, *, expected_hash: str | None = None) -> OpenView:
        """Show a Home to a person."""
        held = self._homes.get(user)
        if held and expected_hash and expected_hash != held.view["hash"]:
            raise ViewError("hash_conflict")
        fresh = self._instance(view)
        if held:
            fresh |= {key: held.view[key] for key in ("id", "root_view_id")}
        self._homes[user] = OpenView(user=user, view=fresh)
        return self._homes[user]

    def close(self, user: str) -> OpenView | None:
        """Take the person's top modal off; None when none was open."""
        stack = self._stacks.get(user)
        return stack.pop() if stack else None

    def clear(self, user: str) -> None:
        """Close all of a person's modals."""
        self._stacks.pop(user, None)

    def find(self, target: str) -> OpenView | None:
        """Return the open view (modal or Home) with this view id or external id."""
        found = (v for v in self._all() if target in (v.view["id"], v.view["external_id"]))
        return next(found, None) if target else None

    def _all(self) -> Iterator[OpenView]:
        for stack in self._stacks.values():
            yield from stack
        yield from self._homes.values()

    def _instance(self, view: Json) -> Json:
        view_id = f"V{secrets.token_hex(5).upper()}"
        defaults: Json = {
            "callback_id": "",
            "private_metadata": "",
            "external_id": "",
            "title": None,
            "close": None,
            "submit": None,
            "clear_on_close": False,
            "notify_on_close": False,
        }
        return {
            **defaults,
            **view,
            "id": view_id,
            "blocks": with_ids(view.get("blocks", [])),
            "hash": f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}",
            "state": {"values": {}},
            "previous_view_id": None,
            "root_view_id": view_id,
            "app_id": self._owner.app_id,
            "bot_id": self._owner.bot_id,
            "team_id": self._owner.team_id,
            "app_installed_team_id": self._owner.team_id,
        }
