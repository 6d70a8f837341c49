"""What people type, click and submit, on a real database, checked as Slack would check it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy.orm import Session

from bot.clients.holidays import LibraryCalendar
from bot.domain.links import Links
from bot.domain.person import Person
from bot.errors import InvalidForm, InvalidInput, NotPermitted, SlackError
from bot.ports.chat import Chat, Modal
from bot.services import availability, standups
from bot.views import availability as views
from bot.views.forms import FormState
from handlers import words
from handlers.availability import register
from handlers.replies import Done, Open, Reply, Show, Tell
from handlers.requests import Click, Command, Submission, Surface, View
from handlers.routing import Deps, Routes
from storage.base import Base
from storage.deliveries import DeliveryRow
from storage.engine import Engines, open_engines
from storage.transactions import SqlTransactions
from tests.standins.slack.blockkit import Rules, check_message, check_view
from tests.standins.slack.forms import elements_in, fill, keep_typed, refusals
from tests.unit.desk import TEAM, at
from tests.unit.standups.conftest import PLAN

NOW = at("2026-10-22T09:00")  # a Thursday


class OnlyPeople:
    """A chat that knows the team and nobody else."""

    async def person(self, workspace: str, user_id: str) -> Person:
        """One of the team; Slack refuses others."""
        raise SlackError("no such user", code="user_not_found")


@dataclass
class Room:
    """A workspace in which people type, click and submit."""

    deps: Deps
    engines: Engines
    routes: Routes = field(default_factory=Routes)
    count: int = 0

    async def types(self, text: str, user: str = "ULENA") -> Reply:
        """A whole command as typed."""
        command, _, rest = text.partition(" ")
        self.count += 1
        request = Command(
            workspace="T1", user_id=user, now=NOW, key=f"command:{self.count}", command=command,
            text=rest, channel="C1", channel_name="x", trigger_id="t", response_url="https://r",
        )  # fmt: skip
        return await words.dispatch(request, self.deps, self.routes.words[command], "help")

    async def told(self, text: str, user: str = "ULENA") -> str:
        """The answer to a command as text."""
        return said(await self.types(text, user))

    async def clicks(
        self, action: str, value: str = "", user: str = "ULENA", view: View | None = None
    ) -> Reply:
        """Click something."""
        self.count += 1
        click = Click(
            workspace="T1", user_id=user, now=NOW, key=f"click:{self.count}", action_id=action,
            value=value, trigger_id="t", view=view, field="country" if view else "",
        )  # fmt: skip
        handler = self.routes.click(click)
        assert handler is not None
        return await handler(click, self.deps)

    async def submits(self, modal: Modal, user: str = "ULENA", **typed: Any) -> Reply:
        """Fill a form in and send it."""
        view = filled(modal, **typed)
        request = Submission(
            workspace="T1", user_id=user, now=NOW, key=f"view:{user}{typed}", view=view
        )
        return await self.routes.submissions[view.callback_id](request, self.deps)

    async def person(self, user: str = "ULENA") -> Person:
        """Somebody as they are known now."""
        found = await self.deps.transactions.read(lambda uow: uow.people.get("T1", user))
        assert found is not None
        return found

    async def absence(self, day: str, user: str = "ULENA") -> str:
        """Why somebody is absent on a date."""
        person = await self.person(user)
        on = date.fromisoformat(day)
        found = await self.deps.transactions.read(availability.absence, person, on)
        return f"{found.kind} {found.label}".strip() if found else ""

    def cards(self, channel: str) -> list[str]:
        """The cards that wait in the outbox for a channel."""
        with Session(self.engines.reader) as session:
            return [r.card for r in session.query(DeliveryRow) if r.channel == channel]


def filled(modal: Modal, **typed: Any) -> View:
    """An open form with what was typed into it; AssertionError where Slack wouldn't take that."""
    state = keep_typed(modal["blocks"], {})
    for block in modal["blocks"]:
        for element in elements_in(block):
            if block.get("block_id") in typed:
                value = fill(element, typed[block["block_id"]])
                state[block["block_id"]][element["action_id"]] = value
    assert refusals(modal["blocks"], state) == {}
    shown = {**modal, "state": {"values": state}}
    return View(
        view_id="V1", view_hash="h", callback_id=modal["callback_id"], state=FormState.of(shown)
    )


def form(reply: Reply) -> Modal:
    """The form that opens, checked."""
    assert isinstance(reply, Open | Show)
    assert check_view(_rules("modal"), reply.modal) == []
    return reply.modal


def said(reply: Reply) -> str:
    """A message or a form as text, checked."""
    if isinstance(reply, Tell):
        assert check_message(_rules("message"), list(reply.message.blocks)) == []
        return str([reply.message.text, reply.message.blocks])
    return str(form(reply)["blocks"])


