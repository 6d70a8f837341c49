"""The card of a cohort's day: when it comes, what it says, how it follows what happens later."""

import asyncio

import pytest

from tests.acceptance.harness import (
    ANANYA,
    BEATRIZ,
    CHURN,
    LENA,
    MARCUS,
    PEOPLE,
    YUKI,
    World,
    latest,
    start_standup,
)
from tests.standins.slack import Json, Person, links_of, mentions_of, text_of

# Monday: Tokyo is asked at 00:00 UTC, Kolkata at 03:30, Berlin at 07:00, Sao Paulo at 12:00 and New
# York at 13:00; each day closes four hours later.
ASKED = {
    YUKI: "2026-10-19T00:00Z",
    ANANYA: "2026-10-19T03:30Z",
    LENA: "2026-10-19T07:00Z",
    BEATRIZ: "2026-10-19T12:00Z",
    MARCUS: "2026-10-19T13:00Z",
}
ASIA, EUROPE, AMERICAS = "Asia and Pacific", "Europe and Africa", "Americas"
MON = "Churn daily · Mon 19 Oct"


async def report(person: Person, text: str = "Tuned lr", **values: object) -> None:
    """Report by the newest prompt."""
    await person.command("/standup", channel=CHURN)
    assert await person.submit(person.modal, answer_0=text, **values) is None


def cards(world: World) -> list[Json]:
    return [m for m in world.slack.messages(CHURN) if "All reports" in text_of(m)]


def titles(world: World) -> list[str]:
    return [text_of(card).splitlines()[0] for card in cards(world)]


def card_of(world: World, cohort: str) -> Json:
    [found] = [card for card in cards(world) if f" · {cohort} (" in text_of(card)]
    return found


def reminders(world: World) -> list[str]:
    """Who has been reminded."""
    return [u for u in PEOPLE for m in world.slack.messages(u) if "day closes" in text_of(m)]


async def at(world: World, when: str) -> None:
    await world.live_until(f"2026-10-19T{when}Z")


async def settle(world: World) -> None:
    """The next look at the clock, a second later."""
    world.clock.advance(seconds=1)
    await world.tick()


async def asia_reports(world: World) -> None:
    """Yuki and Ananya answer, the last one at 03:40 UTC."""
    await start_standup(world.lena)
    await at(world, "03:40")
    await report(world.yuki, "Tuned lr", answer_1="Sweep")
    world.clock.advance(seconds=1)
    await report(world.ananya, "Cleaned data")


async def test_it_comes_as_soon_as_the_cohorts_last_one_has_answered(world: World) -> None:
    await start_standup(world.lena)
    await at(world, "03:40")
    await report(world.yuki, "Tuned lr", answer_1="Sweep")
    await settle(world)
    assert cards(world) == []
    await report(world.ananya, "Cleaned data")
    await settle(world)
    [card] = cards(world)
    lines = text_of(card).splitlines()
    assert lines[0] == f"{MON} · {ASIA} (2 of 2)"
    assert "Yuki Tanaka · Tuned lr · next: Sweep" in lines
    assert "Ananya Rao · Cleaned data" in lines
    assert [EUROPE in lines[-1], AMERICAS in lines[-1], " closes " in lines[-1]] == [True] * 3
    thread = world.slack.thread(CHURN, card["ts"])
    assert ["Tuned lr" in text_of(thread[0]), "Cleaned data" in text_of(thread[1])] == [True, True]
    assert len(thread) == 2


async def test_else_it_comes_at_the_deadline_and_names_who_is_missing(world: World) -> None:
    await start_standup(world.lena)
    await at(world, "00:10")
    await report(world.yuki)
    await at(world, "07:29")
    assert cards(world) == []
    await at(world, "07:30")
    [card] = cards(world)
    assert text_of(card).splitlines()[0] == f"{MON} · {ASIA} (1 of 2)"
    assert "Not heard from yet: Ananya Rao" in text_of(card).replace("\n", "")
    assert mentions_of(card) == set()


