"""Transactions that meet: reports, prompts, looks at a day, absences and blockers."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.blocker import NewBlocker
from bot.domain.decisions.record import DecisionBody, DecisionStatus, NewDecision
from bot.domain.delivery import DeliveryKind
from bot.domain.links import Links
from bot.domain.standup import PostMode, Standup, schedule_id
from bot.services import (
    aways,
    blockers,
    people,
    reports,
    standups,
    ticks,
    turns,
)
from bot.services.decisions import life
from bot.workflows.cards import render
from bot.workflows.standup_cards import CARDS
from storage.deliveries import DeliveryRow
from storage.unit_of_work import SqlUnitOfWork
from tests.storage.racing import (
    EARLY,
    LATER,
    MONDAY,
    NINE,
    Databank,
    Pause,
    bank,
    before,
    database_url,
    filled,
    person,
    plan,
    started,
)

__all__ = ["bank", "database_url"]

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
FAR = NINE + timedelta(days=9)
ACCEPTED = DecisionStatus.ACCEPTED


def test_of_two_reports_from_two_windows_the_later_is_the_change_of_the_first(
    bank: Databank,
) -> None:
    standup = started(bank)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.standups, "save_report", pause)
        reports.submit(uow, "T1", "A", filled(standup, "No GPU"), NINE)

    one, other = bank.race(
        first, lambda uow: reports.submit(uow, "T1", "A", filled(standup, "No data"), LATER)
    )
    one.result()
    other.result()
    kept = bank.run(lambda uow: uow.standups.report(standup.id, MONDAY, "A"))
    assert kept is not None
    assert (kept.blocker, kept.submitted_at, kept.edited_at) == ("No data", NINE, LATER)
    [open_one] = bank.run(lambda uow: uow.blockers.open("T1", "C1"))
    assert open_one.text == "No data"


def test_reports_of_two_days_at_once_leave_one_blocker_open(bank: Databank) -> None:
    standup = started(bank)
    tuesday = MONDAY + timedelta(days=1)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.blockers, "add", pause)
        reports.submit(uow, "T1", "A", filled(standup, "No GPU"), NINE)

    one, other = bank.race(
        first,
        lambda uow: reports.submit(uow, "T1", "A", filled(standup, "No data", tuesday), LATER),
    )
    one.result()
    other.result()
    [open_one] = bank.run(lambda uow: uow.blockers.open("T1", "C1"))
    assert open_one.text == "No data"


def test_who_skips_and_reports_at_once_is_counted_once(bank: Databank) -> None:
    standup = started(bank)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.turns, "save", pause)
        reports.skip(uow, "T1", "A", standup.id, MONDAY, NINE)

    one, other = bank.race(
        first, lambda uow: reports.submit(uow, "T1", "A", filled(standup), LATER)
    )
    one.result()
    other.result()
    day = bank.run(lambda uow: turns.day(uow, standup, MONDAY))
    assert ([r.user_id for r in day.reports], day.absent) == (["A"], ())


def test_a_prompt_never_asks_for_ever_who_reported_while_it_was_sent(bank: Databank) -> None:
    standup = started(bank)
    prompt_id = f"prompt:{standup.id}:{MONDAY}:A"

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        reports.submit(uow, "T1", "A", filled(standup), NINE)
        pause()

    one, other = bank.race(first, lambda uow: _asked(uow, prompt_id, NINE))
    one.result()
    bank.run(lambda uow: ticks.tick(uow, LATER))
    asks_still = other.result()
    corrected = bank.run(lambda uow: uow.deliveries.pending_edit(prompt_id))
    assert not asks_still or corrected


def _asked(uow: SqlUnitOfWork, prompt_id: str, now: datetime) -> bool:
    """Tick and render at once, as a deliverer right behind would; whether the prompt asks."""
    ticks.tick(uow, now)
    wish = uow.deliveries.get(prompt_id)
    shown = render(uow, CARDS, wish, now, Links()) if wish else None
    return shown is not None and "your report, please" in shown.text


def zone_of(bank: Databank, standup: Standup, name: str = "A") -> str:
    found = bank.run(lambda uow: uow.schedules.get(schedule_id(standup.id, name)))
    assert found is not None
    return found.zone


def test_a_zone_that_changes_while_a_standup_is_changed_counts(bank: Databank) -> None:
    standup = started(bank)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.schedules, "save_all", pause)
        standups.change(uow, "T1", standup.id, plan("A"), seen_version=1, author="A", now=EARLY)

    one, other = bank.race(
        first, lambda uow: people.follow_all(uow, [person("A", "Asia/Tokyo")], EARLY)
    )
    one.result()
    other.result()
    assert zone_of(bank, standup) == "Asia/Tokyo"


def test_a_zone_that_changes_while_a_standup_is_started_counts(bank: Databank) -> None:
    def first(uow: SqlUnitOfWork, pause: Pause) -> Standup:
        standup = standups.create(uow, "T1", "C1", plan("A"), "A", EARLY)
        pause()
        return standup

    one, other = bank.race(
        first, lambda uow: people.follow_all(uow, [person("A", "Asia/Tokyo")], EARLY)
    )
    other.result()
    assert zone_of(bank, one.result()) == "Asia/Tokyo"


def test_two_copies_of_the_members_in_any_order_do_not_lock_each_other_out(
    bank: Databank,
) -> None:
    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.people, "save", pause, call=2)
        people.follow_all(uow, [person(name, "Asia/Tokyo") for name in "AB"], EARLY)

    def second(uow: SqlUnitOfWork) -> None:
        people.follow_all(uow, [person(name, "Asia/Tokyo") for name in "BA"], EARLY)

    one, other = bank.race(first, second)
    assert (one.exception(), other.exception()) == (None, None)


def test_a_change_that_takes_somebody_out_meets_a_copy_of_the_members(bank: Databank) -> None:
    """Whoever is asked no more is locked like those who are, in the same order."""
    standup = started(bank, "CD")

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.people, "save", pause, call=2)
        people.follow_all(uow, [person(name, "Asia/Tokyo") for name in "CD"], EARLY)

    def second(uow: SqlUnitOfWork) -> None:
        standups.change(uow, "T1", standup.id, plan("D"), seen_version=1, author="A", now=EARLY)

    one, other = bank.race(first, second)
    assert (one.exception(), other.exception()) == (None, None)
    assert zone_of(bank, standup, "D") == "Asia/Tokyo"


def tick_all(bank: Databank, now: datetime) -> None:
    """Everything that is due."""
    while bank.run(lambda uow: ticks.tick(uow, now)):
        pass
    while due := bank.run(lambda uow: ticks.due_timers(uow, now)):
        for timer_id in due:
            fire(bank, timer_id, now)


def fire(bank: Databank, timer_id: str, now: datetime) -> None:
    bank.run(lambda uow: ticks.fire(uow, timer_id, now))


def cards(bank: Databank, card: str) -> list[str]:
    """The ids of all deliveries of a card that were wished for."""
    query = select(DeliveryRow.id).where(
        DeliveryRow.card == card, DeliveryRow.kind == DeliveryKind.POST.value
    )
    with Session(bank.engines.reader) as session:
        return list(session.scalars(query.order_by(DeliveryRow.seq)))


def looks(bank: Databank) -> list[str]:
    return bank.run(lambda uow: [t for t in uow.timers.due(FAR, 99) if t.startswith("look:")])


def report(bank: Databank, who: str, standup: Standup, now: datetime) -> None:
    bank.run(lambda uow: submit(uow, who, standup, now))


def submit(uow: SqlUnitOfWork, who: str, standup: Standup, now: datetime) -> None:
    reports.submit(uow, "T1", who, filled(standup), now)


def test_a_report_while_the_day_is_looked_at_comes_into_the_thread(bank: Databank) -> None:
    standup = started(bank, "AB")
    tick_all(bank, NINE)
    closing = NINE + timedelta(hours=4, seconds=1)
    bank.run(lambda uow: submit(uow, "A", standup, NINE + HOUR))
    tick_all(bank, NINE + HOUR)
    (look,) = looks(bank)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.deliveries, "add", pause)
        ticks.fire(uow, look, closing)

    one, other = bank.race(first, lambda uow: submit(uow, "B", standup, closing))
    one.result()
    other.result()
    tick_all(bank, closing + SECOND)
    assert len(cards(bank, "standup.report")) == 2
    assert len(cards(bank, "standup.wrap_up")) == 1


def test_the_only_report_while_the_day_is_looked_at_for_the_last_time(bank: Databank) -> None:
    standup = started(bank, "A")
    tick_all(bank, NINE)
    closing = NINE + timedelta(hours=4, seconds=1)
    (look,) = looks(bank)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.schedules, "of", pause)
        ticks.fire(uow, look, closing)

    one, other = bank.race(first, lambda uow: submit(uow, "A", standup, closing))
    one.result()
    other.result()
    tick_all(bank, closing + SECOND)
    assert len(cards(bank, "standup.wrap_up")) == 1


def test_two_cohorts_that_close_at_once_have_a_card_each(bank: Databank) -> None:
    bank.run(lambda uow: uow.people.save([person("A", "Asia/Kolkata"), person("B")]))
    day_before = EARLY - timedelta(days=1)
    standup = bank.run(lambda uow: standups.create(uow, "T1", "C1", plan("AB"), "A", day_before))
    tick_all(bank, NINE - timedelta(hours=5, minutes=30))
    tick_all(bank, NINE)
    now = NINE + timedelta(minutes=5)
    for who in "AB":
        report(bank, who, standup, now)
    asia, europe = looks(bank)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        ticks.fire(uow, asia, now)
        pause()

    one, other = bank.race(first, lambda uow: ticks.fire(uow, europe, now))
    one.result()
    other.result()
    assert len(cards(bank, "standup.wrap_up")) == 2
    assert len(cards(bank, "standup.report")) == 2


def test_two_cohorts_that_close_at_once_share_the_one_card_of_reports_at_once(
    bank: Databank,
) -> None:
    bank.run(lambda uow: uow.people.save([person("A", "Asia/Kolkata"), person("B")]))
    day_before = EARLY - timedelta(days=1)
    standup = bank.run(lambda uow: standups.create(uow, "T1", "C1", plan("AB"), "A", day_before))
    tick_all(bank, NINE - timedelta(hours=5, minutes=30))
    tick_all(bank, NINE)
    now = NINE + timedelta(minutes=5)
    for who in "AB":
        report(bank, who, standup, now)
    at_once = replace(standup.plan, post_mode=PostMode.AT_ONCE)
    bank.run(
        lambda uow: standups.change(
            uow, "T1", standup.id, at_once, seen_version=1, author="A", now=now
        )
    )
    asia, europe = looks(bank)

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        ticks.fire(uow, asia, now)
        pause()

    one, other = bank.race(first, lambda uow: ticks.fire(uow, europe, now))
    one.result()
    other.result()
    assert len(cards(bank, "standup.day")) == 1
    assert len(cards(bank, "standup.report")) == 2


def test_who_goes_away_while_being_asked_is_away(bank: Databank) -> None:
    standup = started(bank, "AB")

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.turns, "add_all", pause)
        ticks.tick(uow, NINE)

    def go(uow: SqlUnitOfWork) -> None:
        aways.set_away(uow, "T1", "A", MONDAY, MONDAY, "", "A", NINE)

    one, other = bank.race(first, go)
    one.result()
    other.result()
    turn = bank.run(lambda uow: uow.turns.get(standup.id, MONDAY, "A"))
    assert turn is not None
    assert turn.absence is not None


def test_a_reminder_never_asks_for_ever_who_reported_in_that_moment(bank: Databank) -> None:
    standup = started(bank, "AB")
    tick_all(bank, NINE)
    now = NINE + timedelta(hours=3)
    reminder = f"reminder:{standup.id}:{MONDAY}:A:0"

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        submit(uow, "A", standup, now)
        pause()

    def second(uow: SqlUnitOfWork) -> None:
        ticks.fire(uow, f"remind:{standup.id}:{MONDAY}:A", now)

    one, other = bank.race(first, second)
    one.result()
    other.result()
    assert bank.run(lambda uow: uow.deliveries.get(reminder)) is None


def test_a_report_and_a_poll_that_change_the_same_blockers_do_not_lock_each_other_out(
    bank: Databank,
) -> None:
    standup = started(bank, "A")
    first_link, second_link = (proposed(bank, title) for title in ("One", "Two"))
    old = NewBlocker(standup_id=standup.id, text="Old", link=f"D-{first_link}")
    bank.run(lambda uow: blockers.raise_blocker(uow, "T1", "A", old, EARLY))
    named = replace(filled(standup, "New"), blocker_link=f"D-{second_link}", solved=())
    bank.run(lambda uow: reports.submit(uow, "T1", "A", named, NINE))
    for number in (first_link, second_link):
        accept(bank, number)
    again = replace(named, blocker="New words", solved=("B-1",))

    def first(uow: SqlUnitOfWork, pause: Pause) -> None:
        before(uow.blockers, "replace", pause, call=2)
        reports.submit(uow, "T1", "A", again, LATER)

    one, other = bank.race(first, lambda uow: blockers.follow_links(uow, "T1", LATER))
    one.result()
    other.result()


def accept(bank: Databank, number: int) -> None:
    bank.run(lambda uow: life.move(uow, "T1", number, ACCEPTED, "A", NINE))


def proposed(bank: Databank, title: str) -> int:
    body = DecisionBody(title=title, outcome="So")
    wish = NewDecision(
        workspace="T1", channel="C1", author="A", body=body, status=DecisionStatus.PROPOSED
    )
    return bank.run(lambda uow: life.log(uow, wish, EARLY)).number
