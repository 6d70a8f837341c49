"""A channel gets shared with another company: nothing of Jira there, and its owner hears of it."""

from bot.services.issues import sight
from tests.acceptance.harness import CHURN, LENA, World
from tests.issue_sight import let_see
from tests.standins.slack import Json, text_of

NIGHT = "2026-10-18T22:00Z"


async def set_up(world: World) -> None:
    """Lena's digest shows CHURN, also to other companies, which nobody knew of."""
    team = world.slack.ws.team_id
    await world.lena.open_home()
    await world.app.listeners.drain()
    await world.app.transactions.write(
        lambda uow: let_see(uow, CHURN, "CHURN", workspace=team, shared_ok=True, owner=LENA)
    )


async def gets_shared(world: World, *, shared: bool = True) -> None:
    """As Slack tells it."""
    world.slack.ws.channels[CHURN].shared = shared
    kind, company = ("channel_shared", "connected_team_id")
    if not shared:
        kind, company = ("channel_unshared", "previously_connected_team_id")
    await world.slack.deliver_event({"type": kind, company: "T0OTHER", "channel": CHURN})


async def sees(world: World) -> bool:
    """Whether the channel sees issues."""
    team = world.slack.ws.team_id
    return bool(await world.app.transactions.read(sight.of_channel, team, CHURN))


def told(world: World) -> list[Json]:
    return [m for m in world.slack.messages(LENA) if "another company" in m["text"]]


async def test_an_earlier_consent_ends_and_the_owner_hears_of_it_once_in_their_hours(
    world: World,
) -> None:
    await set_up(world)
    assert await sees(world)
    await world.live_until(NIGHT)
    await gets_shared(world)
    await gets_shared(world)
    assert not await sees(world)
    await world.live_until("2026-10-19T05:00Z")
    assert told(world) == []
    await world.live_until("2026-10-20T18:00Z")
    [message] = told(world)
    assert "no issues of CHURN" in text_of(message)
    assert "/digest settings" in text_of(message)

    team = world.slack.ws.team_id
    await world.app.transactions.write(
        lambda uow: let_see(uow, CHURN, "CHURN", workspace=team, shared=True, shared_ok=True)
    )
    assert await sees(world), "a consent by somebody who knows counts"


async def test_who_is_alone_again_sees_what_they_saw_and_nobody_is_told(world: World) -> None:
    await set_up(world)
    await world.live_until(NIGHT)
    await gets_shared(world)
    await gets_shared(world, shared=False)
    assert await sees(world)
    await world.live_until("2026-10-20T18:00Z")
    assert told(world) == []


async def test_slack_that_does_not_answer_leaves_it_shared(world: World) -> None:
    await set_up(world)
    world.slack.fault("conversations.info", status=500, times=3)
    world.expect("http 500", "handler_failed")
    await gets_shared(world)
    assert not await sees(world)