async def test_each_cohort_has_one_card_and_all_reports_stand_in_one_thread(world: World) -> None:
    await asia_reports(world)
    await at(world, "07:10")
    await report(world.lena, "Reviewed")
    await at(world, "13:10")
    await report(world.beatriz, "Deployed")
    await report(world.marcus, "Planned")
    await settle(world)
    assert titles(world) == [
        f"{MON} · {ASIA} (2 of 2)",
        f"{MON} · {EUROPE} (1 of 1)",
        f"{MON} · {AMERICAS} (2 of 2)",
    ]
    first, *later = cards(world)
    shown = [text_of(m) for m in world.slack.thread(CHURN, first["ts"])]
    assert len(shown) == 5
    for card in later:
        assert world.slack.thread(CHURN, card["ts"]) == []
        assert any(first["ts"].replace(".", "") in link for link in links_of(card))
    await world.live_until("2026-10-19T23:00Z")
    assert len(cards(world)) == 3


async def test_of_one_cohort_alone_the_card_is_that_of_the_day(world: World) -> None:
    await start_standup(world.lena, participants=[YUKI, ANANYA])
    await at(world, "03:40")
    await report(world.yuki)
    await report(world.ananya)
    await settle(world)
    assert titles(world) == [f"{MON} (2 of 2)"]


async def test_a_late_report_changes_the_card_in_place_and_is_marked(world: World) -> None:
    await start_standup(world.lena)
    await at(world, "00:10")
    await report(world.yuki)
    await at(world, "09:00")
    [before] = cards(world)
    posts = len(world.slack.called("chat.postMessage"))
    await report(world.ananya, "Cleaned data")
    await world.deliver()
    [after] = cards(world)
    assert (after["ts"], len(world.slack.called("chat.postMessage"))) == (before["ts"], posts + 1)
    lines = text_of(after).splitlines()
    assert lines[0] == f"{MON} · {ASIA} (2 of 2)"
    assert "Ananya Rao · Cleaned data · came late" in lines
    assert "Yuki Tanaka · Tuned lr" in lines
    assert "Not heard from yet" not in text_of(after)
    entry = world.slack.thread(CHURN, after["ts"])[-1]
    assert "Cleaned data" in text_of(entry)
    assert "after the day had closed" in text_of(entry)


async def test_who_alone_was_expected_and_is_late_still_gets_a_card(world: World) -> None:
    await start_standup(world.lena, participants=[YUKI])
    await at(world, "05:00")
    assert cards(world) == []
    await report(world.yuki)
    await settle(world)
    [card] = cards(world)
    assert "Yuki Tanaka · Tuned lr · came late" in text_of(card).splitlines()


async def test_an_edit_changes_the_card_and_its_reply_in_place_and_is_marked(world: World) -> None:
    await asia_reports(world)
    await settle(world)
    [before] = cards(world)
    world.clock.advance(minutes=20)
    entry = world.slack.thread(CHURN, before["ts"])[0]
    await world.yuki.click(entry, "standup.answer")
    assert await world.yuki.submit(world.yuki.modal, answer_0="Tuned it all") is None
    await world.deliver()
    [after] = cards(world)
    assert after["ts"] == before["ts"]
    assert "Yuki Tanaka · Tuned it all · next: Sweep · edited" in text_of(after).splitlines()
    changed = world.slack.thread(CHURN, before["ts"])[0]
    assert changed["ts"] == entry["ts"]
    assert "· edited" in text_of(changed)


async def test_an_edit_before_the_day_closes_posts_nothing_yet(world: World) -> None:
    await start_standup(world.lena)
    await at(world, "00:10")
    await report(world.yuki, "First")
    world.clock.advance(minutes=5)
    await report(world.yuki, "Second")
    await settle(world)
    assert cards(world) == []
    await at(world, "07:30")
    assert "Yuki Tanaka · Second · edited" in text_of(cards(world)[0])


async def test_a_blocker_and_what_is_carried_over_stand_before_the_reports(world: World) -> None:
    await start_standup(world.lena, participants=[YUKI, ANANYA])
    await at(world, "03:40")
    await report(world.yuki, blocker="GPU quota", asked=[LENA])
    await report(world.ananya)
    await settle(world)
    [card] = cards(world)
    lines = text_of(card).splitlines()
    assert lines[1] == "🔴 Yuki Tanaka is blocked: GPU quota · asks Lena Fischer"
    assert mentions_of(card) == set()
    await world.lena.click(card, "blocker.take:0")
    await world.deliver()
    assert "is blocked: GPU quota · Lena Fischer takes it" in text_of(cards(world)[0])


