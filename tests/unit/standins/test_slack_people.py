"""People drive a real Bolt app through the Slack fake; bad acknowledgements are violations."""

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.standins.slack import ClientRefused, FakeSlack, Person, SlackViolation

ALICE, BOB, OPEN = "U0ALICE", "U0BOB", "C0OPEN"


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def option(value: str) -> dict[str, Any]:
    return {"text": plain(value.title()), "value": value}


def asked(block_id: str, element: dict[str, Any], **more: Any) -> dict[str, Any]:
    element = {"action_id": f"{block_id}_a"} | element
    return {
        "type": "input", "block_id": block_id, "label": plain("L"), "element": element
    } | more  # fmt: skip


def form(*blocks: dict[str, Any], callback_id: str = "form", **more: Any) -> dict[str, Any]:
    return {
        "type": "modal", "callback_id": callback_id, "title": plain("T"), "submit": plain("Go"),
        "blocks": list(blocks),
    } | more  # fmt: skip


FULL = form(
    asked("name", {"type": "plain_text_input", "max_length": 10}),
    asked("note", {"type": "plain_text_input", "initial_value": "prefilled"}),
    asked(
        "day",
        {
            "type": "static_select",
            "options": [option("mon"), option("tue")],
            "initial_option": option("mon"),
        },
    ),
    asked("at", {"type": "timepicker", "initial_time": "09:30"}),
    asked("on", {"type": "datepicker"}, optional=True),
    asked("who", {"type": "multi_users_select", "max_selected_items": 2}, optional=True),
    asked("which", {"type": "checkboxes", "options": [option("a"), option("b")]}, optional=True),
)


class Bot:
    """A Bolt app whose answers a test can set, and what it received."""

    def __init__(self, slack: FakeSlack) -> None:
        self.client = AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        self.app = AsyncApp(
            client=self.client, signing_secret="s", process_before_response=True,
            request_verification_enabled=False,
        )  # fmt: skip
        self.got: list[dict[str, Any]] = []
        self.view = FULL
        self.answer: Any = ""
        self.app.command("/open")(self._open)
        self.app.command("/say")(self._say)
        self.app.view("form")(self._answer)
        self.app.view_closed("form")(self._answer)
        self.app.action(re.compile("."))(self._answer)
        self.app.options("person")(self._answer)
        self.app.shortcut("cut")(self._answer)
        self.app.event("app_home_opened")(self._home)

    async def _open(self, ack: Any, body: dict[str, Any]) -> None:
        await self.client.views_open(trigger_id=body["trigger_id"], view=self.view)
        await ack()

    async def _say(self, ack: Any, body: dict[str, Any]) -> None:
        self.got.append(body)
        await ack(self.answer)

    async def _answer(self, ack: Any, body: dict[str, Any]) -> None:
        self.got.append(body)
        if isinstance(self.answer, dict):
            await ack(**self.answer)
        else:
            await ack(self.answer)

    async def _home(self, event: dict[str, Any]) -> None:
        self.got.append(event)
        view = {"type": "home", "blocks": [{"type": "header", "text": plain("Home")}]}
        await self.client.views_publish(user_id=event["user"], view=view)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(commands={"/open", "/say", "/gone"}) as fake:
        fake.add_user(ALICE, "alice")
        fake.add_user(BOB, "bob")
        fake.add_channel(OPEN, "open", members=[ALICE, BOB])
        yield fake


@pytest.fixture
async def bot(slack: FakeSlack) -> Bot:
    bot = Bot(slack)
    slack.drive(bot.app)
    return bot


@pytest.fixture
def alice(slack: FakeSlack, bot: Bot) -> Person:
    return slack.person(ALICE)


async def opened(alice: Person) -> dict[str, Any]:
    await alice.command("/open", channel=OPEN)
    return alice.modal


async def test_a_commands_answer_is_shown_to_its_person_only(
    slack: FakeSlack, bot: Bot, alice: Person
) -> None:
    bot.answer = "hello"
    ack = await alice.command("/say", "a  b", channel=OPEN)
    assert (ack.status, ack.text) == (200, "hello")
    assert [message["text"] for message in slack.ephemerals(ALICE)] == ["hello"]
    assert slack.ephemerals(BOB) == slack.messages(OPEN) == []
    body = bot.got[0]
    assert (body["text"], body["channel_name"], body["user_name"]) == ("a  b", "open", "alice")
    with pytest.raises(AssertionError, match="not a command"):
        await alice.command("/nope", channel=OPEN)


