"""What people type to narrow decisions down: `churn tag:model by:@lena since:2026-01`."""

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches

from bot.domain.decisions.record import DecisionStatus
from bot.domain.decisions.search import MOST_CHARACTERS, Query
from bot.errors import InvalidInput

_FILTER = re.compile(
    r"""(?<!\S)(?P<key>[a-z]{2,10}):\s*(?P<value>"[^"]*"|“[^”]*”|<@[^>]*>|[^\s"“]\S*)""",
    re.IGNORECASE,
)
# How Slack sends a mention: https://docs.slack.dev/messaging/formatting-message-text#mentioning-users
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_KEYS = {
    "status": "status",
    "is": "status",
    "tag": "tag",
    "tags": "tag",
    "by": "by",
    "with": "by",
    "since": "since",
    "from": "since",
    "until": "until",
    "to": "until",
}
_EXAMPLES = {
    "tag": "tag:churn",
    "by": "by:@lena",
}


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What was typed: `text` is what no filter took, and `names` are people called by name, whom
    `query` doesn't name yet."""

    query: Query
    text: str = ""
    names: tuple[str, ...] = ()


@dataclass
class _Parts:
    status: DecisionStatus | None = None
    tags: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    since: date | None = None
    until: date | None = None


def parse(typed: str) -> Typed:
    """The filters in what was typed, and the rest; raises InvalidInput for one that isn't right."""
    if len(typed) > MOST_CHARACTERS:
        raise InvalidInput(f"That is too much to look for: type at most {MOST_CHARACTERS} signs.")
    parts = _Parts()
    rest: list[str] = []
    end = 0
    for found in _FILTER.finditer(typed):
        rest.append(typed[end : found.start()])
        key, value = found["key"].lower(), found["value"].strip('"“”').strip()
        if key in _KEYS:
            _take(parts, _KEYS[key], key, value)
        else:
            _refuse_slip(key, value)
            rest.append(found[0])
        end = found.end()
    rest.append(typed[end:])
    if parts.since and parts.until and parts.since > parts.until:
        raise InvalidInput(f"Nothing lies between {parts.since} and {parts.until}: swap them.")
    query = Query(
        status=parts.status,
        tags=tuple(dict.fromkeys(parts.tags)),
        people=tuple(dict.fromkeys(parts.people)),
        since=parts.since,
        until=parts.until,
    )
    return Typed(query=query, text=" ".join("".join(rest).split()), names=tuple(parts.names))


def are_filters(typed: str) -> bool:
    """Whether nothing but filters was typed, right or wrong ones, and maybe a status."""
    rest = _FILTER.sub("", typed).strip().lower()
    return not rest or rest in list(DecisionStatus)


def status_of(typed: str, before: str = "status:") -> DecisionStatus:
    """The status of that name; raises InvalidInput with the nearest one, to type after `before`."""
    statuses = [status.value for status in DecisionStatus]
    if typed.lower() in statuses:
        return DecisionStatus(typed.lower())
    guess = get_close_matches(typed.lower(), statuses, n=1)
    hint = f" Did you mean `{before}{guess[0]}`?" if guess else ""
    raise InvalidInput(f"I don't know the status *{typed}*.{hint} There are {_all(statuses)}.")


def _take(parts: _Parts, kind: str, key: str, value: str) -> None:
    if kind == "status":
        parts.status = status_of(value)
    elif kind == "since":
        parts.since = _dates(key, value)[0]
    elif kind == "until":
        parts.until = _dates(key, value)[1]
    elif kind == "by":
        mention = _MENTION.fullmatch(value)
        name = value.lstrip("@")
        (parts.people if mention else parts.names).append(
            _given(mention[1] if mention else name, kind)
        )
    else:
        parts.tags.append(_given(value.lstrip("#"), kind))


def _given(value: str, kind: str) -> str:
    if not value:
        raise InvalidInput(f"Say which after `{kind}:`, such as `{_EXAMPLES[kind]}`.")
    return value


def _refuse_slip(key: str, value: str) -> None:
    """`lr:0.1` is a word to search for, `stauts:accepted` is a slip."""
    guess = get_close_matches(key, _KEYS, n=1, cutoff=0.75)
    if guess:
        raise InvalidInput(f"I don't know `{key}:`. Did you mean `{guess[0]}:{value}`?")


def _dates(key: str, value: str) -> tuple[date, date]:
    """The first and the last day of a day, a month or a year."""
    found = _DATE.fullmatch(value)
    try:
        if found is None:
            raise ValueError(value)
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        last = day or monthrange(year, month)[1]
        return date(year, month, day or 1), date(year, month, last)
    except ValueError:
        raise InvalidInput(
            f"I don't know the date in `{key}:{value}`. "
            f"Type `{key}:2026-01-15`, `{key}:2026-01` or `{key}:2026`."
        ) from None


def _all(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"
