"""One person at the keyboard: what they can do in Slack, and only that."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

from tests.standins.slack.errors import ClientRefused, Json
from tests.standins.slack.forms import STATE, Values, fill, keep_typed, refusals
from tests.standins.slack.limits import LIMITS
from tests.standins.slack.people import acks, payloads
from tests.standins.slack.people.targets import Target, find_target, top_view
from tests.standins.slack.people.transports import Reply
from tests.standins.slack.records import User
from tests.standins.slack.views import View
from tests.standins.slack.workspace import Workspace


@dataclass(frozen=True, kw_only=True)
class Ack:
    """The answer to a command: raw status and body, and the ephemeral message it showed."""

    status: int
    body: Any
    text: str
    ephemeral: Json | None


class Office(Protocol):
    """What a person needs of the fake: the workspace, the way to the bot, the referee."""

    ws: Workspace
    commands: frozenset[str] | None
    shortcuts: frozenset[str] | None

    async def send(self, kind: str, payload: Json, headers: dict[str, str] | None = None) -> Reply:
        """Deliver a payload and return the acknowledgement within Slack's three seconds."""

    async def deliver_event(self, event: Json) -> Reply:
        """Deliver an event."""

    def refuse(self, violation: str) -> NoReturn:
        """Record what the bot did wrong and raise SlackViolation."""


