"""Trial: issues are created while Jira's answers get lost; each once, and each key told once."""

import random
import re
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.clients.jira import JiraTracker
from bot.clients.slack.chat import SlackChat
from bot.clients.slack.clients import only
from bot.domain.delivery import Delivery, Verdict
from bot.domain.issues.drafts import NewIssue, Origin, Source
from bot.domain.links import Links
from bot.services.issues import ordering
from bot.workflows.deliver import Deliverer
from bot.workflows.issues.cards import CARDS
from bot.workflows.issues.create import LEASE, IssueCreator
from bot.workflows.pacing import Pace
from bot.workflows.posting import Posting
from storage.engine import open_engines
from storage.transactions import SqlTransactions
from tests.standins.jira import JiraStandIn
from tests.standins.slack import FakeSlack
from tests.standins.slack.text import text_of
from tests.trials.databases import empty_database
from tests.trials.tables import Table, seconds

_START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
_LAG = timedelta(minutes=3)
_CHANNEL, _PERSON = "C0TRIAL", "U0PERSON000"
_CREATED = re.compile(r"created (CHURN-\d+)")


@dataclass(kw_only=True)
class Found:
    """What one run found; `lost_after` had been created when the connection ended, `lost_before`
    had not."""

    database: str
    asked: int
    lost_after: int
    lost_before: int
    issues: int = 0
    told: Counter[str] = field(default_factory=Counter)
    took: float = 0.0

    @property
    def doubled(self) -> int:
        """Issues too many."""
        return self.issues - self.asked

    @property
    def wrong(self) -> int:
        """All broken promises."""
        again = sum(self.told.values()) - len(self.told)
        return abs(self.doubled) + abs(self.asked - len(self.told)) + again


async def run(
    kinds: Sequence[str], *, lost: int, others: int, seed: int, server: str = ""
) -> Table:
    """On each kind of database `lost` orders whose answer is lost after Jira has done the work, and
    `others` that are lost before, and as many that are answered."""
    found = []
    for kind in kinds:
        with empty_database(kind, server) as url:
            found.append(await _Trial(url, kind, lost, others, seed).run(IssueCreator))
    return _results("Issues created while Jira's answers are lost", found, seed)


async def control(*, lost: int, seed: int) -> Table:
    """The same without the search for the label: the trial must see issues doubled."""
    with empty_database("SQLite") as url:
        found = await _Trial(url, "SQLite", lost, 0, seed).run(_Forgetful)
    table = _results("Control: without a search for the label", [found], seed)
    return Table(title=table.title, rows=table.rows, wrong=int(found.doubled != lost))


class _Forgetful(IssueCreator):
    async def reconcile(self, item: Delivery) -> Verdict | None:
        """Simply once more."""
        return None


class _Trial:
    def __init__(self, url: str, kind: str, lost: int, others: int, seed: int) -> None:
        self._url = url
        self._dice = random.Random(seed)
        self._now = _START
        self._found = Found(
            database=kind, asked=lost + 2 * others, lost_after=lost, lost_before=others
        )

    async def run(self, creator: type[IssueCreator]) -> Found:
        begun = time.monotonic()
        async with AsyncExitStack() as stack:
            jira = await stack.enter_async_context(JiraStandIn(clock=self._clock))
            slack = await stack.enter_async_context(FakeSlack(clock=self._clock))
            transactions = SqlTransactions(open_engines(self._url), self._clock, lambda: None)
            stack.callback(transactions.close)
            tracker = JiraTracker(jira.url, **jira.credentials)
            stack.push_async_callback(tracker.close)
            await self._set_up(jira, slack, tracker)
            await self._order(slack, transactions)
            line = self._line(creator, slack, transactions, tracker)
            for _ in range(3):
                await line.drain()
                self._now += LEASE
            self._judge(jira, slack)
        self._found.took = time.monotonic() - begun
        return self._found

    def _clock(self) -> datetime:
        return self._now

    async def _set_up(self, jira: JiraStandIn, slack: FakeSlack, tracker: JiraTracker) -> None:
        jira.add_project("CHURN")
        jira.index_lag = _LAG
        slack.add_user(_PERSON, "person")
        slack.add_channel(_CHANNEL, "trial", members=[_PERSON])
        await tracker.check()
        fates = [True] * self._found.lost_after + [False] * self._found.lost_before
        self._dice.shuffle(fates)
        for is_after in fates:
            jira.faults.drop("/issue", after_write=is_after)

    async def _order(self, slack: FakeSlack, transactions: SqlTransactions) -> None:
        await transactions.write(
            lambda uow: uow.channels.keep(
                slack.ws.team_id, _CHANNEL, public=True, shared=False, now=self._now
            )
        )
        for number in range(self._found.asked):
            said = slack.person(_PERSON).say(_CHANNEL, f"Thing {number} is broken")
            origin = Origin(source=Source.MESSAGE, ref=said["ts"], channel=_CHANNEL)
            draft = NewIssue(
                project="CHURN", issue_type="Task", summary=f"Thing {number}", description=""
            )
            asked = (slack.ws.team_id, origin, _PERSON, draft, self._now)
            await transactions.write(ordering.order, *asked)

    def _line(
        self,
        creator: type[IssueCreator],
        slack: FakeSlack,
        transactions: SqlTransactions,
        tracker: JiraTracker,
    ) -> Deliverer:
        client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])
        posting = Posting(
            transactions=transactions,
            chat=SlackChat(only(client)),
            cards=CARDS,
            links=lambda _workspace: Links(),
            clock=self._clock,
            pace=Pace(per_channel=timedelta(0)),
        )
        maker = creator(transactions=transactions, tracker=tracker, clock=self._clock)
        acts = {**posting.acts(), **maker.acts()}
        return Deliverer(transactions=transactions, clock=self._clock, acts=acts, poll=0.01)

    def _judge(self, jira: JiraStandIn, slack: FakeSlack) -> None:
        self._found.issues = len(jira.tickets)
        threads = {m["thread_ts"] for m in slack.ws.channels[_CHANNEL].messages if "thread_ts" in m}
        for ts in threads:
            for message in slack.thread(_CHANNEL, ts):
                self._found.told.update(_CREATED.findall(text_of(message)))


def _results(title: str, found: Sequence[Found], seed: int) -> Table:
    return Table(
        title=f"{title} (seed {seed})",
        rows=[
            {
                "database": each.database,
                "asked for": each.asked,
                "lost after Jira accepted": each.lost_after,
                "lost before": each.lost_before,
                "issues in Jira": each.issues,
                "doubled": each.doubled,
                "keys told": len(each.told),
                "told once": sum(times == 1 for times in each.told.values()),
                "took": seconds(each.took),
            }
            for each in found
        ],
        wrong=sum(each.wrong for each in found),
        notes=(
            f"Searches see an issue {_LAG.seconds // 60} minutes after it was created; an order",
            f"without an answer is looked for after {LEASE.seconds // 60}. The clock is made up.",
        ),
    )
