"""Looking back in Slack: participation, reports, a day, the file, the mood, the rotation."""

import csv
import io
import sqlite3
from contextlib import closing

from tests.acceptance.harness import ANANYA, CHURN, LEADS, LENA, MARCUS, PEOPLE, YUKI, World, latest
from tests.acceptance.harness import start_standup as start
from tests.standins.slack import Json, Person, text_of

WEDNESDAY = "2026-10-21T20:00Z"


async def two_weeks(world: World) -> None:
    """Yuki reports every day, Ananya on Monday only; the rest say nothing."""
    await start(world.lena, participants=[YUKI, ANANYA, LENA])
    for day in (19, 20, 21):
        await world.live_until(f"2026-10-{day}T04:00Z")
        await report(world, world.yuki, f"yuki trained v{day}")
        if day == 19:
            await report(world, world.ananya, "=ananya cleaned data")
    await world.live_until(WEDNESDAY)


async def report(world: World, person: Person, text: str, **values: str) -> None:
    await person.click(latest(world.slack.messages(person.id)), "standup.answer")
    assert await person.submit(person.modal, answer_0=text, **values) is None
    await world.deliver()


async def sees(world: World, person: Person, text: str, channel: str = CHURN) -> Json:
    """What only they see after `/standup …`, when all that was promised is there."""
    await person.command("/standup", text, channel=channel)
    await world.app.listeners.drain()
    return latest(world.slack.ephemerals(person.id))


async def test_who_reported_how_often(world: World) -> None:
    await two_weeks(world)
    shown = text_of(await sees(world, world.marcus, "history"))
    assert "4 of 9 reports came" in shown
    for line in ("Yuki Tanaka · 3 of 3", "Ananya Rao · 1 of 3", "Lena Fischer · 0 of 3"):
        assert line in shown
    posted = [text_of(message) for message in world.slack.messages(CHURN)]
    assert not any("Reports that came" in text for text in posted)


async def test_a_persons_reports_and_a_day(world: World) -> None:
    await two_weeks(world)
    mine = text_of(await sees(world, world.lena, f"history <@{YUKI}|yuki>"))
    assert mine.index("yuki trained v21") < mine.index("yuki trained v19")
    assert "ananya" not in mine
    monday = text_of(await sees(world, world.lena, "history monday"))
    assert "Mon 19 Oct" in monday
    assert "yuki trained v19" in monday
    assert "yuki trained v21" not in monday
    assert text_of(await sees(world, world.lena, "wrapup 19 Oct")) == monday


async def test_a_misspelt_date_is_told_what_to_type(world: World) -> None:
    await two_weeks(world)
    assert "26 Oct, monday, yesterday" in text_of(await sees(world, world.lena, "history mondy"))


async def test_the_export_is_a_file_in_the_direct_message(world: World) -> None:
    await two_weeks(world)
    told = text_of(await sees(world, world.yuki, "export"))
    assert "4 reports in" in told
    [file] = world.slack.ws.files.values()
    assert file.content is not None
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))
    assert [row["person"] for row in rows].count("Yuki Tanaka") == 3
    assert "'=ananya cleaned data" in {row["What moved since last time?"] for row in rows}
    assert latest(world.slack.messages(YUKI))["files"][0]["name"] == file.filename


async def test_outsiders_get_no_file_and_no_history(world: World) -> None:
    await two_weeks(world)
    told = text_of(await sees(world, world.marcus, "export"))
    assert "take part in a stand-up or manage it" in told
    assert world.slack.ws.files == {}
    elsewhere = text_of(await sees(world, world.marcus, f"history <@{YUKI}>", LEADS))
    assert "No report of Yuki Tanaka that you can read" in elsewhere


async def test_nothing_that_was_asked_for_is_posted(world: World) -> None:
    await two_weeks(world)
    before = {channel: world.slack.messages(channel) for channel in (CHURN, YUKI, MARCUS)}
    for word in ("history", f"history <@{YUKI}>", "history blockers", "wrapup", "mood", "rotation"):
        await sees(world, world.marcus, word)
    await world.deliver()
    assert {channel: world.slack.messages(channel) for channel in before} == before


async def with_more(world: World, **values: str) -> None:
    """A stand-up of all five with these of the further settings."""
    await world.lena.command("/standup", "new", channel=CHURN)
    await world.lena.click(world.lena.modal, "standup.more")
    assert await world.lena.submit(world.lena.modal, name="Churn daily", **values) is None


async def test_the_mood_is_asked_counted_and_shown_only_when_the_week_is_over(
    world: World,
) -> None:
    await with_more(world, mood="on")
    await world.live_until("2026-10-19T14:00Z")
    team = (world.yuki, world.ananya, world.lena, world.marcus)
    for person, level in zip(team, "5442", strict=True):
        await person.click(latest(world.slack.messages(person.id)), "standup.answer")
        person.fill(person.modal, mood=level)
        await person.type(person.modal, "answer_0", "half a sentence")
        drafts = everything(world)["draft"]
        assert len([row for row in drafts if "half a sentence" in row]) == 1
        assert not [row for row in drafts if "mood" in row]
        assert await person.submit(person.modal, answer_0="done") is None
    await world.deliver()
    assert "no week with 4 people has ended" in text_of(await sees(world, world.lena, "mood"))
    rows = [row for rows in everything(world).values() for row in rows]
    assert any(YUKI in row for row in rows)
    assert not [row for row in rows if "mood" in row and any(user in row for user in PEOPLE)]
    await world.live_until("2026-10-26T12:00Z")
    shown = text_of(await sees(world, world.lena, "mood"))
    assert "3.8 of 5 from 4 people in the week of 19 Oct" in shown


async def test_who_has_voted_is_not_asked_again(world: World) -> None:
    await with_more(world, mood="on")
    await world.live_until("2026-10-19T04:00Z")
    await report(world, world.yuki, "trained", mood="3")
    await world.yuki.click(latest(world.slack.messages(YUKI)), "standup.answer")
    assert "mood" not in [block.get("block_id") for block in world.yuki.modal["blocks"]]


async def test_a_week_of_the_rotation_is_passed_on(world: World) -> None:
    await with_more(world, call_weekday="3")
    await world.live_until("2026-10-19T14:00Z")
    names = {user_id: name for user_id, (name, _zone) in PEOPLE.items()}
    first_line = text_of(await sees(world, world.lena, "rotation")).split("Wed 28 Oct")[0]
    [first] = [user_id for user_id, name in names.items() if name in first_line]
    person = world.slack.person(first)
    await person.click(await sees(world, person, "rotation"), "rotation.pass:0")
    after = text_of(latest(world.slack.ephemerals(first))).split("Wed 28 Oct")[0]
    assert names[first] not in after
    assert "Wed 21 Oct" in after


def everything(world: World) -> dict[str, list[str]]:
    """Every row of every table, as text."""
    with closing(sqlite3.connect(world.database_url.removeprefix("sqlite:///"))) as database:
        names = [
            n for (n,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        return {n: [str(row) for row in database.execute(f'SELECT * FROM "{n}"')] for n in names}