async def test_who_is_away_or_on_holiday_is_listed_and_never_mentioned(world: World) -> None:
    await world.ananya.command("/meridian", "me", channel=CHURN)
    await world.ananya.choose(world.ananya.modal, "country", "IN")
    assert await world.ananya.submit(world.ananya.modal) is None
    await world.beatriz.command("/standup", "away until 2026-11-12", channel=CHURN)
    world.clock.move_to("2026-11-06T20:00Z")  # Diwali is on Sunday 8 November
    everyday = ["1", "2", "3", "4", "5", "6", "7"]
    await start_standup(world.lena, weekdays=everyday)
    await world.live_until("2026-11-08T00:10Z")
    await report(world.yuki)
    await world.live_until("2026-11-08T14:10Z")
    await report(world.marcus)
    await world.live_until("2026-11-08T23:00Z")
    asia, americas = cards(world)
    assert "(1 of 1)" in text_of(asia)
    assert "Not there: Ananya Rao (Diwali)" in text_of(asia).replace("\n", "")
    assert "Not there: Beatriz Souza (away until Thu 12 Nov)" in text_of(americas).replace("\n", "")
    assert "Not heard from yet" not in text_of(asia) + text_of(americas)
    for message in world.slack.messages(CHURN):
        assert not {f"<@{ANANYA}>", f"<@{BEATRIZ}>"} & mentions_of(message)
    assert [m for m in world.slack.messages(ANANYA) if "Sun 8 Nov" in text_of(m)] == []


async def test_who_skips_is_waited_for_no_more(world: World) -> None:
    await start_standup(world.lena)
    await at(world, "03:40")
    await report(world.yuki)
    await world.ananya.click(latest(world.slack.messages(ANANYA)), "standup.skip")
    await settle(world)
    [card] = cards(world)
    assert text_of(card).splitlines()[0] == f"{MON} · {ASIA} (1 of 1)"
    assert "Not there: Ananya Rao (not today)" in text_of(card).replace("\n", "")


async def test_a_day_on_which_nobody_says_anything_posts_nothing(world: World) -> None:
    await start_standup(world.lena)
    await world.live_until("2026-10-19T23:00Z")
    assert cards(world) == []


async def test_only_the_missing_are_reminded_and_once(world: World) -> None:
    await start_standup(world.lena)
    await at(world, "00:10")
    await report(world.yuki)
    await at(world, "03:40")
    await world.ananya.click(latest(world.slack.messages(ANANYA)), "standup.skip")
    await at(world, "12:30")
    await world.beatriz.command("/standup", "away until friday", channel=CHURN)
    await world.live_until("2026-10-19T23:00Z")
    assert reminders(world) == [LENA, MARCUS]
    reminder = latest(world.slack.messages(LENA))
    assert "Churn daily · your day closes" in text_of(reminder)
    assert mentions_of(reminder) == set()


async def test_two_reminders_none_and_optional_people(world: World) -> None:
    await start_standup(world.lena, name="Twice", reminders="2", participants=[YUKI])
    await start_standup(world.lena, name="Never", reminders="0", participants=[YUKI])
    await world.lena.command("/standup", "new", channel=CHURN)
    await world.lena.choose(world.lena.modal, "audience", "picked")
    await world.lena.click(world.lena.modal, "standup.more")
    values = {"name": "If you like", "participants": [YUKI], "optional": [YUKI]}
    assert await world.lena.submit(world.lena.modal, **values) is None
    await world.live_until("2026-10-19T23:00Z")
    got = [text_of(m).splitlines()[0] for m in world.slack.messages(YUKI)]
    assert [text.split(" · ")[0] for text in got if "day closes" in text] == ["Twice", "Twice"]


async def test_the_reminder_opens_the_form_and_turns_into_a_receipt(world: World) -> None:
    await start_standup(world.lena, participants=[YUKI])
    await at(world, "03:00")
    prompt, reminder = world.slack.messages(YUKI)
    assert "day closes" in text_of(reminder)
    await world.yuki.click(reminder, "standup.answer")
    assert await world.yuki.submit(world.yuki.modal, answer_0="Now") is None
    await world.deliver()
    for message, before in zip(world.slack.messages(YUKI), (prompt, reminder), strict=True):
        assert message["ts"] == before["ts"]
        assert "· reported" in text_of(message)