async def test_a_command_can_answer_the_channel_or_be_used_in_the_dm(
    slack: FakeSlack, bot: Bot, alice: Person
) -> None:
    bot.answer = {"response_type": "in_channel", "text": "all"}
    await alice.command("/say", channel=ALICE)
    assert bot.got[0]["channel_name"] == "directmessage"
    assert [message["text"] for message in slack.messages(ALICE)] == ["all"]


@pytest.mark.parametrize(
    "answer", [{"text": "x", "blocks": [{"type": "section"}]}, {"blocks": []}, "x" * 40001]
)
async def test_a_bad_command_answer_is_a_violation(
    slack: FakeSlack, bot: Bot, alice: Person, answer: Any
) -> None:
    bot.answer = answer
    with pytest.raises(SlackViolation, match="/say ack"):
        await alice.command("/say", channel=OPEN)
    assert len(slack.violations) == 1


async def test_an_unhandled_command_is_a_violation(slack: FakeSlack, alice: Person) -> None:
    with pytest.raises(SlackViolation, match="HTTP 404"):
        await alice.command("/gone", channel=OPEN)
    assert slack.violations


async def test_a_slow_acknowledgement_is_a_violation() -> None:
    async with FakeSlack(ack_seconds=0.05) as slack:
        slack.add_user(ALICE, "alice")
        slack.add_channel(OPEN, "open", members=[ALICE])
        bot, gate = Bot(slack), asyncio.Event()
        slack.drive(bot.app)
        slack.fault("views.open", hold=gate)
        with pytest.raises(SlackViolation, match="operation_timeout"):
            await slack.person(ALICE).command("/open", channel=OPEN)
        gate.set()
        await slack.until(lambda: slack.person(ALICE).modals)


async def test_submit_sends_untouched_initial_values_too(bot: Bot, alice: Person) -> None:
    view = await opened(alice)
    sent = await alice.submit(view, name="Bo", who=[BOB], which=["b"], day="tue")
    assert sent is None
    assert alice.modals == []
    (body,) = bot.got
    values = {k: next(iter(v.values())) for k, v in body["view"]["state"]["values"].items()}
    assert values["name"] == {"type": "plain_text_input", "value": "Bo"}
    assert values["note"]["value"] == "prefilled"
    assert values["day"]["selected_option"]["value"] == "tue"
    assert values["at"]["selected_time"] == "09:30"
    assert values["on"]["selected_date"] is None
    assert values["who"]["selected_users"] == [BOB]
    assert [chosen["value"] for chosen in values["which"]["selected_options"]] == ["b"]
    assert (body["type"], body["user"]["id"], body["view"]["hash"]) == (
        "view_submission", ALICE, view["hash"],
    )  # fmt: skip


async def test_slacks_client_refuses_empty_and_overlong_fields(bot: Bot, alice: Person) -> None:
    view = await opened(alice)
    with pytest.raises(ClientRefused) as caught:
        await alice.submit(view)
    assert list(caught.value.errors) == ["name"]
    with pytest.raises(ClientRefused, match="at most 10"):
        await alice.submit(view, name="x" * 11)
    for values in ({"day": "sun"}, {"at": "9:30"}, {"on": "soon"}, {"who": [1, 2, 3]}, {"z": 1}):
        with pytest.raises(AssertionError):
            await alice.submit(view, name="x", **values)
    assert bot.got == []


async def test_errors_stay_in_the_modal_with_what_was_typed(bot: Bot, alice: Person) -> None:
    bot.answer = {"response_action": "errors", "errors": {"name": "taken"}}
    view = await opened(alice)
    assert await alice.submit(view, name="Bo") == {"name": "taken"}
    bot.answer = ""
    assert await alice.submit(alice.modal) is None
    assert bot.got[1]["view"]["state"]["values"]["name"]["name_a"]["value"] == "Bo"


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"response_action": "errors", "errors": {"gone": "x"}}, "no input block gone"),
        ({"response_action": "errors", "errors": {"name": ""}}, "non-empty"),
        ({"response_action": "errors", "errors": {}}, "HTTP 500"),
        ({"response_action": "update", "view": {"type": "modal", "blocks": []}}, "title"),
        ("text", "unknown response_action"),
    ],
)
async def test_a_bad_submission_answer_is_a_violation(
    slack: FakeSlack, bot: Bot, alice: Person, answer: Any, why: str
) -> None:
    view = await opened(alice)
    bot.answer = answer
    with pytest.raises(SlackViolation, match=why):
        await alice.submit(view, name="Bo")
    assert len(slack.violations) == 1


