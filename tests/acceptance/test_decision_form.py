"""The form of a decision: short at first, unfolding as its writer wants, its errors in sight."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs import housekeeping
from tests.acceptance.decision_forms import (
    actions_of,
    decide,
    fill_in,
    said_in,
    send,
    type_into,
    typed_in,
    unfold,
)
from tests.acceptance.harness import CHURN, LENA, MARCUS, YUKI, World, latest, meridian
from tests.standins.slack import text_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Meridian after its first minute: it knows everybody's name."""
    async with meridian(tmp_path) as found:
        await housekeeping.step(found.app.jobs, found.clock())
        yield found


async def shown(world: World, typed: str) -> str:
    """What `/decide <typed>` answers Lena."""
    ack = await world.lena.command("/decide", typed, channel=CHURN)
    assert ack.ephemeral is not None, f"no answer; modals: {world.lena.modals}"
    return text_of(ack.ephemeral)


async def test_title_outcome_and_how_are_all_there_is_at_first(world: World) -> None:
    await world.lena.command("/decide", "Use LightGBM", channel=CHURN)
    assert [*typed_in(world.lena)] == ["title", "outcome", "consent_rule"]
    assert await send(world.lena, outcome="It wins.") is None
    assert world.lena.modals == []
    text = await shown(world, "show D-1")
    assert "D-1 · Use LightGBM · accepted" in text
    assert "Makers Lena Fischer" in text.replace("\n", "")


async def test_unfolding_keeps_what_was_typed_and_what_was_unfolded(world: World) -> None:
    await world.lena.command("/decide", "Use LightGBM", channel=CHURN)
    world.lena.fill(world.lena.modal, outcome="It wins.", title="Use LightGBM 4")
    await unfold(world.lena, "tags")
    world.lena.fill(world.lena.modal, tags="churn, gbm")
    await unfold(world.lena, "options", "makers")
    now = typed_in(world.lena)
    assert (now["title"], now["outcome"], now["tags"]) == (
        "Use LightGBM 4",
        "It wins.",
        "churn, gbm",
    )
    assert now["makers"] == [LENA]
    left = {action for action in actions_of(world.lena.modal) if "unfold" in action}
    assert left == {
        f"decision.unfold:{name}" for name in ("context", "consequences", "evidence", "effect")
    }
    assert await send(world.lena, options="A\n+ fast\n- new\nB", context="Why") is None
    text = await shown(world, "show 1")
    for part in ("Use LightGBM 4", "It wins.", "churn, gbm", "A\n+ fast\n- new\nB", "Why"):
        assert part in text


async def test_every_wrong_field_is_told_at_once_under_it(world: World) -> None:
    await world.lena.command("/decide", "", channel=CHURN)
    errors = await send(
        world.lena,
        title=" \u200b ",
        outcome="\u200b",
        tags="x" * 41,
        review_on="2026-10-16",
        expected="nonsense",
        revisit="so and so",
    )
    assert errors is not None
    assert {*errors} == {"title", "outcome", "tags", "review_on", "expected", "revisit"}


async def test_consent_needs_makers_besides_its_author(world: World) -> None:
    await world.lena.command("/decide", "Use LightGBM", channel=CHURN)
    await decide(world.lena, "unanimous")
    assert {"consent_hours", "consent_silence", "makers"} <= {*typed_in(world.lena)}
    errors = await send(world.lena, outcome="It wins.")
    assert errors is not None
    assert [*errors] == ["makers"]
    assert "makers besides you" in errors["makers"]
    assert await send(world.lena, makers=[LENA, MARCUS]) is None
    assert "D-1 · Use LightGBM · proposed" in await shown(world, "show 1")


async def test_who_decides_alone_after_all_is_asked_no_terms(world: World) -> None:
    await world.lena.command("/decide", "Use LightGBM", channel=CHURN)
    await decide(world.lena, "majority")
    await decide(world.lena, "decided")
    assert "consent_hours" not in typed_in(world.lena)
    assert await send(world.lena, outcome="It wins.") is None
    assert "D-1 · Use LightGBM · accepted" in await shown(world, "show 1")