def block(modal: Modal, block_id: str) -> dict[str, Any]:
    """One field of a form."""
    return next(dict(b) for b in modal["blocks"] if b.get("block_id") == block_id)


def _rules(surface: str) -> Rules:
    return Rules(surface=surface, native_charts=False, file_ready=lambda _: True)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """The team, and Lena and Yuki in a stand-up that Marcus manages."""
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    Base.metadata.create_all(engines.writer)
    transactions = SqlTransactions(engines, lambda: NOW, lambda: None)
    team = [
        Person(workspace="T1", user_id=user_id, name=name, zone=zone, slack_zone=zone)
        for user_id, (name, zone) in TEAM.items()
    ]
    plan = replace(PLAN, participants=("ULENA", "UYUKI"), managers=("UMARCUS",))
    asyncio.run(transactions.write(lambda uow: uow.people.save(team)))
    asyncio.run(transactions.write(standups.create, "T1", "C1", plan, "UMARCUS", NOW))
    deps = Deps(
        transactions=transactions,
        chat=cast(Chat, OnlyPeople()),
        links=Links(),
        holidays=LibraryCalendar(),
    )
    ready = Room(deps=deps, engines=engines)
    register(ready.routes)
    yield ready
    transactions.close()


async def test_typed_dates_are_stored_and_the_answer_says_what_follows(room: Room) -> None:
    answer = await room.told("/standup AWAY  until 30 oct: ICML")
    assert "You're away until Fri 30 Oct. I won't ask you; your stand-ups say so." in answer
    assert "ICML" in answer
    assert "I'm back" in answer
    assert await room.absence("2026-10-30") == "away"
    assert await room.absence("2026-10-31") == ""
    assert room.cards("ULENA") == []
    assert "You're back" in await room.told("/standup back")
    assert await room.absence("2026-10-30") == ""
    answer = await room.told("/standup back")
    assert "Not away today." in answer
    assert "/standup away until Friday" in answer


async def test_words_that_are_no_dates_are_answered_with_an_example(room: Room) -> None:
    with pytest.raises(InvalidInput, match="until Friday"):
        await room.types("/standup away soon <!channel>")
    with pytest.raises(InvalidForm, match="over already: it is Thu 22 Oct"):
        await room.types("/standup away 2026-10-20")


async def test_a_manager_types_it_for_somebody_and_takes_it_back(room: Room) -> None:
    answer = await room.told("/standup away <@UYUKI|yuki> tomorrow", "UMARCUS")
    assert "Yuki" in answer
    assert "is away on Fri 23 Oct." in answer
    assert await room.absence("2026-10-23", "UYUKI") == "away"
    assert "Planned:" in await room.told("/standup back <@UYUKI>", "UMARCUS")
    with pytest.raises(NotPermitted):
        await room.types("/standup away tomorrow <@UYUKI>", "ULENA")
    with pytest.raises(SlackError):
        await room.types("/standup away <@UNOBODY> tomorrow", "UMARCUS")


async def test_the_form_is_confirmed_by_a_direct_message(room: Room) -> None:
    modal = form(await room.types("/standup away"))
    assert isinstance(await room.submits(modal, last="2026-10-26", note="Flat"), Done)
    assert await room.absence("2026-10-26") == "away"
    assert room.cards("ULENA") == ["availability.away"]
    with pytest.raises(InvalidForm) as refused:
        await room.submits(modal, last="2026-10-20")
    assert set(refused.value.fields) == {"last"}


async def test_the_button_of_a_prompt_starts_with_its_date(room: Room) -> None:
    modal = form(await room.clicks(views.ACTION_AWAY, "S1|2026-10-23"))
    assert block(modal, "first")["element"]["initial_date"] == "2026-10-23"
    modal = form(await room.clicks(views.ACTION_AWAY))
    assert block(modal, "first")["element"]["initial_date"] == "2026-10-22"


async def test_a_manager_fills_the_form_in_for_several(room: Room) -> None:
    modal = form(await room.types("/standup away", "UMARCUS"))
    reply = await room.submits(modal, "UMARCUS", people=["ULENA", "UYUKI"], last="2026-10-23")
    assert "Lena" in said(reply)
    assert "Yuki" in said(reply)
    with pytest.raises(InvalidForm) as refused:
        await room.submits(modal, "ULENA", people=["ULENA", "UYUKI"], last="2026-10-23")
    assert set(refused.value.fields) == {"people"}


