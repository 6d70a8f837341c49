"""The Slack fake's modals: one-time triggers, hashes, the stack of three, typed values, Home."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.standins.slack import FakeSlack

ALICE = "U0ALICE"


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 1, 5, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def modal(*block_ids: str, title: str = "T", **more: Any) -> dict[str, Any]:
    text = {"type": "plain_text", "text": title}
    element = {"type": "plain_text_input", "action_id": "t", "initial_value": "first"}
    blocks = [
        {"type": "input", "block_id": name, "label": text, "element": element, "optional": True}
        for name in block_ids
    ]
    return {"type": "modal", "title": text, "submit": text, "blocks": blocks} | more


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[FakeSlack]:
    async with FakeSlack(clock=clock) as fake:
        fake.add_user(ALICE, "alice")
        yield fake


@pytest.fixture
def client(slack: FakeSlack) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.api_url, retry_handlers=[])


async def test_a_trigger_works_once(slack: FakeSlack, client: AsyncWebClient) -> None:
    trigger = slack.ws.new_trigger(ALICE)
    opened = await client.views_open(trigger_id=trigger, view=modal("b"))
    assert opened["view"]["id"] == slack.person(ALICE).modal["id"]
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await client.views_open(trigger_id=trigger, view=modal("b"))
    with pytest.raises(SlackApiError, match="invalid_trigger_id"):
        await client.views_open(trigger_id="made-up", view=modal("b"))


async def test_a_trigger_expires_after_three_seconds(
    slack: FakeSlack, client: AsyncWebClient, clock: Clock
) -> None:
    in_time, late = slack.ws.new_trigger(ALICE), slack.ws.new_trigger(ALICE)
    clock.now += timedelta(seconds=3)
    await client.views_open(trigger_id=in_time, view=modal("b"))
    clock.now += timedelta(milliseconds=1)
    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=late, view=modal("b"))


async def test_an_invalid_view_names_the_place_and_spends_no_trigger(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    trigger = slack.ws.new_trigger(ALICE)
    with pytest.raises(SlackApiError) as caught:
        await client.views_open(trigger_id=trigger, view=modal("b", title="t" * 25))
    assert caught.value.response["error"] == "invalid_arguments"
    places = "".join(caught.value.response["response_metadata"]["messages"])
    assert "[json-pointer:/view/title/text]" in places
    await client.views_open(trigger_id=trigger, view=modal("b"))


async def test_too_large_a_view(slack: FakeSlack, client: AsyncWebClient) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 2900}}
    big = modal() | {"blocks": [section] * 90}
    with pytest.raises(SlackApiError, match="view_too_large"):
        await client.views_open(trigger_id=slack.ws.new_trigger(ALICE), view=big)


async def test_update_keeps_the_id_changes_the_hash_and_refuses_a_stale_one(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    opened = await client.views_open(trigger_id=slack.ws.new_trigger(ALICE), view=modal("b"))
    view_id, first = opened["view"]["id"], opened["view"]["hash"]
    updated = await client.views_update(view_id=view_id, hash=first, view=modal("b", "c"))
    assert updated["view"]["id"] == view_id
    assert updated["view"]["hash"] != first
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_update(view_id=view_id, hash=first, view=modal("b"))
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id="V0NONE", view=modal("b"))


async def test_typed_values_survive_an_update_under_the_same_ids(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    opened = await client.views_open(trigger_id=slack.ws.new_trigger(ALICE), view=modal("b", "c"))
    slack.person(ALICE).fill(opened["view"], b="typed")
    updated = await client.views_update(view_id=opened["view"]["id"], view=modal("b", "new"))
    values = updated["view"]["state"]["values"]
    assert {name: value["t"]["value"] for name, value in values.items()} == {
        "b": "typed",
        "new": "first",
    }


async def test_three_modals_at_most_each_knowing_its_place(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    root = (await client.views_open(trigger_id=slack.ws.new_trigger(ALICE), view=modal("b")))[
        "view"
    ]
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_push(trigger_id=slack.ws.new_trigger(ALICE), view=modal("c"))
    top = root
    for _ in range(2):
        trigger = slack.ws.new_trigger(ALICE, top["id"])
        pushed = (await client.views_push(trigger_id=trigger, view=modal("c")))["view"]
        assert (pushed["root_view_id"], pushed["previous_view_id"]) == (root["id"], top["id"])
        top = pushed
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await client.views_push(trigger_id=slack.ws.new_trigger(ALICE, top["id"]), view=modal("d"))
    await slack.person(ALICE).close(slack.person(ALICE).modal)
    with pytest.raises(SlackApiError, match="not_found"):
        await client.views_update(view_id=top["id"], view=modal("b"))
    assert len(slack.person(ALICE).modals) == 2


async def test_external_ids_are_unique_and_find_the_view(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    named = modal("b", external_id="mine")
    opened = await client.views_open(trigger_id=slack.ws.new_trigger(ALICE), view=named)
    updated = await client.views_update(external_id="mine", view=modal("c", external_id="mine"))
    assert updated["view"]["id"] == opened["view"]["id"]
    with pytest.raises(SlackApiError, match="duplicate_external_id"):
        await client.views_push(
            trigger_id=slack.ws.new_trigger(ALICE, opened["view"]["id"]), view=named
        )


async def test_home_is_published_per_person_and_guarded_by_its_hash(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    empty: dict[str, Any] = {"type": "home", "blocks": []}
    first = await client.views_publish(user_id=ALICE, view=empty)
    second = await client.views_publish(user_id=ALICE, view=empty, hash=first["view"]["hash"])
    assert slack.home(ALICE)["hash"] == second["view"]["hash"]
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await client.views_publish(user_id=ALICE, view=empty, hash=first["view"]["hash"])
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.views_publish(user_id=ALICE, view=modal("b"))
    with pytest.raises(SlackApiError, match="user_not_found"):
        await client.views_publish(user_id="U0NONE", view=empty)


async def test_home_takes_a_hundred_blocks(slack: FakeSlack, client: AsyncWebClient) -> None:
    divider = {"type": "divider"}
    await client.views_publish(user_id=ALICE, view={"type": "home", "blocks": [divider] * 100})
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await client.views_publish(user_id=ALICE, view={"type": "home", "blocks": [divider] * 101})


async def test_an_initial_value_that_comes_later_changes_no_field_that_is_shown(
    slack: FakeSlack, client: AsyncWebClient
) -> None:
    """https://docs.slack.dev/reference/views/modal-views ("Preserving input entry in views")"""
    opened = await client.views_open(trigger_id=slack.ws.new_trigger(ALICE), view=modal("b"))
    later = modal("b", "new")
    for block in later["blocks"]:
        block["element"] = {**block["element"], "initial_value": "later"}
    updated = await client.views_update(view_id=opened["view"]["id"], view=later)
    values = updated["view"]["state"]["values"]
    assert {name: value["t"]["value"] for name, value in values.items()} == {
        "b": "first",
        "new": "later",
    }
