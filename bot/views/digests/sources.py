"""How old what a digest shows is, in one small line."""

from datetime import datetime

from bot.domain.digests.content import Digest, SourceNote
from bot.ports.chat import Block
from bot.views.blocks import context
from bot.views.text import clean, escape, moment_token

_REASON = 200
# A context element holds 3,000 characters; so many sources of the longest names fit.
_NAME = 60
_BEHIND = 8

_THEN = (
    "Put together later from what was kept. Decisions stand here as they do now; open proposals, "
    "goals, the sprint, overdue models and how issues stood then aren't known any more."
)


def footer(content: Digest) -> list[Block]:
    """The age of each source, or what a past digest can't tell."""
    said = _THEN if content.past else ages(content)
    return [context(said)] if said else []


def ages(content: Digest) -> str:
    """`Jira as of 08:58 · MLflow as of 08:59`, mrkdwn; empty without sources."""
    said = [_source(source) for source in content.sources]
    warnings = (clean(source.warning, _REASON) for source in content.sources)
    return " · ".join([*said, *(escape(warning) for warning in warnings if warning)])


def _source(source: SourceNote) -> str:
    """A source that is down is named with since when and why."""
    name = escape(clean(source.name, _NAME))
    if source.hidden:
        return f"{name} isn't shown here, where people of another company read along"
    if source.down_since is not None:
        why = escape(clean(source.reason, _REASON).rstrip("."))
        down = f"{name} couldn't be read since {_pretty(source.down_since)}"
        down += f" ({why})" if why else ""
        known = f"; this is from {_pretty(source.as_of)}" if source.as_of else ""
        return down + known
    if source.as_of is None:
        return f"{name} not read yet"
    return f"{name} as of {moment_token(source.as_of)}{_behind(source)}"


def _behind(source: SourceNote) -> str:
    if not source.behind:
        return ""
    left = len(source.behind) - _BEHIND
    named = escape(", ".join(source.behind[:_BEHIND]))
    return f" (not read: {named}{f' and {left} more' if left > 0 else ''})"


def _pretty(at: datetime) -> str:
    return moment_token(at, "{date_short_pretty} {time}")
