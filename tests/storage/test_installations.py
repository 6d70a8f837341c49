"""Installations, workspaces and states, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from cryptography.fernet import Fernet

from bot.clients.secrets import FernetBox
from bot.domain.delivery import Delivery, DeliveryState
from bot.domain.installation import REFRESH_LEASE, Installation, Sealed, Team, Workspace
from bot.errors import SecretsError
from bot.ports.repositories import UnitOfWork
from bot.services import installations

T = TypeVar("T")
Run = Callable[[Callable[[UnitOfWork], T]], T]

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
ACME = Installation(
    id="T1",
    name="Acme",
    bot_token=Sealed("sealed" * 60),
    refresh_token=Sealed("refresh" * 60),
    expires_at=NOW + timedelta(hours=12),
    installed_at=NOW,
)
ORG = replace(ACME, id="E1", enterprise_id="E1", is_org_wide=True)


def installed(uow: UnitOfWork) -> None:
    installations.install(uow, ACME, [Team(id="T1", name="Acme", url="https://acme.example/")], NOW)


def by_organisation(uow: UnitOfWork) -> None:
    installations.install(uow, ORG, [Team(id="T1"), Team(id="T2")], NOW)


def waiting(workspace: str, name: str = "d") -> Delivery:
    return Delivery(
        id=f"{name}:{workspace}",
        workspace=workspace,
        channel="C1",
        card="hello",
        subject={},
        ready_at=NOW,
    )


def test_long_tokens_come_back_whole(run: Run[Installation | None]) -> None:
    run(installed)
    found = run(lambda uow: uow.installations.get("T1"))
    assert found == replace(ACME, revision=1)
    assert "sealed" not in repr(found)


def test_saving_again_makes_a_new_revision_of_the_same_row(run: Run[object]) -> None:
    run(installed)
    run(installed)
    assert run(lambda uow: uow.installations.revisions()) == {"T1": 2}
    assert len(run(lambda uow: uow.installations.all())) == 1  # type: ignore[arg-type]


def test_one_of_many_gets_the_lease_until_it_runs_out(run: Run[bool]) -> None:
    run(installed)  # type: ignore[arg-type]

    def lease(now: datetime) -> bool:
        return run(lambda uow: installations.lease(uow, ACME, now))

    assert [lease(NOW), lease(NOW), lease(NOW + timedelta(seconds=5))] == [True, False, False]
    assert lease(NOW + REFRESH_LEASE)


def test_nobody_gets_the_lease_of_a_revision_that_was_replaced(run: Run[object]) -> None:
    run(installed)
    fresh = run(
        lambda uow: installations.refreshed(uow, ACME, Sealed("new"), Sealed("next"), LATER)
    )
    assert isinstance(fresh, Installation)
    assert (fresh.revision, fresh.bot_token, fresh.leased_until) == (2, "new", None)
    assert run(lambda uow: installations.lease(uow, ACME, LATER)) is False
    late = run(lambda uow: installations.refreshed(uow, ACME, Sealed("x"), Sealed("y"), LATER))
    assert late is None


def test_a_state_is_used_up_by_the_first(run: Run[object]) -> None:
    run(lambda uow: uow.oauth_states.add("abc", LATER))
    assert run(lambda uow: uow.oauth_states.consume("other", NOW)) is False
    assert run(lambda uow: uow.oauth_states.consume("abc", NOW)) is True
    assert run(lambda uow: uow.oauth_states.consume("abc", NOW)) is False


def test_an_old_state_is_good_for_nothing_and_forgotten(run: Run[object]) -> None:
    run(lambda uow: uow.oauth_states.add("abc", NOW))
    assert run(lambda uow: uow.oauth_states.consume("abc", NOW)) is False
    assert run(lambda uow: uow.oauth_states.count()) == 1
    assert run(lambda uow: uow.oauth_states.forget(NOW)) == 1
    assert run(lambda uow: uow.oauth_states.count()) == 0


def test_uninstalling_drops_tokens_and_what_waits_there_only(run: Run[object]) -> None:
    run(installed)
    run(lambda uow: installations.join(uow, Team(id="T2"), "", NOW))
    run(lambda uow: [uow.deliveries.add(waiting(each)) for each in ("T1", "T2")])

    assert run(lambda uow: installations.uninstall(uow, "T1", LATER, LATER)) == ["T1"]

    assert run(lambda uow: uow.workspaces.gone()) == {"T1"}
    kept = run(lambda uow: uow.installations.get("T1"))
    assert isinstance(kept, Installation)
    assert (kept.bot_token, kept.refresh_token, kept.removed_at) == ("", "", LATER)
    states = run(lambda uow: {d.workspace: d.state for d in _both(uow)})
    assert states == {"T1": DeliveryState.SKIPPED, "T2": DeliveryState.PENDING}
    assert run(lambda uow: installations.uninstall(uow, "T1", LATER, LATER)) == []


def _both(uow: UnitOfWork) -> list[Delivery]:
    return list(uow.deliveries.several(["d:T1", "d:T2"]).values())


def test_news_from_before_the_installation_removes_nothing(run: Run[object]) -> None:
    run(installed)
    before = NOW - timedelta(seconds=1)
    assert run(lambda uow: installations.uninstall(uow, "T1", before, LATER)) == []
    assert run(lambda uow: uow.workspaces.gone()) == frozenset()


def test_what_is_stored_after_a_workspace_left_is_dropped_there_only(run: Run[object]) -> None:
    run(installed)
    run(lambda uow: installations.join(uow, Team(id="T2"), "", NOW))
    run(lambda uow: installations.uninstall(uow, "T1", NOW, NOW))
    run(lambda uow: [uow.deliveries.add(waiting(each)) for each in ("T1", "T2")])
    assert run(lambda uow: uow.outbox.due(LATER)) == ["T1", "T2"]
    run(lambda uow: installations.drop_late(uow, LATER))
    assert run(lambda uow: uow.outbox.due(LATER)) == ["T2"]


def test_a_refused_token_counts_for_the_revision_that_was_asked_about(run: Run[object]) -> None:
    run(installed)
    run(lambda uow: installations.refreshed(uow, ACME, Sealed("new"), Sealed("next"), LATER))
    assert run(lambda uow: installations.lost(uow, "T1", 1, LATER, LATER)) == []
    assert run(lambda uow: installations.lost(uow, "T1", 2, LATER, LATER)) == ["T1"]
    assert run(lambda uow: installations.lost(uow, "T1", 2, LATER, LATER)) == []


def test_a_workspace_that_comes_back_hears_nothing_of_the_time_between(run: Run[object]) -> None:
    run(installed)
    run(lambda uow: installations.uninstall(uow, "T1", LATER, LATER))
    run(lambda uow: uow.deliveries.add(waiting("T1", "late")))
    again = LATER + timedelta(days=1)

    def reinstalled(uow: UnitOfWork) -> None:
        granted = replace(ACME, installed_at=again)
        installations.install(uow, granted, [Team(id="T1", name="Acme")], again)

    run(reinstalled)
    back = run(lambda uow: uow.workspaces.get("T1"))
    assert isinstance(back, Workspace)
    assert (back.removed_at, back.installed_at) == (None, again)
    late = run(lambda uow: uow.deliveries.get("late:T1"))
    assert isinstance(late, Delivery)
    assert late.state is DeliveryState.SKIPPED


def test_an_organisation_gives_and_takes_workspaces(run: Run[object]) -> None:
    run(by_organisation)
    run(lambda uow: installations.grant(uow, "E1", [Team(id="T3")], NOW))
    assert run(lambda uow: installations.revoke(uow, "E1", ["T2", "T9"], LATER)) == ["T2"]
    served = run(lambda uow: [each.id for each in uow.workspaces.of_installation("E1")])
    assert served == ["T1", "T3"]


def test_an_organisation_that_uninstalls_takes_all_its_workspaces(run: Run[object]) -> None:
    run(by_organisation)
    assert run(lambda uow: installations.uninstall(uow, "E1", LATER, LATER)) == ["T1", "T2"]
    assert run(lambda uow: uow.installations.revisions()) == {}


def test_a_workspace_keeps_its_own_installation_beside_the_organisations(run: Run[object]) -> None:
    run(installed)
    run(by_organisation)
    own = run(lambda uow: uow.workspaces.get("T1"))
    assert isinstance(own, Workspace)
    assert own.installation == "T1"


def test_purging_forgets_the_grant_once_it_serves_nobody(run: Run[object]) -> None:
    run(installed)
    run(lambda uow: installations.forget(uow, "T1"))
    assert run(lambda uow: uow.installations.get("T1")) is not None
    run(lambda uow: installations.uninstall(uow, "T1", LATER, LATER))
    old = run(lambda uow: uow.workspaces.removed_before(LATER + timedelta(days=30)))
    assert [each.id for each in old] == ["T1"]  # type: ignore[attr-defined]
    run(lambda uow: installations.forget(uow, "T1"))
    assert run(lambda uow: uow.installations.get("T1")) is None


def test_rotating_keys_keeps_secrets_and_revision(run: Run[object]) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    box = FernetBox([old])
    sealed = replace(ACME, bot_token=box.seal("xoxb-1"), refresh_token=box.seal("xoxe-1"))
    run(lambda uow: installations.install(uow, sealed, [Team(id="T1")], NOW))

    assert run(lambda uow: installations.rotate(uow, FernetBox([new, old]))) == 1

    kept = run(lambda uow: uow.installations.get("T1"))
    assert isinstance(kept, Installation)
    assert FernetBox([new]).open(kept.bot_token) == "xoxb-1"
    assert FernetBox([new]).open(kept.refresh_token) == "xoxe-1"
    assert kept.revision == 1
    with pytest.raises(SecretsError):
        run(lambda uow: installations.rotate(uow, FernetBox([Fernet.generate_key().decode()])))
