"""Decisions are found again: by words in any form, filters, pages, months, and by asking why."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.experiments.records import ModelVersion, RegisteredModel
from bot.ports.repositories import UnitOfWork
from bot.services.experiments.pages import SOURCE
from jobs import housekeeping
from tests.acceptance.decision_forms import send
from tests.acceptance.harness import CHURN, MARCUS, World, meridian
from tests.acceptance.test_decisions import answer, card, labels, log
from tests.standins.slack import Json, Person, text_of

PAGE = "decision.page"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Meridian after its first minute: it knows everybody's name."""
    async with meridian(tmp_path) as found:
        await housekeeping.step(found.app.jobs, found.clock())
        yield found


async def three_months(world: World) -> None:
    """D-1 in October by Lena, D-2 in November by Marcus, D-3 in December, proposed by Lena."""
    await log(world.lena, "Calibrate churn", outcome="Thresholds move to 0.4.", tags="churn, q4")
    world.clock.move_to("2026-11-10T14:00Z")
    await log(world.marcus, "Drop Kafka", context="推論の閾値を下げる", tags="infra")
    world.clock.move_to("2026-12-10T14:00Z")
    await log(world.lena, "Calibrate again", status="proposed", makers=[MARCUS], tags="churn")
    await world.deliver()


async def refs(person: Person, text: str) -> list[str]:
    """The decisions that an answer names first in its lines, in their order."""
    found = (await answer(person, text)).splitlines()
    return [line.partition(" · ")[0] for line in found if line.startswith("D-")]


async def test_forms_of_words_and_filters_find_what_was_decided(world: World) -> None:
    await three_months(world)
    for typed, expected in {
        "search calibrating thresholds": ["D-1"],
        "search CALIBRATION": ["D-3", "D-1"],
        "search thresh": ["D-1"],
        "search 閾値": ["D-2"],
        "search calibrated status:proposed": ["D-3"],
        f"search by:<@{MARCUS}|marcus>": ["D-3", "D-2"],
        "search by:@lena tag:q4": ["D-1"],
        'search by:"Marcus Reed" until:2026-11': ["D-2"],
        "search tag:churn since:2026-11": ["D-3"],
        "list tag:CHURN": ["D-3", "D-1"],
        "list proposed by:me": ["D-3"],
        "list since:2026-11-10 until:2026-11-10": ["D-2"],
        "list": ["D-3", "D-2", "D-1"],
    }.items():
        assert await refs(world.lena, typed) == expected, typed
    assert "Thresholds move to 0.4." in await answer(world.lena, "search calibrating threshold")
    assert "No decision holds all of *spark tag:q4*" in await answer(
        world.lena, "search spark tag:q4"
    )
    assert "No decision is tag:none. Type" in await answer(world.lena, "list tag:none")


async def test_wrong_filters_get_a_sentence(world: World) -> None:
    await three_months(world)
    assert "`since:2026-01-15`" in await answer(world.lena, "search x since:soon")
    assert "I don't know who ghost is" in await answer(world.lena, "list by:@ghost")
    assert "Did you mean `status:accepted`" in await answer(world.lena, "search x status:acepted")


@pytest.mark.parametrize("title", ["List prices by hand", "Timeline of the move is three weeks"])
async def test_a_title_may_still_begin_with_such_a_word(world: World, title: str) -> None:
    await world.lena.command("/decide", title, channel=CHURN)
    assert await send(world.lena, outcome="It wins.") is None
    await world.deliver()
    assert card(world, 1)["text"].startswith(f"D-1 · {title}")


async def test_a_timeline_tells_month_by_month_what_happened(world: World) -> None:
    await three_months(world)
    await world.marcus.click(card(world, 3), "decision.accept")
    text = await answer(world.yuki, "timeline")
    parts = (
        "December 2026", "D-3 accepted by Marcus", "Calibrate again",
        "November 2026", "D-2 logged as accepted by Marcus", "Drop Kafka",
        "October 2026", "D-1 logged as accepted by Lena", "Calibrate churn",
    )  # fmt: skip
    flat = " ".join(text.split())
    places = [flat.find(part) for part in parts]
    assert -1 not in places, (parts[places.index(-1)], flat)
    assert places == sorted(places)
    flat = " ".join((await answer(world.yuki, "timeline tag:churn since:2026-11")).split())
    assert "D-3 accepted" in flat
    assert "D-2" not in flat
    assert "D-1" not in flat


async def test_pages_lead_back_in_time_and_forth_again(world: World) -> None:
    for number in range(1, 24):
        await log(world.lena, f"Thing {number}", tags="odd" if number % 2 else "even")
    first = await world.yuki.command("/decide", "list", channel=CHURN)
    assert first.ephemeral is not None
    assert "D-4 " in text_of(first.ephemeral)
    assert "D-3 " not in text_of(first.ephemeral)
    assert labels(first.ephemeral) == ["Older"]
    await world.yuki.click(first.ephemeral, f"{PAGE}:on")
    assert _named(world.yuki.modal) == ["D-3", "D-2", "D-1"]
    assert labels(world.yuki.modal) == ["Newer"]
    await world.yuki.click(world.yuki.modal, f"{PAGE}:back")
    assert len(_named(world.yuki.modal)) == 20
    found = await world.yuki.command("/decide", "search things tag:odd", channel=CHURN)
    assert found.ephemeral is not None
    assert labels(found.ephemeral) == ["More"]
    await world.yuki.click(found.ephemeral, f"{PAGE}:on")
    assert _named(world.yuki.modal) == ["D-3", "D-1"]
    happened = await world.yuki.command("/decide", "timeline", channel=CHURN)
    assert happened.ephemeral is not None
    await world.yuki.click(happened.ephemeral, f"{PAGE}:on")
    assert "D-1 logged as accepted by Lena" in " ".join(text_of(world.yuki.modal).split())


def _named(view: Json) -> list[str]:
    return [x.partition(" · ")[0] for x in text_of(view).splitlines() if x.startswith("D-")]


async def test_why_without_a_model_and_of_a_decision_without_one(world: World) -> None:
    assert "No decision promotes a model yet" in await answer(world.lena, "why")
    await log(world.lena, "Use LightGBM")
    await log(world.lena, "Use XGBoost")
    assert "D-1 · Use LightGBM" in await answer(world.lena, "why D-1")
    assert "D-1 replaced nothing" in await answer(world.lena, "why 1")
    assert "No decision promotes a model yet" in await answer(world.lena, "why churn model")
    assert "There is no D-9" in await answer(world.lena, "why D-9")


async def test_why_of_a_model_nobody_decided_on(world: World) -> None:
    def registry(uow: UnitOfWork) -> None:
        workspace, now = world.slack.ws.team_id, world.clock()
        models = [RegisteredModel(name="churn", aliases={"champion": 3})]
        version = ModelVersion(model="churn", version=3, run_id="", created_at=now)
        uow.experiments.save_models(workspace, models, [version])
        uow.sources.read_ok(SOURCE, now, now)

    await world.app.transactions.write(registry)
    text = await answer(world.lena, "why churn")
    assert "champion of churn is version 3" in " ".join(text.split())
    assert "without a decision on record" in text
