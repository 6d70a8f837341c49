"""Who looks at the page, and what the workspace offers for choosing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from demo.proxy.translate.json import Json


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A person or channel that a picker offers: Slack's id and the name shown."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Reader:
    """The person acting in the page: their zone, the time, the people and channels to pick from.

    `externals` holds the options of external selects by action_id, as the bot answered them;
    `here` is the conversation a form was opened from, for `default_to_current_conversation`.
    """

    zone: tzinfo
    now: datetime
    people: tuple[Choice, ...] = ()
    channels: tuple[Choice, ...] = ()
    externals: Mapping[str, list[Json]] = field(default_factory=dict)
    here: str | None = None
