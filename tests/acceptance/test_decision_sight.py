"""Who sees which decision: of a private channel, only who is there or whom it names."""

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jobs import housekeeping
from tests.acceptance.decision_forms import send
from tests.acceptance.harness import CHURN, LENA, MARCUS, World, meridian
from tests.standins.slack import Json, Person, text_of
from tests.standins.slack.people import payloads
from tests.standins.slack.people.targets import find_target

OPEN, BOARD, LAB = "C0OPEN", "G0BOARD", "G0LAB"
YUKI = "U0YUKI"

PUBLIC, ELSEWHERE, NAMED, HERE = 1, 2, 3, 4
"""Lena's decisions as Yuki, who is in LAB and not in BOARD, comes across them: in a public channel,
in BOARD, in BOARD with her informed, and in LAB."""

TITLES = {PUBLIC: "Open thing", ELSEWHERE: "Board thing", NAMED: "Told thing", HERE: "Lab thing"}
PRIVATE = "belongs to a private channel; look it up there, or ask somebody in it."


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """The four decisions; nobody looked at the channels since they were logged."""
    async with meridian(tmp_path) as found:
        slack = found.slack
        slack.add_channel(OPEN, "open", members=[LENA])
        slack.add_channel(BOARD, "board", members=[LENA, MARCUS], private=True)
        slack.add_channel(LAB, "lab", members=[LENA, YUKI], private=True)
        await housekeeping.step(found.app.jobs, found.clock())
        await log(found.lena, OPEN, TITLES[PUBLIC])
        await log(found.lena, BOARD, TITLES[ELSEWHERE])
        await log(found.lena, BOARD, TITLES[NAMED], informed=[YUKI])
        await log(found.lena, LAB, TITLES[HERE])
        await found.deliver()
        yield found


async def log(person: Person, channel: str, title: str, **values: object) -> None:
    await person.command("/decide", title, channel=channel)
    assert await send(person, outcome="It wins.", **values) is None


async def told(person: Person, text: str, channel: str) -> str:
    ack = await person.command("/decide", text, channel=channel)
    assert ack.ephemeral is not None, person.modals
    return " ".join(text_of(ack.ephemeral).split())


def seen_in(text: str) -> set[int]:
    return {number for number, title in TITLES.items() if title in text}


async def press_details(world: World, person: Person, number: int, channel: str) -> None:
    """Press *Details* with this number on a message of that channel."""
    target = find_target(world.slack.ws, person.id, latest_in(world, channel))
    action = {
        "type": "button",
        "action_id": "decision.details",
        "block_id": "b",
        "value": str(number),
        "text": {"type": "plain_text", "text": "Press"},
    }
    payload = payloads.block_actions(world.slack.ws, person.user, target, action, {})
    await world.slack.send("interactive", payload)


def latest_in(world: World, channel: str) -> Json:
    return world.slack.messages(channel)[-1]


@pytest.mark.parametrize("word", ["list", "list by:@lena", "search thing", "timeline"])
async def test_rows_are_those_that_somebody_may_see_there(world: World, word: str) -> None:
    assert seen_in(await told(world.yuki, word, LAB)) == {PUBLIC, NAMED, HERE}
    assert seen_in(await told(world.yuki, word, OPEN)) == {PUBLIC, NAMED}
    assert seen_in(await told(world.marcus, word, BOARD)) == {PUBLIC, ELSEWHERE, NAMED}
    assert seen_in(await told(world.marcus, word, OPEN)) == {PUBLIC}
    assert seen_in(await told(world.lena, word, OPEN)) == {*TITLES}


@pytest.mark.parametrize("word", ["show D-{}", "D-{}", "why D-{}"])
@pytest.mark.parametrize("number", TITLES)
async def test_one_is_shown_where_it_may_be_seen(world: World, word: str, number: int) -> None:
    typed = word.format(number)
    assert TITLES[number] in await told(world.lena, typed, OPEN)
    for channel, seen in ((LAB, {PUBLIC, NAMED, HERE}), (OPEN, {PUBLIC, NAMED})):
        text = await told(world.yuki, typed, channel)
        assert seen_in(text) == seen & {number}
        assert (PRIVATE in text) == (number not in seen)
    assert f"There is no D-9; the newest is D-{HERE}." in await told(world.yuki, "show 9", OPEN)


async def test_details_open_where_they_may_be_seen(world: World) -> None:
    await log(world.lena, CHURN, "Another")
    await world.deliver()
    for channel, seen in ((LAB, {PUBLIC, NAMED, HERE}), (CHURN, {PUBLIC, NAMED})):
        for number in TITLES:
            before = len(world.slack.ephemerals(YUKI))
            await press_details(world, world.yuki, number, channel)
            refused = [text_of(said) for said in world.slack.ephemerals(YUKI)[before:]]
            if number in seen:
                assert refused == []
                assert seen_in(text_of(world.yuki.modal)) == {number}
            else:
                assert refused == [f"D-{number} {PRIVATE}"]


