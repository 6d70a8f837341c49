"""What is created and changed in Jira: what is sent, and what a failure leaves open."""

from collections.abc import Mapping
from typing import Any, Protocol

from bot.clients.jira import screens
from bot.clients.jira.reads import Fetch, Site
from bot.domain.issues.drafts import NewIssue
from bot.domain.issues.screens import FieldKind
from bot.errors import JiraError

# Answers that say that nothing was done.
_REFUSALS = frozenset(
    {"400", "401", "403", "404", "409", "410", "413", "429", "captcha", "certificate"}
)

_SENTENCES = {
    "403": "Jira lets Meridian's account read this but not change it; ask a Jira admin.",
    "404": "Jira has no such issue or project (any more), or hides it from Meridian's account.",
}

# Comments come newest first; one that was sent minutes ago is among these.
_COMMENTS = 100
_PROPERTY = "meridian"


class Send(Protocol):
    """Sends a body to a path below `/rest/api/2/`, once; the JSON answer, or None."""

    async def __call__(self, method: str, path: str, body: Mapping[str, Any]) -> Any: ...


async def create(fetch: Fetch, site: Site, send: Send, draft: NewIssue, mark: str) -> str:
    """The key of the new issue."""
    answer = await send("POST", "issue", await issue(fetch, site, draft, mark))
    return str(answer["key"])


async def issue(fetch: Fetch, site: Site, draft: NewIssue, mark: str) -> dict[str, Any]:
    """The body of `POST issue`; below `/rest/api/2/` a description is plain text."""
    fields: dict[str, Any] = {
        "project": {"key": draft.project},
        "issuetype": {"name": draft.issue_type},
        "summary": draft.summary,
        "description": draft.description,
    }
    for each in draft.fields:
        is_person = each.kind is FieldKind.PERSON
        named = await _person(fetch, site, each.value) if is_person else None
        fields[each.field_id] = screens.wire(each, named)
    fields["labels"] = [*fields.get("labels", ()), mark]
    return {"fields": fields}


async def marked(fetch: Fetch, site: Site, search: str) -> str | None:
    """The key of the first issue that `search` finds, or None."""
    path = "search/jql" if site.cloud else "search"
    found = await fetch(path, params={"jql": search, "fields": "summary", "maxResults": 1})
    return str(found["issues"][0]["key"]) if found["issues"] else None


async def assign(fetch: Fetch, site: Site, send: Send, key: str, account: str) -> None:
    """Give an issue to somebody."""
    await send("PUT", f"issue/{key}/assignee", await _person(fetch, site, account))


async def comment(site: Site, send: Send, key: str, text: str, mark: str) -> str:
    """The id of the new comment.

    On Cloud the mark is a property that nobody sees. Data Center's description of this call knows
    no properties, so there it is the comment's last line.
    """
    hidden = {"properties": [{"key": _PROPERTY, "value": {"mark": mark}}]}
    body = {"body": text, **hidden} if site.cloud else {"body": f"{text}\n\n{_line(mark)}"}
    answer = await send("POST", f"issue/{key}/comment", body)
    return str(answer["id"])


async def comment_marked(fetch: Fetch, site: Site, key: str, mark: str) -> str | None:
    """The id of the comment that carries a mark, or None."""
    params = {"orderBy": "-created", "maxResults": _COMMENTS}
    page = await fetch(f"issue/{key}/comment", params={**params, "expand": "properties"})
    for each in page["comments"]:
        if _carries(each, mark):
            return str(each["id"])
    return None


def unsure(error: JiraError) -> JiraError:
    """The same failure, ambiguous unless Jira said that it did nothing."""
    return JiraError(
        _SENTENCES.get(error.code) or str(error),
        code=error.code,
        retryable=error.retryable,
        retry_after=error.retry_after,
        ambiguous=error.code not in _REFUSALS,
        fields=error.fields,
    )


def _carries(comment: Mapping[str, Any], mark: str) -> bool:
    values = [p["value"] for p in comment.get("properties") or () if p["key"] == _PROPERTY]
    in_property = any(isinstance(v, dict) and v.get("mark") == mark for v in values)
    said = comment.get("body")
    return in_property or (isinstance(said, str) and said.rstrip().endswith(_line(mark)))


def _line(mark: str) -> str:
    return f"({mark})"


async def _person(fetch: Fetch, site: Site, account: str) -> dict[str, str]:
    """How this Jira calls an account: Data Center wants the user's name where we keep the key."""
    if site.cloud:
        return {"accountId": account}
    found = await fetch("user", params={"key": account})
    return {"name": str(found["name"])}
