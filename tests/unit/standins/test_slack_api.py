"""The Slack fake answers the Web API as Slack does: tokens, scopes, channels, history, people."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.standins.slack import ALL_SCOPES, BOT_USER, FakeSlack

T0 = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
ALICE, BOB, GONE = "U0ALICE", "U0BOB", "U0GONE"
OPEN, OTHER, PRIVATE, HIDDEN, OLD = "C0OPEN", "C0OTHER", "G0PRIVATE", "G0HIDDEN", "C0OLD"


class Clock:
    def __init__(self) -> None:
        self.now = T0

    def __call__(self) -> datetime:
        return self.now


def workspace(**options: Any) -> FakeSlack:
    slack = FakeSlack(**options)
    slack.add_user(ALICE, "alice", tz="Europe/Berlin")
    slack.add_user(BOB, "bob", tz="Asia/Kolkata")
    slack.add_user(GONE, "gone", deleted=True)
    slack.add_channel(OPEN, "open", members=[ALICE, BOB])
    slack.add_channel(OTHER, "other", members=[ALICE], with_bot=False)
    slack.add_channel(PRIVATE, "private", members=[ALICE], private=True)
    slack.add_channel(HIDDEN, "hidden", members=[ALICE], private=True, with_bot=False)
    slack.add_channel(OLD, "old", archived=True)
    return slack


def client_of(slack: FakeSlack, token: str | None = None) -> AsyncWebClient:
    return AsyncWebClient(token or slack.bot_token, base_url=slack.api_url, retry_handlers=[])


async def refused(slack: FakeSlack, method: str, **args: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as caught:
        await client_of(slack).api_call(method, data=args)
    answer: dict[str, Any] = caught.value.response.data
    assert slack.calls[-1].outcome == answer["error"]
    return answer


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with workspace(clock=Clock()) as fake:
        yield fake


async def test_unknown_method_and_bad_tokens_are_refused(slack: FakeSlack) -> None:
    assert (await refused(slack, "chat.shout"))["error"] == "unknown_method"
    for token, error in (("xoxb-wrong", "invalid_auth"), ("", "not_authed")):
        client = AsyncWebClient(token or None, base_url=slack.api_url)
        with pytest.raises(SlackApiError, match=error):
            await client.auth_test()
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        await client_of(slack).apps_connections_open(app_token=slack.bot_token)
    assert (await client_of(slack).auth_test())["user_id"] == BOT_USER


async def test_missing_scope_names_what_is_needed_and_what_is_there() -> None:
    async with workspace(scopes={"chat:write", "channels:history"}) as slack:
        answer = await refused(slack, "users.list")
        assert (answer["error"], answer["needed"]) == ("missing_scope", "users:read")
        assert answer["provided"] == "channels:history,chat:write"
        answer = await refused(slack, "conversations.history", channel=PRIVATE)
        assert (answer["error"], answer["needed"]) == ("missing_scope", "groups:history")
        await client_of(slack).conversations_history(channel=OPEN)


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("chat.postMessage", {"channel": "C0NONE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": HIDDEN, "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": OTHER, "text": "x"}, "not_in_channel"),
        ("chat.postMessage", {"channel": OLD, "text": "x"}, "is_archived"),
        ("chat.postMessage", {"channel": GONE, "text": "x"}, "user_disabled"),
        ("chat.postMessage", {"channel": BOT_USER, "text": "x"}, "cannot_dm_bot"),
        ("chat.postMessage", {"channel": OPEN}, "no_text"),
        ("chat.postMessage", {"channel": OPEN, "text": ""}, "no_text"),
        ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
        ("chat.postMessage", {"channel": OPEN, "text": "x" * 40001}, "msg_too_long"),
        ("chat.postMessage", {"channel": OPEN, "blocks": "no"}, "invalid_blocks_format"),
        (
            "chat.postMessage",
            {"channel": OPEN, "text": "x", "thread_ts": "1.2"},
            "cannot_reply_to_message",
        ),
        (
            "chat.postMessage",
            {"channel": OPEN, "text": "x", "metadata": '{"event_type": "x"}'},
            "invalid_metadata_format",
        ),
        (
            "chat.postEphemeral",
            {"channel": OPEN, "user": GONE, "text": "x"},
            "user_not_in_channel",
        ),
        ("chat.postEphemeral", {"channel": OPEN, "user": ALICE}, "no_text"),
        ("chat.update", {"channel": OPEN, "ts": "1.2", "text": "x"}, "message_not_found"),
        ("chat.delete", {"channel": OPEN, "ts": "1.2"}, "message_not_found"),
        ("chat.getPermalink", {"channel": OPEN, "message_ts": "1.2"}, "message_not_found"),
        ("conversations.open", {}, "users_list_not_supplied"),
        ("conversations.open", {"users": "U0NONE"}, "user_not_found"),
        ("conversations.open", {"users": GONE}, "user_disabled"),
        ("conversations.info", {"channel": HIDDEN}, "channel_not_found"),
        ("conversations.list", {"types": "secret"}, "invalid_types"),
        ("conversations.history", {"channel": OTHER}, "not_in_channel"),
        ("conversations.history", {"channel": OPEN, "limit": "5000"}, "invalid_limit"),
        ("conversations.history", {"channel": OPEN, "cursor": "zz"}, "invalid_cursor"),
        ("conversations.history", {"channel": OPEN, "oldest": "noon"}, "invalid_ts_oldest"),
        ("conversations.replies", {"channel": OPEN, "ts": "1.2"}, "thread_not_found"),
        ("users.info", {"user": "U0NONE"}, "user_not_found"),
        ("bots.info", {"bot": "B0NONE"}, "bot_not_found"),
        ("blocks.validate", {}, "invalid_arguments"),
        ("blocks.validate", {"blocks": '[{"type": "nope"}]'}, "invalid_blocks"),
        ("blocks.validate", {"message": '{"blocks": [{}]}'}, "invalid_message"),
        ("blocks.validate", {"view": '{"type": "modal"}'}, "invalid_view"),
    ],
)
async def test_refused_with_slacks_own_error(
    slack: FakeSlack, method: str, args: dict[str, str], error: str
) -> None:
    assert (await refused(slack, method, **args))["error"] == error


async def test_only_the_bots_own_messages_can_be_changed(slack: FakeSlack) -> None:
    said = slack.person(ALICE).say(OPEN, "hello")
    at = {"channel": OPEN, "ts": said["ts"]}
    assert (await refused(slack, "chat.update", text="x", **at))["error"] == "cant_update_message"
    assert (await refused(slack, "chat.delete", **at))["error"] == "cant_delete_message"


async def test_update_keeps_what_is_not_sent_and_an_archived_channel_is_frozen(
    slack: FakeSlack,
) -> None:
    client = client_of(slack)
    posted = await client.chat_postMessage(
        channel=OPEN, text="one", blocks=[{"type": "divider", "block_id": "b"}]
    )
    await client.chat_update(channel=OPEN, ts=posted["ts"], text="two")
    (message,) = slack.messages(OPEN)
    assert (message["text"], message["ts"]) == ("two", posted["ts"])
    assert message["blocks"] == [{"type": "divider", "block_id": "b"}]
    assert message["edited"]["user"] == BOT_USER
    slack.ws.channels[OPEN].archived = True
    answer = await refused(slack, "chat.update", channel=OPEN, ts=posted["ts"], text="x")
    assert answer["error"] == "is_inactive"


async def test_posting_to_a_user_id_opens_the_direct_message(slack: FakeSlack) -> None:
    client = client_of(slack)
    posted = await client.chat_postMessage(channel=ALICE, text="hi")
    opened = await client.conversations_open(users=ALICE)
    assert posted["channel"] == opened["channel"]["id"]
    assert [message["text"] for message in slack.messages(ALICE)] == ["hi"]
    shown = (await client.conversations_info(channel=posted["channel"]))["channel"]
    assert (shown["is_im"], shown["user"]) == (True, ALICE)


async def test_threads_stay_out_of_history_unless_broadcast(slack: FakeSlack) -> None:
    client = client_of(slack)
    parent = (await client.chat_postMessage(channel=OPEN, text="parent"))["ts"]
    await client.chat_postMessage(channel=OPEN, text="quiet", thread_ts=parent)
    await client.chat_postMessage(channel=OPEN, text="loud", thread_ts=parent, reply_broadcast=True)
    history = await client.conversations_history(channel=OPEN)
    assert [m["text"] for m in history["messages"]] == ["loud", "parent"]
    replies = await client.conversations_replies(channel=OPEN, ts=parent)
    assert [m["text"] for m in replies["messages"]] == ["parent", "quiet", "loud"]
    assert [m["text"] for m in slack.thread(OPEN, parent)] == ["quiet", "loud"]
    link = await client.chat_getPermalink(
        channel=OPEN, message_ts=slack.thread(OPEN, parent)[0]["ts"]
    )
    assert f"thread_ts={parent}" in link["permalink"]


async def test_metadata_comes_back_only_when_asked_for(slack: FakeSlack) -> None:
    client = client_of(slack)
    metadata = {"event_type": "delivery", "event_payload": {"id": "d-1"}}
    await client.chat_postMessage(channel=OPEN, text="x", metadata=metadata)
    plain = await client.conversations_history(channel=OPEN)
    full = await client.conversations_history(channel=OPEN, include_all_metadata=True)
    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == metadata


async def test_history_is_newest_first_in_pages_and_after_oldest(slack: FakeSlack) -> None:
    client = client_of(slack)
    stamps = [(await client.chat_postMessage(channel=OPEN, text=str(n)))["ts"] for n in range(5)]
    first = await client.conversations_history(channel=OPEN, limit=2, oldest=stamps[0])
    assert ([m["text"] for m in first["messages"]], first["has_more"]) == (["4", "3"], True)
    cursor = first["response_metadata"]["next_cursor"]
    second = await client.conversations_history(
        channel=OPEN, limit=2, oldest=stamps[0], cursor=cursor
    )
    assert ([m["text"] for m in second["messages"]], second["has_more"]) == (["2", "1"], False)
    exact = await client.conversations_history(
        channel=OPEN, oldest=stamps[2], latest=stamps[3], inclusive=True
    )
    assert [m["text"] for m in exact["messages"]] == ["3", "2"]


async def test_tz_offset_follows_the_clock_through_a_clock_change() -> None:
    clock = Clock()
    async with workspace(clock=clock) as slack:
        before = (await client_of(slack).users_info(user=ALICE))["user"]
        clock.now += timedelta(hours=1)
        after = (await client_of(slack).users_info(user=ALICE))["user"]
    assert (before["tz_offset"], before["tz_label"]) == (3600, "CET")
    assert (after["tz_offset"], after["tz"]) == (7200, "Europe/Berlin")


async def test_users_come_in_pages_and_email_needs_its_scope(slack: FakeSlack) -> None:
    pages = [list(page["members"]) async for page in await client_of(slack).users_list(limit=3)]
    people = [user for page in pages for user in page]
    assert [len(page) for page in pages] == [3, 1]
    assert [user["deleted"] for user in people] == [False, False, False, True]
    assert ["tz" in user for user in people] == [True, True, True, False]
    assert people[1]["profile"]["email"] == "alice@example.com"
    async with workspace(scopes=ALL_SCOPES - {"users:read.email"}) as poor:
        shown = (await client_of(poor).users_info(user=ALICE))["user"]
        assert "email" not in shown["profile"]


async def test_channels_are_listed_where_the_bot_may_see_them(slack: FakeSlack) -> None:
    client = client_of(slack)
    listed = await client.conversations_list(
        types="public_channel,private_channel", exclude_archived=True
    )
    assert [c["id"] for c in listed["channels"]] == [OPEN, OTHER, PRIVATE]
    assert [c["is_member"] for c in listed["channels"]] == [True, False, True]
    members = await client.conversations_members(channel=OPEN, limit=2)
    assert members["members"] == [BOT_USER, ALICE]
    assert members["response_metadata"]["next_cursor"]


async def test_blocks_validate_points_at_the_place(slack: FakeSlack) -> None:
    answer = await refused(slack, "blocks.validate", blocks='[{"type": "section"}]')
    assert answer["errors"][0]["pointer"] == "/blocks/0"
    await client_of(slack).api_call("blocks.validate", params={"blocks": '[{"type": "divider"}]'})