class Person:
    """Drives the bot as one user; every bad acknowledgement raises SlackViolation."""

    def __init__(self, office: Office, user: User) -> None:
        self._office = office
        self._ws = office.ws
        self._in_messages: dict[str, Values] = {}
        self._last: tuple[str, Json] | None = None
        self.user = user

    @property
    def id(self) -> str:
        """The user id."""
        return self.user.id

    @property
    def modal(self) -> Json:
        """The modal on top; AssertionError if none is open."""
        shown = self.modals
        assert shown, f"{self.user.name} has no modal open"
        return shown[-1]

    @property
    def modals(self) -> list[Json]:
        """All open modals, the top one last."""
        return [view.payload() for view in self._ws.stacks.get(self.id, [])]

    async def command(self, name: str, text: str = "", *, channel: str) -> Ack:
        """Type a slash command in a channel (or in the bot's DM, given as this user's id)."""
        registered = self._office.commands
        assert registered is None or name in registered, f"{name} is not a command of the app"
        place = self._ws.open_dm([self.id]) if channel == self.id else self._ws.channels[channel]
        payload = payloads.command(self._ws, self.user, name, text, place)
        reply = await self._send("slash_commands", payload)
        shown = acks.apply_command_ack(self._ws, self._office.refuse, payload, reply.body)
        text = reply.body.get("text", "") if isinstance(reply.body, dict) else reply.body
        return Ack(status=reply.status, body=reply.body, text=text, ephemeral=deepcopy(shown))

    async def click(
        self,
        shown: Json,
        action_id: str,
        value: str | None = None,
        selected: Any = None,
        *,
        block_id: str | None = None,
    ) -> None:
        """Press a button, or choose ``selected`` in a menu, of a message, modal or Home."""
        target = find_target(self._ws, self.id, shown)
        block, element = target.element(action_id, value, block_id)
        await self._act(target, block, element, selected)

    async def choose(self, view: Json, action_id: str, value: Any) -> None:
        """Enter a value that the modal or Home reports at once (dispatch_action, menus)."""
        await self.click(view, action_id, selected=value)

    async def type(self, view: Json, field: str, text: str) -> None:
        """Type into a text field; the bot hears of it if the field reports every character.

        One action stands for all characters, as Slack sends them at a pause.
        """
        self.fill(view, **{field: text})
        target = find_target(self._ws, self.id, view)
        block = next(block for block in target.blocks if block["block_id"] == field)
        config = block["element"].get("dispatch_action_config") or {}
        live = "on_character_entered" in config.get("trigger_actions_on", [])
        if block.get("dispatch_action") and live:
            await self._act(target, block, block["element"], text)

    async def suggest(self, shown: Json, action_id: str, typed: str) -> list[Json]:
        """Type into an external select; returns the options the bot offers."""
        target = find_target(self._ws, self.id, shown)
        block, element = target.element(action_id)
        action = {"action_id": action_id, "block_id": block["block_id"]}
        payload = payloads.block_suggestion(self._ws, self.user, target, action, typed)
        reply = await self._send("interactive", payload)
        return self._offered(element, reply.body)

    def fill(self, view: Json, **values: Any) -> None:
        """Type into a modal without sending it: block_id to value (or action_id to value)."""
        shown = top_view(self._ws, self.id, view)
        elements = acks.input_elements(shown)
        for block_id, value in values.items():
            assert block_id in elements, f"no block {block_id}; there are {sorted(elements)}"
            fillable = [e for e in elements[block_id] if e["type"] in STATE]
            assert fillable, f"nothing can be entered in block {block_id}"
            several = value if len(fillable) > 1 else {fillable[0]["action_id"]: value}
            for element in fillable:
                if element["action_id"] in several:
                    entered = fill(element, several[element["action_id"]])
                    shown.values[block_id][element["action_id"]] = entered

    async def submit(self, view: Json, **values: Any) -> dict[str, str] | None:
        """Fill in and submit the top modal; returns the errors it then shows, or None."""
        self.fill(view, **values)
        shown = top_view(self._ws, self.id, view)
        assert shown.source.get("submit"), "this modal has no submit button"
        refused = refusals(shown.blocks, shown.values)
        if refused:
            raise ClientRefused(refused)
        payload = payloads.view_submission(self._ws, self.user, shown)
        reply = await self._send("interactive", payload)
        return acks.apply_submission_ack(self._ws, self._office.refuse, shown, reply.body)

    async def close(self, view: Json, *, everything: bool = False) -> None:
        """Close the top modal, or the whole stack; the bot hears of it if it asked to."""
        shown = top_view(self._ws, self.id, view)
        cleared = everything or bool(shown.source.get("clear_on_close"))
        gone = list(self._ws.stacks[self.id]) if cleared else [shown]
        for each in reversed(gone):
            await self._close_one(each, cleared=cleared)

    async def open_home(self) -> None:
        """Open the app's Home tab; see ``FakeSlack.home`` for what it then shows."""
        home = self._ws.homes.get(self.id)
        event: Json = {"type": "app_home_opened", "user": self.id, "tab": "home"}
        event["channel"] = self._ws.open_dm([self.id]).id
        if home is not None:
            event["view"] = home.payload()
        reply = await self._office.deliver_event(event)
        if reply.status != 200:
            self._office.refuse(f"app_home_opened was answered with HTTP {reply.status}")

    async def shortcut(self, callback_id: str, message: Json | None = None) -> None:
        """Use a global shortcut, or a message shortcut if a message is given."""
        offered = self._office.shortcuts
        assert offered is None or callback_id in offered, f"the app has no shortcut {callback_id}"
        if message is None:
            payload = payloads.global_shortcut(self._ws, self.user, callback_id)
        else:
            target = find_target(self._ws, self.id, message)
            payload = payloads.message_shortcut(self._ws, self.user, callback_id, target)
        await self._send("interactive", payload)

    def say(self, channel: str, text: str, *, thread_ts: str | None = None) -> Json:
        """Write a message in a channel; deliver its event with ``deliver_event`` if wanted."""
        message: Json = {"type": "message", "user": self.id, "text": text}
        message |= {"team": self._ws.team_id, "ts": self._ws.next_ts()}
        if thread_ts is not None:
            message["thread_ts"] = thread_ts
        self._ws.channels[channel].messages.append(message)
        return deepcopy(message) | {"channel": channel}

    async def resend(self) -> Reply:
        """Deliver the last payload once more, unchanged, as a double click or a retry does."""
        assert self._last is not None, "nothing was sent yet"
        return await self._send(*self._last)

    async def _send(self, kind: str, payload: Json) -> Reply:
        self._last = (kind, payload)
        reply = await self._office.send(kind, payload)
        if reply.status != 200:
            what = payload.get("command") or payload["type"]
            self._office.refuse(f"{what} was answered with HTTP {reply.status}: {reply.body}")
        return reply

    async def _act(self, target: Target, block: Json, element: Json, selected: Any) -> None:
        if block["type"] == "input":
            assert block.get("dispatch_action"), f"{block['block_id']} reports on submit only"
        action = self._action(target, block, element, selected)
        state = self._in_messages.get(target.message.get("ts", ""), {})
        payload = payloads.block_actions(self._ws, self.user, target, action, state)
        reply = await self._send("interactive", payload)
        if reply.body:
            self._office.refuse(f"block_actions ack: Slack ignores the body {reply.body!r}")

    def _action(self, target: Target, block: Json, element: Json, selected: Any) -> Json:
        kind = element["type"]
        action = {"type": kind, "action_id": element["action_id"], "block_id": block["block_id"]}
        if kind in STATE:
            entered = fill(element, selected)
            self._state(target)[block["block_id"]][element["action_id"]] = entered
            return action | entered
        if kind == "overflow":
            chosen = [o for o in element["options"] if o.get("value") == selected]
            assert chosen, f"no option {selected!r} in {element['action_id']}"
            return action | {"selected_option": chosen[0]}
        assert selected is None, f"a {kind} has nothing to select"
        return action | {name: element[name] for name in ("text", "value") if name in element}

    def _state(self, target: Target) -> Values:
        if target.view is not None:
            return target.view.values
        ts = target.message["ts"]
        kept = keep_typed(target.blocks, self._in_messages.get(ts, {}))
        self._in_messages[ts] = kept
        return kept

    async def _close_one(self, view: View, *, cleared: bool) -> None:
        payload = payloads.view_closed(self._ws, self.user, view, cleared=cleared)
        acks.close(self._ws, view)
        if view.source.get("notify_on_close"):
            await self._send("interactive", payload)

    def _offered(self, element: Json, body: Any) -> list[Json]:
        found = body if isinstance(body, dict) else {}
        options: list[Json] = list(found.get("options") or [])
        for group in found.get("option_groups") or []:
            options += group.get("options", [])
        most = LIMITS["shapes"]["static_select"]["options"]["items"][1]
        if not body or len(options) > most:
            self._office.refuse(f"suggestions of {element['action_id']}: {len(options)} options")
        if options:
            self._check_options(options)
        return options

    def _check_options(self, options: list[Json]) -> None:
        text = {"type": "plain_text", "text": "options"}
        menu = {"type": "static_select", "action_id": "a", "options": options}
        problems = self._ws.message_problems([{"type": "section", "text": text, "accessory": menu}])
        if problems:
            self._office.refuse(f"suggestions: {'; '.join(problems)}")
