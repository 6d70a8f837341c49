"""The Slack fake's faults, rate limits, uploads and response_url do what they announce."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.standins.slack import FakeSlack

ALICE, OPEN = "U0ALICE", "C0OPEN"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(clock=clock) as fake:
        fake.add_user(ALICE, "alice")
        fake.add_channel(OPEN, "open", members=[ALICE])
        yield fake


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[], timeout=5)


def posted(slack: FakeSlack) -> tuple[list[str], list[str]]:
    outcomes = [call.outcome for call in slack.called("chat.postMessage")]
    return outcomes, [message["text"] for message in slack.messages(OPEN)]


async def test_a_planned_429_carries_retry_after(slack: FakeSlack, client: AsyncWebClient) -> None:
    slack.fault("chat.postMessage", retry_after=30)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=OPEN, text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "30"
    await client.chat_postMessage(channel=OPEN, text="again")
    assert posted(slack) == (["http 429", "ok"], ["again"])


@pytest.mark.parametrize(
    ("fault", "outcome", "texts"),
    [
        ({"drop_before": True}, "dropped before", []),
        ({"drop_after": True}, "dropped after", ["x"]),
        ({"status": 503}, "http 503", []),
        ({"status": 503, "after": True}, "http 503 after", ["x"]),
        ({"error": "fatal_error", "after": True}, "fatal_error", ["x"]),
        ({"error": "account_inactive"}, "account_inactive", []),
        ({"delay": 0.01}, "ok", ["x"]),
    ],
)
async def test_faults_before_and_after_the_work(
    slack: FakeSlack, client: AsyncWebClient, fault: dict[str, Any], outcome: str, texts: list[str]
) -> None:
    slack.fault("chat.postMessage", **fault)
    try:
        await client.chat_postMessage(channel=OPEN, text="x")
    except (SlackApiError, aiohttp.ClientError):
        assert outcome != "ok"
    else:
        assert outcome == "ok"
    assert posted(slack) == ([outcome], texts)


async def test_a_held_call_is_worked_off_once_released(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    gate = asyncio.Event()
    slack.fault("*", hold=gate)
    task = asyncio.ensure_future(client.chat_postMessage(channel=OPEN, text="x"))
    await slack.until(lambda: slack.called("chat.postMessage"))
    assert posted(slack) == (["pending"], [])
    gate.set()
    await task
    assert posted(slack) == (["ok"], ["x"])


async def test_the_fake_stops_while_a_call_hangs() -> None:
    async with FakeSlack() as slack:
        slack.fault("api.test", hold=asyncio.Event())
        client = AsyncWebClient(base_url=slack.api_url, retry_handlers=[], timeout=5)
        task = asyncio.ensure_future(client.api_test())
        await slack.until(lambda: slack.called("api.test"))
    with pytest.raises(aiohttp.ClientError):
        await task


async def test_a_rate_limit_counts_the_fakes_minute(
    slack: FakeSlack, client: AsyncWebClient, clock: Clock
) -> None:
    slack.limit("chat.postMessage", per_minute=1)
    await client.chat_postMessage(channel=OPEN, text="1")
    clock.now += timedelta(seconds=15)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel=OPEN, text="2")
    assert caught.value.response.headers["Retry-After"] == "45"
    clock.now += timedelta(seconds=45)
    await client.chat_postMessage(channel=OPEN, text="3")
    assert posted(slack) == (["ok", "http 429", "ok"], ["1", "3"])


async def test_a_picture_shows_only_once_uploaded_completed_and_processed(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    target = await client.files_getUploadURLExternal(filename="c.png", length=3)
    file_id = target["file_id"]
    block = {"type": "image", "slack_file": {"id": file_id}, "alt_text": "chart"}

    async def show() -> None:
        await client.chat_postMessage(channel=OPEN, text="x", blocks=[block])

    with pytest.raises(SlackApiError, match="file_not_found"):
        await client.files_completeUploadExternal(files=[{"id": file_id}])
    async with aiohttp.ClientSession() as session:
        for body, status in ((b"four", 400), (b"png", 200), (b"png", 400)):
            async with session.post(target["upload_url"], data=body) as answer:
                assert answer.status == status
    with pytest.raises(SlackApiError, match="invalid slack file"):
        await show()
    await client.files_completeUploadExternal(files=[{"id": file_id, "title": "Chart"}])
    with pytest.raises(SlackApiError, match="invalid slack file"):
        await show()
    kinds = [(await client.files_info(file=file_id))["file"]["mimetype"] for _ in range(2)]
    assert kinds == ["", "image/png"]
    await show()


async def test_upload_v2_shares_into_a_channel(slack: FakeSlack, client: AsyncWebClient) -> None:
    answer = await client.files_upload_v2(
        content=b"a,b", filename="t.csv", channel=OPEN, initial_comment="here"
    )
    (message,) = slack.messages(OPEN)
    assert (message["text"], message["files"][0]["id"]) == ("here", answer["file"]["id"])
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    async with aiohttp.ClientSession() as session:
        async with session.get(answer["file"]["url_private"], headers=headers) as got:
            assert await got.read() == b"a,b"
        async with session.get(answer["file"]["url_private"]) as got:
            assert got.status == 403


async def test_a_response_url_works_five_times_within_thirty_minutes(
    slack: FakeSlack, clock: Clock
) -> None:
    url = slack.ws.new_response_url(OPEN, ALICE)
    hook = AsyncWebhookClient(url)
    assert [(await hook.send(text="x")).status_code for _ in range(6)] == [200] * 5 + [404]
    assert len(slack.ephemerals(ALICE)) == 5
    late = AsyncWebhookClient(slack.ws.new_response_url(OPEN, ALICE))
    clock.now += timedelta(minutes=30, seconds=1)
    assert "expired_url" in (await late.send(text="x")).body
    assert [call.outcome for call in slack.rejected()] == ["used_url", "expired_url"]
    assert slack.violations == []


async def test_bad_blocks_at_a_response_url_are_a_violation(slack: FakeSlack) -> None:
    hook = AsyncWebhookClient(slack.ws.new_response_url(OPEN, ALICE))
    assert (await hook.send(blocks=[{"type": "nope"}])).status_code == 404
    assert "invalid_blocks" in slack.violations[0]


async def test_a_response_url_replaces_deletes_and_speaks_up(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    ts = (await client.chat_postMessage(channel=OPEN, text="old"))["ts"]
    hook = AsyncWebhookClient(slack.ws.new_response_url(OPEN, ALICE, message_ts=ts))
    await hook.send(text="new", replace_original=True)
    assert slack.messages(OPEN)[0]["text"] == "new"
    await hook.send(text="all", response_type="in_channel")
    await hook.send(delete_original=True)
    assert [message["text"] for message in slack.messages(OPEN)] == ["all"]
