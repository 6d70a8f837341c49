"""The hand-over: in App Home for everybody, as a message at their own morning for who asked."""

from dataclasses import replace

from bot.domain.decisions.consent import ConsentRule, ConsentTerms
from bot.domain.decisions.record import DecisionBody, DecisionStatus, NewDecision
from bot.ports.repositories import UnitOfWork
from bot.services import people
from bot.services.decisions import life
from bot.views.digests.handover import card
from tests.acceptance.harness import CHURN, LENA, MARCUS, World, start_standup
from tests.standins.slack import Json, Person
from tests.standins.slack.text import text_of


async def wants(world: World, person: Person, *, a_message: bool = True) -> None:
    """As `/meridian me` keeps it."""
    ws, now = world.workspace, world.clock()

    def choose(uow: UnitOfWork) -> None:
        known = uow.people.get(ws, person.id)
        assert known is not None
        choices = replace(known.choices, handover=a_message)
        people.choose(uow, ws, person.id, choices, now)

    await world.app.transactions.write(choose)


async def asks_consent(world: World) -> None:
    """Marcus asks for Lena's."""
    ws, now = world.workspace, world.clock()
    terms = ConsentTerms(rule=ConsentRule.UNANIMOUS, hours=16)
    body = DecisionBody(title="Use data v8", outcome="Yes.", makers=(MARCUS, LENA), consent=terms)
    wish = NewDecision(
        workspace=ws, channel=CHURN, author=MARCUS, body=body, status=DecisionStatus.PROPOSED
    )
    await world.app.transactions.write(life.log, wish, now)
    await world.deliver()


async def decides(world: World, title: str) -> None:
    """Marcus logs a decision."""
    await world.marcus.command("/decide", "", channel=CHURN)
    errors = await world.marcus.submit(world.marcus.modal, title=title, outcome="Yes.")
    assert errors is None, errors
    await world.deliver()


def handovers(world: World, person: Person) -> list[Json]:
    return [m for m in world.slack.messages(person.id) if m["text"].startswith("Good morning.")]


async def test_nobody_who_did_not_ask_gets_a_message_and_home_tells_it_all_day(
    world: World,
) -> None:
    await start_standup(world.lena)
    await world.live_until("2026-10-19T19:00Z")
    await decides(world, "Freeze the features")
    await world.live_until("2026-10-20T13:00Z")
    assert handovers(world, world.lena) == []
    await world.lena.open_home()
    await world.app.listeners.drain()
    home = world.slack.home(world.lena.id)
    assert home["blocks"][0]["text"]["text"] == "Hand-over"
    top = str(home["blocks"][:5])
    assert "Freeze the features" in top
    assert "While you slept (New York):" in top
    await world.marcus.open_home()
    await world.app.listeners.drain()
    assert "Nothing happened" in str(world.slack.home(MARCUS)["blocks"][:3])


async def test_the_message_comes_once_at_eight_if_there_is_something_to_say(world: World) -> None:
    await start_standup(world.lena)
    await wants(world, world.lena)
    await world.live_until("2026-10-19T19:00Z")
    assert handovers(world, world.lena) == []
    await decides(world, "Freeze the features")
    await world.live_until("2026-10-20T05:59Z")
    assert handovers(world, world.lena) == []
    await world.live_until("2026-10-20T20:00Z")
    [message] = handovers(world, world.lena)
    assert "Freeze the features" in str(message["blocks"])
    await world.live_until("2026-10-21T20:00Z")
    assert len(handovers(world, world.lena)) == 1


async def test_who_is_away_is_told_when_they_are_back(world: World) -> None:
    await start_standup(world.lena)
    await wants(world, world.lena)
    await world.lena.command("/standup", "away 2026-10-20", channel=CHURN)
    await world.live_until("2026-10-19T19:00Z")
    await decides(world, "Freeze the features")
    await world.live_until("2026-10-20T20:00Z")
    assert handovers(world, world.lena) == []
    await world.live_until("2026-10-21T07:00Z")
    [message] = handovers(world, world.lena)
    assert "Since Mon 18:00" in message["text"]
    assert "Freeze the features" in str(message["blocks"])


async def test_a_move_west_brings_no_second_morning_of_a_date(world: World) -> None:
    await start_standup(world.lena)
    await wants(world, world.lena)
    await world.live_until("2026-10-19T19:00Z")
    await decides(world, "Freeze the features")
    await world.live_until("2026-10-20T08:00Z")
    await decides(world, "Use data v8")
    await world.lena.command("/standup", "timezone New York", channel=CHURN)
    await world.live_until("2026-10-20T21:00Z")
    assert len(handovers(world, world.lena)) == 1
    await decides(world, "Thaw the features")
    await world.live_until("2026-10-21T13:00Z")
    told = str(handovers(world, world.lena)[-1]["blocks"])
    assert "Use data v8" in told
    assert "Freeze the features" not in told


async def test_switched_off_it_comes_no_more(world: World) -> None:
    await start_standup(world.lena)
    await wants(world, world.lena)
    await wants(world, world.lena, a_message=False)
    await world.live_until("2026-10-19T19:00Z")
    await decides(world, "Freeze the features")
    await world.live_until("2026-10-20T20:00Z")
    assert handovers(world, world.lena) == []


async def test_my_settings_ask_for_a_message(world: World) -> None:
    await world.lena.command("/meridian", "me", channel=CHURN)
    assert "In App Home only" in str(world.lena.modal["blocks"])
    assert await world.lena.submit(world.lena.modal, handover="message") is None
    await world.lena.open_home()
    await world.app.listeners.drain()
    assert "as a message at the start of your day" in str(world.slack.home(LENA)["blocks"])


async def test_what_waits_is_answered_from_the_message(world: World) -> None:
    await start_standup(world.lena)
    await wants(world, world.lena)
    await world.live_until("2026-10-19T19:00Z")
    await decides(world, "Freeze the features")
    await asks_consent(world)
    await world.live_until("2026-10-20T06:01Z")
    [message] = handovers(world, world.lena)
    assert "Use data v8 waits for your consent, 16 of your hours left" in text_of(message)
    await world.lena.click(message, card.ACTION_ANSWER)
    await world.lena.click(world.lena.modal, "decision.agree")
    await world.lena.open_home()
    await world.app.listeners.drain()
    assert "Use data v8" not in str(world.slack.home(LENA)["blocks"])


async def test_admins_see_what_is_set_up_and_nobody_else_does(world: World) -> None:
    world.slack.ws.users[LENA].is_admin = True
    await start_standup(world.lena)
    await world.lena.command("/meridian", "admin", channel=CHURN)
    assert "1 stand-up, " in str(world.slack.ephemerals(LENA)[-1]["blocks"])
    await world.lena.open_home()
    await world.app.listeners.drain()
    assert "Admin settings" in str(world.slack.home(LENA)["blocks"])
    await world.marcus.command("/meridian", "admin", channel=CHURN)
    assert "Only admins" in str(world.slack.ephemerals(MARCUS)[-1])


async def test_how_to_connect_names_every_setting_and_no_secret(world: World) -> None:
    await world.lena.command("/meridian", "connect", channel=CHURN)
    told = str(world.slack.ephemerals(LENA)[-1]["blocks"])
    for setting in ("JIRA_URL", "JIRA_API_TOKEN", "MLFLOW_TRACKING_URI", "isn't connected yet"):
        assert setting in told
    await world.lena.command("/meridian", "connect jria", channel=CHURN)
    assert "Type `/meridian connect jira`" in str(world.slack.ephemerals(LENA)[-1])
