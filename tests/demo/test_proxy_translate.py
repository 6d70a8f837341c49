"""The proxy's pure translation: elements out, values back, texts for a reader."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from demo.proxy.translate import richtext
from demo.proxy.translate.blocks import blocks_out, message_out
from demo.proxy.translate.dates import format_date
from demo.proxy.translate.elements import Place, element_out
from demo.proxy.translate.guard import hide, reveal
from demo.proxy.translate.ids import with_ids
from demo.proxy.translate.mrkdwn import for_page
from demo.proxy.translate.reader import Choice, Reader
from demo.proxy.translate.state import complete_state, toggled
from demo.proxy.translate.tables import table_text
from demo.proxy.translate.validate import REQUIRED, field_errors
from demo.proxy.translate.values import value_back

Json = dict[str, Any]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
STAMP = int(datetime(2026, 11, 23, 0, 30, tzinfo=UTC).timestamp())
TOKYO = Reader(
    zone=ZoneInfo("Asia/Tokyo"),
    now=NOW,
    people=(Choice(id="U1", name="Yuki"), Choice(id="U2", name="Ananya")),
    channels=(Choice(id="C1", name="#churn"),),
    externals={"runs": [{"text": {"type": "plain_text", "text": "owl"}, "value": "owl"}]},
    here="C1",
)


def option(value: str) -> Json:
    return {"text": {"type": "plain_text", "text": value.upper()}, "value": value}


AB = [option("a"), option("b")]
GROUPED = {"option_groups": [{"label": "g", "options": AB}]}
RICH = richtext.from_text("hello <@U1>\n- one\n- two")

SELECT, BOXES, TEXT = "static_select", "checkboxes", "plain_text_input"
OWL = TOKYO.externals["runs"][0]


def one(value: str) -> Json:
    return {"selected_option": {"value": value}}


def many(*values: str) -> Json:
    return {"selected_options": [{"value": value} for value in values]}


def typed(value: str) -> Json:
    return {"value": value}


def element(kind: str, **rest: Any) -> Json:
    return {"type": kind, "action_id": "runs", **rest}


# element, type shown in a form, value when untouched, what the page sends, value then sent
CASES: list[tuple[Json, str, Any, Json, Any]] = [
    (element("timepicker", initial_time="09:20"), SELECT, "09:20", one("10:00"), "10:00"),
    (element("users_select", initial_user="U1"), SELECT, "U1", one("U2"), "U2"),
    (element("channels_select"), SELECT, None, one("C1"), "C1"),
    (
        element("conversations_select", default_to_current_conversation=True),
        *(SELECT, "C1", one("U1"), "U1"),
    ),
    (element("multi_users_select", initial_users=["U1"]), BOXES, ["U1"], many("U2"), ["U2"]),
    (element("multi_conversations_select"), BOXES, [], many("C1"), ["C1"]),
    (element("multi_channels_select"), BOXES, [], many("C1"), ["C1"]),
    (element("static_select", **GROUPED, initial_option=AB[0]), SELECT, AB[0], one("b"), AB[1]),
    (element("external_select"), SELECT, None, one("owl"), OWL),
    (element("multi_static_select", options=AB), BOXES, [], many("b"), [AB[1]]),
    (element("multi_external_select", initial_options=AB), BOXES, AB, many("a"), [AB[0]]),
    (element("checkboxes", options=AB, initial_options=[AB[0]]), BOXES, [AB[0]], many(), []),
    (
        element("radio_buttons", options=AB, initial_option=AB[1]),
        *("radio_buttons", AB[1], one("a"), AB[0]),
    ),
    (
        element("datepicker", initial_date="2026-11-23"),
        *("datepicker", "2026-11-23", {"selected_date": "2026-12-01"}, "2026-12-01"),
    ),
    (
        element("datetimepicker", initial_date_time=STAMP),
        *(TEXT, STAMP, typed("2026-11-23 10:30"), STAMP + 3600),
    ),
    (element("plain_text_input", initial_value="x"), TEXT, "x", typed("y"), "y"),
    (element("number_input", initial_value="3"), TEXT, "3", typed("4"), "4"),
    (element("url_text_input"), TEXT, None, typed("https://a.example"), "https://a.example"),
    (element("email_text_input"), TEXT, None, typed("a@b.example"), "a@b.example"),
    (
        element("rich_text_input", initial_value=RICH),
        *(TEXT, RICH, typed("plain"), richtext.from_text("plain")),
    ),
]


def content(value: Json) -> Any:
    return next((v for k, v in value.items() if k != "type"), None)


@pytest.mark.parametrize(("picker", "shown_as", "untouched", "sent", "back"), CASES)
def test_every_element_goes_out_and_its_value_comes_back(
    picker: Json, shown_as: str, untouched: Any, sent: Json, back: Any
) -> None:
    shown = element_out(picker, None, reader=TOKYO, place="modal")
    assert shown["type"] == shown_as
    assert content(value_back(picker, None, TOKYO)) == untouched
    assert content(value_back(picker, {"type": shown_as, **sent}, TOKYO)) == back
    assert value_back(picker, None, TOKYO)["type"] == picker["type"]


@pytest.mark.parametrize("picker", [case[0] for case in CASES])
def test_a_cleared_field_arrives_empty(picker: Json) -> None:
    empty = value_back(picker, {"value": "", "selected_options": []}, TOKYO)
    assert not content(empty)


@pytest.mark.parametrize("place", ["modal", "message"])
def test_what_goes_out_is_preset(place: Place) -> None:
    picker = element("timepicker", initial_time="09:20")
    shown = element_out(picker, None, reader=TOKYO, place=place)
    assert shown["initial_option"]["value"] == "09:20"
    value = {"type": "timepicker", "selected_time": "11:00"}
    shown = element_out(picker, value, reader=TOKYO, place=place)
    assert shown["initial_option"]["value"] == "11:00"


def test_several_choices_in_a_message_are_ticked_one_by_one() -> None:
    boxes = element("checkboxes", options=AB, initial_options=[AB[0]])
    both = toggled(boxes, None, "b", TOKYO)
    assert content(both) == AB
    only_b = toggled(boxes, both, "a", TOKYO)
    shown = element_out(boxes, only_b, reader=TOKYO, place="message")
    assert [o["text"]["text"] for o in shown["options"]] == ["A", "✓ B"]
    assert shown["placeholder"]["text"] == "B"


def test_state_is_complete_and_prefers_what_was_just_typed() -> None:
    time = {"type": "timepicker", "action_id": "a", "initial_time": "09:00"}
    select = {"type": "static_select", "action_id": "b", "options": AB}
    blocks = with_ids(
        [
            {"type": "input", "block_id": "t", "element": time},
            {"type": "section", "block_id": "s", "accessory": select},
            {"type": "actions", "elements": [{"type": "button"}]},
        ]
    )
    held = {"s": {"b": {"type": "static_select", "selected_option": AB[0]}}}
    state = complete_state(
        blocks, held, {"t": {"a": {"selected_option": {"value": "10:00"}}}}, TOKYO
    )
    assert state == {
        "t": {"a": {"type": "timepicker", "selected_time": "10:00"}},
        "s": {"b": {"type": "static_select", "selected_option": AB[0]}},
    }
    assert all(block["block_id"] for block in blocks)
    assert blocks[2]["elements"][0]["action_id"]


@pytest.mark.parametrize(
    ("mrkdwn", "read"),
    [
        (f"due <!date^{STAMP}^{{date_num}} {{time}}|later>", "due 2026-11-23 09:30"),
        (f"<!date^{STAMP}^{{date_short_pretty}}|later>", "tomorrow"),
        ("<!date^soon^{date}|later>", "later"),
        ("<!here> <!subteam^S1|@ml> <!channel>", "@here @ml @channel"),
        ("<@U1|yuki> <#C1|churn> <#C1>", "<@U1> <#C1|churn> <#C1>"),
        ("<https://x.example/a_b_c|run *1*>", "<https://x.example/a_b_c|run *1*>"),
        ("&lt;!channel&gt; &lt;https://evil|Jira&gt; &amp;", "<!channel> <https://evil|Jira> &"),
        ("`a *b*` ```\nx &lt; y\n```", "`a *b*` x < y"),
    ],
)
def test_mrkdwn_reads_as_in_slack(mrkdwn: str, read: str) -> None:
    assert reveal(for_page(mrkdwn, TOKYO)) == read


def test_escaped_text_reaches_the_page_without_any_markup() -> None:
    shown = for_page("&lt;!channel&gt; &lt;https://evil|Jira&gt;", TOKYO)
    assert "<" not in shown
    assert not set(hide("<@U1> *b* _i_ ~s~ `c` :x: &")) & set("<>&*_~`:")


def test_date_tokens() -> None:
    zone = ZoneInfo("America/New_York")
    moment = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
    text = format_date(
        "{date}|{date_long}|{time_secs}|{ago}|{what}", moment=moment, zone=zone, now=NOW
    )
    assert text == "November 21st, 2026|Saturday, November 21st, 2026|22:04:05|8 hours ago|{what}"


def test_rich_text_survives_the_text_field() -> None:
    assert richtext.to_text(RICH) == "hello <@U1>\n• one\n• two"
    again = richtext.from_text(richtext.to_text(RICH))
    assert again == RICH


def test_rich_text_and_tables_become_sections() -> None:
    styled = {"type": "text", "text": "*x* ", "style": {"bold": True, "italic": True}}
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [styled]}]}
    raw = [{"type": "raw_text", "text": "run"}, {"type": "raw_number", "value": 0.912}]
    table = {"type": "data_table", "caption": "Runs", "rows": [raw, raw]}
    shown = blocks_out([rich, table], {}, reader=TOKYO, place="message")
    assert [block["type"] for block in shown] == ["section", "section"]
    assert reveal(shown[0]["text"]["text"]) == ">*_*x*_* "
    assert reveal(table_text(table)) == "*Runs*\nrun  0.912\nrun  0.912"


def test_message_attachments_and_pictures_are_shown() -> None:
    message = {
        "text": "x",
        "blocks": [
            {"type": "image", "slack_file": {"url": "https://h/files-pri/T1-F0AB/chart.png"}}
        ],
        "attachments": [{"text": "below"}],
    }
    shown = message_out(message, {}, reader=TOKYO)
    assert shown["blocks"][0]["image_url"] == "/_proxy/files/F0AB"
    assert shown["blocks"][1]["text"]["text"] == "below"


@pytest.mark.parametrize(
    ("field", "text", "wrong"),
    [
        (element("plain_text_input"), "", REQUIRED),
        (element("plain_text_input", max_length=2), "abc", "Please enter at most 2 characters."),
        (element("number_input", is_decimal_allowed=False), "1.5", "Please enter a number."),
        (element("number_input", max_value="3"), "4", "Please enter a number of at most 3."),
        (element("number_input", is_decimal_allowed=True, min_value="1"), "1.5", None),
        (element("email_text_input"), "nobody", "Please enter a valid email address."),
        (element("url_text_input"), "evil", "Please enter a valid URL."),
        (element("datetimepicker"), "tomorrow", REQUIRED),
    ],
)
def test_slack_refuses_malformed_fields_itself(field: Json, text: str, wrong: str | None) -> None:
    block = {"type": "input", "block_id": "b", "element": field}
    state = complete_state([block], {}, {"b": {"runs": typed(text)}}, TOKYO)
    assert field_errors([block], state).get("b") == wrong
