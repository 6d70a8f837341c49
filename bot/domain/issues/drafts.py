"""An issue that somebody asks Meridian to create."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

# Jira takes at most 255 characters of a summary and 32,767 of a description.
# https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/
SUMMARY_LIMIT = 255
DESCRIPTION_LIMIT = 30_000
TYPE_LIMIT = 60

_PROJECT_KEY = re.compile(r"[A-Z][A-Z0-9_]+")


@dataclass(frozen=True, kw_only=True)
class NewIssue:
    """What it is to be: the project's key, the name of the issue type, plain texts."""

    project: str
    issue_type: str
    summary: str
    description: str

    def packed(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def unpacked(stored: Mapping[str, Any]) -> NewIssue:
    """What `packed` gave."""
    return NewIssue(
        project=stored["project"],
        issue_type=stored["issue_type"],
        summary=stored["summary"],
        description=stored["description"],
    )


def project_key(text: str) -> str | None:
    """The project key that somebody typed, in any case; None if it has no such form."""
    key = text.strip().upper()
    return key if _PROJECT_KEY.fullmatch(key) else None


def mark(wish: str) -> str:
    """The label by which an issue is found again whose creation got no answer.

    One per wish; labels hold no blanks.
    """
    return f"meridian-{sha256(wish.encode()).hexdigest()[:16]}"