async def test_update_push_and_clear_after_a_submission(bot: Bot, alice: Person) -> None:
    view = await opened(alice)
    empty = form()
    bot.answer = {"response_action": "update", "view": empty}
    await alice.submit(view, name="Bo")
    assert (alice.modal["id"], alice.modal["blocks"]) == (view["id"], [])
    bot.answer = {"response_action": "push", "view": empty}
    await alice.submit(alice.modal)
    await alice.submit(alice.modal)
    assert len(alice.modals) == 3
    with pytest.raises(AssertionError, match="not on top"):
        await alice.submit(view)
    with pytest.raises(SlackViolation, match="push_limit_reached"):
        await alice.submit(alice.modal)
    bot.answer = {"response_action": "clear"}
    await alice.submit(alice.modal)
    assert alice.modals == []


async def test_closing_is_heard_only_if_asked_for(bot: Bot, alice: Person) -> None:
    await alice.close(await opened(alice))
    assert bot.got == []
    bot.view = FULL | {"notify_on_close": True}
    await alice.close(await opened(alice))
    assert (bot.got[0]["type"], bot.got[0]["is_cleared"]) == ("view_closed", False)
    with pytest.raises(AssertionError, match="no modal open"):
        assert alice.modal


async def test_choices_in_a_modal_carry_view_and_state(bot: Bot, alice: Person) -> None:
    when = {"type": "timepicker", "action_id": "when"}
    bot.view = form(
        asked("name", {"type": "plain_text_input"}, dispatch_action=True),
        asked("quiet", {"type": "plain_text_input"}, optional=True),
        {"type": "actions", "block_id": "row", "elements": [when]},
    )
    view = await opened(alice)
    await alice.choose(view, "name_a", "Bo")
    await alice.choose(view, "when", "10:00")
    with pytest.raises(AssertionError, match="on submit only"):
        await alice.choose(view, "quiet_a", "x")
    body = bot.got[-1]
    assert body["container"] == {"type": "view", "view_id": view["id"]}
    assert body["actions"][0]["selected_time"] == "10:00"
    assert body["view"]["state"]["values"]["name"]["name_a"]["value"] == "Bo"
    assert body["view"]["state"]["values"]["row"]["when"]["selected_time"] == "10:00"
    assert "channel" not in body


async def test_a_click_in_a_message_has_slacks_payload(
    slack: FakeSlack, bot: Bot, alice: Person
) -> None:
    button = {"type": "button", "action_id": "go", "text": plain("Go")}
    menu = {"type": "static_select", "action_id": "pick", "options": [option("x"), option("y")]}
    dots = {"type": "overflow", "action_id": "dots", "options": [option("more")]}
    elements = [button | {"value": "1"}, menu, dots]
    blocks = [{"type": "actions", "block_id": "row", "elements": elements}]
    await bot.client.chat_postMessage(channel=OPEN, text="x", blocks=blocks)
    (message,) = slack.messages(OPEN)
    await alice.click(message, "pick", selected="y")
    await alice.click(message, "dots", selected="more")
    await alice.click(message, "go", value="1")
    chosen, dotted, pressed = bot.got
    assert chosen["actions"][0]["selected_option"]["value"] == "y"
    assert dotted["actions"][0]["selected_option"]["value"] == "more"
    action = pressed["actions"][0]
    assert (action["type"], action["value"], action["block_id"]) == ("button", "1", "row")
    assert action["action_ts"]
    assert pressed["user"]["team_id"] == pressed["team"]["id"] == slack.ws.team_id
    assert pressed["channel"] == {"id": OPEN, "name": "open"}
    assert pressed["container"]["message_ts"] == pressed["message"]["ts"] == message["ts"]
    assert pressed["state"]["values"]["row"]["pick"]["selected_option"]["value"] == "y"
    assert pressed["response_url"].startswith(slack.ws.base_url)
    assert pressed["trigger_id"]
    assert pressed["api_app_id"]
    with pytest.raises(AssertionError, match="not shown"):
        await alice.click(message, "gone")