async def test_a_problem_in_a_folded_section_opens_it_and_is_said_there(world: World) -> None:
    """The form on her screen is the one from before she chose, as when Slack drops an update."""
    await world.lena.command("/decide", "Use LightGBM", channel=CHURN)
    world.lena.fill(world.lena.modal, outcome="It wins.", consent_rule="unanimous")
    assert await world.lena.submit(world.lena.modal) is None
    assert "Not sent yet:" in said_in(world.lena)
    now = typed_in(world.lena)
    assert (now["title"], now["outcome"], now["makers"]) == ("Use LightGBM", "It wins.", [LENA])
    assert await send(world.lena, makers=[MARCUS]) is None
    assert "· proposed" in await shown(world, "show 1")


async def test_superseding_starts_with_the_older_one_unfolded(world: World) -> None:
    await world.lena.command("/decide", "Use LightGBM", channel=CHURN)
    await send(world.lena, outcome="It wins.", drivers="Latency", informed=[YUKI])
    await world.lena.command("/decide", "supersede D-1", channel=CHURN)
    now = typed_in(world.lena)
    assert (now["title"], now["drivers"], now["informed"]) == ("Use LightGBM", "Latency", [YUKI])
    assert "tags" not in now
    assert await send(world.lena, title="Use CatBoost") is None
    assert "Superseded by D-2" in await shown(world, "show 1")
    assert "Latency" in await shown(world, "show 2")


async def test_an_edit_shows_who_made_it_and_keeps_the_rest(world: World) -> None:
    await world.lena.command("/decide", "Use LightGBM", channel=CHURN)
    await decide(world.lena, "open")
    await send(world.lena, outcome="It wins.", makers=[LENA, MARCUS], tags="churn")
    await world.marcus.command("/decide", "edit D-1", channel=CHURN)
    assert typed_in(world.marcus)["makers"] == [LENA, MARCUS]
    assert await send(world.marcus, title="Use LightGBM 4") is None
    text = await shown(world, "show 1")
    assert "D-1 · Use LightGBM 4 · proposed" in text
    assert "Lena Fischer, Marcus Reed" in text.replace("\n", "")
    assert "edited title" in text.replace("\n", "")


async def test_a_long_title_stays_whole_while_the_form_unfolds(world: World) -> None:
    title = ("Use LightGBM for churn because " * 6).strip()
    await world.lena.command("/decide", title, channel=CHURN)
    await unfold(world.lena, "tags")
    assert typed_in(world.lena)["title"] == title
    errors = await send(world.lena, outcome="It wins.")
    assert errors == {"title": f"Use at most 150 characters; these are {len(title)}."}
    await type_into(world.lena, "title", "Use LightGBM")
    assert await send(world.lena) is None


async def test_guests_open_and_send_nothing(world: World) -> None:
    for typed in ("Use LightGBM", "edit D-1", "supersede D-1"):
        await world.marcus.command("/decide", "Ours", channel=CHURN)
        await fill_in(world.marcus, outcome="It holds.")
        world.marcus.user.is_restricted = True
        world.clock.advance(days=1)
        await housekeeping.step(world.app.jobs, world.clock())
        errors = await world.marcus.submit(world.marcus.modal)
        assert errors is not None
        assert "ask somebody of the team" in errors["title"]
        await world.marcus.close(world.marcus.modal)
        ack = await world.marcus.command("/decide", typed, channel=CHURN)
        assert "ask somebody of the team" in text_of(ack.ephemeral or {})
        assert world.marcus.modals == []
        world.marcus.user.is_restricted = False
        world.clock.advance(days=1)
        await housekeeping.step(world.app.jobs, world.clock())
    assert "No decision has been logged yet" in await shown(world, "list")


async def test_the_card_tells_the_same_as_the_form(world: World) -> None:
    await world.lena.command("/decide", "Use LightGBM", channel=CHURN)
    await send(world.lena, outcome="It wins.", consequences="One more dependency")
    await world.deliver()
    card = latest(world.slack.messages(CHURN))
    assert "One more dependency" in text_of(card)
