"""The form that replaces a decision: it moves no alias back, and proposes for who has no say."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.decisions.promotion import Promotion
from bot.domain.decisions.record import DecisionStatus
from bot.domain.draft import Draft
from bot.views.decisions import form, sections
from bot.views.decisions.promotion_inputs import FIELD, FIELD_ALIAS
from bot.views.decisions.sheets import Sheet
from handlers.decisions.forms import supersede_sheet
from handlers.requests import Click
from tests.unit.decisions.promoting import CHAMPION, Desk, W, desk_at
from tests.unit.decisions.samples import modal_problems, shown_text

LATER = Promotion(model="churn", version=15, alias="champion")
LEFT_OUT = "so version 14 is left out here: this form moves nothing unless you choose a version"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_at(tmp_path) as found:
        yield found


async def sheet(desk: Desk, by: str = "UANA") -> Sheet:
    """The form of what replaces D-1."""
    click = Click(
        workspace=W, user_id=by, now=desk.now, key="k", action_id="decision.supersede",
        value="1", trigger_id="t", response_url="https://r", channel="C1",
    )  # fmt: skip
    return await desk.transactions.read(supersede_sheet, click, 1, "C1")


def said(found: Sheet) -> str:
    modal = form.draw(found, {}, sections.Registry())
    assert modal_problems(modal) == []
    return shown_text(modal)


async def hand(desk: Desk, version: int) -> None:
    await desk.transactions.write(
        lambda uow: uow.experiments.point_alias(W, "churn", "champion", version)
    )


async def test_a_promotion_that_holds_is_said_again(desk: Desk) -> None:
    await desk.accept()
    await desk.deliver()
    found = await sheet(desk)
    assert (found.body.promotion, found.note) == (CHAMPION, "")


async def test_what_a_later_decision_moved_on_is_not_moved_back(desk: Desk) -> None:
    await desk.accept()
    await desk.deliver()
    await desk.accept(LATER)
    await desk.deliver(after=1)
    found = await sheet(desk)
    assert found.body.promotion is None
    assert f"By now champion of churn is version 15, moved by D-2, {LEFT_OUT}" in said(found)
    await desk.accept(found.body.promotion, supersedes=1, context="Clearer words")
    await desk.deliver(after=1)
    assert desk.champion() == 15


async def test_what_was_moved_on_by_hand_is_not_moved_back(desk: Desk) -> None:
    await desk.accept()
    await desk.deliver()
    await hand(desk, 12)
    found = await sheet(desk)
    assert found.body.promotion is None
    assert f"By now champion of churn is version 12, {LEFT_OUT}" in said(found)


async def test_what_waits_to_be_moved_is_taken_over(desk: Desk) -> None:
    await desk.accept()
    assert (await sheet(desk)).body.promotion == CHAMPION
    desk.connected = False
    await desk.deliver()
    assert (await sheet(desk)).body.promotion == CHAMPION
    await desk.accept(LATER)
    found = await sheet(desk)
    assert found.body.promotion is None
    assert "moved by D-2" in found.note


async def test_a_draft_brings_back_no_promotion_that_was_moved_on(desk: Desk) -> None:
    await desk.accept()
    await desk.deliver()
    await desk.accept(LATER)
    await desk.deliver(after=1)

    def typed(version: int) -> Draft:
        chosen = {"type": "static_select", "selected_option": {"value": f"{version}:churn"}}
        alias = {"type": "plain_text_input", "value": "champion"}
        return Draft(
            workspace=W,
            user_id="UANA",
            place="p",
            values={FIELD: {FIELD: chosen}, FIELD_ALIAS: {FIELD_ALIAS: alias}},
            saved_at=desk.now,
        )

    found = await sheet(desk)
    assert found.with_draft(typed(14)).typed.keys() == {FIELD_ALIAS}
    assert found.with_draft(typed(13)).typed.keys() == {FIELD, FIELD_ALIAS}


async def test_who_has_no_say_proposes(desk: Desk) -> None:
    await desk.accept(makers=("UANA",))
    statuses = [(await sheet(desk, by)).status for by in ("UANA", "UBEN")]
    assert statuses == [DecisionStatus.ACCEPTED, DecisionStatus.PROPOSED]