async def test_a_click_in_an_ephemeral_message_has_no_message(
    slack: FakeSlack, bot: Bot, alice: Person
) -> None:
    button = {"type": "button", "action_id": "go", "text": plain("Go")}
    blocks = [{"type": "actions", "elements": [button]}]
    await bot.client.chat_postEphemeral(channel=OPEN, user=ALICE, text="x", blocks=blocks)
    (message,) = slack.ephemerals(ALICE)
    with pytest.raises(AssertionError, match="cannot see"):
        await slack.person(BOB).click(message, "go")
    bot.answer = "lost words"
    with pytest.raises(SlackViolation, match="ignores the body"):
        await alice.click(message, "go")
    assert bot.got[0]["container"]["is_ephemeral"] is True
    assert "message" not in bot.got[0]


async def test_suggestions_are_checked_and_can_be_chosen(
    slack: FakeSlack, bot: Bot, alice: Person
) -> None:
    bot.view = form(asked("p", {"type": "external_select", "action_id": "person"}))
    view = await opened(alice)
    bot.answer = {"options": [option("ann")]}
    (ann,) = await alice.suggest(view, "person", "an")
    assert (bot.got[0]["type"], bot.got[0]["value"]) == ("block_suggestion", "an")
    bot.answer = {"options": [option("ann"), option("ann")]}
    with pytest.raises(SlackViolation, match="unique"):
        await alice.suggest(view, "person", "an")
    bot.answer = ""
    await alice.submit(view, p=ann)


async def test_typing_is_reported_only_where_the_form_asks_for_every_character(
    bot: Bot, alice: Person
) -> None:
    live = {"trigger_actions_on": ["on_character_entered"]}
    told = {"type": "plain_text_input", "action_id": "t", "dispatch_action_config": live}
    silent = {"type": "plain_text_input", "action_id": "t"}
    bot.view = form(
        asked("live", told, dispatch_action=True),
        asked("config_only", told),
        asked("on_enter", silent, dispatch_action=True),
    )
    view = await opened(alice)
    for field in ("config_only", "on_enter", "live"):
        await alice.type(view, field, f"in {field}")
    [action] = bot.got
    assert action["actions"][0]["value"] == "in live"
    values = action["view"]["state"]["values"]
    assert values["on_enter"]["t"]["value"] == "in on_enter"


async def test_a_click_in_home_carries_the_home(slack: FakeSlack, bot: Bot, alice: Person) -> None:
    go = {"type": "button", "action_id": "go", "text": plain("Go")}
    options = [option("a"), option("b")]
    which = {"type": "radio_buttons", "action_id": "which", "options": options}
    row = {"type": "actions", "block_id": "r", "elements": [go, which]}
    await bot.client.views_publish(user_id=ALICE, view={"type": "home", "blocks": [row]})
    await alice.click(slack.home(ALICE), "which", selected="b")
    await alice.click(slack.home(ALICE), "go")
    chosen, pressed = bot.got
    assert chosen["actions"][0]["selected_option"]["value"] == "b"
    assert pressed["container"] == {"type": "view", "view_id": slack.home(ALICE)["id"]}
    assert pressed["view"]["type"] == "home"
    assert pressed["view"]["state"]["values"]["r"]["which"]["selected_option"]["value"] == "b"
    assert "response_url" not in pressed


async def test_shortcuts_and_home(slack: FakeSlack, bot: Bot, alice: Person) -> None:
    said = alice.say(OPEN, "remember this")
    await alice.shortcut("cut")
    await alice.shortcut("cut", message=said)
    alone, on_message = bot.got
    assert (alone["type"], on_message["type"]) == ("shortcut", "message_action")
    assert on_message["message"]["text"] == "remember this"
    assert (on_message["channel"]["id"], on_message["message_ts"]) == (OPEN, said["ts"])
    await alice.open_home()
    await alice.open_home()
    assert slack.home(ALICE)["blocks"][0]["text"]["text"] == "Home"
    assert "view" not in bot.got[2]
    assert bot.got[3]["view"]["type"] == "home"


async def test_only_the_shortcuts_of_the_app_can_be_chosen() -> None:
    async with FakeSlack(shortcuts=["cut"]) as slack:
        slack.add_user(ALICE, "alice")
        with pytest.raises(AssertionError, match="the app has no shortcut paste"):
            await slack.person(ALICE).shortcut("paste")


async def test_a_payload_can_come_twice(bot: Bot, alice: Person) -> None:
    await alice.submit(await opened(alice), name="Bo")
    await alice.resend()
    first, second = bot.got
    assert first["view"] == second["view"]
