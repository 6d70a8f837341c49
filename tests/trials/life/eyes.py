"""What people see: direct messages by kind, and the cards and threads of a channel."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from tests.standins.slack import FakeSlack, Json, mentions_of, text_of

YEAR = 2026

_DAY = r"(?P<day>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d{1,2} [A-Z][a-z]{2})"
_TITLE = re.compile(
    rf"(?P<name>.+?) · {_DAY}(?: · (?P<cohort>[^()]+?))? \((?P<said>\d+) of (?P<expected>\d+)\)"
)
_ABSENT, _MISSING = "Not there: ", "Not heard from yet: "
_MORE = re.compile(r" and (\d+) more$")
_EDITED, _LATE = " · edited", " · came late"


@dataclass(kw_only=True)
class Card:
    """A card as it stands: `said` tells (late, edited) and the line by name, in order."""

    standup: str
    day: date
    cohort: str
    counted: int
    expected: int
    message: Json
    said: dict[str, tuple[bool, bool, str]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)
    more: int = 0


def posted_at(message: Json) -> datetime:
    """When a message was posted (aware UTC)."""
    return datetime.fromtimestamp(int(float(message["ts"])), tz=UTC)


def asked_for(message: Json, standup: str) -> date | None:
    """The date that a prompt of this stand-up asks for; None where it is another message."""
    found = re.match(rf"{re.escape(standup)} · {_DAY}(?!\S)", text_of(message))
    return _date(found["day"]) if found else None


def is_reminder(message: Json, standup: str) -> bool:
    """Whether this reminds of a report of this stand-up."""
    return text_of(message).startswith(f"{standup} · your day closes")


def button_labels(message: Json) -> dict[str, str]:
    """What each button says, by action id."""
    buttons = (e for block in message.get("blocks", []) for e in block.get("elements", []))
    return {b["action_id"]: b["text"]["text"] for b in buttons if b.get("type") == "button"}


def card(message: Json, names: set[str]) -> Card | None:
    """A channel's message as a card; None where it is none."""
    title, *rows = text_of(message).splitlines()
    found = _TITLE.fullmatch(title)
    if found is None:
        return None
    read = Card(
        standup=found["name"],
        day=_date(found["day"]),
        cohort=found["cohort"] or "",
        counted=int(found["said"]),
        expected=int(found["expected"]),
        message=message,
    )
    for row in rows:
        _read_row(read, row, names)
    return read


def author_of(reply: Json, names: set[str]) -> str:
    """Whose report a reply in a day's thread is, by name."""
    text = text_of(reply)
    return next((name for name in names if text.startswith(name)), "")


def notified(slack: FakeSlack) -> list[tuple[datetime, str]]:
    """Everybody whom a call to Slack mentioned, by user id, and when."""
    found = []
    for call in slack.calls:
        for mention in mentions_of(_content(call.args)):
            if mention.startswith("<@"):
                found.append((call.at, mention[2:-1].partition("|")[0]))
            else:
                found.append((call.at, mention))
    return found


def _content(args: Json) -> Json:
    blocks = args.get("blocks") or args.get("view") or []
    parsed = json.loads(blocks) if isinstance(blocks, str) else blocks
    return {"type": "message", "text": str(args.get("text", "")), "blocks": parsed}


def _read_row(read: Card, row: str, names: set[str]) -> None:
    if row.startswith((_ABSENT, _MISSING)):
        label = _ABSENT if row.startswith(_ABSENT) else _MISSING
        listed = row.removeprefix(label)
        if cut := _MORE.search(listed):
            read.more += int(cut[1])
            listed = listed[: cut.start()]
        group = read.absent if label == _ABSENT else read.missing
        group |= {_named(part, names) for part in listed.split(", ")}
    elif cut := re.match(r"and (\d+) reports? more: All reports", row):
        read.more += int(cut[1])
    elif (name := row.partition(" · ")[0]) in names:
        read.said[name] = (_LATE in row, row.endswith(_EDITED), row)


def _named(part: str, names: set[str]) -> str:
    return next((name for name in names if part.startswith(name)), part)


def _date(shown: str) -> date:
    return datetime.strptime(f"{shown} {YEAR} +0000", "%a %d %b %Y %z").date()
