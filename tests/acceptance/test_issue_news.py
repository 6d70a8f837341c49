"""What became of issues: from Jira and MLflow through the polls to the channel's digest."""

from datetime import date
from pathlib import Path

from tests.acceptance.harness import CHURN, START, World, instant
from tests.acceptance.outside_world import Office, office, set_digest
from tests.standins.mlflow import MlflowServer
from tests.standins.slack import text_of

MORNINGS = ("2026-10-19T07:00Z", "2026-10-20T07:00Z", "2026-10-21T07:00Z")
"""09:00 in Berlin from Monday on."""


def told(world: World) -> list[str]:
    """What the channel's latest digest says of issues, line by line from their keys on."""
    shown = [m for m in world.slack.messages(CHURN) if m["text"].startswith("Digest ")][-1]
    lines = [line for line in text_of(shown).splitlines() if "CHURN-" in line]
    return [line[line.index("CHURN-") :] for line in lines]


async def worked(busy: Office) -> None:
    """Several polls see something of the same morning."""
    jira = busy.jira
    for key, status in (("CHURN-1", "In progress"), ("CHURN-2", "In progress")):
        jira.move(key, status, by="yuki")
    await busy.poll()
    jira.move("CHURN-1", "To do", by="yuki")
    jira.move("CHURN-2", "In review", by="yuki")
    for key in ("CHURN-3", "CHURN-4", "CHURN-5"):
        jira.move(key, "Done", by="yuki")
    jira.block("CHURN-6", "CHURN-2")
    jira.assign("CHURN-7", None)
    jira.replan("CHURN-8", date(2026, 11, 10))
    churn = busy.mlflow.experiment("churn", {"primary_metric": "val_auc"})
    busy.trained(churn, "CHURN-4 lr 0.1", val_auc=0.905)
    busy.trained(churn, "lr 0.2", val_auc=0.912, tags={"jira": "CHURN-4"})
    await busy.poll()


async def test_there_and_back_is_not_told_and_two_steps_are_one_line(
    tmp_path: Path, mlflow: MlflowServer
) -> None:
    async with office(tmp_path, mlflow, start=START) as busy:
        world, jira = busy.world, busy.jira
        jira.clock = lambda: instant("2026-10-10T09:00Z")
        for title in ("Tune rate", "Calibrate scores", "Try focal loss", "Compare rates"):
            jira.create("CHURN", title, labels=["experiment"])
        jira.create("CHURN", "Order GPUs")
        jira.create("CHURN", "Report")
        jira.create("CHURN", "Clean labels", assignee="yuki")
        jira.create("CHURN", "Plan", due=date(2026, 11, 3))
        jira.clock = world.clock
        await busy.poll()
        await set_digest(world.lena, projects="CHURN")
        await worked(busy)
        await world.live_until(MORNINGS[0])
        assert told(world) == [
            "CHURN-6 Report · waits for CHURN-2",
            "CHURN-3 Try focal loss · done without a finished run or a decision, To do → Done",
            "CHURN-4 Compare rates · To do → Done, best val_auc 0.912 of 2 runs (higher is better)",
            "CHURN-5 Order GPUs · To do → Done",
            "CHURN-2 Calibrate scores · To do → In review",
            "CHURN-7 Clean labels · nobody has it now",
            "CHURN-8 Plan · due Tue 10 Nov instead of Tue 3 Nov",
        ]

        jira.move("CHURN-2", "To do")
        await busy.poll()
        await world.live_until(MORNINGS[1])
        assert told(world) == ["CHURN-2 Calibrate scores · In review → To do"]
        shown = len(world.slack.messages(CHURN))
        await world.live_until(MORNINGS[2])
        assert len(world.slack.messages(CHURN)) == shown, "how it stands is no reason for a digest"
