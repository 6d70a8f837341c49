"""Who sees which alert and may act on it: of a private channel only who is there or whom the rule
names; guests may read, and do nothing."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.alerts.incidents import Incident, Told
from bot.domain.alerts.rules import ModelThreshold, Operator, Rule, Severity
from bot.domain.alerts.silences import Silence
from bot.domain.alerts.states import AlertState, Baseline
from bot.domain.experiments.records import ModelVersion, RegisteredModel
from bot.ports.repositories import UnitOfWork
from bot.views.alerts.silences import ACTION_END
from jobs import housekeeping
from tests.acceptance.harness import LENA, MARCUS, World, meridian
from tests.standins.slack import Person, text_of

TEAM = "T0TEAM"
OPEN, BOARD, LAB = "C0OPEN", "G0BOARD", "G0LAB"
YUKI, GUEST = "U0YUKI", "U0GUEST"
PRIVATE = "A-1 belongs to a private channel; look it up there, or ask somebody in it."
OUTSIDERS = "Guests and people of other companies can't act on alerts"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A-1 of the board's channel and A-2 of a public one, each with an open alert and a silence;
    Yuki is in LAB only, and a guest in the public channel."""
    async with meridian(tmp_path) as found:
        slack = found.slack
        slack.add_user(GUEST, "guest", is_restricted=True)
        slack.add_channel(OPEN, "open", members=[LENA, GUEST])
        slack.add_channel(BOARD, "board", members=[LENA, MARCUS], private=True)
        slack.add_channel(LAB, "lab", members=[LENA, YUKI], private=True)
        await found.app.jobs.transactions.write(_watch, found, BOARD, "secret")
        await found.app.jobs.transactions.write(_watch, found, OPEN, "plain")
        await housekeeping.step(found.app.jobs, found.clock())
        found.clock.advance(minutes=1)
        yield found


def _watch(uow: UnitOfWork, world: World, channel: str, name: str) -> None:
    now = world.clock()
    number = uow.numbers.next(TEAM, "alert")
    rule = Rule(
        workspace=TEAM,
        channel=channel,
        author=LENA,
        metric=f"{name}_metric",
        severity=Severity.CRITICAL,
        for_evaluations=1,
        condition=ModelThreshold(model="churn", alias="", operator=Operator.BELOW, bound=0.9),
        number=number,
        created_at=now - timedelta(days=100),
    )
    uow.alerts.add(rule, AlertState(since=now, read_until=now))
    uow.alerts.open_incident(
        Incident(
            id=f"{TEAM}:A-{number}:1",
            workspace=TEAM,
            rule_number=number,
            channel=channel,
            severity=Severity.CRITICAL,
            title=f"churn: {name}_metric 0.5",
            latest="",
            sample=None,
            baseline=Baseline(version=13, run_id="v13", experiment_id="1", value=0.9),
            opened_at=now,
            changed_at=now,
            told=Told(posted_at=now),
        )
    )
    uow.silences.add(
        Silence(
            workspace=TEAM,
            channel=channel,
            by=LENA,
            reason=f"{name} reason",
            created_at=now,
            until=now + timedelta(days=1),
            number=uow.numbers.next(TEAM, "silence"),
        )
    )


async def told(person: Person, typed: str, channel: str = LAB, command: str = "/alert") -> str:
    ack = await person.command(command, typed, channel=channel)
    return " ".join(text_of(ack.ephemeral).split()) if ack.ephemeral else ack.text


@pytest.mark.parametrize("word", ["list", "silences", "report"])
async def test_rows_are_those_that_somebody_may_see_there(world: World, word: str) -> None:
    yukis, boards = await told(world.yuki, word), await told(world.marcus, word, BOARD)
    mark = {"list": "A-{}", "silences": "{} reason", "report": "A-{}"}[word]
    mine, theirs = (mark.format(n) for n in (("plain", "secret") if "{} " in mark else (2, 1)))
    assert mine in yukis
    assert theirs not in yukis
    assert theirs in boards


@pytest.mark.parametrize("word", ["A-1", "show A-1", "test A-1", "silence A-1", "edit A-1"])
async def test_one_of_a_private_channel_is_refused(world: World, word: str) -> None:
    assert PRIVATE in await told(world.yuki, word)
    assert world.yuki.modals == []
    assert PRIVATE not in await told(world.marcus, word, BOARD)
    assert PRIVATE not in await told(world.lena, word, LAB)


async def test_why_tells_of_alerts_that_may_be_seen(world: World) -> None:
    await world.app.jobs.transactions.write(_register, world)
    text = await told(world.yuki, "why churn", command="/decide")
    assert "plain_metric" in text
    assert "secret_metric" not in text


async def test_a_guest_ends_no_silence_and_sets_nothing(world: World) -> None:
    guest = world.slack.person(GUEST)
    ack = await guest.command("/alert", "silences", channel=OPEN)
    assert ack.ephemeral is not None
    await guest.click(ack.ephemeral, f"{ACTION_END}:2")
    assert OUTSIDERS in text_of(world.slack.ephemerals(GUEST)[-1])
    assert OUTSIDERS in await told(guest, "settings", OPEN)
    assert OUTSIDERS in await told(guest, "silence A-2 4h I like it quiet", OPEN)
    silences = await told(world.lena, "silences", OPEN)
    assert "S-2" in silences
    assert "quiet" not in silences


async def test_the_length_that_was_typed_stands_in_the_form(world: World) -> None:
    for typed, value, words in (("2h", "2", "2 h"), ("90m", "1.5", "1 h 30 min")):
        await world.lena.command("/alert", f"silence A-2 {typed}", channel=OPEN)
        [field] = [b for b in world.lena.modal["blocks"] if b["block_id"] == "hours"]
        chosen = field["element"]["initial_option"]
        assert (chosen["value"], chosen["text"]["text"]) == (value, words)


def _register(uow: UnitOfWork, world: World) -> None:
    model = RegisteredModel(name="churn", aliases={"champion": 13})
    version = ModelVersion(model="churn", version=13, run_id="v13", created_at=world.clock())
    uow.experiments.save_models(TEAM, [model], [version])
