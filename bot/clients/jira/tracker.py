"""`JiraTracker`: deadlines, the retry of reads, and threads around the blocking connection."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from bot.clients.jira import agile, current, jql, parse, reads, screens, writes
from bot.clients.jira.access import JiraAccess
from bot.clients.jira.failures import is_quota
from bot.clients.jira.pauses import Pauses
from bot.clients.jira.reads import Fetch, Site
from bot.clients.jira.searches import History, Raw, Search
from bot.clients.jira.threads import DaemonThreads
from bot.clients.jira.writes import Send
from bot.domain.issues.drafts import NewIssue
from bot.domain.issues.records import Issue, IssuePage
from bot.domain.issues.screens import CreateScreen, Transition
from bot.domain.issues.sprints import Board, Sprint, SprintReading
from bot.domain.issues.token import TokenFacts
from bot.errors import JiraError

if TYPE_CHECKING:
    from bot.clients.jira.connection import JiraConnection

_T = TypeVar("_T")

# A handful suffices: a hanging call holds its thread for one read timeout, then the next may go.
_THREADS = 4
_RETRY_PAUSE = 0.5
_LONGEST_PAUSE = 5.0
# What many pages may take together; a project's first poll after a long outage has hundreds.
_LONGEST_POLL = 600.0


class JiraTracker:
    """The issue tracker port over Jira Cloud or Data Center.

    Nothing is imported, opened or asked before the first call. Each method ends within `deadline`
    seconds, a poll within that for each request, or raises `JiraError`; each HTTP read within
    `timeout`. A read that failed for a passing reason is repeated once. What Jira wants to be left
    alone with is not asked until then. Raises `ConfigError` at once where credentials are missing.
    """

    latency = 0.0

    def __init__(
        self,
        url: str,
        *,
        email: str | None,
        api_token: str | None,
        personal_access_token: str | None,
        timeout: float = 10.0,
        deadline: float = 20.0,
        token_expires: date | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._access = JiraAccess(
            url=url,
            email=email,
            api_token=api_token,
            personal_access_token=personal_access_token,
            timeout=timeout,
            deadline=deadline,
            token_expires=token_expires,
        )
        self._threads = DaemonThreads(_THREADS)
        self._connection: JiraConnection | None = None
        self._site: Site | None = None
        self._flag_fields: tuple[str, ...] | None = None
        self._opening = asyncio.Lock()
        self._pauses = Pauses(clock=monotonic)

    @property
    def base_url(self) -> str:
        """Where links to issues start; the site's own address once a scoped token's API told it."""
        return self._site.url if self._site else self._access.url

    @property
    def token_facts(self) -> TokenFacts:
        """What is known of the token that we log in with; asks nobody."""
        return self._access.token_facts

    async def updated_issues(self, projects: Sequence[str], since: datetime) -> IssuePage:
        """Every open-to-all issue of `projects` updated at or after `since`, with its changes, and
        the ids of those that are not open to all."""
        if not projects:
            return IssuePage()
        asked, secured = jql.updated_since(projects, since), jql.secured_since(projects, since)
        async with self._asking(_LONGEST_POLL):
            search = await self._search()
            raw, histories = await search.with_histories(asked)
            page = await self._page(raw, histories, since, search.unread)
            return replace(page, hidden=tuple(await search.ids(secured)))

    async def open_issues(self, project: str, before: datetime) -> IssuePage:
        """Every open-to-all issue of a project that is not done and older than that; no changes."""
        text = jql.not_done(project, before)
        async with self._asking(_LONGEST_POLL):
            search = await self._search()
            raw, histories = await search.with_histories(text, only_status=True)
            page = await self._page(raw, histories, before, search.unread)
            return replace(page, changes=())

    async def issues_by_id(self, ids: Sequence[str], since: datetime | None = None) -> IssuePage:
        """Those of `ids` that this account sees; `hidden` are those that nobody may be shown."""
        if not ids:
            return IssuePage()
        async with self._asking(_LONGEST_POLL):
            search = await self._search()
            raw, unsure = await search.several(ids)
            seen = {str(each["id"]) for each in raw}
            hidden = (set(ids) - seen - unsure) | parse.secured_ids(raw)
            histories = [] if since is None else await search.histories(sorted(seen - hidden))
            page = await self._page(raw, histories, since, search.unread)
            return replace(page, hidden=tuple(sorted(hidden)))

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
            return [str(t["name"]) for t in await screens.issue_types(fetch, site, project)]

    async def create_screen(self, project: str, issue_type: str) -> CreateScreen:
        """What a new issue of that project and type can and must say; raises `JiraError`."""
        async with self._asking():
            site, fetch = await self._open()
            return await screens.create_screen(fetch, site, project, issue_type)

    async def create_issue(self, draft: NewIssue, mark: str) -> str:
        """The key of the new issue, which carries the label `mark`; sent once, never repeated.

        A `JiraError` that is `ambiguous` leaves open whether there is one: ask `marked_issue`.
        """
        async with self._changing() as (site, fetch, send):
            return await writes.create(fetch, site, send, draft, mark)

    async def marked_issue(self, project: str, mark: str) -> str | None:
        """The key of the issue of a project that carries the label `mark`, or None.

        Jira's index lags behind its writes by seconds to minutes.
        """
        async with self._asking():
            site, fetch = await self._open()
            return await writes.marked(fetch, site, jql.marked(project, mark))

    async def issue(self, key: str) -> Issue | None:
        """One issue as it is now; None where there is none that everybody may see."""
        async with self._asking():
            _, fetch = await self._open()
            return await current.issue(fetch, key, await self._flags(fetch))

    async def transitions(self, key: str) -> list[Transition]:
        """The steps that an issue can take now; raises `JiraError`."""
        async with self._asking():
            _, fetch = await self._open()
            path, params = f"issue/{key}/transitions", {"expand": "transitions.fields"}
            found = await fetch(path, params=params)
            return [screens.transition(each) for each in found["transitions"]]

    async def transition(self, key: str, transition_id: str) -> None:
        """Let an issue take a step; sent once."""
        body = {"transition": {"id": transition_id}}
        async with self._changing() as (_, _, send):
            await send("POST", f"issue/{key}/transitions", body)

    async def comment(self, key: str, text: str, mark: str) -> str:
        """The id of the new comment, which carries `mark`; sent once, never repeated.

        A `JiraError` that is `ambiguous` leaves open whether there is one: ask `comment_marked`.
        """
        async with self._changing() as (site, _, send):
            return await writes.comment(site, send, key, text, mark)

    async def comment_marked(self, key: str, mark: str) -> str | None:
        """The id of the comment on an issue that carries `mark`, or None; without any lag."""
        async with self._asking():
            site, fetch = await self._open()
            return await writes.comment_marked(fetch, site, key, mark)

    async def assign(self, key: str, account: str) -> None:
        """Give an issue to an account; repeating it changes nothing."""
        async with self._changing() as (site, fetch, send):
            await writes.assign(fetch, site, send, key, account)

    async def boards(self, project: str) -> tuple[Board, ...]:
        """The boards that show issues of a project; none where there is no Jira Software."""
        async with self._asking():
            _, fetch = await self._open()
            return await agile.boards(fetch, project)

    async def sprints(self, board: Board) -> tuple[Sprint, ...]:
        """The running sprints of a board."""
        async with self._asking():
            _, fetch = await self._open()
            return await agile.sprints(fetch, board)

    async def sprint_issues(self, sprint: Sprint) -> SprintReading:
        """The open-to-all issues of a sprint with their estimates."""
        async with self._asking():
            _, fetch = await self._open()
            return await agile.sprint_issues(fetch, sprint, await self._flags(fetch))

    async def done_statuses(self) -> dict[str, bool]:
        """Whether a status means done, by its name; a name that means both is left out."""
        async with self._asking():
            _, fetch = await self._open()
            return await agile.done_statuses(fetch)

    async def close(self) -> None:
        """Gives the sockets back without waiting for calls that hang."""
        if self._connection:
            self._connection.close()

    async def _search(self) -> Search:
        site, fetch = await self._open()
        fields = (*parse.FIELDS, *await self._flags(fetch))
        return Search(fetch=fetch, site=site, fields=fields)

    async def _flags(self, fetch: Fetch) -> tuple[str, ...]:
        if self._flag_fields is None:
            self._flag_fields = await reads.flag_fields(fetch)
        return self._flag_fields

    async def _page(
        self,
        raw: Sequence[Raw],
        histories: Sequence[History],
        since: datetime | None,
        unread: Collection[str],
    ) -> IssuePage:
        """What came as values; thousands of them are read in a thread, beside everything else."""
        flags = self._flag_fields or ()
        return await asyncio.to_thread(_values, raw, histories, since, flags, unread)

    @asynccontextmanager
    async def _asking(self, longest: float | None = None) -> AsyncIterator[None]:
        """Ends the block at the deadline, which each request has too; a late or misshapen answer
        becomes a `JiraError`. What has many pages gets `longest` for all of them."""
        deadline = self._access.deadline
        try:
            async with asyncio.timeout(longest or deadline):
                yield
        except TimeoutError as error:
            raise JiraError(
                f"Jira did not answer within {deadline:g} s.", code="timeout", retryable=True
            ) from error
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise JiraError(
                "Jira sent an answer in a form that Meridian does not know.", code="answer"
            ) from error

    @asynccontextmanager
    async def _changing(self) -> AsyncIterator[tuple[Site, Fetch, Send]]:
        """The same for what changes something: a failure says whether that may be done."""
        try:
            async with self._asking():
                site, fetch = await self._open()
                yield site, fetch, self._send
        except JiraError as error:
            raise writes.unsure(error) from error

    async def _send(self, method: str, path: str, body: Mapping[str, Any]) -> Any:
        connection = self._connection
        assert connection is not None
        send = connection.put if method == "PUT" else connection.post
        async with self._minding_pauses(method, path):
            return await self._threads.run(lambda: send(path, body))

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

            async with self._minding_pauses("GET" if body is None else "POST", path):
                began = time.monotonic()
                try:
                    async with asyncio.timeout(self._access.deadline):
                        return await self._read(send)
                finally:
                    if path.startswith("search"):
                        self.latency = time.monotonic() - began

        return fetch

    @asynccontextmanager
    async def _minding_pauses(self, method: str, path: str) -> AsyncIterator[None]:
        """Makes no call that Jira doesn't want yet; remembers what it says of the next ones."""
        self._pauses.check(method, path)
        try:
            yield
        except JiraError as error:
            self._pauses.note(method, path, error)
            raise

    async def _read(self, send: Callable[[], _T]) -> _T:
        """One read, and one more after a failure that passes soon; a timeout has cost enough."""
        try:
            return await self._threads.run(send)
        except JiraError as error:
            pause = _RETRY_PAUSE if error.retry_after is None else error.retry_after
            if is_quota(error):
                raise
            if not error.retryable or error.code == "timeout" or pause > _LONGEST_PAUSE:
                raise
        await asyncio.sleep(pause)
        return await self._threads.run(send)


def _values(
    raw: Sequence[Raw],
    histories: Sequence[History],
    since: datetime | None,
    flags: Sequence[str],
    unread: Collection[str],
) -> IssuePage:
    issues = parse.issues(raw, flags)
    if since is None:
        return IssuePage(issues=issues)
    shown = {issue.issue_id for issue in issues}
    logs = [each for each in histories if each[0] in shown]
    return IssuePage(
        issues=parse.with_status_since(issues, logs, unread), changes=parse.changes(logs, since)
    )


def _connect(access: JiraAccess) -> "JiraConnection":
    from bot.clients.jira.connection import JiraConnection

    return JiraConnection(access)
