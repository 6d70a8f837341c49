"""No path lets an issue's text out where it may not be seen; each lets it out where it may."""

import ast
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path as File

import pytest

from bot.clients.jira import JiraTracker
from bot.domain.digests.settings import schedule_of
from bot.domain.issues.sharing import ALL_FIELDS, IssueField
from bot.ports.repositories import UnitOfWork
from bot.services import activity
from bot.workflows import channels
from jobs import housekeeping, poll_jira, read_sprints
from tests.acceptance.harness import CHURN, LENA, YUKI, World, instant, meridian, start_standup
from tests.acceptance.leak_paths import ASSIGNEE, KEY, PATHS, SPRINT, STATUS, SUMMARY, Path
from tests.issue_sight import let_see
from tests.standins.jira import JiraStandIn
from tests.standins.slack.records import Call

ROOT = File(__file__).parents[2]
START = "2026-10-19T09:30Z"


class Town:
    """Meridian, and a Jira with one issue that must not be seen by everybody."""

    def __init__(self, world: World, jira: JiraStandIn) -> None:
        self.world, self.jira = world, jira

    async def allow(self, *projects: str, fields: Sequence[IssueField] = tuple(ALL_FIELDS)) -> None:
        """What the settings of #churn-model say."""
        team = self.world.slack.ws.team_id

        def work(uow: UnitOfWork) -> None:
            let_see(uow, CHURN, *projects, workspace=team, fields=fields, active=True)
            settings = uow.digests.get(team, CHURN)
            assert settings is not None
            uow.schedules.save(schedule_of(settings, self.world.clock()))

        await self.world.app.transactions.write(work)

    async def poll(self) -> None:
        """A minute later."""
        self.world.clock.advance(minutes=1)
        await poll_jira.step(self.world.app.jobs, self.world.clock())

    async def sent(self, path: Path) -> str:
        """All that reaches Slack while a path is driven: calls, answers and forms."""
        world = self.world
        before = len(world.slack.calls)
        seen = len(world.slack.ws.ephemerals)
        await path.drive(world)
        await world.app.listeners.drain()
        calls = [call for call in world.slack.calls[before:] if _counts(path, call)]
        answers = [] if path.posts_only else world.slack.ws.ephemerals[seen:]
        return "\n".join(map(repr, [*(call.args for call in calls), *answers]))


def _counts(path: Path, call: Call) -> bool:
    return not path.posts_only or call.method == "chat.postMessage"


@asynccontextmanager
async def town(folder: File) -> AsyncIterator[Town]:
    async with JiraStandIn(clock=lambda: instant(START)) as jira:
        jira.add_project("CHURN", "Churn model")
        jira.add_project("DATA", "Data")
        tracker = JiraTracker(jira.url, **jira.credentials)
        async with meridian(folder, start=START, issue_tracker=tracker, jira_url=jira.url) as world:
            jira.clock = world.clock
            made = Town(world, jira)
            await housekeeping.step(world.app.jobs, world.clock())
            yuki = jira.add_user("yuki", "Yuki Tanaka", "Asia/Tokyo")
            lena = jira.add_user("lena", f"Lena {ASSIGNEE}", "Europe/Berlin")
            for user_id, user in ((YUKI, yuki), (LENA, lena)):
                known = (world.slack.ws.team_id, user_id, user.account_id, "their own name")
                await world.app.transactions.write(activity.remember_jira, *known)
            await start_standup(world.lena)
            await made.allow("CHURN", "DATA")
            await made.poll()
            jira.create("CHURN", f"{SUMMARY} is slow", assignee="lena")
            jira.move(KEY, STATUS, by="yuki")
            board = jira.agile.add_board("CHURN", "Churn", estimates=False)
            ends = instant("2026-10-23T15:00Z")
            jira.agile.put(jira.agile.start(board, f"{SPRINT} 12", instant(START), ends), KEY)
            await made.poll()
            await read_sprints.step(world.app.jobs, world.clock())
            yield made


async def nothing(_town: Town) -> None:
    """Everything may be seen."""


async def other_project(town: Town) -> None:
    town.jira.assign(KEY, None)
    await town.poll()
    await town.allow("DATA")


async def hidden_fields(town: Town) -> None:
    town.jira.assign(KEY, "yuki")
    await town.poll()
    await town.allow("CHURN", fields=[IssueField.PRIORITY])


async def security_level(town: Town) -> None:
    town.jira.secure(KEY, "Board only")
    await town.poll()


async def shared(town: Town) -> None:
    """Slack's event got lost; the next look notices."""
    town.world.slack.ws.channels[CHURN].shared = True
    town.world.clock.advance(minutes=6)
    team, world = town.world.slack.ws.team_id, town.world
    await channels.look_at(team, CHURN, world.app.jobs.chat, world.app.transactions, world.clock())


Arrange = Callable[[Town], Awaitable[None]]
SECRETS: dict[str, tuple[Arrange, tuple[str, ...]]] = {
    "a project that the channel doesn't name": (other_project, (SUMMARY, STATUS, ASSIGNEE, SPRINT)),
    "fields that the channel doesn't show": (hidden_fields, (SUMMARY,)),
    "a security level that it got later": (security_level, (SUMMARY, STATUS, ASSIGNEE)),
    "a channel shared with another company": (shared, (SUMMARY, STATUS, ASSIGNEE, SPRINT)),
}


async def test_every_path_shows_what_may_be_seen(tmp_path: File) -> None:
    async with town(tmp_path) as here:
        silent = [path.name for path in PATHS if path.shows not in await here.sent(path)]
        assert not silent, "\n".join(silent)


@pytest.mark.parametrize("case", SECRETS)
async def test_no_path_shows_what_may_not(tmp_path: File, case: str) -> None:
    arrange, words = SECRETS[case]
    async with town(tmp_path) as here:
        await arrange(here)
        leaks = []
        for path in PATHS:
            if arrange is shared and path.personal:
                continue
            told = await here.sent(path)
            leaks += [(path.name, word) for word in words if word in told]
        assert not leaks, "\n".join(map(str, leaks))


READS = {"Issue", "IssueSummary", "IssueLine", "IssueDetail"}
UNSEEN = {
    "bot.services.issues.mirror": "keeps what was polled",
    "bot.services.issues.reconciling": "keeps what was polled",
    "bot.services.issues.sight": "is what everything passes",
    "bot.services.issues.shared": "tells project keys to the owner of the settings",
}
"""Modules that touch issues and let nothing out."""


def test_no_module_that_reads_issues_is_without_a_path() -> None:
    """A new one has to be named by the path that drives it."""
    named = {module for path in PATHS for module in path.modules}
    reading = {module for module in _modules("services", "views") if _touches(module)}
    assert reading - named - UNSEEN.keys() == set()
    assert not [module for module in named | UNSEEN.keys() if not _file(module).exists()]


def _modules(*rooms: str) -> list[str]:
    files = [f for room in rooms for f in (ROOT / "bot" / room).rglob("*.py")]
    return [".".join(f.relative_to(ROOT).with_suffix("").parts) for f in files]


def _file(module: str) -> File:
    return (ROOT / module.replace(".", "/")).with_suffix(".py")


def _touches(module: str) -> bool:
    return any(map(_is_touch, ast.walk(ast.parse(_file(module).read_text()))))


def _is_touch(node: ast.AST) -> bool:
    """Whether it imports an issue's values or asks the store of them."""
    if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("bot.domain.issues"):
        return bool(READS & {name.name for name in node.names})
    if isinstance(node, ast.Attribute) and node.attr == "issues":
        return ast.unparse(node.value) in ("uow", "self._uow", "self.uow")
    return False