async def test_all_reports_are_paged_and_only_those_of_the_cards_cohort(world: World) -> None:
    team = await many_in_tokyo(world, 11)
    await start_standup(world.lena, participants=[LENA, *(person.id for person in team)])
    await at(world, "00:10")
    for n, person in enumerate(team):
        world.clock.advance(seconds=1)
        await report(person, f"Report {n:02}")
    await settle(world)
    [card] = cards(world)
    assert f"{ASIA} (11 of 11)" in text_of(card)
    await at(world, "07:10")
    await report(world.lena, "Berlin's")
    await world.marcus.click(card, "standup.reports")
    pages = [text_of(world.marcus.modal)]
    await world.marcus.click(world.marcus.modal, "standup.reports:more")
    pages.append(text_of(world.marcus.modal))
    assert [f"Report {n:02}" in pages[0] for n in range(11)] == [True] * 8 + [False] * 3
    assert [f"Report {n:02}" in pages[1] for n in range(11)] == [False] * 8 + [True] * 3
    assert "9 to 11 of 11" in pages[1]
    assert "Berlin's" not in "".join(pages)
    await world.marcus.click(world.marcus.modal, "standup.reports:back")
    assert text_of(world.marcus.modal) == pages[0]
    assert len(world.marcus.modals) == 1


async def test_all_reports_of_a_day_at_once_are_those_of_every_cohort(world: World) -> None:
    await start_standup(world.lena, post_mode="at_once")
    await at(world, "07:10")
    await report(world.yuki, "Tokyo's")
    await report(world.lena, "Berlin's")
    await world.deliver()
    [card] = cards(world)
    await world.marcus.click(card, "standup.reports")
    assert "Tokyo's" in text_of(world.marcus.modal)
    assert "Berlin's" in text_of(world.marcus.modal)


@pytest.mark.parametrize("post_mode", ["wrap_ups", "at_once"])
async def test_ten_at_once_are_one_card_ten_replies_and_a_stable_order(
    world: World, post_mode: str
) -> None:
    team = await many_in_tokyo(world, 10)
    ids = [person.id for person in team]
    await start_standup(world.lena, participants=ids, post_mode=post_mode)
    await at(world, "00:10")
    for person in team:
        await person.command("/standup", channel=CHURN)
    sent = [person.submit(person.modal, answer_0=f"By {person.id}") for person in team]
    assert await asyncio.gather(*sent) == [None] * 10
    await settle(world)
    [card] = cards(world)
    shown = [line for line in text_of(card).splitlines() if "By U0" in line]
    assert [line.split("By ")[1] for line in shown] == sorted(ids)
    assert len(world.slack.thread(CHURN, card["ts"])) == 10
    await report(team[3], "Changed")
    await world.deliver()
    [card] = cards(world)
    shown = [line for line in text_of(card).splitlines() if "By U0" in line or "Changed" in line]
    assert "Changed" in shown[3]


async def test_a_double_click_on_all_reports_opens_one_form(world: World) -> None:
    world.expect("exchanged_trigger_id")
    await asia_reports(world)
    await settle(world)
    await world.marcus.click(cards(world)[0], "standup.reports")
    await world.marcus.resend()
    assert len(world.marcus.modals) == 1


async def test_a_deleted_stand_up_wraps_up_nothing_more(world: World) -> None:
    await start_standup(world.lena)
    await at(world, "00:10")
    await report(world.yuki)
    await world.lena.command("/standup", "delete", channel=CHURN)
    assert await world.lena.submit(world.lena.modal) is None
    before = len(world.slack.messages(CHURN))
    await world.live_until("2026-10-20T23:00Z")
    assert cards(world) == []
    assert len(world.slack.messages(CHURN)) == before


async def many_in_tokyo(world: World, number: int) -> list[Person]:
    """Colleagues in the channel, their names in order."""
    team = []
    for n in range(number):
        user_id = f"U0TEAM{n:02}"
        world.slack.add_user(user_id, f"Member {n:02}", tz="Asia/Tokyo")
        world.slack.ws.channels[CHURN].members.append(user_id)
        team.append(world.slack.person(user_id))
    return team
