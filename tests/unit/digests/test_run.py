"""At the channel's morning: one digest, about what happened since the last, or none."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from bot.domain.alerts.incidents import Incident, Told
from bot.domain.alerts.rules import Severity
from bot.domain.blocker import Blocker
from bot.domain.calendar import Occurrence
from bot.domain.decisions.record import DecisionBody, DecisionStatus, NewDecision
from bot.domain.delivery import Delivery, Priority
from bot.domain.digests.content import Digest
from bot.domain.digests.settings import DigestChoice, schedule_id
from bot.domain.digests.windows import Window
from bot.domain.experiments.records import Experiment, Run, RunStatus
from bot.domain.issues.polling import Reading
from bot.domain.issues.records import IssuePage
from bot.domain.issues.summary import IssueGroup
from bot.domain.links import Links
from bot.domain.person import Person
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import life
from bot.services.digests import daily, days
from bot.workflows.digests.cards import CARDS
from storage.transactions import SqlTransactions
from tests.unit.digests.builders import HOUR, MINUTE, T0, issue, step

CHOICE = DigestChoice(zone="UTC", projects=("CHURN",))
DAY = timedelta(days=1)


@pytest.fixture
async def channel(transactions: SqlTransactions) -> SqlTransactions:
    """A channel whose digest comes at 09:00 UTC; its people are Ana and Ben."""

    def set_up(uow: UnitOfWork) -> None:
        uow.people.save([_person("U1", "Ana"), _person("U2", "Ben")])
        uow.channels.keep("T1", "C1", public=True, shared=False, now=T0 - 2 * HOUR)
        daily.save(uow, "T1", "C1", CHOICE, seen_version=0, author="U1", now=T0 - 2 * HOUR)

    await transactions.write(set_up)
    return transactions


def _person(user_id: str, name: str) -> Person:
    return Person(workspace="T1", user_id=user_id, name=name, zone="Europe/Berlin")


def _run(uow: UnitOfWork, run_at: datetime) -> Delivery | None:
    schedule = uow.schedules.get(schedule_id("T1", "C1"))
    assert schedule is not None
    day = run_at.date()
    daily.run(uow, schedule, Occurrence(run_at=run_at, local_date=day), run_at)
    return uow.deliveries.get(f"digest:T1:C1:{day}")


def _shown(uow: UnitOfWork, delivery: Delivery) -> Digest:
    return daily.at_sending(uow, "T1", "C1", Window.of(delivery.subject), T0 + HOUR)


def _poll(uow: UnitOfWork, now: datetime, page: IssuePage, *projects: str) -> None:
    since = now - 2 * HOUR
    reading = Reading(projects=projects or ("CHURN",), since=since, news_since=since)
    uow.issues.save("T1", reading, page, now)
    uow.sources.read_ok("jira", now, now)


def _moved(number: int, at: datetime) -> IssuePage:
    return IssuePage(
        issues=(replace(issue(number, "In review", updated=at), status_since=at),),
        changes=(step(number, "To do", "In review", at),),
    )


async def test_nothing_to_say_nothing_posted(channel: SqlTransactions) -> None:
    assert await channel.write(_run, T0) is None


async def test_a_source_that_is_down_is_no_reason_to_post(channel: SqlTransactions) -> None:
    await channel.write(lambda uow: uow.sources.read_failed("jira", "Jira is down.", T0 - HOUR))
    assert await channel.write(_run, T0) is None


async def test_a_move_is_told_once(channel: SqlTransactions) -> None:
    await channel.write(_poll, T0 - MINUTE, _moved(1, T0 - 5 * MINUTE))
    delivery = await channel.write(_run, T0)
    assert delivery is not None
    assert (delivery.card, delivery.priority, delivery.owner) == ("digest", Priority.DIGEST, "U1")
    assert delivery.subject["channel"] == "C1"
    shown = await channel.read(_shown, delivery)
    assert [line.issue.key for line in shown.issues.of(IssueGroup.MOVED)] == ["CHURN-1"]
    assert await channel.write(_run, T0 + DAY) is None


async def test_a_change_before_the_digest_but_polled_after_it_comes_in_the_next(
    channel: SqlTransactions,
) -> None:
    await channel.write(_poll, T0 - MINUTE, _moved(1, T0 - 5 * MINUTE))
    first = await channel.write(_run, T0)
    # This poll began before the digest and was committed after it.
    await channel.write(_poll, T0 - MINUTE / 2, _moved(2, T0 - 2 * MINUTE))
    second = await channel.write(_run, T0 + DAY)
    assert first is not None
    assert second is not None
    shown = [await channel.read(_shown, delivery) for delivery in (first, second)]
    moved = [[line.issue.key for line in each.issues.of(IssueGroup.MOVED)] for each in shown]
    assert moved == [["CHURN-1"], ["CHURN-2"]]


async def test_a_project_off_the_allow_list_is_not_shown_even_in_a_waiting_digest(
    channel: SqlTransactions,
) -> None:
    await channel.write(_poll, T0 - MINUTE, _moved(1, T0 - 5 * MINUTE))
    delivery = await channel.write(_run, T0)
    assert delivery is not None

    def forbid(uow: UnitOfWork) -> None:
        choice = DigestChoice(zone="UTC", projects=())
        daily.save(uow, "T1", "C1", choice, seen_version=1, author="U1", now=T0)

    await channel.write(forbid)
    assert not (await channel.read(_shown, delivery)).something_to_say


async def test_a_digest_that_is_off_says_nothing(channel: SqlTransactions) -> None:
    def switch_off(uow: UnitOfWork) -> None:
        choice = DigestChoice(zone="UTC", projects=("CHURN",), active=False)
        daily.save(uow, "T1", "C1", choice, seen_version=1, author="U1", now=T0 - HOUR)

    await channel.write(switch_off)
    await channel.write(_poll, T0 - MINUTE, _moved(1, T0 - 5 * MINUTE))
    assert await channel.write(_run, T0) is None
    assert await channel.read(daily.schedule, "T1", "C1") is None


async def test_blockers_alerts_and_decisions_of_this_channel_only(
    channel: SqlTransactions,
) -> None:
    def happen(uow: UnitOfWork) -> None:
        for number, place in enumerate(("C1", "C2"), start=1):
            uow.blockers.add(_blocker(place))
            uow.alerts.open_incident(_incident(number, place))
            body = DecisionBody(title=f"for {place}", outcome="yes")
            draft = NewDecision(workspace="T1", channel=place, author="U1", body=body)
            life.log(uow, draft, T0 - HOUR)

    await channel.write(happen)
    delivery = await channel.write(_run, T0)
    assert delivery is not None
    shown = await channel.read(_shown, delivery)
    assert [(b.blocker.text, b.person) for b in shown.blockers] == [("quota in C1", "Ben")]
    assert [(a.incident.rule_number, a.acknowledged_by) for a in shown.alerts] == [(1, "Ana")]
    assert [(d.number, d.status) for d in shown.decisions] == [(1, DecisionStatus.ACCEPTED)]


def _blocker(place: str) -> Blocker:
    return Blocker(
        workspace="T1",
        number=int(place[1:]),
        standup_id=f"S{place}",
        channel=place,
        user_id="U2",
        text=f"quota in {place}",
        opened_at=T0 - 3 * DAY,
    )


def _incident(number: int, place: str) -> Incident:
    return Incident(
        id=f"I{number}",
        workspace="T1",
        rule_number=number,
        channel=place,
        severity=Severity.CRITICAL,
        title="auc is below 0.8",
        latest="0.7",
        sample=None,
        baseline=None,
        opened_at=T0 - 2 * DAY,
        changed_at=T0 - DAY,
        acknowledged_by="U1",
        acknowledged_at=T0 - DAY,
        told=Told(posted_at=T0 - 2 * DAY),
    )


async def test_an_alert_that_somebody_silenced_stays_quiet_here_too(
    channel: SqlTransactions,
) -> None:
    quiet = replace(_incident(1, "C1"), held="silenced", told=Told())
    await channel.write(lambda uow: uow.alerts.open_incident(quiet))
    assert await channel.write(_run, T0) is None
    then = await channel.read(days.of_day, "T1", "C1", "U1", T0.date(), T0 + 2 * DAY)
    assert not then.content.something_to_say


async def test_a_proposal_is_not_told_as_decided_later(channel: SqlTransactions) -> None:
    def happen(uow: UnitOfWork) -> None:
        body = DecisionBody(title="Use v8", outcome="Yes.", makers=("U2",))
        proposal = NewDecision(
            workspace="T1", channel="C1", author="U1", body=body, status=DecisionStatus.PROPOSED
        )
        life.log(uow, proposal, T0 - HOUR)

    await channel.write(happen)
    assert await channel.write(_run, T0) is not None
    then = await channel.read(days.of_day, "T1", "C1", "U1", T0.date(), T0 + 2 * DAY)
    assert not then.content.something_to_say


async def test_posted_where_nothing_is_set_it_bears_the_date_of_who_asked(
    transactions: SqlTransactions,
) -> None:
    evening = datetime.fromisoformat("2026-10-27T23:30Z")

    def happen(uow: UnitOfWork) -> tuple[date, str]:
        uow.people.save([replace(_person("U1", "Ana"), zone="Asia/Tokyo")])
        uow.blockers.add(_blocker("C1"))
        daily.post_now(uow, "T1", "C1", "U1", "k", evening)
        sent = uow.deliveries.get("digest-now:T1:k")
        assert sent is not None
        message = CARDS[sent.card](uow, "T1", sent.subject, evening, Links())
        assert message is not None
        return daily.preview(uow, "T1", "C1", "U1", evening).day, message.text

    shown, said = await transactions.write(happen)
    assert shown == date(2026, 10, 28)
    assert "28 Oct" in said


async def test_at_midnight_it_bears_its_own_date_and_older_and_newer_lead_on(
    channel: SqlTransactions,
) -> None:
    def happen(uow: UnitOfWork) -> days.Reading:
        choice = replace(CHOICE, wall_time=time(0))
        daily.save(uow, "T1", "C1", choice, seen_version=1, author="U1", now=T0 - HOUR)
        return days.of_day(uow, "T1", "C1", "U1", date(2026, 10, 27), T0)

    found = await channel.write(happen)
    assert found.content.day == date(2026, 10, 27)
    assert (found.older, found.newer) == (date(2026, 10, 26), date(2026, 10, 28))


@pytest.mark.parametrize(("chosen", "finished"), [((), 2), (("churn",), 1)])
async def test_runs_of_the_chosen_experiments(
    channel: SqlTransactions, chosen: tuple[str, ...], finished: int
) -> None:
    def happen(uow: UnitOfWork) -> None:
        experiments = [
            Experiment(experiment_id="1", name="churn"),
            Experiment(experiment_id="2", name="uplift"),
        ]
        uow.experiments.save_experiments("T1", experiments)
        runs = [_ended("a", "1"), _ended("b", "2"), _ended("c", "1", RunStatus.FAILED)]
        uow.experiments.save_runs("T1", runs, T0 - HOUR)
        choice = DigestChoice(zone="UTC", experiments=chosen)
        daily.save(uow, "T1", "C1", choice, seen_version=1, author="U1", now=T0 - HOUR)

    await channel.write(happen)
    delivery = await channel.write(_run, T0)
    assert delivery is not None
    runs = (await channel.read(_shown, delivery)).runs
    assert (runs.finished, runs.failed) == (finished, 1)
    assert [run.run_id for run in runs.broken] == ["c"]
    assert await channel.write(_run, T0 + DAY) is None


def _ended(run_id: str, experiment_id: str, status: RunStatus = RunStatus.FINISHED) -> Run:
    return Run(
        run_id=run_id,
        experiment_id=experiment_id,
        name=run_id,
        status=status,
        started_at=T0 - 3 * HOUR,
        ended_at=T0 - 2 * HOUR,
    )


async def test_the_footer_knows_how_old_each_source_is(channel: SqlTransactions) -> None:
    def happen(uow: UnitOfWork) -> None:
        _poll(uow, T0 - 5 * HOUR, _moved(1, T0 - 6 * HOUR))
        uow.sources.read_failed("jira", "Jira is down.", T0 - 3 * HOUR)

    await channel.write(happen)
    delivery = await channel.write(_run, T0)
    assert delivery is not None
    [jira] = (await channel.read(_shown, delivery)).sources
    assert (jira.as_of, jira.down_since) == (T0 - 5 * HOUR, T0 - 3 * HOUR)


async def test_a_project_that_was_not_read_with_the_rest_is_named(
    channel: SqlTransactions,
) -> None:
    def happen(uow: UnitOfWork) -> None:
        choice = DigestChoice(zone="UTC", projects=("CHURN", "DATA", "GONE"))
        daily.save(uow, "T1", "C1", choice, seen_version=1, author="U1", now=T0 - 3 * HOUR)
        _poll(uow, T0 - 2 * HOUR, IssuePage(issues=(), changes=()), "CHURN", "DATA")
        _poll(uow, T0 - HOUR, _moved(1, T0 - HOUR), "CHURN")

    await channel.write(happen)
    delivery = await channel.write(_run, T0)
    assert delivery is not None
    [jira] = (await channel.read(_shown, delivery)).sources
    assert jira.behind == ("DATA", "GONE")


async def test_turning_it_on_again_tells_no_old_news(channel: SqlTransactions) -> None:
    on_again = T0 + 30 * DAY

    def change(uow: UnitOfWork, version: int, active: bool, now: datetime) -> None:
        choice = DigestChoice(zone="UTC", projects=("CHURN",), active=active)
        daily.save(uow, "T1", "C1", choice, seen_version=version, author="U1", now=now)

    await channel.write(_run, T0)
    await channel.write(change, 1, False, T0 + HOUR)
    await channel.write(_poll, T0 + 2 * HOUR, _moved(1, T0 + HOUR))
    await channel.write(change, 2, True, on_again - HOUR)
    assert await channel.write(_run, on_again) is None


async def test_now_posts_but_leaves_the_morning_as_it_is(channel: SqlTransactions) -> None:
    await channel.write(_poll, T0 - HOUR, _moved(1, T0 - HOUR))
    posted = await channel.write(daily.post_now, "T1", "C1", "U2", "k", T0 - MINUTE)
    assert posted is not None
    delivery = await channel.read(lambda uow: uow.deliveries.get("digest-now:T1:k"))
    assert delivery is not None
    assert delivery.owner == "U2"
    assert await channel.write(_run, T0) is not None


async def test_the_date_is_the_channels(channel: SqlTransactions) -> None:
    def happen(uow: UnitOfWork) -> Digest:
        choice = DigestChoice(zone="Pacific/Auckland", projects=("CHURN",))
        daily.save(uow, "T1", "C1", choice, seen_version=1, author="U1", now=T0)
        return daily.preview(uow, "T1", "C1", "U1", datetime.fromisoformat("2026-10-28T20:00Z"))

    assert (await channel.write(happen)).day == date(2026, 10, 29)


async def test_a_past_digest_tells_what_was_open_then(channel: SqlTransactions) -> None:
    day = T0.date()

    def happen(uow: UnitOfWork) -> None:
        uow.blockers.add(
            replace(_blocker("C1"), acknowledged_by="U1", acknowledged_at=T0 + 3 * HOUR)
        )
        solved = replace(_blocker("C1"), number=7, closed_at=T0 + 3 * HOUR, opened_at=T0 - DAY)
        uow.blockers.add(solved)
        uow.alerts.open_incident(replace(_incident(1, "C1"), resolved_at=T0 + 3 * HOUR))
        uow.alerts.open_incident(replace(_incident(2, "C1"), resolved_at=T0 - HOUR))

    await channel.write(happen)
    shown = (await channel.read(days.of_day, "T1", "C1", "U1", day, T0 + 2 * DAY)).content
    assert shown.past
    assert [b.blocker.number for b in shown.blockers] == [1, 7]
    assert all(b.blocker.needs_someone for b in shown.blockers), "nobody had taken them yet"
    assert [a.incident.rule_number for a in shown.alerts] == [1]
    assert shown.sources == ()
