"""What is created in Jira: the bodies that are sent, and what a failure leaves open."""

from typing import Any

from bot.clients.jira.reads import Fetch, Site
from bot.domain.issues.drafts import NewIssue
from bot.errors import JiraError

_TYPES = 50
# Answers that say that nothing was done.
_REFUSALS = frozenset({"400", "401", "403", "404", "410", "429", "certificate"})


def issue(draft: NewIssue, mark: str) -> dict[str, Any]:
    """The body of `POST issue`; below `/rest/api/2/` a description is plain text."""
    return {
        "fields": {
            "project": {"key": draft.project},
            "issuetype": {"name": draft.issue_type},
            "summary": draft.summary,
            "description": draft.description,
            "labels": [mark],
        }
    }


async def issue_types(fetch: Fetch, site: Site, project: str) -> list[str]:
    """The names of a project's issue types, subtasks left out: they need a parent."""
    path = f"issue/createmeta/{project}/issuetypes"
    page = await fetch(path, params={"maxResults": _TYPES})
    found = page["issueTypes" if site.cloud else "values"]
    return [str(each["name"]) for each in found if not each.get("subtask")]


async def marked(fetch: Fetch, site: Site, search: str) -> str | None:
    """The key of the first issue that `search` finds, or None."""
    path = "search/jql" if site.cloud else "search"
    found = await fetch(path, params={"jql": search, "fields": "summary", "maxResults": 1})
    return str(found["issues"][0]["key"]) if found["issues"] else None


def unsure(error: JiraError) -> JiraError:
    """The same failure, ambiguous unless Jira said that it did nothing."""
    return JiraError(
        str(error),
        code=error.code,
        retryable=error.retryable,
        retry_after=error.retry_after,
        ambiguous=error.code not in _REFUSALS,
    )
