"""What is said of the decision log as files."""

from datetime import date

from bot.ports.chat import Message
from bot.views.blocks import note
from bot.views.text import count

NOTHING = "No decision was logged yet in a channel that you can read. Type `/decide` to log one."


def file_name(today: date) -> str:
    """`decisions-2026-11-22.zip`."""
    return f"decisions-{today.isoformat()}.zip"


def comment(decisions: int) -> str:
    """What stands above the file, mrkdwn."""
    return f"{count(decisions, 'decision')} as MADR files: put them into a git repository."


def sent(name: str, decisions: int, hidden: int) -> Message:
    """The file is in the direct message."""
    others = f" Of {count(hidden, 'channel')} that you aren't in, it has those that name you."
    rest = others if hidden else ""
    return note(f"{count(decisions, 'decision')} in `{name}`, sent to you directly.{rest}")
