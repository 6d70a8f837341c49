"""`JiraTracker`: deadlines, the retry of reads, and threads around the blocking connection."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from bot.clients.jira import jql, parse, reads, writes
from bot.clients.jira.access import JiraAccess
from bot.clients.jira.reads import Fetch, Site
from bot.clients.jira.threads import DaemonThreads
from bot.domain.issues.drafts import NewIssue
from bot.domain.issues.records import IssuePage
from bot.errors import JiraError

if TYPE_CHECKING:
    from bot.clients.jira.connection import JiraConnection

_T = TypeVar("_T")

# A handful suffices: a hanging call holds its thread for one read timeout, then the next may go.
_THREADS = 4
_RETRY_PAUSE = 0.5
_LONGEST_PAUSE = 5.0


class JiraTracker:
    """The issue tracker port over Jira Cloud or Data Center.

    Nothing is imported, opened or asked before the first call. Each method ends within `deadline`
    seconds or raises `JiraError`; each HTTP read within `timeout`. A read that failed for a
    passing reason is repeated once. Raises `ConfigError` at once where credentials are missing.
    """

    def __init__(
        self,
        url: str,
        *,
        email: str | None,
        api_token: str | None,
        personal_access_token: str | None,
        timeout: float = 10.0,
        deadline: float = 20.0,
    ) -> None:
        self._access = JiraAccess(
            url=url,
            email=email,
            api_token=api_token,
            personal_access_token=personal_access_token,
            timeout=timeout,
            deadline=deadline,
        )
        self._threads = DaemonThreads(_THREADS)
        self._connection: JiraConnection | None = None
        self._site: Site | None = None
        self._opening = asyncio.Lock()

    @property
    def base_url(self) -> str:
        """Where links to issues start; the site's own address once a scoped token's API told it."""
        return self._site.url if self._site else self._access.url

    async def updated_issues(self, projects: Sequence[str], since: datetime) -> IssuePage:
        """Every open-to-all issue of `projects` updated at or after `since`, with its changes."""
        if not projects:
            return IssuePage(issues=(), changes=())
        search = jql.updated_since(projects, since)
        async with self._asking():
            site, fetch = await self._open()
            raw_issues, histories = await reads.issues_and_histories(fetch, site, search)
            issues = parse.issues(raw_issues)
            shown = {issue.issue_id for issue in issues}
            changes = parse.changes([each for each in histories if each[0] in shown], since)
        return IssuePage(issues=issues, changes=changes)

    async def check(self) -> str:
        """One line that names account, site and profile zone; raises `JiraError` where they don't
        answer, or where epoch milliseconds in a search don't mean an instant."""
        async with self._asking():
            site, fetch = await self._open()
            account = await reads.account(fetch)
            await reads.assert_epoch_ms_works(fetch, site)
        return f"{account} on {site.url} ({site.product})"

    async def unknown_projects(self, projects: Sequence[str]) -> list[str]:
        """Those of `projects` that this account cannot see, in the order given."""
        asked = [key for key in projects if jql.is_project_key(key)]
        if not asked:
            return list(projects)
        async with self._asking():
            site, fetch = await self._open()
            visible = await reads.visible_projects(fetch, site, asked)
        return [key for key in projects if key not in visible]

    async def account_of(self, email: str) -> tuple[str, str] | None:
        """Account id (Data Center: user key) and display name of the one person with this e-mail
        address; None where Jira shows us nobody, or several."""
        if not email:
            return None
        async with self._asking():
            site, fetch = await self._open()
            return parse.account(await reads.people(fetch, site, email), email)

    async def issue_types(self, project: str) -> list[str]:
        """The names of the issue types of a project; raises `JiraError`."""
        async with self._asking():
            site, fetch = await self._open()
            return await writes.issue_types(fetch, site, project)

    async def create_issue(self, draft: NewIssue, mark: str) -> str:
        """The key of the new issue, which carries the label `mark`; sent once, never repeated.

        A `JiraError` that is `ambiguous` leaves open whether there is one: ask `marked_issue`.
        """
        try:
            async with self._asking():
                await self._open()
                connection = self._connection
                assert connection is not None
                body = writes.issue(draft, mark)
                answer = await self._threads.run(lambda: connection.post("issue", body))
                return str(answer["key"])
        except JiraError as error:
            raise writes.unsure(error) from error

    async def marked_issue(self, project: str, mark: str) -> str | None:
        """The key of the issue of a project that carries the label `mark`, or None.

        Jira's index lags behind its writes by seconds to minutes.
        """
        async with self._asking():
            site, fetch = await self._open()
            return await writes.marked(fetch, site, jql.marked(project, mark))

    async def close(self) -> None:
        """Gives the sockets back without waiting for calls that hang."""
        if self._connection:
            self._connection.close()

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """Ends the block at the deadline; a late or misshapen answer becomes a `JiraError`."""
        deadline = self._access.deadline
        try:
            async with asyncio.timeout(deadline):
                yield
        except TimeoutError as error:
            raise JiraError(
                f"Jira did not answer within {deadline:g} s.", code="timeout", retryable=True
            ) from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise JiraError(
                "Jira sent an answer in a form that Meridian does not know.", code="answer"
            ) from error

    async def _open(self) -> tuple[Site, Fetch]:
        async with self._opening:
            if self._connection is None:
                self._connection = await self._threads.run(lambda: _connect(self._access))
            fetch = self._fetcher(self._connection)
            if self._site is None:
                self._site = await reads.site(fetch, self._access.url)
        return self._site, fetch

    def _fetcher(self, connection: "JiraConnection") -> Fetch:
        async def fetch(
            path: str, *, params: dict[str, Any] | None = None, body: dict[str, Any] | None = None
        ) -> Any:
            def send() -> Any:
                return connection.get(path, params) if body is None else connection.post(path, body)

            return await self._read(send)

        return fetch

    async def _read(self, send: Callable[[], _T]) -> _T:
        """One read, and one more after a failure that passes soon; a timeout has cost enough."""
        try:
            return await self._threads.run(send)
        except JiraError as error:
            pause = _RETRY_PAUSE if error.retry_after is None else error.retry_after
            if not error.retryable or error.code == "timeout" or pause > _LONGEST_PAUSE:
                raise
        await asyncio.sleep(pause)
        return await self._threads.run(send)


def _connect(access: JiraAccess) -> "JiraConnection":
    from bot.clients.jira.connection import JiraConnection

    return JiraConnection(access)
