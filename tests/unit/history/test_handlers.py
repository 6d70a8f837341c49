"""`/standup history`, `wrapup` and `export` as people type them."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.domain.blocker import Blocker
from bot.errors import InvalidInput, NotFound, NotPermitted
from tests.unit.history.builders import (
    AWAY,
    a_standup,
    a_turn,
    buttons_of,
    noon,
    text_of,
)
from tests.unit.history.conftest import Desk

MON = date(2026, 11, 16)
TUE, WED = MON + timedelta(days=1), MON + timedelta(days=2)
LAST_MON = MON - timedelta(weeks=1)


@pytest.fixture(autouse=True)
def _a_standup(desk: Desk) -> None:
    desk.do(lambda uow: uow.standups.add(a_standup()))


async def test_history_shows_who_reported_how_often(desk: Desk) -> None:
    desk.reported(a_turn(LAST_MON), a_turn(MON), a_turn(MON, "UYUKI"), a_turn(LAST_MON, "UYUKI"))
    desk.reported(a_turn(TUE), hours=2)
    desk.asked(a_turn(TUE, "UYUKI"), a_turn(MON, "UANANYA", absence=AWAY, asked_at=None))
    message = await desk.types("history")
    shown = text_of(message)
    assert "Churn daily · since Mon 19 Oct" in shown
    assert "5 of 6 reports came, 1 of them after the day had closed." in shown
    assert [line for line in shown.splitlines() if " · " in line][1:] == [
        "Ananya · 1 day away",
        "Lena · 3 of 3 · 1 late",
        "Yuki · 2 of 3 · 1 without a report",
    ]
    assert message.chart is not None
    assert message.chart.categories == ("9 Nov", "16 Nov")


async def test_a_new_standup_has_nothing_to_show(desk: Desk) -> None:
    assert "Nobody has been asked here" in (await desk.types("history")).text


async def test_five_hundred_people_are_paged(desk: Desk) -> None:
    desk.asked(*(a_turn(MON, f"U{n:03}") for n in range(150)))
    first = await desk.types("history")
    assert "60 of 150 people" in text_of(first)
    assert "U059 ·" in text_of(first)
    assert "U060 ·" not in text_of(first)
    second = await desk.click(buttons_of(first)["More people"])
    third = await desk.click(buttons_of(second)["More people"])
    assert "U060 ·" in text_of(second)
    assert "U149 ·" in text_of(third)
    assert "More people" not in buttons_of(third)


async def test_a_persons_reports_come_newest_first_with_pages(desk: Desk) -> None:
    days = [MON - timedelta(days=n) for n in range(12)]
    desk.reported(*(a_turn(day, "UYUKI") for day in days))
    seen: list[str] = []
    message = await desk.types("history <@UYUKI|yuki>")
    assert "Reports of Yuki" in text_of(message)
    while True:
        seen += [line for line in text_of(message).split("\n") if "Churn daily ·" in line]
        if "Older" not in buttons_of(message):
            break
        message = await desk.click(buttons_of(message)["Older"])
    assert len(seen) == 12
    assert seen[0].startswith("Mon 16 Nov · Churn daily")
    assert seen[-1].startswith("Thu 5 Nov · Churn daily")


async def test_long_reports_are_paged_rather_than_dropped(desk: Desk) -> None:
    days = [MON - timedelta(days=n) for n in range(7)]
    desk.reported(*(a_turn(day, "UYUKI") for day in days), text="🦉 long " * 400)
    message, seen = await desk.types("history <@UYUKI>"), 0
    while True:
        seen += text_of(message).count("Churn daily ·")
        assert "There is more" not in text_of(message)
        if "Older" not in buttons_of(message):
            break
        message = await desk.click(buttons_of(message)["Older"])
    assert seen == 7


async def test_a_persons_reports_up_to_a_date(desk: Desk) -> None:
    desk.reported(a_turn(LAST_MON, "UYUKI"), text="old")
    desk.reported(a_turn(MON, "UYUKI"), text="new")
    shown = text_of(await desk.types("history <@UYUKI> 10 Nov"))
    assert "old" in shown
    assert "new" not in shown
    assert "new" in text_of(await desk.types("history monday @yuki".replace("@yuki", "<@UYUKI>")))


async def test_a_plain_name_is_understood(desk: Desk) -> None:
    desk.reported(a_turn(MON, "UYUKI"))
    assert "Reports of Yuki" in text_of(await desk.types("history @yuki"))
    with pytest.raises(NotFound, match="who @nobody is"):
        await desk.types("history @nobody")
    with pytest.raises(NotFound, match="don't know that person"):
        await desk.types("history <@UGONE>")


async def test_nothing_reported_is_said(desk: Desk) -> None:
    assert "No report of Yuki that you can read" in (await desk.types("history <@UYUKI>")).text


async def test_reports_of_other_channels_are_shown_only_to_who_belongs_there(desk: Desk) -> None:
    secret = a_standup("s2", "C2", participants=("UYUKI",), observers=("UMARCUS",))
    desk.do(lambda uow: uow.standups.add(replace(secret, created_by="UYUKI")))
    desk.reported(a_turn(MON, "UYUKI", "s2"), text="the secret")
    assert "the secret" not in text_of(await desk.types("history <@UYUKI>", "ULENA"))
    for insider in ("UMARCUS", "UYUKI"):
        assert "the secret" in text_of(await desk.types("history <@UYUKI>", insider))
    assert "the secret" in text_of(await desk.types("history <@UYUKI>", "ULENA", "C2"))
    older = {"action_id": "history.older", "value": f"UYUKI|{MON}|s2"}
    assert "the secret" not in text_of(await desk.click(older, "ULENA"))
    with pytest.raises(NotFound, match="isn't yours to read"):
        await desk.click({"action_id": "history.day", "value": f"s2|{MON}"}, "ULENA")
    assert "Churn daily" in text_of(
        await desk.click({"action_id": "history.day", "value": f"s2|{MON}"}, "UMARCUS")
    )


async def test_a_stranger_elsewhere_sees_nothing(desk: Desk) -> None:
    desk.reported(a_turn(MON))
    for typed in ("history", "history monday", "wrapup", "export", "mood", "rotation"):
        with pytest.raises(NotFound, match="you belong to none"):
            await desk.types(typed, "USTRANGER", "C9")


async def test_a_date_shows_that_days_wrap_up(desk: Desk) -> None:
    desk.reported(a_turn(MON), text="trained v7")
    for typed in ("history monday", "history 16 Nov", "wrapup 2026-11-16", "wrapup mon"):
        shown = text_of(await desk.types(typed))
        assert "Churn daily · Mon 16 Nov" in shown
        assert "trained v7" in shown
    assert "asked nobody on Wed 18 Nov" in (await desk.types("wrapup")).text
    with pytest.raises(InvalidInput, match="still to come"):
        await desk.types("wrapup 2026-12-24")


async def test_of_several_standups_one_is_chosen(desk: Desk) -> None:
    desk.do(lambda uow: uow.standups.add(a_standup("s2", name="Data daily")))
    desk.reported(a_turn(MON), a_turn(MON, standup_id="s2"))
    desk.reported(a_turn(TUE, standup_id="s2"))
    asked = await desk.types("wrapup monday")
    assert "Which stand-up of Mon 16 Nov?" in asked.text
    shown = await desk.click(buttons_of(asked)["Data daily"])
    assert "Data daily · Mon 16 Nov" in text_of(shown)
    assert "Data daily · Tue 17 Nov" in text_of(await desk.types("wrapup yesterday"))


async def test_a_deleted_standup_keeps_its_history(desk: Desk) -> None:
    desk.reported(a_turn(MON))
    gone = replace(a_standup(), active=False, version=2)
    desk.do(lambda uow: uow.standups.change(gone, from_version=1))
    assert "Lena · 1 of 1" in text_of(await desk.types("history"))
    assert "Mon 16 Nov" in text_of(await desk.types("wrapup monday"))
    assert "trained v7" in text_of(await desk.types("history <@ULENA>"))
    assert "1 report in" in (await desk.types("export")).text


async def test_blockers_of_the_window_with_their_age(desk: Desk) -> None:
    def blocker(number: int, opened: date, closed: date | None = None) -> Blocker:
        return Blocker(
            workspace="T1",
            number=number,
            standup_id="s1",
            channel="C1",
            user_id="UYUKI",
            text=f"reason {number}",
            opened_at=noon(opened),
            closed_at=noon(closed) if closed else None,
        )

    long_ago = MON - timedelta(weeks=9)
    for each in (
        blocker(1, long_ago, long_ago),
        blocker(2, long_ago),
        blocker(3, LAST_MON, MON),
        blocker(4, MON, MON),
    ):
        desk.do(lambda uow, it: uow.blockers.add(it), each)
    shown = text_of(await desk.types("history blockers"))
    assert "3 blockers, 1 still open" in shown
    assert "reason 1" not in shown
    order = [shown.index(f"reason {n}") for n in (2, 4, 3)]
    assert order == sorted(order)
    assert "Yuki · open for 65 days" in shown
    assert "closed after 7 days" in shown
    assert "closed after less than an hour" in shown


async def test_no_blocker_is_good_news(desk: Desk) -> None:
    assert "Nothing has blocked anybody" in (await desk.types("history blockers")).text


async def test_the_export_is_a_file_in_the_direct_message(desk: Desk) -> None:
    desk.reported(a_turn(MON, "UYUKI"), text="=1+1")
    desk.reported(a_turn(MON - timedelta(days=40)), text="too old")
    told = await desk.types("export", "UMARCUS")
    assert told.text == (
        "1 report in `reports-2026-10-20-to-2026-11-18.csv`, sent to you directly."
    )
    [(workspace, user, name, content, comment)] = desk.files.sent
    assert (workspace, user, name) == ("T1", "UMARCUS", "reports-2026-10-20-to-2026-11-18.csv")
    assert comment == "Reports of *Churn daily*, 2026-10-20 to 2026-11-18."
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert rows[1][:4] == ["2026-11-16", "Yuki", "Churn daily", "'=1+1"]
    assert len(rows) == 2
    assert "2 reports" in (await desk.types("export 60 days", "UMARCUS")).text


async def test_an_empty_export_sends_no_file(desk: Desk) -> None:
    assert "No report in the last 7 days" in (await desk.types("export 7")).text
    assert desk.files.sent == []


async def test_only_participants_and_managers_export(desk: Desk) -> None:
    desk.reported(a_turn(MON))
    with pytest.raises(NotPermitted, match="take part"):
        await desk.types("export", "USTRANGER", "C1")
    assert desk.files.sent == []


async def test_what_is_exported_leaves_out_what_is_not_theirs(desk: Desk) -> None:
    other = replace(a_standup("s2", participants=("UYUKI",)), created_by="UYUKI")
    desk.do(lambda uow: uow.standups.add(other))
    desk.reported(a_turn(MON), a_turn(MON, "UYUKI", "s2"))
    assert "1 report in" in (await desk.types("export", "ULENA")).text
    assert "2 reports in" in (await desk.types("export", "UYUKI")).text


@pytest.mark.parametrize("typed", ["0", "-3", "soon", "1e3", "99999", "²"])
async def test_days_are_a_number(desk: Desk, typed: str) -> None:
    with pytest.raises(InvalidInput, match="how many days"):
        await desk.types(f"export {typed}")


async def test_another_workspaces_standups_do_not_exist(desk: Desk) -> None:
    foreign = replace(a_standup("s9", "C9"), workspace="T2", created_by="USTRANGER")
    desk.do(lambda uow: uow.standups.add(foreign))
    desk.asked(replace(a_turn(MON, standup_id="s9"), workspace="T2"))
    with pytest.raises(NotFound):
        await desk.types("history", "USTRANGER", "C9")