async def test_buttons_end_what_runs_and_cancel_what_is_planned(room: Room) -> None:
    await room.types("/standup away 2 nov..6 nov")
    listed = await room.types("/standup back")
    assert "Cancel it" in said(listed)
    assert isinstance(listed, Tell)
    value = listed.message.blocks[-1]["elements"][0]["value"]
    cancelled = said(await room.clicks(views.ACTION_BACK, value))
    assert "Cancelled: you aren't away Mon 2 Nov to Fri 6 Nov." in cancelled
    assert await room.absence("2026-11-03") == ""
    await room.types("/standup away today")
    home = View(
        view_id="V", view_hash="h", callback_id="", state=FormState({}, {}), surface=Surface.HOME
    )
    assert isinstance(await room.clicks(views.ACTION_BACK, view=home), Done)
    assert await room.absence("2026-10-22") == ""
    assert "Not away today." in said(await room.clicks(views.ACTION_BACK, view=home))


async def test_the_time_zone_is_shown_chosen_and_given_back(room: Room) -> None:
    answer = await room.told("/standup timezone")
    assert "as your Slack profile says" in answer
    assert "It is Thu 22 Oct 11:00 there." in answer
    assert "asks you next Fri 23 Oct 09:00" in answer
    answer = await room.told("/standup timezone  new YORK")
    assert "because you chose it. Slack says Europe/Berlin." in answer
    assert "asks you next Thu 22 Oct 09:00" in answer
    assert (await room.person()).choices.zone == "America/New_York"
    await room.types("/standup TIMEZONE Auto")
    assert (await room.person()).zone == "Europe/Berlin"
    with pytest.raises(InvalidInput, match="<!channel>"):
        await room.types("/standup timezone <!channel>")


async def test_my_settings_guess_the_country_and_show_its_regions(room: Room) -> None:
    modal = form(await room.types("/meridian me"))
    country = block(modal, "country")["element"]
    assert country["initial_option"]["text"]["text"] == "Germany"
    names = [o["text"]["text"] for o in block(modal, "region_DE")["element"]["options"]]
    assert names[0] == "The whole country"
    assert "Bayern" in names
    view = filled(modal, country="Italy", zone="Europe/Rome")
    redrawn = form(await room.clicks("country", view=view))
    assert block(redrawn, "zone")["element"]["initial_value"] == "Europe/Rome"
    assert block(redrawn, "country")["element"]["initial_option"]["text"]["text"] == "Italy"
    regions = block(redrawn, "region_IT")["element"]["option_groups"]
    assert sum(len(group["options"]) for group in regions) > 100
    none = form(await room.clicks("country", view=filled(redrawn, country="No country")))
    assert not [b for b in none["blocks"] if b.get("block_id", "").startswith("region_")]


async def test_saved_settings_count_at_once(room: Room) -> None:
    modal = form(await room.clicks(views.ACTION_ME))
    reply = await room.submits(
        modal, zone="asia/tokyo", start="10:00", end="00:00", weekdays=["Mon", "Tue"],
        region_DE="Bayern",
    )  # fmt: skip
    assert "Saved. You live by " in said(reply)
    assert "asks you next Mon 26 Oct 10:00" in said(reply)
    chosen = (await room.person()).choices
    assert (chosen.zone, chosen.country, chosen.region) == ("Asia/Tokyo", "DE", "BY")
    assert chosen.weekdays == {1, 2}
    assert await room.absence("2026-11-01") == "holiday All Saints' Day"  # not in Berlin
    assert await room.absence("2027-01-06") == "holiday Epiphany"
    again = form(await room.types("/meridian me"))
    assert block(again, "region_DE")["element"]["initial_option"]["value"] == "BY"
    ticked = block(again, "weekdays")["element"]["initial_options"]
    assert [option["value"] for option in ticked] == ["1", "2"]
    await room.submits(again, zone=None, country="No country", weekdays=None)
    assert (await room.person()).choices.country == ""
    assert (await room.person()).zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"zone": "Berlin/Europe"}, "zone"),
        ({"zone": "Istanbul"}, "zone"),
        ({"start": "18:00", "end": "09:00"}, "end"),
    ],
)
async def test_wrong_settings_are_refused_at_their_field(
    room: Room, typed: dict[str, str], field: str
) -> None:
    modal = form(await room.types("/meridian me"))
    with pytest.raises(InvalidForm) as refused:
        await room.submits(modal, **typed)
    assert set(refused.value.fields) == {field}
    assert (await room.person()).choices.zone == ""


async def test_the_guess_is_made_for_each_by_their_zone(room: Room) -> None:
    modal = form(await room.types("/meridian me", "UYUKI"))
    assert block(modal, "country")["element"]["initial_option"]["value"] == "JP"
    await room.submits(modal, "UYUKI", country="New Zealand")
    assert await room.absence("2026-10-26", "UYUKI") == "holiday Labour Day"
