"""An issue that somebody asks Meridian to create, and where they asked for it."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Any

from bot.domain.issues.screens import FieldKind

# Jira takes at most 255 characters of a summary and 32,767 of a description.
# https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/
SUMMARY_LIMIT = 255
DESCRIPTION_LIMIT = 30_000
TYPE_LIMIT = 60

_PROJECT_KEY = re.compile(r"[A-Z][A-Z0-9_]+")


@dataclass(frozen=True, kw_only=True)
class FieldValue:
    """One field filled in, as text: a choice by its id, a person by their account in Jira, a date
    as ISO 8601, labels with blanks between them.

    `person` is who was chosen, by their id in Slack.
    """

    field_id: str
    kind: FieldKind
    value: str
    many: bool = False
    person: str = ""


@dataclass(frozen=True, kw_only=True)
class NewIssue:
    """What it is to be: the project's key, the name of the issue type, plain texts, and what else
    that project asks for, the assignee included."""

    project: str
    issue_type: str
    summary: str
    description: str
    fields: tuple[FieldValue, ...] = ()

    def packed(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    def value_of(self, field_id: str) -> FieldValue | None:
        """What was filled in for a field, if anything was."""
        return next((each for each in self.fields if each.field_id == field_id), None)


class Source(StrEnum):
    """What an issue was asked for from."""

    ALERT = "alert"
    BLOCKER = "blocker"
    MESSAGE = "message"
    COMMAND = "command"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where somebody asked: an incident's id, a blocker's number, a message's `ts`, or what the
    command's form is called, in `channel`.

    `thread_ts` is the first message of the thread where that isn't the message itself.
    """

    source: Source
    ref: str
    channel: str
    thread_ts: str = ""

    def packed(self) -> dict[str, str]:
        """As JSON."""
        return {**asdict(self), "source": self.source.value}


def unpacked(stored: Mapping[str, Any]) -> NewIssue:
    """What `packed` of an issue gave."""
    return NewIssue(
        project=stored["project"],
        issue_type=stored["issue_type"],
        summary=stored["summary"],
        description=stored["description"],
        fields=tuple(
            FieldValue(**{**each, "kind": FieldKind(each["kind"])})
            for each in stored.get("fields", ())
        ),
    )


def origin_of(stored: Mapping[str, Any]) -> Origin:
    """What `packed` of an origin gave."""
    return Origin(
        source=Source(stored["source"]),
        ref=str(stored["ref"]),
        channel=str(stored["channel"]),
        thread_ts=str(stored.get("thread_ts", "")),
    )


def signed(draft: NewIssue, name: str) -> NewIssue:
    """With a last line that says who asked: Jira shows Meridian's account as its creator."""
    if not name:
        return draft
    described = f"{draft.description}\n\n{name} asked for this in Slack.".strip()
    return replace(draft, description=described)


def project_key(text: str) -> str | None:
    """The project key that somebody typed, in any case; None if it has no such form."""
    key = text.strip().upper()
    return key if _PROJECT_KEY.fullmatch(key) else None


def mark(wish: str) -> str:
    """The label by which an issue is found again whose creation got no answer.

    One per wish; labels hold no blanks. A comment carries one too.
    """
    return f"meridian-{sha256(wish.encode()).hexdigest()[:16]}"
