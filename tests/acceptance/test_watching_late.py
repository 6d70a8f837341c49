"""Watching when things come late: Slack, MLflow, a run that goes on, and people nobody knows."""

from bot.domain.experiments.records import RunStatus
from bot.views.experiments import silent
from jobs import poll_mlflow, watch
from tests.acceptance import test_watching as watching
from tests.acceptance.harness import ANANYA, CHURN, latest
from tests.acceptance.test_watching import Lab, say, silent_run
from tests.standins.slack import text_of

lab = watching.lab

NIGHT = "2026-10-19T20:00Z"
"""Half past one in Kolkata."""
MORNING = "2026-10-20T05:00Z"


async def look(lab: Lab, minutes: int) -> None:
    """What the poll brings is told; Slack takes nothing yet."""
    lab.world.clock.advance(minutes=minutes)
    await poll_mlflow.step(lab.world.app.jobs, lab.world.clock())
    await watch.step(lab.world.app.jobs, lab.world.clock())


async def test_nobody_unknown_ends_a_run_or_changes_what_is_watched(lab: Lab) -> None:
    world = lab.world
    await silent_run(lab, user="gpu-box-7")
    await say(world.lena, "watch churn")
    await lab.poll(minutes=35)
    [line] = world.slack.messages(CHURN)
    world.slack.add_user("U0GUEST", "guest", is_restricted=True)
    world.slack.add_user("U0OTHER", "other", team_id="T0OTHER")
    world.slack.ws.channels[CHURN].members += ["U0GUEST", "U0OTHER"]
    for user_id in ("U0GUEST", "U0OTHER"):
        who = world.slack.person(user_id)
        await who.click(line, silent.ACTION_KILL)
        await world.deliver()
        assert "Guests and people of other companies" in text_of(
            latest(world.slack.ephemerals(user_id))
        )
        assert "Guests and people of other companies" in await say(who, "unwatch churn")
    assert lab.mlflow.held["slow"].status is RunStatus.RUNNING
    assert "This channel watches experiment churn already." in await say(world.lena, "watch churn")


async def test_a_run_that_logs_before_mlflow_ends_it_is_left_alone(lab: Lab) -> None:
    world = lab.world
    await silent_run(lab)
    await lab.poll(minutes=35)
    [asked] = lab.told(ANANYA)
    lab.mlflow.down.add("terminate")
    await world.ananya.click(asked, silent.ACTION_KILL)
    await world.deliver()
    lab.runs("slow", 9, user="ananya")
    lab.mlflow.down.clear()
    # MLflow is asked again before a poll could see it.
    world.clock.advance(minutes=2)
    await world.deliver()
    assert lab.mlflow.held["slow"].status is RunStatus.RUNNING
    assert text_of(lab.told(ANANYA)[0]).startswith("slow of churn logs again")


async def test_a_question_that_slack_delays_waits_for_the_morning(lab: Lab) -> None:
    await silent_run(lab)
    await look(lab, 35)
    lab.world.clock.move_to(NIGHT)
    await lab.world.deliver()
    await lab.poll()
    assert lab.told(ANANYA) == []
    lab.world.clock.move_to(MORNING)
    await lab.poll()
    assert len(lab.told(ANANYA)) == 1


async def test_news_that_slack_delays_wait_for_the_morning(lab: Lab) -> None:
    await say(lab.world.ananya, "watch churn me")
    lab.ends("owl", 0.912)
    await look(lab, 1)
    lab.world.clock.move_to(NIGHT)
    await lab.world.deliver()
    await lab.world.live_until(MORNING)
    [told] = lab.told(ANANYA)
    assert "owl of churn finished" in text_of(told)
    await lab.world.live_until("2026-10-20T07:00Z")
    assert len(lab.told(ANANYA)) == 1


async def test_children_one_at_a_time_below_a_closed_parent_share_a_message(lab: Lab) -> None:
    await say(lab.world.lena, "watch churn")
    below = {"mlflow.parentRunId": "lr-search"}
    lab.ends("lr-search")
    for number in range(3):
        await lab.poll(minutes=15)
        lab.ends(f"c{number}", 0.9 + number / 1000, tags=below)
        await lab.poll()
    assert len(lab.posted()) <= 2
    assert "sweep lr-search of churn: 3 of 3 done" in lab.posted()[-1]


async def test_what_is_unwatched_at_night_is_not_told_in_the_morning(lab: Lab) -> None:
    world = lab.world
    await say(world.marcus, "watch churn me")
    await say(world.marcus, "watch churn-model me")
    lab.ends("owl", 0.912)
    await lab.poll(minutes=15)
    await say(world.marcus, "unwatch churn me")
    await world.live_until("2026-10-19T13:00Z")
    assert lab.told("U0MARCUS") == []
