"""What is asked of Jira, page by page; Cloud and Data Center differ only here.

Answers are taken at their word: the tracker turns the KeyError or TypeError of one that lacks its
shape into a `JiraError`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

from bot.clients.jira import jql, parse
from bot.errors import JiraError

PAGE_SIZE = 100
PAGE_CAP = 100
# Data Center sends whole changelogs inside the page, so its pages are kept short.
PAGE_SIZE_WITH_CHANGELOG = 50
# https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/
BULK_ISSUES = 1000
_PROJECTS_PER_CALL = 50
_PEOPLE = 20
_GATEWAY = "api.atlassian.com"

History = tuple[str, Mapping[str, Any]]
"""An issue id and one entry of its changelog."""


class Fetch(Protocol):
    """Reads JSON from a path below `/rest/api/2/`: GET, or POST where a body is given."""

    async def __call__(
        self, path: str, *, params: dict[str, Any] | None = None, body: dict[str, Any] | None = None
    ) -> Any: ...


@dataclass(frozen=True, kw_only=True)
class Site:
    """A Jira that answered `serverInfo`; `url` is where links to issues start."""

    url: str
    cloud: bool
    product: str


async def site(fetch: Fetch, url: str) -> Site:
    """Which kind of Jira answers at `url`."""
    info = await fetch("serverInfo")
    cloud = info.get("deploymentType") == "Cloud"
    gateway = urlsplit(url).hostname == _GATEWAY
    return Site(
        url=str(info.get("baseUrl") or url).rstrip("/") if gateway else url,
        cloud=cloud,
        product=f"Jira {'Cloud' if cloud else 'Data Center'} {info.get('version', '?')}",
    )


async def account(fetch: Fetch) -> str:
    """The display name of the account that the token belongs to, and its profile's zone."""
    me = await fetch("myself")
    return f"{me.get('displayName') or 'an unnamed account'} ({me.get('timeZone', 'no zone')})"


async def assert_epoch_ms_works(fetch: Fetch, site: Site) -> None:
    """Raises `JiraError` where a search for updates in the future finds some: then this Jira
    misreads unquoted milliseconds and every poll would be wrong."""
    info = await fetch("serverInfo")
    search = jql.updated_in_the_future(parse.instant(info["serverTime"]))
    path = "search/jql" if site.cloud else "search"
    found = await fetch(path, params={"jql": search, "fields": "updated", "maxResults": 1})
    if found["issues"]:
        raise JiraError("Jira misreads times in searches, so polls would miss issues.", code="jql")


async def visible_projects(fetch: Fetch, site: Site, keys: Sequence[str]) -> set[str]:
    """Those of `keys` that name projects this account can see."""
    if not site.cloud:
        return {project["key"] for project in await fetch("project")}.intersection(keys)
    visible: set[str] = set()
    for start in range(0, len(keys), _PROJECTS_PER_CALL):
        some = list(keys[start : start + _PROJECTS_PER_CALL])
        page = await fetch("project/search", params={"keys": some, "maxResults": len(some)})
        visible.update(project["key"] for project in page["values"])
    return visible


async def people(fetch: Fetch, site: Site, email: str) -> list[Mapping[str, Any]]:
    """Those whom Jira finds by an e-mail address, which it takes as the beginning of one."""
    asked = "query" if site.cloud else "username"
    found: list[Mapping[str, Any]] = await fetch(
        "user/search", params={asked: email, "maxResults": _PEOPLE}
    )
    return found


async def issues_and_histories(
    fetch: Fetch, site: Site, search: str
) -> tuple[list[Mapping[str, Any]], list[History]]:
    """All issues that `search` finds, possibly some twice, and their whole changelogs."""
    if not site.cloud:
        raw = [each async for each in _offset_pages(fetch, search)]
        return raw, [entry for each in raw for entry in await _histories(fetch, each)]
    raw = [each async for each in _token_pages(fetch, search)]
    return raw, [entry async for entry in _bulk_histories(fetch, [str(each["id"]) for each in raw])]


async def _token_pages(fetch: Fetch, search: str) -> AsyncIterator[Mapping[str, Any]]:
    asked = {"jql": search, "fields": list(parse.FIELDS), "maxResults": PAGE_SIZE}
    async for page in _by_token(lambda token: fetch("search/jql", params={**asked, **token})):
        for each in page["issues"]:
            yield each


async def _bulk_histories(fetch: Fetch, ids: Sequence[str]) -> AsyncIterator[History]:
    """Whole changelogs; those inside a search answer end after the 40 newest entries."""
    unique = list(dict.fromkeys(ids))
    for start in range(0, len(unique), BULK_ISSUES):
        some = {"issueIdsOrKeys": unique[start : start + BULK_ISSUES]}
        async for page in _by_token(partial(_bulk_page, fetch, some)):
            for log in page["issueChangeLogs"]:
                for entry in log["changeHistories"]:
                    yield str(log["issueId"]), entry


async def _bulk_page(fetch: Fetch, asked: dict[str, Any], token: dict[str, str]) -> Any:
    return await fetch("changelog/bulkfetch", body={**asked, **token})


async def _by_token(
    ask: Callable[[dict[str, str]], Awaitable[Any]],
) -> AsyncIterator[Mapping[str, Any]]:
    """Pages until one has no token; a token that comes again, or too many pages, is an error."""
    token: dict[str, str] = {}
    seen: set[str] = set()
    for _ in range(PAGE_CAP):
        page = await ask(token)
        yield page
        following = page.get("nextPageToken")
        if not following or page.get("isLast"):
            return
        if following in seen:
            raise JiraError(
                "Jira keeps sending the same page, so this poll is not complete.",
                code="repeated-page",
                retryable=True,
            )
        seen.add(following)
        token = {"nextPageToken": following}
    raise _too_many()


async def _offset_pages(fetch: Fetch, search: str) -> AsyncIterator[Mapping[str, Any]]:
    start = 0
    for _ in range(PAGE_CAP):
        params = {
            "jql": search,
            "fields": ",".join(parse.FIELDS),
            "expand": "changelog",
            "startAt": start,
            "maxResults": PAGE_SIZE_WITH_CHANGELOG,
        }
        page = await fetch("search", params=params)
        found = page["issues"]
        for each in found:
            yield each
        start += len(found)
        # Jira may lower maxResults on its own, so a short page is not the last one.
        if not found or start >= page.get("total", 0):
            return
    raise _too_many()


async def _histories(fetch: Fetch, raw: Mapping[str, Any]) -> list[History]:
    """The changelog beside an issue, asked for again alone where the search cut it short."""
    log = raw["changelog"]
    entries = log["histories"]
    if log.get("total", 0) > len(entries):
        whole = await fetch(f"issue/{raw['id']}", params={"expand": "changelog", "fields": "id"})
        entries = whole["changelog"]["histories"]
    return [(str(raw["id"]), entry) for entry in entries]


def _too_many() -> JiraError:
    return JiraError("Jira found more issues than one poll can read.", code="too-many")
