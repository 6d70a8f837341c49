"""The conversation in which a form was opened that shows decisions: they are seen from there."""

from bot.views.forms import FormState

_HERE = "here"


def hidden(channel: str) -> dict[str, str]:
    """What comes back with the form; `channel` is empty where it is opened outside of any."""
    return {_HERE: channel} if channel else {}


def channel_of(state: FormState) -> str:
    """The conversation, or empty."""
    return str(state.hidden.get(_HERE, ""))
