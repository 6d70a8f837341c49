"""Who may not press a button of a decision is told so in one sentence, and the log keeps it.

The buttons and forms are read from the routes: one that comes later fails here until it is said
who may use it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.decisions.promotion import Promotion, PromotionState, PromotionStatus
from bot.domain.decisions.record import ChangeKind, DecisionChange
from bot.domain.decisions.review import Review, ReviewCause
from bot.ports.repositories import UnitOfWork
from handlers import decisions
from handlers.routing import Routes
from jobs import housekeeping
from storage.tables import METADATA
from tests.acceptance.decision_forms import send
from tests.acceptance.harness import CHURN, LENA, MARCUS, World, meridian
from tests.standins.slack import Json, Person, text_of
from tests.standins.slack.people import payloads
from tests.standins.slack.people.targets import find_target, top_view
from tests.trials.databases import Observer

BOARD = "G0BOARD"
OTHER = "T0OTHER"
OUTSIDERS = ("guest", "external", "unheard")
REFUSED_ANYHOW = "Guests and people of other companies"

OPEN_ONE, ACCEPTED_ONE, BOARDS = 1, 2, 3
"""Proposed for consent; accepted, with a failed promotion and a review that waits; and one of a
channel that only Lena and Marcus are in."""


@dataclass(frozen=True)
class Button:
    """What its value is, the decision that it is about, and whether all of the team may press."""

    value: str
    number: int | None = None
    for_all: bool = False


BUTTONS = {
    "decision.accept": Button("1", 1),
    "decision.reject": Button("1", 1),
    "decision.edit": Button("1", 1),
    "decision.agree": Button("1|1", 1),
    "decision.stand_aside": Button("1|1", 1),
    "decision.object": Button("1|1", 1),
    "decision.deprecate": Button("2", 2),
    "decision.promote": Button("2", 2),
    "decision.keep": Button("2:1", 2),
    "decision.revise": Button("2:1", 2),
    "decision.review_supersede": Button("2:1", 2),
    # What everybody of the team may: to log what replaces it, each in a form of their own.
    "decision.supersede": Button("2", 2, for_all=True),
    "decision.page": Button("x", for_all=True),
    "decision.why": Button("5 churn", for_all=True),
    "decision.unfold": Button("context", for_all=True),
    "decision.afresh": Button("x", for_all=True),
    "decision.draft": Button("x", for_all=True),
    "decision.weekly_off": Button(CHURN, for_all=True),
    "alert.rollback": Button("i1", for_all=True),
}
LOOKING = {"decision.details": Button("1", 1, for_all=True)}

FORMS: dict[str, tuple[int | None, bool]] = {
    # Of which decision it is, and whether all of the team may send it.
    "decision.change": (1, False),
    "decision.objection": (1, False),
    "decision.keep": (2, False),
    "decision.new": (None, True),
    "decision.weekly": (None, True),
}


def routes() -> Routes:
    """What the area registers."""
    own = Routes()
    decisions.register(own)
    return own


def test_every_button_and_form_is_named_here() -> None:
    assert set(routes().clicks) == {*BUTTONS, *LOOKING}
    assert set(routes().submissions) == set(FORMS)
    assert set(routes().changes) <= set(FORMS)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Three decisions, a guest and people of another company, one of whom nobody knows yet."""
    async with meridian(tmp_path) as found:
        slack = found.slack
        slack.add_user("U0GUEST", "guest", is_restricted=True)
        slack.add_user("U0EXTERNAL", "external", team_id=OTHER)
        slack.add_channel(BOARD, "board", members=[LENA, MARCUS], private=True)
        await housekeeping.step(found.app.jobs, found.clock())
        slack.add_user("U0UNHEARD", "unheard", team_id=OTHER)
        for user_id in ("U0GUEST", "U0EXTERNAL", "U0UNHEARD"):
            slack.ws.channels[CHURN].members.append(user_id)
        await log(found.lena, makers=[LENA, MARCUS], status="unanimous")
        await log(found.lena, status="accepted")
        await log(found.lena, channel=BOARD, status="accepted")
        await found.app.transactions.write(trouble, found)
        await found.deliver()
        yield found


