"""The Slack fake refuses every block, modal and Home view that Slack refuses."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.standins.slack import FakeSlack
from tests.standins.slack.blockkit import Rules, check_message, check_view

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def option(value: str, **more: Any) -> Block:
    return {"text": plain(value), "value": value, **more}


def section(**fields: Any) -> Block:
    return {"type": "section", "text": mrkdwn("x"), **fields}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def button(action_id: str = "a", **more: Any) -> Block:
    return {"type": "button", "action_id": action_id, "text": plain("ok"), **more}


def group(*values: str) -> Block:
    return {"label": plain("g"), "options": [option(value) for value in values]}


def menu(**fields: Any) -> Block:
    return {"type": "static_select", "action_id": "m", **fields}


def asked(element: Block, **more: Any) -> Block:
    return {"type": "input", "label": plain("L"), "element": element, **more}


def typed(**fields: Any) -> Block:
    return {"type": "plain_text_input", "action_id": "t", **fields}


def modal(*blocks: Block, **more: Any) -> Block:
    return {"type": "modal", "title": plain("T"), "blocks": list(blocks), **more}


def rich(*inline: Block) -> Block:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [*inline]}]}


def chart(kind: str = "line", **changes: Any) -> Block:
    points = [{"label": "1", "value": 0.5}, {"label": "2", "value": 0.25}]
    body: Block = {
        "type": kind,
        "series": [{"name": "loss", "data": points}],
        "axis_config": {"categories": ["1", "2"]},
    }
    return {"type": "data_visualization", "title": "Loss", "chart": body | changes}


def pie(*segments: Block) -> Block:
    return {
        "type": "data_visualization", "title": "P",
        "chart": {"type": "pie", "segments": list(segments)},
    }  # fmt: skip


def series(name: str, *values: Any) -> Block:
    return {
        "name": name,
        "data": [{"label": str(n), "value": value} for n, value in enumerate(values, 1)],
    }


def rules(surface: str = "message", *, native_charts: bool = True) -> Rules:
    return Rules(surface=surface, native_charts=native_charts, file_ready=lambda _: False)


GOOD = [
    section(fields=[mrkdwn("a"), plain("b")], accessory=button()),
    {"type": "header", "text": plain("H")},
    {"type": "divider"},
    {
        "type": "context",
        "elements": [
            mrkdwn("m"),
            {"type": "image", "image_url": "https://x.test/i", "alt_text": "i"},
        ],
    },
    actions(
        button("a", style="primary", value="1"),
        menu(options=[option("x"), option("y")], initial_option=option("y")),
        {"type": "overflow", "action_id": "o", "options": [option("z", url="https://x.test")]},
        {"type": "datepicker", "action_id": "d", "initial_date": "2028-02-29"},
        {"type": "timepicker", "action_id": "c", "initial_time": "09:30"},
        {"type": "multi_users_select", "action_id": "u", "initial_users": ["U1"]},
    ),
    rich({"type": "text", "text": "t", "style": {"bold": True}}, {"type": "user", "user_id": "U"}),
    {"type": "table", "rows": [[{"type": "raw_text", "text": "c"}]]},
    {"type": "image", "image_url": "https://x.test/i", "alt_text": "i", "title": plain("t")},
    chart("line"),
    pie({"label": "a", "value": 1}),
]


def test_good_blocks_pass() -> None:
    assert check_message(rules(), GOOD) == []


BAD: list[tuple[Block, str, str]] = [
    ({"type": "nope"}, "unsupported type: nope", "/blocks/0"),
    ({"type": "carousel"}, "does not model", "/blocks/0"),
    ({}, "unsupported type", "/blocks/0"),
    ({"type": "section"}, "text or fields", "/blocks/0"),
    (section(text=mrkdwn("")), "more than 0", "/blocks/0/text/text"),
    (section(text=mrkdwn("x" * 3001)), "less than 3001", "/blocks/0/text/text"),
    (section(text="x"), "must be one of", "/blocks/0/text"),
    (section(text=None), "must be one of", "/blocks/0/text"),
    (section(fields=[]), "no fewer than 1", "/blocks/0/fields"),
    (section(fields=[plain("x")] * 11), "no more than 10", "/blocks/0/fields"),
    (section(fields=[plain("x" * 2001)]), "less than 2001", "/blocks/0/fields/0/text"),
    (section(accessory=typed()), "unsupported type", "/blocks/0/accessory"),
    (section(colour="red"), "additional property: colour", "/blocks/0"),
    (section(block_id="b" * 256), "less than 256", "/blocks/0/block_id"),
    (section(expand=1), "boolean", "/blocks/0/expand"),
    ({"type": "header", "text": mrkdwn("x")}, "plain_text", "/blocks/0/text/type"),
    ({"type": "header", "text": plain("x" * 151)}, "less than 151", "/blocks/0/text/text"),
    ({"type": "header"}, "missing required field: text", "/blocks/0"),
    ({"type": "context", "elements": []}, "no fewer than 1", "/blocks/0/elements"),
    ({"type": "context", "elements": [plain("x")] * 11}, "no more than 10", "/blocks/0/elements"),
    ({"type": "context", "elements": [button()]}, "unsupported", "/blocks/0/elements/0"),
    (actions(), "no fewer than 1", "/blocks/0/elements"),
    (actions(*[button(str(n)) for n in range(26)]), "no more than 25", "/blocks/0/elements"),
    (actions(button("a"), button("a")), "action_id a already exists", "/blocks/0"),
    (actions(button(text=mrkdwn("x"))), "plain_text", "/blocks/0/elements/0/text/type"),
    (actions(button(text=plain("x" * 76))), "less than 76", "/blocks/0/elements/0/text/text"),
    (actions(button(value="x" * 2001)), "less than 2001", "/blocks/0/elements/0/value"),
    (actions(button(style="loud")), "primary, danger", "/blocks/0/elements/0/style"),
    (actions(button(confirm={"title": plain("t")})), "required field: text", "/elements/0/confirm"),
    (actions(menu()), "exactly one of options", "/blocks/0/elements/0"),
    (
        actions(menu(options=[option("x")], option_groups=[group("x")])),
        "exactly one of",
        "/blocks/0/elements/0",
    ),
    (actions(menu(option_groups=[group("x"), group("x")])), "unique", "/elements/0/options"),
    (actions(menu(options=[])), "no fewer than 1", "/blocks/0/elements/0/options"),
    (actions(menu(options=[option(str(n)) for n in range(101)])), "no more than 100", "/options"),
    (actions(menu(options=[option("x"), option("x")])), "unique", "/blocks/0/elements/0/options"),
    (actions(menu(options=[option("")])), "more than 0", "/options/0/text/text"),
    (actions(menu(options=[option("x" * 76)])), "less than 76", "/options/0/text/text"),
    (actions(menu(options=[{"text": mrkdwn("x"), "value": "x"}])), "plain_text", "/options/0/text"),
    (actions(menu(options=[option("x", url="https://x.test")])), "property: url", "/options"),
    (
        actions(menu(options=[option("x")], initial_option=option("y"))),
        "not one of the options",
        "/blocks/0/elements/0",
    ),
    (
        actions(menu(options=[option("x")], placeholder=plain("p" * 151))),
        "less than 151",
        "/placeholder/text",
    ),
    (
        actions({"type": "overflow", "options": [option(str(n)) for n in range(6)]}),
        "no more than 5",
        "/options",
    ),
    (
        actions({"type": "checkboxes", "options": [option(str(n)) for n in range(11)]}),
        "no more than 10",
        "/options",
    ),
    (actions({"type": "datepicker", "initial_date": "2026-02-30"}), "valid date", "/initial_date"),
    (actions({"type": "timepicker", "initial_time": "9:30"}), "valid time", "/initial_time"),
    (actions({"type": "timepicker", "timezone": "Mars/Base"}), "IANA", "/timezone"),
    (
        actions(
            {"type": "multi_users_select", "initial_users": ["a", "b"], "max_selected_items": 1}
        ),
        "no more than 1",
        "/initial_users",
    ),
    (asked(typed(min_length=5, max_length=4)), "less than or equal", "/element/min_length"),
    (asked(typed(max_length=3001)), "between", "/element/max_length"),
    (asked({"type": "file_input", "action_id": "f"}), "unsupported", "/blocks/0/element"),
    (asked(button()), "unsupported", "/blocks/0/element"),
    ({"type": "image", "alt_text": "x"}, "image_url or slack_file", "/blocks/0"),
    ({"type": "image", "image_url": "x.png", "alt_text": "x"}, "invalid url", "/image_url"),
    ({"type": "image", "image_url": "https://x.test/i"}, "required field: alt_text", "/blocks/0"),
    (
        {"type": "image", "slack_file": {"id": "F0123456789"}, "alt_text": "x"},
        "invalid slack file",
        "/blocks/0/slack_file",
    ),
    (rich({"type": "text", "text": ""}), "more than 0", "/elements/0/elements/0/text"),
    (rich({"type": "shout", "text": "x"}), "unsupported", "/elements/0/elements/0"),
    ({"type": "table", "rows": []}, "no fewer than 1", "/blocks/0/rows"),
    ({"type": "markdown", "text": "x" * 12001}, "less than 12001", "/blocks/0/text"),
    (chart() | {"title": "t" * 51}, "less than 51", "/blocks/0/title"),
    (chart("radar"), "line, bar, area, pie", "/blocks/0/chart"),
    (chart(series=[]), "1 to 6 items", "/chart/series"),
    (chart(series=[series(str(n), 1, 2) for n in range(7)]), "1 to 6 items", "/chart/series"),
    (chart(series=[series("a", 1, 2), series("a", 1, 2)]), "unique", "/chart/series"),
    (chart(series=[series("a", 1)]), "match axis_config.categories", "/chart/series/0/data"),
    (chart(series=[series("a", 1, float("nan"))]), "finite", "/chart/series/0/data/1/value"),
    (chart(series=[series("a", 1, "2")]), "finite", "/chart/series/0/data/1/value"),
    (chart(series=[series("a" * 21, 1, 2)]), "1 to 20 characters", "/chart/series/0/name"),
    (chart(axis_config={"categories": []}), "1 to 20 items", "/axis_config/categories"),
    (
        chart(axis_config={"categories": [str(n) for n in range(21)]}),
        "1 to 20 items",
        "/categories",
    ),
    (pie(), "1 to 6 items", "/chart/segments"),
    (pie({"label": "a", "value": 0}), "more than 0", "/segments/0/value"),
]


@pytest.mark.parametrize(("block", "reason", "place"), BAD)
def test_bad_block_is_named_with_its_place(block: Block, reason: str, place: str) -> None:
    problems = check_message(rules(), [block])
    assert any(reason in problem and place in problem for problem in problems), problems


def test_message_wide_limits() -> None:
    divider: Block = {"type": "divider"}
    assert check_message(rules(), [divider] * 50) == []
    assert "no more than 50" in check_message(rules(), [divider] * 51)[0]
    assert "b already exists" in check_message(rules(), [divider | {"block_id": "b"}] * 2)[0]
    assert check_message(rules(), [chart()] * 2) == []
    assert "no more than 2 data_visualization" in check_message(rules(), [chart()] * 3)[0]
    assert "no more than 1 table" in check_message(rules(), [GOOD[6]] * 2)[0]
    halves = [{"type": "markdown", "text": "x" * 6001}] * 2
    assert "markdown" in check_message(rules(), halves)[0]
    attached = check_message(rules(), [], [{"blocks": [{"type": "nope"}]}])
    assert "/attachments/0/blocks/0" in attached[0]


def test_charts_can_be_unknown_to_a_workspace() -> None:
    problems = check_message(rules(native_charts=False), [chart()])
    assert problems == ["unsupported type: data_visualization [json-pointer:/blocks/0]"]


def test_good_views_pass() -> None:
    form = modal(asked(typed(initial_value="")), submit=plain("Go"), private_metadata="{}")
    assert check_view(rules("modal"), form) == []
    assert check_view(rules("home"), {"type": "home", "blocks": GOOD}) == []


@pytest.mark.parametrize(
    ("view", "reason", "place"),
    [
        (modal(asked(typed())), "required field: submit", "/view]"),
        (modal() | {"title": plain("t" * 25)}, "less than 25", "/view/title/text"),
        (modal(submit=plain("s" * 25)), "less than 25", "/view/submit/text"),
        (modal(close=mrkdwn("x")), "plain_text", "/view/close/type"),
        (modal(private_metadata="x" * 3001), "less than 3001", "/view/private_metadata"),
        (modal(callback_id="x" * 256), "less than 256", "/view/callback_id"),
        (modal(*[{"type": "divider"}] * 101), "no more than 100", "/view/blocks"),
        (modal({"type": "markdown", "text": "x"}), "unsupported type", "/view/blocks/0"),
        (modal(chart()), "unsupported type", "/view/blocks/0"),
        (modal(colour="red"), "additional property", "/view]"),
        ({"type": "modal", "title": plain("T")}, "required field: blocks", "/view]"),
        ({"type": "home", "blocks": []}, "must be one of modal", "/view/type"),
        (
            modal(
                asked(typed(focus_on_load=True), block_id="1"),
                asked(typed(focus_on_load=True), block_id="2"),
                submit=plain("Go"),
            ),
            "focus_on_load",
            "/view/blocks",
        ),
    ],
)
def test_bad_view_is_named_with_its_place(view: Block, reason: str, place: str) -> None:
    problems = check_view(rules("modal"), view)
    assert any(reason in problem and place in problem for problem in problems), problems


def test_home_takes_no_title() -> None:
    view = {"type": "home", "title": plain("T"), "blocks": []}
    assert "additional property: title" in check_view(rules("home"), view)[0]


async def test_the_api_answers_with_slacks_codes_and_places() -> None:
    async with FakeSlack() as slack:
        slack.add_channel("C0", "c")
        client = AsyncWebClient(slack.bot_token, base_url=slack.api_url)
        with pytest.raises(SlackApiError) as caught:
            await client.chat_postMessage(channel="C0", text="x", blocks=[{"type": "section"}])
        message = "missing required field: text or fields [json-pointer:/blocks/0]"
        assert caught.value.response["error"] == "invalid_blocks"
        assert caught.value.response["errors"] == [message]
        assert caught.value.response["response_metadata"]["messages"] == [f"[ERROR] {message}"]
        long = [section(text=mrkdwn("x" * 2700)) for _ in range(5)]
        with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
            await client.chat_postMessage(channel="C0", text="x", blocks=long)
        await client.chat_postMessage(channel="C0", text="x", blocks=long[:4])
        assert len(slack.messages("C0")) == 1
