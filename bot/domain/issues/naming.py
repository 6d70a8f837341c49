"""Issues that a message in a channel names, and whether that is worth a line."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_KEY = r"[A-Z][A-Z0-9_]+-[1-9][0-9]{0,9}"
# What stands between < and > is a link or a mention
# (https://docs.slack.dev/messaging/formatting-message-text).
_TOKEN = re.compile(r"<([^<>|]+)(?:\|[^<>]*)?>")
# Some clients send an address as it was typed.
_BARE = re.compile(r"https?://[^\s<>|]+")
_IN_ADDRESS = re.compile(rf"(?:/browse/|[?&](?:amp;)?selectedIssue=)({_KEY})(?![\w-])")
# Only what is written as Jira writes it, and not a part of something longer.
_IN_TEXT = re.compile(rf"(?<![\w/.-]){_KEY}(?![\w-])")

# Whoever names more writes a list, and lists need no pictures.
MOST = 2
# As long as GitHub's app keeps quiet about a link that was told.
QUIET = timedelta(minutes=30)


class Unfurl(StrEnum):
    """Of which issues a channel reads a line when somebody names them."""

    NONE = "none"
    LINKS = "links"
    KEYS = "keys"


@dataclass(frozen=True, kw_only=True)
class Named:
    """Keys in a message: those of pasted links to our Jira, and those in its words."""

    links: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether it names anything, and not too much."""
        return 0 < len({*self.links, *self.keys}) <= MOST

    def wanted(self, unfurl: Unfurl) -> tuple[str, ...]:
        """Of which of them to write."""
        match unfurl:
            case Unfurl.NONE:
                return ()
            case Unfurl.LINKS:
                return self.links
            case Unfurl.KEYS:
                return tuple(dict.fromkeys([*self.links, *self.keys]))


def named(text: str, jira_url: str) -> Named:
    """What a message's mrkdwn names; links count where they lead to `jira_url`."""
    ours = f"{jira_url}/"
    written = _TOKEN.sub(" ", text)
    addresses = [*_TOKEN.findall(text), *_BARE.findall(written)]
    links = (
        found
        for address in addresses
        if address.startswith(ours)
        for found in _IN_ADDRESS.findall(address)
    )
    return Named(links=_once(links), keys=_once(_IN_TEXT.findall(_BARE.sub(" ", written))))


def span_of(now: datetime) -> int:
    """The number of the quiet span in which `now` lies."""
    return int(now.timestamp() // QUIET.total_seconds())


def _once(keys: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(keys))
