"""text_of, links_of and mentions_of see what a reader of the message would see."""

from typing import Any

from tests.standins.slack import links_of, mentions_of, text_of

INLINE = [
    {"type": "text", "text": "ask "},
    {"type": "user", "user_id": "U1"},
    {"type": "link", "url": "https://r.test", "text": " here"},
]
MESSAGE: dict[str, Any] = {
    "type": "message",
    "text": "only the notification",
    "blocks": [
        {"type": "header", "text": {"type": "plain_text", "text": "<!channel> typed"}},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "a &lt;!here&gt; <https://x.test|x> <@U2>"},
            "accessory": {
                "type": "button",
                "text": {"type": "plain_text", "text": "Open"},
                "url": "https://b.test",
            },
        },
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": INLINE}]},
    ],
}


def test_text_is_what_the_blocks_show() -> None:
    assert text_of(MESSAGE).splitlines() == [
        "<!channel> typed",
        "a <!here> <https://x.test|x> <@U2>",
        "Open",
        "ask <@U1> here",
    ]
    assert text_of({"type": "message", "text": "plain &amp; simple"}) == "plain & simple"


def test_only_markup_mentions_and_links() -> None:
    assert mentions_of(MESSAGE) == {"<@U1>", "<@U2>"}
    assert links_of(MESSAGE) == ["https://x.test", "https://b.test", "https://r.test"]
    assert mentions_of({"type": "message", "text": "<!channel> <!date^1^x|y>"}) == {"<!channel>"}


def test_a_view_shows_its_frame_and_its_prefilled_values() -> None:
    text = {"type": "plain_text", "text": "Label"}
    field = {"type": "plain_text_input", "action_id": "a", "initial_value": "kept"}
    block = {"type": "input", "block_id": "b", "label": text, "element": field}
    view = {"type": "modal", "title": text | {"text": "Title"}, "blocks": [block]}
    assert text_of(view).splitlines() == ["Title", "Label", "kept"]