async def log(person: Person, *, channel: str = CHURN, **values: Any) -> None:
    await person.command("/decide", "Use LightGBM", channel=channel)
    assert await send(person, outcome="It wins.", **values) is None


def trouble(uow: UnitOfWork, world: World) -> None:
    """The promotion of D-2 failed, and its makers are asked to look again."""
    now = world.clock()
    failed = PromotionStatus(
        number=ACCEPTED_ONE,
        promotion=Promotion(model="churn", version=14, alias="champion"),
        state=PromotionState.FAILED,
        changed_at=now,
        problem="MLflow says no",
    )
    uow.promotions.save("T0TEAM", failed)
    review = Review(
        number=ACCEPTED_ONE, ordinal=1, cause=ReviewCause.DATE, reason="its date", asked_at=now
    )
    uow.reviews.save("T0TEAM", review)


def person_of(world: World, who: str) -> Person:
    return world.slack.person(f"U0{who.upper()}")


async def press(
    world: World, person: Person, action_id: str, value: str, workspace: str = ""
) -> None:
    """Press a button on a card; what its value says needn't be what Slack showed them."""
    cards = [m for m in world.slack.messages(CHURN) if m["text"].startswith("D-")]
    target = find_target(world.slack.ws, person.id, cards[0])
    action = {
        "type": "button",
        "action_id": action_id,
        "block_id": "b",
        "value": value,
        "text": {"type": "plain_text", "text": "Press"},
    }
    payload = payloads.block_actions(world.slack.ws, person.user, target, action, {})
    await send_from(world, payload, workspace)


async def send_from(world: World, payload: Json, workspace: str) -> Any:
    if workspace:
        payload["team"] = {"id": workspace, "domain": "other"}
        payload["user"]["team_id"] = workspace
        if "view" in payload:
            payload["view"] |= {"team_id": workspace, "app_installed_team_id": workspace}
    return (await world.slack.send("interactive", payload)).body


async def opened(world: World, callback_id: str) -> Person:
    """Who may, opens the form."""
    lena, marcus = world.lena, world.marcus
    opening: dict[str, Callable[[], Awaitable[Any]]] = {
        "decision.change": lambda: press(world, lena, "decision.edit", "1"),
        "decision.objection": lambda: press(world, marcus, "decision.object", "1|1"),
        "decision.keep": lambda: press(world, lena, "decision.keep", "2:1"),
        "decision.new": lambda: lena.command("/decide", "Mine", channel=CHURN),
        "decision.weekly": lambda: lena.command("/decide", "weekly", channel=CHURN),
    }
    await opening[callback_id]()
    opener = marcus if callback_id == "decision.objection" else lena
    assert opener.modal["callback_id"] == callback_id
    return opener


async def submit(world: World, person: Person, opener: Person, workspace: str = "") -> Any:
    """Send the form that `opener` has open, as somebody else; what Slack is answered."""
    view = top_view(world.slack.ws, opener.id, opener.modal)
    payload = payloads.view_submission(world.slack.ws, person.user, view)
    fill(payload["view"])
    return await send_from(world, payload, workspace)


async def type_in(world: World, person: Person, opener: Person) -> None:
    """Type into the form that `opener` has open, as somebody else."""
    view = top_view(world.slack.ws, opener.id, opener.modal)
    block = next(b for b in view.blocks if b["type"] == "input")
    target = find_target(world.slack.ws, opener.id, opener.modal)
    action = {
        "type": "plain_text_input",
        "action_id": block["element"]["action_id"],
        "block_id": block["block_id"],
        "value": "Mine",
    }
    payload = payloads.block_actions(world.slack.ws, person.user, target, action, {})
    fill(payload["view"])
    await send_from(world, payload, "")


