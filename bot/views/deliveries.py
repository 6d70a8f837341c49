"""What the owner of an undeliverable message is told."""

from bot.ports.chat import Message
from bot.views.blocks import actions, button, message, mrkdwn

ACTION_RETRY = "delivery.retry"

_REASONS = {
    "not_in_channel": "I'm not in {place} (any more). Type `/invite @Meridian` there.",
    "channel_not_found": "I can't see {place}: it was deleted, or it is private and I'm not in it.",
    "is_archived": "{place} is archived.",
    "is_inactive": "{place} is archived.",
    "restricted_action_read_only_channel": "Only some people may post in {place}.",
}


def undeliverable(channel: str, code: str) -> Message:
    """One clear sentence, what was kept, and a way to go on."""
    place = f"<#{channel}>" if channel.startswith(("C", "G")) else f"<@{channel}>"
    reason = _REASONS.get(code, "Slack doesn't let me post in {place}.").format(place=place)
    text = f"{reason} Everything is kept; *Try again* sends it."
    return message(
        "I couldn't post a message.",
        [mrkdwn(text), actions("undeliverable", button("Try again", ACTION_RETRY, channel))],
    )
