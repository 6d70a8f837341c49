"""What the owner of a digest hears when its channel gets shared with another company."""

from collections.abc import Sequence

from bot.ports.chat import Message
from bot.views.blocks import message, mrkdwn
from bot.views.text import clean, escape

_NAMED = 5
_NAME = 40


def shared(channel: str, projects: Sequence[str]) -> Message:
    """What stopped, what goes on, and how to allow it; `projects` are Jira's keys."""
    place = f"<#{channel}>"
    named = escape(", ".join(clean(key, _NAME) for key in projects[:_NAMED]))
    more = f" and {len(projects) - _NAMED} more" if projects[_NAMED:] else ""
    return message(
        "People of another company are in your channel: I show nothing of Jira there now.",
        [
            mrkdwn(
                f"{place} is shared with another company now, so I show nothing of Jira there: no "
                f"issues of {named}{more}. Stand-ups, decisions, runs and alerts go on as before.\n"
                f"If they may see these issues, type `/digest settings` in {place} and allow it."
            )
        ],
    )
