"""The decision that an alert proposes: back to what was there before."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.domain.alerts.rules import Rule
from bot.domain.decisions.consent import ConsentRule, ConsentTerms
from bot.domain.decisions.promotion import PromotedBy, Promotion
from bot.domain.decisions.sight import Viewer
from bot.errors import Conflict, NotFound
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import rollbacks
from bot.services.decisions.rollbacks import Proposal
from tests.unit.alerts.values import BELOW, WORSE, fresh, incident, rule
from tests.unit.decisions.promoting import Desk, W, desk_at
from tests.unit.decisions.samples import NOW

TITLE = incident().title


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_at(tmp_path) as found:
        yield found


async def alarm(desk: Desk, watching: Rule | None = None, **changes: Any) -> None:
    """An open incident of rule A-1 in C1."""

    def store(uow: UnitOfWork) -> None:
        uow.alerts.add(watching or rule(WORSE), fresh())
        uow.alerts.open_incident(incident(**changes))

    await desk.transactions.write(store)


async def proposed(
    desk: Desk, found: str = "T1:A-1:1", channel: str = "C1", by: str = "UANA"
) -> Proposal:
    viewer = Viewer(workspace=W, user_id=by, now=desk.now, channel=channel)
    return await desk.transactions.read(rollbacks.proposal, viewer, found)


async def promoter(desk: Desk, version: int = 14) -> PromotedBy | None:
    return await desk.transactions.read(rollbacks.promoted_by, W, "churn", version)


def to(version: int) -> Promotion:
    return Promotion(model="churn", version=version, alias="champion")


async def test_it_replaces_the_decision_and_goes_back_to_what_was_there(desk: Desk) -> None:
    terms = ConsentTerms(rule=ConsentRule.MAJORITY, hours=4)
    await desk.accept(tags=("churn",), consulted=("UCHI",), consent=terms, context="Old reasons")
    await desk.deliver()
    await alarm(desk)
    found = await proposed(desk)
    assert found.older is not None
    assert (found.older.number, found.channel) == (1, "C1")
    body = found.body
    assert body.title == "Roll churn back to version 13"
    assert body.outcome == f"We put version 13 of churn back under champion, because {TITLE}."
    assert body.promotion == to(13)
    assert (body.makers, body.consulted, body.tags) == (("UANA", "UBEN"), ("UCHI",), ("churn",))
    assert (body.consent, body.context, body.revisit) == (terms, "", None)
    assert [each.id for each in body.evidence] == ["run:1/run14", "version:churn/13"]


async def test_the_alert_names_who_promoted_it_and_where_that_stands(desk: Desk) -> None:
    assert await promoter(desk) is None
    await desk.accept()
    await desk.deliver()
    assert await promoter(desk) == PromotedBy(
        number=1, author="UANA", at=desk.now, channel="C1", ts="decision:T1:1"
    )
    assert await promoter(desk, 13) is None


async def test_the_alert_of_a_version_that_was_rolled_back_still_names_its_decision(
    desk: Desk,
) -> None:
    for version in (14, 13, 14, 13):
        await desk.accept(to(version))
        await desk.deliver(after=1)
    found = [await promoter(desk, version) for version in (13, 14)]
    assert [each and each.number for each in found] == [4, 3]


async def test_of_a_decision_that_isnt_seen_it_takes_the_number_only(desk: Desk) -> None:
    terms = ConsentTerms(rule=ConsentRule.MAJORITY, hours=4)
    await desk.accept(tags=("secret",), consulted=("UCHI",), consent=terms)
    await desk.deliver()
    await alarm(desk, channel="C2")
    stranger, maker = (
        await proposed(desk, channel="C2", by="UDEV"),
        await proposed(desk, channel="C2", by="UCHI"),
    )
    assert stranger.older is not None
    assert stranger.older.number == 1
    assert (stranger.body.makers, stranger.body.consulted) == ((), ())
    assert (stranger.body.tags, stranger.body.consent) == ((), None)
    assert stranger.body.promotion == to(13) == maker.body.promotion
    assert (maker.body.tags, maker.body.consent) == (("secret",), terms)


async def test_after_a_move_by_hand_it_goes_back_to_what_was_decided(desk: Desk) -> None:
    await desk.accept()
    await desk.deliver()
    await desk.transactions.write(
        lambda uow: uow.experiments.point_alias(W, "churn", "champion", 12)
    )
    await alarm(desk)
    found = await proposed(desk)
    assert found.older is None
    assert found.body.promotion == to(14)


async def test_where_nothing_was_before_the_decision_before_tells(desk: Desk) -> None:
    await desk.accept(to(15))
    await desk.deliver(after=1)
    await desk.accept(to(14))
    await desk.deliver(after=1)

    def forget(uow: UnitOfWork) -> None:
        status = uow.promotions.get(W, 2)
        assert status is not None
        uow.promotions.save(W, replace(status, previous=None))

    await desk.transactions.write(forget)
    await alarm(desk)
    assert (await proposed(desk)).body.promotion == to(15)


async def test_what_was_rolled_back_is_not_proposed_again(desk: Desk) -> None:
    for version, supersedes in ((14, None), (15, 1), (14, 2)):
        await desk.accept(to(version), supersedes=supersedes)
        await desk.deliver(after=1)
    await alarm(desk)
    found = await proposed(desk)
    assert found.older is not None
    assert (found.older.number, found.body.promotion) == (3, to(13))


async def test_after_a_step_back_by_hand_it_goes_back_further(desk: Desk) -> None:
    for version in (14, 15):
        await desk.accept(to(version))
        await desk.deliver(after=1)
    await desk.transactions.write(
        lambda uow: uow.experiments.point_alias(W, "churn", "champion", 14)
    )
    await alarm(desk)
    assert (await proposed(desk)).body.promotion == to(13)


async def test_who_logged_a_decision_without_makers_is_asked_to_undo_it(desk: Desk) -> None:
    await desk.accept(makers=())
    await desk.deliver()
    await alarm(desk)
    assert (await proposed(desk, by="UBEN")).body.makers == ("UANA",)


async def test_a_version_that_is_gone_is_not_proposed(desk: Desk) -> None:
    await desk.accept()
    await desk.deliver()
    left = [version for version in desk.tracker.versions if version.version != 13]
    await desk.transactions.write(
        lambda uow: uow.experiments.save_models(W, desk.tracker.models, left)
    )
    await alarm(desk)
    found = await proposed(desk)
    assert found.older is not None
    assert (found.body.title, found.body.promotion) == ("Roll churn back", None)
    assert found.body.outcome.startswith("We roll back, because churn v14 is worse")


async def test_a_champion_that_nobody_decided_on(desk: Desk) -> None:
    await alarm(desk)
    found = await proposed(desk)
    assert (found.older, found.body.promotion, found.body.makers) == (None, None, ())


async def test_a_decision_that_was_deprecated_is_not_replaced(desk: Desk) -> None:
    await desk.accept()
    await desk.deliver()
    await desk.deprecate(1)
    await alarm(desk)
    found = await proposed(desk)
    assert found.older is None
    assert found.body.promotion == to(13)


async def test_hostile_and_long_names_become_a_title(desk: Desk) -> None:
    await alarm(desk, title="x " * 2000)
    body = (await proposed(desk)).body
    assert len(body.outcome) <= 1510
    assert len(body.title) <= 150


async def test_only_an_open_alert_of_a_model_seen_in_its_channel_is_undone(desk: Desk) -> None:
    await alarm(desk)
    with pytest.raises(NotFound):
        await proposed(desk, channel="C2")
    with pytest.raises(NotFound):
        await proposed(desk, found="T1:A-1:2")
    await desk.transactions.write(_ended, "T1:A-1:1")
    with pytest.raises(Conflict, match="over already"):
        await proposed(desk)


def _ended(uow: UnitOfWork, incident_id: str) -> None:
    known = uow.alerts.incident(W, incident_id)
    assert known is not None
    ended = replace(known, resolved_at=NOW + timedelta(hours=1), recovered=True)
    assert uow.alerts.save_incident(ended)


async def test_an_experiments_alert_has_no_model_to_roll_back(desk: Desk) -> None:
    await alarm(desk, rule(BELOW))
    with pytest.raises(NotFound, match="A-1 watches no model"):
        await proposed(desk)
