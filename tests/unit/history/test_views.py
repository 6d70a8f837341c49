"""What is shown of the past at its largest: within Slack's limits, and nothing dropped."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.domain.blocker import Blocker
from bot.domain.links import Links
from bot.domain.mood import MoodTrend, MoodWeek
from bot.domain.participation import participation
from bot.domain.rotation import Call
from bot.domain.turn import Entry
from bot.ports.chat import Message
from bot.views import history, mood, rotation
from bot.views.blocks import MESSAGE_SIZE, size
from tests.unit.history.builders import NOW, TEAM, a_report, a_standup, a_turn, buttons_of
from tests.unit.history.conftest import shown_strictly

DAY = date(2026, 11, 16)
NAMED = [a_standup(f"s{n}") for n in range(40)]

CUT = "There is more; ask for a part of it."

# Characters that cost nothing, four bytes, two in JSON, five in mrkdwn, and whole words.
ALPHABETS = {"plain": "x", "emoji": "🦉", "quotes": '"', "markup": "<&>", "words": "moved \\ it "}

each_alphabet = pytest.mark.parametrize("alphabet", ALPHABETS.values(), ids=ALPHABETS)


def long(alphabet: str, length: int) -> str:
    """A text of exactly that many characters."""
    return (alphabet * length)[: length - 1] + "z"


def fits(message: Message) -> None:
    shown_strictly(message)
    assert size(message.blocks) <= MESSAGE_SIZE
    assert CUT not in str(message.blocks)


@each_alphabet
def test_participation_of_a_thousand_people(alphabet: str) -> None:
    standups = [a_standup(f"s{n}", name=long(alphabet, 80)) for n in range(10)]
    people = {
        f"U{n:04}": replace(TEAM["ULENA"], user_id=f"U{n:04}", name=long(alphabet, 80))
        for n in range(1000)
    }
    entries = [
        Entry(turn=turn, report=a_report(turn, hours=3))
        for user in people
        for turn in (a_turn(DAY, user), a_turn(DAY - timedelta(weeks=1), user))
    ]
    shown = participation(entries, people, NOW)
    offset, pages = 0, 0
    while True:
        message = history.participation(standups, DAY, shown, offset)
        fits(message)
        pages += 1
        if "More people" not in buttons_of(message):
            break
        offset = int(buttons_of(message)["More people"]["value"])
    assert pages == 17


@each_alphabet
def test_reports_of_ten_long_answers(alphabet: str) -> None:
    standup = a_standup(name=long(alphabet, 80))
    author = replace(TEAM["ULENA"], name=long(alphabet, 80))
    turns = [a_turn(DAY - timedelta(days=n)) for n in range(6)]
    answer = a_report(turns[0]).answers[0]
    answers = tuple(
        replace(answer, question=f"{n}{long(alphabet, 299)}", text=long(alphabet, 3000))
        for n in range(9)
    )
    entries = [
        Entry(turn=turn, report=a_report(turn, answers=answers, blocker=long(alphabet, 3000)))
        for turn in turns
    ]
    cursor, seen = "", 0
    while True:
        message = history.of_person(author, entries, {"s1": standup}, Links(), cursor)
        fits(message)
        seen += sum(block["type"] == "rich_text" for block in message.blocks)
        if "Older" not in buttons_of(message):
            break
        user_id, cursor = history.read_older(buttons_of(message)["Older"]["value"])
        assert user_id == "ULENA"
    assert seen == len(turns)


@each_alphabet
def test_hundreds_of_blockers(alphabet: str) -> None:
    blocker = Blocker(
        workspace="T1",
        number=999_999,
        standup_id="s1",
        channel="C1",
        user_id="ULENA",
        text=long(alphabet, 3000),
        opened_at=NOW - timedelta(days=400),
    )
    people = {"ULENA": replace(TEAM["ULENA"], name=long(alphabet, 80))}
    fits(history.blockers(NAMED, DAY, [blocker] * 300, people, NOW))


@each_alphabet
def test_choices_moods_and_rotations(alphabet: str) -> None:
    many = [a_standup(f"{n:032}", name=long(alphabet, 80)) for n in range(40)]
    fits(history.which_day(many, DAY))
    weeks = tuple(
        MoodWeek(week=DAY - timedelta(weeks=8 - n), people=4, votes=(n, 1, 1, 1, 1))
        for n in range(8)
    )
    trend = MoodTrend(standup=long(alphabet, 80), weeks=weeks, hidden=3)
    fits(mood.trends([trend] * 20))
    calls = [
        Call(day=DAY + timedelta(weeks=n), week=n, user_id="ULENA", name=long(alphabet, 80))
        for n in range(5)
    ]
    fits(rotation.coming([(standup, calls) for standup in many], "ULENA"))


@pytest.mark.parametrize(
    ("took", "said"),
    [
        (timedelta(minutes=5), "less than an hour"),
        (timedelta(minutes=90), "1 hour"),
        (timedelta(hours=23, minutes=59), "23 hours"),
        (timedelta(days=1), "1 day"),
        (timedelta(days=9, hours=20), "9 days"),
    ],
)
def test_the_age_of_a_blocker_in_words(took: timedelta, said: str) -> None:
    opened = datetime(2026, 11, 2, 9, tzinfo=UTC)
    blocker = Blocker(
        workspace="T1",
        number=1,
        standup_id="s1",
        channel="C1",
        user_id="UGONE",
        text="quota",
        opened_at=opened,
        closed_at=opened + took,
    )
    shown = history.blockers([a_standup()], DAY, [blocker], {}, NOW)
    assert f"UGONE · closed after {said} · since" in str(shown.blocks)
