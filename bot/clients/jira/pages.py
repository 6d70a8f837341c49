"""Page after page to the end: by token on Cloud, by offset on Data Center."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from bot.errors import JiraError

PAGE_CAP = 500
TOO_LARGE = "size"
"""The code of the failure for an answer that is longer than is read."""

_SHRINK, _GROW = 8, 2

Page = Mapping[str, Any]


class PageSize:
    """How many to ask for at once: fewer where an answer was too large, more again after one that
    wasn't, `most` at first."""

    def __init__(self, most: int) -> None:
        self._most = self._size = most

    async def ask(self, send: Callable[[int], Awaitable[Any]]) -> Any:
        """The page; raises where a single one is too large."""
        while True:
            try:
                page = await send(self._size)
            except JiraError as error:
                if error.code != TOO_LARGE or self._size == 1:
                    raise
                self._size = max(self._size // _SHRINK, 1)
            else:
                self._size = min(self._size * _GROW, self._most)
                return page


async def by_token(ask: Callable[[dict[str, str]], Awaitable[Any]]) -> AsyncIterator[Page]:
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


async def by_offset(ask: Callable[[int], Awaitable[Any]]) -> AsyncIterator[Page]:
    """Pages until all that Jira counts were sent; a short page is not the last one, since Jira may
    lower maxResults on its own."""
    start = 0
    for _ in range(PAGE_CAP):
        page = await ask(start)
        yield page
        start += len(page["issues"])
        if not page["issues"] or start >= page.get("total", 0):
            return
    raise _too_many()


def _too_many() -> JiraError:
    return JiraError("Jira found more issues than one poll can read.", code="too-many")
