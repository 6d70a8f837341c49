"""What is asked of Jira beside its issues: site, account, projects, people, fields.

Answers are taken at their word: the tracker turns the KeyError or TypeError of one that lacks its
shape into a `JiraError`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from bot.clients.jira import jql, parse
from bot.errors import JiraError

_PROJECTS_PER_CALL = 50
_PEOPLE = 20
_GATEWAY = "api.atlassian.com"


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


async def flag_fields(fetch: Fetch) -> tuple[str, ...]:
    """The ids of the fields that mark an issue as impeded; other sites have others."""
    return parse.flag_fields(await fetch("field"))
