"""Issues and their changelogs as Jira sends them; Cloud and Data Center differ only here.

Limits: https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/ and
https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-search/
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bot.clients.jira import jql, parse
from bot.clients.jira.pages import TOO_LARGE, PageSize, by_offset, by_token
from bot.clients.jira.reads import Fetch, Site
from bot.errors import JiraError

_log = logging.getLogger(__name__)

PAGE_SIZE = 100
# Data Center sends whole changelogs inside the page, so its pages are kept short.
PAGE_SIZE_WITH_CHANGELOG = 50
_IDS = 1000
BULK_LOGS = 1000
# An entry of a changelog may hold a text before and after its change, each of 32,767 characters.
_ENTRIES = 1000
BULK_ISSUES = 100

Raw = Mapping[str, Any]
History = tuple[str, Raw]
"""An issue id and one entry of its changelog."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """How to ask one site for issues with these fields.

    `unread` collects the ids of issues whose changelog is longer than is read: Data Center sends
    one only as a whole.
    """

    fetch: Fetch
    site: Site
    fields: Sequence[str]
    unread: set[str] = field(default_factory=set)

    async def with_histories(
        self, text: str, *, only_status: bool = False
    ) -> tuple[list[Raw], list[History]]:
        """All issues that a JQL finds, possibly some twice, and their whole changelogs."""
        if not self.site.cloud:
            raw = [each async for each in self._offset_pages(text)]
            return raw, [entry for each in raw for entry in await self._histories(each)]
        raw = [each async for each in self._token_pages(text)]
        return raw, await self.histories([str(each["id"]) for each in raw], only_status=only_status)

    async def ids(self, text: str) -> list[str]:
        """The ids of what a JQL finds: nothing else of it is sent."""
        asked = {"jql": text, "fields": "id", "maxResults": _IDS}
        if self.site.cloud:
            pages = by_token(lambda token: self.fetch("search/jql", params={**asked, **token}))
        else:
            pages = by_offset(
                lambda start: self.fetch("search", params={**asked, "startAt": start})
            )
        return [str(each["id"]) async for page in pages for each in page["issues"]]

    async def several(self, ids: Sequence[str]) -> tuple[list[Raw], set[str]]:
        """Those of `ids` that this account sees, and those of which Jira could not tell.

        What it doesn't show is in neither: Cloud names only those that it failed to read.
        """
        found: list[Raw] = []
        unsure: set[str] = set()
        for start in range(0, len(ids), BULK_ISSUES):
            some = list(ids[start : start + BULK_ISSUES])
            page = await (self._bulk(some) if self.site.cloud else self._by_id(some))
            found += page["issues"]
            unsure.update(str(each["id"]) for each in page.get("issueErrors") or ())
        return found, unsure

    async def histories(self, ids: Sequence[str], *, only_status: bool = False) -> list[History]:
        """Whole changelogs; those inside a search answer of Cloud end after the 40 newest."""
        if not self.site.cloud:
            found = [await self._one_log(issue_id) for issue_id in ids]
            return [entry for entries in found for entry in entries]
        unique = list(dict.fromkeys(ids))
        wanted = {"fieldIds": ["status"]} if only_status else {}
        size = PageSize(_ENTRIES)
        return [
            (str(log["issueId"]), parse.slim(entry))
            for start in range(0, len(unique), BULK_LOGS)
            async for page in by_token(
                partial(
                    self._bulk_logs,
                    size,
                    {"issueIdsOrKeys": unique[start : start + BULK_LOGS]} | wanted,
                )
            )
            for log in page["issueChangeLogs"]
            for entry in log["changeHistories"]
        ]

    async def _token_pages(self, text: str) -> AsyncIterator[Raw]:
        asked = {"jql": text, "fields": list(self.fields), "maxResults": PAGE_SIZE}
        async for page in by_token(
            lambda token: self.fetch("search/jql", params={**asked, **token})
        ):
            for each in page["issues"]:
                yield each

    async def _offset_pages(self, text: str) -> AsyncIterator[Raw]:
        asked = {"jql": text, "fields": ",".join(self.fields)}
        size = PageSize(PAGE_SIZE_WITH_CHANGELOG)
        async for page in by_offset(partial(self._with_changelogs, size, asked)):
            for each in page["issues"]:
                yield each

    async def _with_changelogs(self, size: PageSize, asked: dict[str, Any], start: int) -> Any:
        def send(most: int) -> Awaitable[Any]:
            params = {"expand": "changelog", "maxResults": most, "startAt": start}
            return self.fetch("search", params=asked | params)

        try:
            return await size.ask(send)
        except JiraError as error:
            if error.code != TOO_LARGE:
                raise
        return await self.fetch("search", params={**asked, "maxResults": 1, "startAt": start})

    async def _bulk(self, ids: list[str]) -> Any:
        body = {"issueIdsOrKeys": ids, "fields": list(self.fields)}
        return await self.fetch("issue/bulkfetch", body=body)

    async def _by_id(self, ids: list[str]) -> Any:
        # Without validation, ids that are gone are left out instead of refusing the search.
        params = {
            "jql": jql.with_ids(ids),
            "fields": ",".join(self.fields),
            "maxResults": len(ids),
            "validateQuery": "false",
        }
        return await self.fetch("search", params=params)

    async def _bulk_logs(self, size: PageSize, asked: dict[str, Any], token: dict[str, str]) -> Any:
        # All fields: the boards' estimates have any id, and links have none that is described.
        return await size.ask(
            lambda most: self.fetch(
                "changelog/bulkfetch", body={**asked, "maxResults": most, **token}
            )
        )

    async def _histories(self, raw: Raw) -> list[History]:
        """The changelog beside an issue, asked for again alone where the search cut it short, or
        had no room for it."""
        log = raw.get("changelog")
        if log is None or log.get("total", 0) > len(log["histories"]):
            return await self._one_log(str(raw["id"]))
        return [(str(raw["id"]), parse.slim(entry)) for entry in log["histories"]]

    async def _one_log(self, issue_id: str) -> list[History]:
        params = {"expand": "changelog", "fields": "id"}
        try:
            whole = await self.fetch(f"issue/{issue_id}", params=params)
        except JiraError as error:
            if error.code != TOO_LARGE:
                raise
            self.unread.add(issue_id)
            _log.warning(
                "The changelog of Jira's issue %s is longer than Meridian reads: its changes are"
                " left out.",
                issue_id,
            )
            return []
        return [(issue_id, parse.slim(entry)) for entry in whole["changelog"]["histories"]]
