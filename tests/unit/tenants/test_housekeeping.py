"""One workspace where housekeeping fails costs the others nothing."""

from datetime import timedelta
from typing import Any, cast

from bot.domain.delivery import DeliveryState
from bot.domain.person import Person
from bot.errors import SlackError
from bot.services import installations
from jobs import housekeeping
from jobs.deps import JobDeps
from tests.unit.tenants.nodes import NOW, Nodes


class HalfBlind:
    """A Slack that names nobody, in one workspace not even that."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def people(self, workspace: str) -> list[Person]:
        """Refused in T1."""
        self.asked.append(workspace)
        if workspace == "T1":
            raise SlackError("no", code="missing_scope")
        return []


class _Deps:
    def __init__(self, **named: Any) -> None:
        self.__dict__.update(named)


async def _keep_house(fleet: Nodes) -> HalfBlind:
    node, chat = await fleet.node(), HalfBlind()
    deps = _Deps(
        workspaces=node.workspaces,
        tenants=node,
        transactions=fleet.transactions,
        chat=chat,
        holidays=None,
        issue_tracker=None,
    )
    await housekeeping.step(cast("JobDeps", deps), NOW)
    return chat


async def test_the_next_workspaces_are_mirrored_and_the_old_is_forgotten(fleet: Nodes) -> None:
    await fleet.installed("T1")
    await fleet.installed("T2")
    await fleet.transactions.write(lambda uow: uow.oauth_states.add("old", NOW - timedelta(days=1)))
    chat = await _keep_house(fleet)
    assert chat.asked == ["T1", "T2"]
    assert await fleet.transactions.read(lambda uow: uow.oauth_states.count()) == 0


async def test_what_was_stored_after_a_workspace_left_is_dropped(fleet: Nodes) -> None:
    await fleet.installed("T1")
    await fleet.installed("T2")
    await fleet.transactions.write(installations.uninstall, "T1", NOW, NOW - timedelta(minutes=5))
    await fleet.wish("T1")
    await fleet.wish("T2")
    await _keep_house(fleet)
    assert await fleet.state("T1") is DeliveryState.SKIPPED
    assert await fleet.state("T2") is DeliveryState.PENDING
    due = await fleet.transactions.read(lambda uow: uow.outbox.due(NOW))
    assert due == ["T2"]
