"""The proxy between a real Bolt app and a real local-slack, driven without a browser."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.slack.chat import SlackChat
from bot.clients.slack.clients import only
from demo.proxy.driver import driving
from demo.proxy.workspace import MERIDIAN
from tests.demo.proxy_world import (
    ANANYA,
    CARD,
    CHURN,
    FORM,
    LENA,
    RICH,
    YUKI,
    Json,
    Seen,
    World,
    bot_world,
    make_bot,
    option,
    shown,
    slack,
    socket_mode,
)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with bot_world(tmp_path) as running:
        yield running


async def open_form(world: World, user: str = YUKI) -> Json:
    await world.driver.command(user, CHURN, "/standup new")
    return await world.driver.until(lambda: world.driver.modal(user))


async def test_untouched_form_submits_what_real_slack_sends(world: World) -> None:
    await open_form(world)
    await world.driver.submit(
        YUKI, mood={"selected_option": option("good")}, tags={"selected_options": [option("b")]}
    )
    body = (await world.seen.until("view_submission"))[0]
    values = {block: next(iter(v.values())) for block, v in body["view"]["state"]["values"].items()}
    assert values == {
        "name": {"type": "plain_text_input", "value": "Churn daily"},
        "time": {"type": "timepicker", "selected_time": "09:20"},
        "owner": {"type": "users_select", "selected_user": YUKI},
        "people": {"type": "multi_users_select", "selected_users": [YUKI, ANANYA]},
        "where": {"type": "conversations_select", "selected_conversation": CHURN},
        "rooms": {"type": "multi_channels_select", "selected_channels": []},
        "mood": {"type": "static_select", "selected_option": option("good")},
        "tags": {"type": "multi_static_select", "selected_options": [option("b")]},
        "day": {"type": "datepicker", "selected_date": "2026-11-23"},
        "at": {"type": "datetimepicker", "selected_date_time": 1790000000},
        "notes": {"type": "rich_text_input", "rich_text_value": RICH},
        "count": {"type": "number_input", "value": None},
        "run": {"type": "external_select", "selected_option": None},
        "shape": {"type": "radio_buttons", "selected_option": option("y")},
    }
    assert body["view"]["private_metadata"] == "secret"
    await world.driver.until(lambda: not world.driver.modal(YUKI))


async def test_page_values_of_translated_fields_come_back_in_the_original_types(
    world: World,
) -> None:
    await open_form(world)
    await world.driver.submit(
        YUKI,
        name={"type": "plain_text_input", "value": "Other"},
        time={"type": "static_select", "selected_option": {"value": "14:30"}},
        owner={"type": "static_select", "selected_option": {"value": LENA}},
        people={"type": "checkboxes", "selected_options": [{"value": LENA}]},
        rooms={"type": "checkboxes", "selected_options": [{"value": CHURN}]},
        mood={"type": "static_select", "selected_option": {"value": "bad"}},
        tags={"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "b"}]},
        at={"type": "plain_text_input", "value": "2026-12-01 09:00"},
        notes={"type": "plain_text_input", "value": "one\n- two"},
    )
    body = (await world.seen.until("view_submission"))[0]
    values = {block: next(iter(v.values())) for block, v in body["view"]["state"]["values"].items()}
    assert values["time"] == {"type": "timepicker", "selected_time": "14:30"}
    assert values["owner"]["selected_user"] == LENA
    assert values["people"]["selected_users"] == [LENA]
    assert values["rooms"]["selected_channels"] == [CHURN]
    assert values["tags"]["selected_options"] == [option("a"), option("b")]
    assert values["at"]["selected_date_time"] == 1796083200  # 09:00 in Tokyo
    kinds = [part["type"] for part in values["notes"]["rich_text_value"]["elements"]]
    assert kinds == ["rich_text_section", "rich_text_list"]


async def test_cleared_required_fields_and_app_errors_are_shown_and_nothing_closes(
    world: World,
) -> None:
    await open_form(world)
    await world.driver.submit(YUKI, name={"value": ""})
    errors = await world.driver.until(lambda: world.driver.errors.get(YUKI))
    assert set(errors) == {"name", "mood", "tags"}
    assert not world.seen.of("view_submission")
    good: dict[str, Json] = {
        "mood": {"selected_option": option("good")},
        "tags": {"selected_options": [option("a")]},
    }
    await world.driver.submit(YUKI, name={"value": "taken"}, **good)
    assert await world.driver.until(lambda: world.driver.errors.get(YUKI)) == {
        "name": "That name is taken."
    }
    assert world.driver.modal(YUKI)
    assert world.driver.modal(LENA) is None


async def test_a_late_update_of_a_form_keeps_what_it_was_refused_for(world: World) -> None:
    await open_form(world)
    await world.driver.submit(
        YUKI,
        name={"value": "taken"},
        mood={"selected_option": option("good")},
        tags={"selected_options": [option("a")]},
    )
    refused = {"name": "That name is taken."}
    assert await world.driver.until(lambda: world.driver.errors.get(YUKI)) == refused
    await world.driver.act_in_modal(YUKI, "shape", selected_option={"value": "x"})
    await world.driver.until(lambda: "Preview: x" in json.dumps(world.driver.modal(YUKI)))
    assert await world.driver.until(lambda: world.driver.errors.get(YUKI)) == refused


async def test_live_preview_push_and_close_keep_ids_and_typed_values(world: World) -> None:
    first = await open_form(world)
    await world.driver.until(lambda: "quick-fox" in json.dumps(world.driver.modal(YUKI)))
    await world.driver.act_in_modal(YUKI, "shape", selected_option={"value": "x"})
    await world.driver.until(lambda: "Preview: x" in json.dumps(world.driver.modal(YUKI)))
    changed = world.driver.stacks[YUKI][-1]
    assert (changed["id"], changed["hash"] != first["hash"]) == (first["id"], True)
    action = world.seen.of("block_actions")[0]
    assert action["container"] == {"type": "view", "view_id": first["id"]}
    assert action["view"]["state"]["values"]["shape"]["shape"]["selected_option"] == option("x")
    assert action["view"]["state"]["values"]["time"]["time"]["selected_time"] == "09:20"
    await world.driver.act_in_modal(YUKI, "more")
    await world.driver.until(lambda: len(world.driver.stacks[YUKI]) == 2)
    await world.driver.close(YUKI)
    await world.driver.until(lambda: len(world.driver.stacks[YUKI]) == 1)
    closed = (await world.seen.until("view_closed"))[0]
    assert closed["view"]["callback_id"] == "second"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await world.client.views_update(view_id=first["id"], hash=first["hash"], view=FORM)


@pytest.mark.parametrize(
    ("answer", "titles"),
    [("update", ["Next"]), ("push", ["New stand-up", "Next"]), ("clear", [])],
)
async def test_submission_answers_change_the_stack(
    world: World, answer: str, titles: list[str]
) -> None:
    await open_form(world)
    await world.driver.submit(
        YUKI,
        name={"value": answer},
        mood={"selected_option": option("good")},
        tags={"selected_options": [option("a")]},
    )
    await world.driver.until(
        lambda: [view["title"]["text"] for view in world.driver.stacks[YUKI]] == titles
    )


async def test_malformed_blocks_are_refused_and_harm_nobody(world: World) -> None:
    broken = [{"type": "actions", "elements": [{"type": "overflow"}]}]
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await world.client.chat_postMessage(channel=CHURN, text="x", blocks=broken)
    home = {"type": "home", "blocks": [{"type": "input"}]}
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await world.client.views_publish(user_id=YUKI, view=home)
    await world.driver.say(YUKI, CHURN, "still here")
    await world.driver.until(lambda: world.driver.messages(CHURN, "still here"))


async def test_message_is_translated_for_its_reader_and_kept_whole_for_the_bot(
    world: World,
) -> None:
    metadata = {"event_type": "delivery", "event_payload": {"id": "d-1"}}
    posted = await world.client.chat_postMessage(
        channel=CHURN, text="Card", blocks=CARD, metadata=metadata
    )
    message = (await world.driver.until(lambda: world.driver.messages(CHURN, "Card")))[0]
    text = shown(message)
    assert "at 2026-09-21 14:13 <!channel> a *b*" in text
    assert "*bold*" in text
    assert "run  auc" in text
    kinds = [element["type"] for element in message["blocks"][-1]["elements"]]
    assert kinds == ["button", "static_select", "static_select"]
    history = await world.client.conversations_history(channel=CHURN, include_all_metadata=True)
    found = next(m for m in history["messages"] if m["ts"] == posted["ts"])
    assert found["metadata"] == metadata
    assert found["blocks"][-1]["elements"][1]["type"] == "timepicker"
    bare = await world.client.conversations_history(channel=CHURN, latest=posted["ts"])
    assert posted["ts"] not in [m["ts"] for m in bare["messages"]]


async def test_direct_messages_and_unknown_channels(world: World) -> None:
    posted = await world.client.chat_postMessage(channel=LENA, text="good morning")
    direct = await world.driver.direct(LENA)
    assert posted["channel"] == direct
    history = await world.client.conversations_history(channel=direct)
    assert [message["text"] for message in history["messages"]] == ["good morning"]
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await world.client.conversations_history(channel="C404")
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await world.client.chat_postMessage(channel="U404", text="hello")


async def test_message_actions_carry_state_and_original_values(world: World) -> None:
    await world.client.chat_postMessage(channel=CHURN, text="Card", blocks=CARD)
    message = (await world.driver.until(lambda: world.driver.messages(CHURN, "Card")))[0]
    await world.driver.act(LENA, message, "ticks", selected_option={"value": "a"})
    await world.driver.act(LENA, message, "when", selected_option={"value": "10:00"})
    await world.driver.act(LENA, message, "ok")
    ticks, when, ok = await world.seen.until("block_actions", 3)
    assert ticks["actions"][0]["selected_options"] == [option("a")]
    assert when["actions"][0]["type"] == "timepicker"
    assert when["actions"][0]["selected_time"] == "10:00"
    assert ok["actions"][0]["value"] == "1"
    state = ok["state"]["values"]
    assert state["card"]["when"]["selected_time"] == "10:00"
    assert state["card"]["ticks"]["selected_options"] == [option("a")]
    assert ok["container"]["message_ts"] == ok["message"]["ts"] == message["ts"]
    assert ok["channel"] == {"id": CHURN, "name": "churn-model"}
    thanks = (await world.driver.until(lambda: world.driver.messages(CHURN, "thanks")))[0]
    assert thanks["ephemeral_to"] == LENA


async def test_response_urls_replace_and_delete_their_message(world: World) -> None:
    await world.client.chat_postMessage(channel=CHURN, text="Card", blocks=CARD)
    message = (await world.driver.until(lambda: world.driver.messages(CHURN, "Card")))[0]
    await world.driver.act(LENA, message, "ok")
    url = (await world.seen.until("block_actions"))[0]["response_url"]
    async with aiohttp.ClientSession() as session:
        await session.post(url, json={"replace_original": True, "text": "replaced"})
        await world.driver.until(lambda: world.driver.messages(CHURN, "replaced"))
        assert not world.driver.messages(CHURN, "Card")
        await session.post(url, json={"response_type": "in_channel", "text": "for all"})
        shared = (await world.driver.until(lambda: world.driver.messages(CHURN, "for all")))[0]
        assert "ephemeral_to" not in shared
        await session.post(url, json={"delete_original": True})
        await world.driver.until(lambda: not world.driver.messages(CHURN, "replaced"))


async def test_shortcut_home_and_command_answers(world: World) -> None:
    await world.driver.say(YUKI, CHURN, "we use LightGBM")
    message = (await world.driver.until(lambda: world.driver.messages(CHURN, "LightGBM")))[0]
    await world.driver.shortcut(YUKI, "log_decision", message)
    chosen = (await world.seen.until("message_action"))[0]
    assert (chosen["callback_id"], chosen["message"]["text"]) == ("log_decision", "we use LightGBM")
    await world.driver.open_home(YUKI)
    await world.driver.until(lambda: YUKI in world.driver.homes)
    await world.driver.act_at_home(YUKI, "home")
    action = (await world.seen.until("block_actions"))[0]
    assert action["view"]["type"] == "home"
    await world.driver.command(YUKI, CHURN, "/standup help")
    help_ = (await world.driver.until(lambda: world.driver.messages(CHURN, "help is here")))[0]
    assert help_["ephemeral_to"] == YUKI
    await world.driver.command(YUKI, CHURN, "/nope")
    await world.driver.until(lambda: world.driver.messages(CHURN, "not a valid command"))


async def test_readers_see_their_own_zone_forms_and_ephemerals(world: World) -> None:
    await world.driver.command(YUKI, CHURN, "/standup later")
    await world.driver.until(lambda: world.driver.messages(CHURN, "ephemeral_to"))
    await open_form(world, YUKI)
    first: dict[str, Json] = {}
    async with aiohttp.ClientSession() as session:
        for user in (YUKI, LENA):
            async with session.ws_connect(f"{world.base}/ui?user={user}") as page:
                first[user] = (await page.receive_json())["state"]
    assert "2026-09-21 23:13" in shown(first[YUKI]["messages"][CHURN][0])
    assert first[LENA]["messages"][CHURN] == []
    assert len(first[YUKI]["modalStack"]) == 1
    assert first[LENA]["modalStack"] == []
    assert len([c for c in first[LENA]["channels"] if c.get("is_im")]) == 1


async def test_api_refuses_what_slack_refuses(world: World) -> None:
    chart = [{"type": "data_visualization", "title": "auc"}]
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await world.client.chat_postMessage(channel=CHURN, text="x", blocks=chart)
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await world.client.views_open(trigger_id="1.2.3", view=FORM)
    await world.driver.command(YUKI, CHURN, "/standup new")
    used = (await world.seen.until("/standup"))[0]
    await world.driver.until(lambda: world.driver.modal(YUKI))
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await world.client.views_open(trigger_id=used["trigger_id"], view=FORM)
    stranger = AsyncWebClient(token="xoxb-other", base_url=f"{world.base}/api/")
    with pytest.raises(SlackApiError, match="invalid_auth"):
        await stranger.auth_test()
    user = (await world.client.users_info(user=ANANYA))["user"]
    assert (user["tz"], user["tz_offset"]) == ("Asia/Kolkata", 19800)


async def test_uploaded_picture_is_shown_through_the_proxy(world: World, tmp_path: Path) -> None:
    picture = tmp_path / "chart.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 64)
    uploaded = await world.client.files_upload_v2(file=str(picture), filename="chart.png")
    file_id = uploaded["file"]["id"]
    block = {"type": "image", "alt_text": "chart", "slack_file": {"id": file_id}}
    await world.client.chat_postMessage(channel=CHURN, text="Chart", blocks=[block])
    message = (await world.driver.until(lambda: world.driver.messages(CHURN, "slack_file")))[0]
    address = message["blocks"][0]["image_url"]
    async with aiohttp.ClientSession() as session, session.get(world.base + address) as answer:
        assert answer.status == 200
        assert await answer.read() == picture.read_bytes()


async def test_a_file_reaches_its_person_in_the_direct_message(world: World) -> None:
    chat = SlackChat(only(world.client))
    await chat.send_file("T01ACME", YUKI, "history.csv", b"date,name\n", "Four weeks")
    direct = await world.driver.direct(YUKI)
    [message] = await world.driver.until(lambda: world.driver.messages(direct, "history.csv"))
    assert message["text"] == "Four weeks"
    assert message["files"][0]["name"] == "history.csv"


async def test_two_sockets_share_the_events_each_once(tmp_path: Path) -> None:
    async with bot_world(tmp_path, sockets=2) as world:
        for number in range(6):
            await world.driver.say(YUKI, CHURN, f"message {number}")
        events = await world.seen.until("event_callback", 6)
        texts = [body["event"]["text"] for body in events]
        assert sorted(texts) == [f"message {number}" for number in range(6)]


async def test_events_wait_for_a_bot_that_is_away(tmp_path: Path) -> None:
    async with slack(tmp_path) as base, driving(base) as driver:
        await driver.say(YUKI, CHURN, "anybody there")
        await driver.until(lambda: driver.messages(CHURN, "anybody"))
        await driver.command(YUKI, CHURN, "/standup")
        await driver.until(lambda: driver.messages(CHURN, "did not respond"))
        seen = Seen()
        app = make_bot(AsyncWebClient(token=MERIDIAN.bot_token, base_url=f"{base}/api/"), seen)
        handler = socket_mode(app)
        await handler.connect_async()
        assert (await seen.until("event_callback"))[0]["event"]["text"] == "anybody there"
        await handler.close_async()


async def test_an_unacknowledged_event_is_sent_again_after_a_lost_socket(
    tmp_path: Path,
) -> None:
    async with slack(tmp_path) as base, driving(base) as driver, aiohttp.ClientSession() as session:
        address = f"{base}/_proxy/socket"
        async with session.ws_connect(address) as first:
            assert (await first.receive_json())["type"] == "hello"
            await driver.say(YUKI, CHURN, "once")
            lost = await first.receive_json(timeout=5)
        async with session.ws_connect(address) as second:
            await second.receive_json()
            again = await second.receive_json(timeout=5)
    assert (lost["retry_attempt"], again["retry_attempt"]) == (0, 1)
    assert again["payload"] == lost["payload"]