@pytest.mark.parametrize(("number", "seen"), [(PUBLIC, True), (ELSEWHERE, False), (NAMED, True)])
async def test_only_what_is_seen_is_superseded(world: World, number: int, *, seen: bool) -> None:
    ack = await world.yuki.command("/decide", f"supersede D-{number}", channel=LAB)
    if seen:
        assert TITLES[number] in text_of(world.yuki.modal)
    else:
        assert ack.ephemeral is not None
        assert PRIVATE in text_of(ack.ephemeral)
        assert world.yuki.modals == []


async def test_an_edit_tells_nothing_of_what_isnt_seen(world: World) -> None:
    await log(world.lena, BOARD, "Board plan", status="proposed", makers=[MARCUS])
    text = await told(world.yuki, "edit D-5", LAB)
    assert "D-5 " + PRIVATE in text
    await world.marcus.command("/decide", "edit D-5", channel=OPEN)
    assert "Board plan" in text_of(world.marcus.modal)


async def test_a_chain_of_replacements_has_numbers_of_what_isnt_seen(world: World) -> None:
    await world.lena.command("/decide", f"supersede D-{ELSEWHERE}", channel=BOARD)
    assert await send(world.lena, title="Board thing again", informed=[YUKI]) is None
    text = await told(world.yuki, "why D-5", OPEN)
    assert "Board thing again" in text
    assert "replaced D-2" in text
    assert "D-2 (a private channel's)" in text
    assert "Board thing " not in text.replace("Board thing again", "")
    assert "Replaces D-2" in await told(world.yuki, "show D-5", OPEN)


async def test_pages_are_full_and_are_seen_from_where_they_were_asked_for(world: World) -> None:
    for number in range(22):
        await log(world.lena, LAB, f"Row {number}")
        await log(world.lena, BOARD, f"Hidden {number}")
    first = await world.yuki.command("/decide", "list", channel=LAB)
    assert first.ephemeral is not None
    assert text_of(first.ephemeral).count("Row ") == 20
    assert "Hidden" not in text_of(first.ephemeral)
    await world.yuki.click(first.ephemeral, "decision.page:on")
    rows = text_of(world.yuki.modal)
    assert rows.count("Row ") == 2
    assert seen_in(rows) == {PUBLIC, NAMED, HERE}
    await world.yuki.click(world.yuki.modal, "decision.page:back")
    assert text_of(world.yuki.modal).count("Row ") == 20
    assert "There are no older ones" not in text_of(world.yuki.modal)
    elsewhere = await world.yuki.command("/decide", "list", channel=OPEN)
    assert elsewhere.ephemeral is not None
    assert seen_in(text_of(elsewhere.ephemeral)) == {PUBLIC, NAMED}


async def test_a_channel_that_turns_private_is_hidden_after_the_next_look(world: World) -> None:
    world.slack.ws.channels[OPEN].kind = "groups"
    assert seen_in(await told(world.marcus, "list", CHURN)) == {PUBLIC}
    world.clock.advance(hours=1)
    await housekeeping.step(world.app.jobs, world.clock())
    assert seen_in(await told(world.marcus, "list", CHURN)) == set()
    assert PRIVATE in await told(world.marcus, "show D-1", CHURN)
    assert seen_in(await told(world.marcus, "list", OPEN)) == {PUBLIC}


async def test_what_nobody_looked_at_for_long_counts_as_private(world: World) -> None:
    world.clock.advance(hours=49)
    assert PRIVATE in await told(world.marcus, "show D-1", CHURN)
    await housekeeping.step(world.app.jobs, world.clock())
    assert TITLES[PUBLIC] in await told(world.marcus, "show D-1", CHURN)


async def test_a_public_channel_without_meridian_is_known_too(world: World) -> None:
    world.slack.add_channel("C0ALONE", "alone", members=[LENA], with_bot=False)
    await log(world.lena, "C0ALONE", "Lonely thing")
    assert "Lonely thing" in await told(world.yuki, "show D-5", CHURN)


async def test_the_form_says_who_can_look_it_up(world: World) -> None:
    await world.lena.command("/decide", "Thing", channel=BOARD)
    assert "who may read it, or is named, can look it up." in text_of(world.lena.modal)


async def test_an_export_has_what_names_somebody_too(world: World) -> None:
    await world.yuki.command("/decide", "export", channel=CHURN)
    await world.app.listeners.drain()
    *_, file = world.slack.ws.files.values()
    assert file.content is not None
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        found = " ".join(archive.read(name).decode() for name in archive.namelist())
    assert seen_in(found) == {PUBLIC, NAMED, HERE}


async def test_a_guest_sees_from_anywhere_what_is_in_a_channel_of_theirs(world: World) -> None:
    world.slack.add_user("U0GUEST", "guest", is_restricted=True)
    world.slack.ws.channels[LAB].members.append("U0GUEST")
    guest = world.slack.person("U0GUEST")
    assert TITLES[HERE] in await told(guest, "show D-4", CHURN)
    for number in (PUBLIC, ELSEWHERE, NAMED):
        assert "this one belongs to another" in await told(guest, f"show {number}", CHURN)