def fill(view: Json) -> None:
    """Something in every text field, so that only rights can stand in the way."""
    values = view["state"]["values"]
    for block in view["blocks"]:
        if block["type"] == "input" and block["element"]["type"] == "plain_text_input":
            element = block["element"]
            typed = element.get("initial_value") or "Mine"
            state = {"type": element["type"], "value": typed}
            values[block["block_id"]] = {element["action_id"]: state}


def everything(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """All that is kept, but for the audit trail, who is known, and which clicks were handled."""
    apart = {"decision_change", "interaction", "person"}
    apart |= {"audit_actor", "audit_entry", "audit_head"}

    def read(session: Session) -> dict[str, list[tuple[Any, ...]]]:
        return {
            table.name: [tuple(row) for row in session.execute(select(table))]
            for table in METADATA.sorted_tables
            if table.name not in apart
        }

    with closing(Observer(world.database_url)) as observer:
        return observer.read(read)


async def refusals(world: World) -> list[DecisionChange]:
    """What the audit trails say that was refused."""

    def read(uow: UnitOfWork) -> list[DecisionChange]:
        numbers = range(1, uow.decisions.highest("T0TEAM") + 1)
        every = [change for n in numbers for change in uow.decisions.changes("T0TEAM", n)]
        return [change for change in every if change.kind is ChangeKind.REFUSED]

    return await world.app.transactions.read(read)


def told(world: World, person: Person) -> list[str]:
    return [text_of(message) for message in world.slack.ephemerals(person.id)]


@pytest.mark.parametrize("who", [*OUTSIDERS, "yuki"])
async def test_a_button_is_refused_with_one_sentence_and_kept(world: World, who: str) -> None:
    person = person_of(world, who)
    expected: list[tuple[int, str, str]] = []
    for action_id, button in BUTTONS.items():
        if button.for_all and who == "yuki":
            continue
        before, heard, shown = everything(world), len(told(world, person)), len(person.modals)
        await press(world, person, action_id, button.value)
        await world.deliver()
        [sentence] = told(world, person)[heard:]
        assert sentence.endswith(".")
        assert "Something went wrong" not in sentence
        assert (REFUSED_ANYHOW in sentence) is (who != "yuki"), (action_id, sentence)
        assert len(person.modals) == shown, action_id
        assert everything(world) == before, action_id
        if button.number is not None:
            act = action_id.partition(".")[2].replace("_", " ")
            expected.append((button.number, person.id, act))
    kept = [(change.number, change.by, change.detail) for change in await refusals(world)]
    assert kept == sorted(expected, key=lambda each: each[0])


@pytest.mark.parametrize("who", [*OUTSIDERS, "yuki"])
async def test_a_form_is_refused_with_one_sentence_and_kept(world: World, who: str) -> None:
    person = person_of(world, who)
    expected = []
    for callback_id, (number, for_all) in FORMS.items():
        if for_all and who == "yuki":
            continue
        opener = await opened(world, callback_id)
        before = everything(world)
        [sentence] = (await submit(world, person, opener))["errors"].values()
        assert (REFUSED_ANYHOW in sentence) is (who != "yuki"), (callback_id, sentence)
        await world.deliver()
        after = everything(world)
        if who == "yuki":  # What one of the team has typed is kept, as ever.
            after["draft"] = before["draft"]
        assert after == before, callback_id
        await opener.close(opener.modal)
        if number is not None:
            act = f"send {callback_id.partition('.')[2]}"
            expected.append((number, person.id, act))
    kept = [(change.number, change.by, change.detail) for change in await refusals(world)]
    assert kept == sorted(expected, key=lambda each: each[0])


@pytest.mark.parametrize("who", OUTSIDERS)
async def test_what_an_outsider_types_into_a_form_is_not_kept(world: World, who: str) -> None:
    for callback_id in routes().changes:
        opener = await opened(world, callback_id)
        before = everything(world)
        await type_in(world, person_of(world, who), opener)
        assert everything(world) == before, callback_id
        await opener.close(opener.modal)


async def test_the_workspace_in_the_payload_decides_and_another_reaches_nothing(
    world: World,
) -> None:
    """Every id is right, and it is even Lena's; only the payload is of another workspace."""
    before = everything(world)
    for action_id, button in {**BUTTONS, **LOOKING}.items():
        heard = len(told(world, world.lena))
        await press(world, world.lena, action_id, button.value, workspace=OTHER)
        [sentence] = told(world, world.lena)[heard:]
        assert "You come from another workspace" in sentence
        assert world.lena.modals == []
    for callback_id in FORMS:
        opener = await opened(world, callback_id)
        said = await submit(world, world.lena, opener, workspace=OTHER)
        assert "You come from another workspace" in str(said)
        await opener.close(opener.modal)
    await world.deliver()
    assert everything(world) == before
    assert await refusals(world) == []
    assert await world.app.transactions.read(lambda uow: uow.people.all(OTHER)) == []


@pytest.mark.parametrize("who", ["guest", "external"])
async def test_an_outsider_looks_at_decisions_of_their_own_channels(world: World, who: str) -> None:
    person = person_of(world, who)
    await press(world, person, "decision.details", "1")
    assert person.modal["title"]["text"] == "D-1"
    await person.close(person.modal)
    await press(world, person, "decision.details", str(BOARDS))
    assert "this one belongs to another" in told(world, person)[-1]
    await press(world, person, "decision.details", "77")
    assert "this one belongs to another" in told(world, person)[-1]
    assert person.modals == []
    [kept] = await refusals(world)
    assert (kept.number, kept.by, kept.detail) == (BOARDS, person.id, "details")


async def test_a_guest_types_only_what_shows_one_decision(world: World) -> None:
    guest = person_of(world, "guest")
    before = everything(world)
    refused = ("Mine", "list", "search light", "edit D-1", "supersede D-2", "weekly", "why x")
    for typed in (*refused, "help us all", "review my plan"):
        ack = await guest.command("/decide", typed, channel=CHURN)
        assert REFUSED_ANYHOW in (ack.text or ""), typed
        assert guest.modals == []
    assert everything(world) == before
    kept = [(change.number, change.detail) for change in await refusals(world)]
    assert kept == [(1, "edit"), (2, "supersede")]
    for typed, shown in (("show D-1", "D-1 ·"), ("D-2", "D-2 ·"), ("help", "Decisions")):
        ack = await guest.command("/decide", typed, channel=CHURN)
        assert ack.ephemeral is not None
        assert shown in text_of(ack.ephemeral)
    ack = await guest.command("/decide", f"show D-{BOARDS}", channel=CHURN)
    assert "this one belongs to another" in (ack.text or "")


async def test_refusals_stand_in_what_happened_and_nowhere_else(world: World) -> None:
    guest = person_of(world, "guest")
    card = world.slack.messages(CHURN)[0]
    await press(world, guest, "decision.accept", "1")
    await world.deliver()
    assert world.slack.messages(CHURN)[0] == card, "the card stays as it is"
    await press(world, world.lena, "decision.details", "1")
    assert "guest was refused: accept" in text_of(world.lena.modal).replace("\n", "")


async def test_pressing_twice_in_one_click_is_kept_once(world: World) -> None:
    cards = [m for m in world.slack.messages(CHURN) if m["text"].startswith("D-")]
    guest = person_of(world, "guest")
    target = find_target(world.slack.ws, guest.id, cards[0])
    action = {"type": "button", "action_id": "decision.accept", "block_id": "b", "value": "1"}
    payload = payloads.block_actions(world.slack.ws, guest.user, target, action, {})
    for _ in range(2):
        await world.slack.send("interactive", payload)
    assert len(await refusals(world)) == 1
