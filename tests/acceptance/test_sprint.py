"""`/digest sprint`: the picture of the running sprint, with a plain sentence on its risk."""

from pathlib import Path

from jobs import poll_jira, read_sprints
from tests.acceptance.harness import CHURN, START, World, instant, meridian
from tests.acceptance.outside_world import set_digest
from tests.standins.jira import API_TOKEN, EMAIL, JiraStandIn
from tests.standins.line import line_to
from tests.standins.slack import text_of

MONDAY = "2026-10-19T06:00Z"
FRIDAY = "2026-10-30T17:00Z"


async def answer(world: World) -> str:
    """What `/digest sprint` answers to Yuki only."""
    before = len(world.slack.ephemerals(world.yuki.id))
    ack = await world.yuki.command("/digest", "sprint", channel=CHURN)
    if ack.ephemeral:
        return text_of(ack.ephemeral)
    # With a picture it comes as a message of its own, once the picture is there.
    await world.slack.until(lambda: len(world.slack.ephemerals(world.yuki.id)) > before)
    shown = world.slack.ephemerals(world.yuki.id)[-1]
    assert any(block["type"] in ("data_visualization", "image") for block in shown["blocks"])
    return text_of(shown)


async def read(world: World, when: str) -> None:
    """A poll and a reading at that time."""
    world.clock.move_to(when)
    for step in (poll_jira.step, read_sprints.step):
        await step(world.app.jobs, world.clock())


async def test_a_sprint_from_its_start_to_a_jira_that_is_down(
    tmp_path: Path,
) -> None:
    async with (
        JiraStandIn() as jira,
        line_to(jira.url) as line,
        meridian(
            tmp_path,
            start=START,
            jira_url=line.url,
            jira_email=EMAIL,
            jira_api_token=API_TOKEN,
        ) as world,
    ):
        jira.clock = world.clock
        for project in ("CHURN", "SECRET"):
            jira.add_project(project)
        assert "sees no Jira project" in await answer(world)
        await set_digest(world.lena, projects="CHURN", zone="Europe/Berlin")
        assert "haven't read the sprints" in await answer(world)
        keys = [jira.create("CHURN", f"Task {n}") for n in range(10)]
        await read(world, "2026-10-19T05:00Z")
        assert "has no board" in await answer(world)
        flow = jira.agile.add_board("CHURN", "Flow", kind="kanban")
        await read(world, "2026-10-19T05:31Z")
        assert "Kanban" in await answer(world)
        board = jira.agile.add_board("CHURN", "Churn <board>", estimates=False)
        assert flow != board
        sprint = jira.agile.start(board, "Sprint 12", instant(MONDAY), instant(FRIDAY))
        for key in keys:
            jira.agile.put(sprint, key)
        # Another team's issue in the same sprint counts in nothing shown here.
        jira.agile.put(sprint, jira.create("SECRET", "Other"))
        await read(world, "2026-10-19T06:02Z")
        for key in keys[:3]:
            jira.move(key, "Done")
        await read(world, "2026-10-21T09:00Z")
        late = jira.create("CHURN", "Came late")
        jira.agile.put(sprint, late)
        await read(world, "2026-10-23T17:00Z")
        said = await answer(world)
        assert "Sprint 12 · off track" in said
        assert "3 days behind the line; scope grew by 1 issue" in said
        assert "at this pace 5 of 11 issues stay open on Fri 30 Oct." in said
        assert "Scope: 10 issues at the start, 11 now (1 in, none out)" in said
        assert "red in the picture: issues came in that day" in said
        assert "Other" not in said
        await line.cut()
        await read(world, "2026-10-24T09:00Z")
        await world.restart()
        again = await answer(world)
        assert "Jira couldn't be read lately" in again
        assert "3 days behind the line" in again
