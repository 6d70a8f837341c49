"""`/decide` from what is typed to what is posted, on a real database and the real outbox."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.clients.holidays import LibraryCalendar
from bot.domain.links import Links
from bot.errors import AlreadyHandled, Conflict, InvalidInput, NotFound, NotPermitted
from bot.ports.chat import Chat, Message, Modal
from bot.ports.repositories import UnitOfWork
from bot.views.decisions import form, sections, sheets
from bot.workflows.decisions.cards import CARDS
from bot.workflows.deliver import Deliverer
from bot.workflows.pacing import Pace
from bot.workflows.posting import Posting
from handlers.decisions import register
from handlers.replies import Done, Open, Reply, Show, Tell
from handlers.requests import Click, Command, Submission, View
from handlers.routing import Deps, Routes
from storage.base import Base
from storage.engine import open_engines
from storage.transactions import SqlTransactions
from tests.unit.decisions.samples import (
    NOW,
    PEOPLE,
    RecordingChat,
    filled,
    modal_problems,
    problems,
    shown_text,
)


@dataclass
class Office:
    """A workspace in which people type, click and submit."""

    deps: Deps
    chat: RecordingChat
    routes: Routes = field(default_factory=Routes)
    opened: int = 0

    async def types(self, text: str, user: str = "UANA", workspace: str = "T1") -> Reply:
        """`/decide <text>` in #C1."""
        request = Command(
            workspace=workspace, user_id=user, now=NOW, key="command:1", command="/decide",
            text=text, channel="C1", channel_name="churn", trigger_id="t", response_url="https://r",
        )  # fmt: skip
        return await self.routes.commands["/decide"](request, self.deps)

    async def told(self, text: str) -> str:
        """The answer to `/decide <text>` as text."""
        reply = await self.types(text)
        assert isinstance(reply, Tell)
        assert problems(reply.message) == []
        return reply.message.text + shown_text(reply.message.blocks)

    async def form(self, text: str, user: str = "UANA") -> Modal:
        """The form that `/decide <text>` opens."""
        return _modal(await self.types(text, user))

    def submission(self, modal: Modal, user: str = "UANA", **typed: Any) -> Submission:
        """A submitted form, its sections unfolded; `status` is how it is decided."""
        self.opened += 1
        if status := typed.pop("status", None):
            typed["consent_rule"] = {"accepted": "decided", "proposed": "open"}[status]
        sheet = sheets.again(filled(modal, {}), user)
        sheet = replace(sheet, unfolded=sheet.unfolded | sections.holding(typed))
        shown = form.draw(sheet, PEOPLE, sections.Registry())
        view = View(
            view_id=f"V{self.opened}",
            view_hash="h",
            callback_id=shown["callback_id"],
            state=filled(shown, typed),
        )
        return Submission(
            workspace="T1", user_id=user, now=NOW, key=f"view:{view.view_id}", view=view
        )

    async def submits(self, submission: Submission) -> Reply:
        """Hand a submitted form in."""
        return await self.routes.submissions[submission.view.callback_id](submission, self.deps)

    async def logs(self, text: str = "Use LightGBM", **typed: Any) -> None:
        """Log a decision with `/decide <text>`."""
        typed = {"outcome": "It wins.", **typed}
        assert isinstance(await self.submits(self.submission(await self.form(text), **typed)), Done)

    async def clicks(self, action: str, number: int, user: str = "UANA") -> Reply:
        """Click a button of a card."""
        self.opened += 1
        click = Click(
            workspace="T1", user_id=user, now=NOW, key=f"click:{self.opened}", action_id=action,
            value=str(number), trigger_id="t", response_url="https://r", channel="C1",
        )  # fmt: skip
        handler = self.routes.click(click)
        assert handler is not None
        return await handler(click, self.deps)

    async def card(self, number: int) -> str:
        """The card in the channel, after everything was delivered."""
        posting = Posting(
            transactions=self.deps.transactions,
            chat=cast(Chat, self.chat),
            cards={**CARDS, "undeliverable": _told_owner},
            links=lambda _workspace: self.deps.links,
            clock=lambda: NOW,
            pace=Pace(per_channel=timedelta(0)),
        )
        deliverer = Deliverer(
            transactions=self.deps.transactions, clock=lambda: NOW, acts=posting.acts()
        )
        await deliverer.drain()
        return shown_text(self.chat.messages[f"decision:T1:{number}"].blocks)


def _told_owner(
    _uow: UnitOfWork, _workspace: str, subject: Mapping[str, Any], _now: datetime, _links: Links
) -> Message:
    return Message(text=f"{subject['channel']}: {subject['code']}")


def _modal(reply: Reply) -> Modal:
    assert isinstance(reply, Open)
    assert modal_problems(reply.modal) == []
    return reply.modal


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An empty workspace where Ana, Ben and Chiyo are known."""
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    Base.metadata.create_all(engines.writer)
    transactions = SqlTransactions(engines, lambda: NOW, lambda: None)
    chat = RecordingChat()
    deps = Deps(
        transactions=transactions,
        chat=cast(Chat, chat),
        links=Links(),
        holidays=LibraryCalendar(),
    )
    asyncio.run(transactions.write(lambda uow: uow.people.save(PEOPLE.values())))
    ready = Office(deps=deps, chat=chat)
    register(ready.routes)
    yield ready
    transactions.close()


async def test_a_title_opens_the_form_and_the_logged_decision_is_posted(office: Office) -> None:
    modal = await office.form("Use LightGBM for churn")
    assert modal["blocks"][0]["element"]["initial_value"] == "Use LightGBM for churn"
    await office.submits(office.submission(modal, outcome="It wins.", drivers="Latency"))
    card = await office.card(1)
    assert "D-1 · Use LightGBM for churn · accepted" in card
    assert "Latency" in card
    assert "Logged by Ana" in card.replace("\n", "")


async def test_nothing_typed_opens_an_empty_form(office: Office) -> None:
    modal = await office.form("")
    assert "initial_value" not in modal["blocks"][0]["element"]


@pytest.mark.parametrize(
    "title",
    ["Show intervals in every digest", "Review labels weekly", "List prices are features",
     "Help new people by pairing", "Serve it on CPU", "Postgres", "12 folds it is"],
)  # fmt: skip
async def test_a_title_may_begin_with_any_word(office: Office, title: str) -> None:
    modal = await office.form(title)
    assert modal["blocks"][0]["element"]["initial_value"] == title


@pytest.mark.parametrize("typed", ["lst", "shw D-1", "supercede 1"])
async def test_a_slip_gets_the_nearest_word(office: Office, typed: str) -> None:
    with pytest.raises(InvalidInput, match=r"Did you mean `/decide (list|show|supersede)"):
        await office.types(typed)


async def test_help_names_every_word(office: Office) -> None:
    text = await office.told("help")
    for word in (
        "list",
        "show",
        "search",
        "edit",
        "supersede",
        "review",
        "export",
        "why",
        "timeline",
    ):
        assert f"/decide {word}" in text


async def test_a_form_submitted_twice_logs_once(office: Office) -> None:
    submission = office.submission(await office.form("Once"), outcome="It wins.")
    await office.submits(submission)
    with pytest.raises(AlreadyHandled):
        await office.submits(submission)
    assert "D-1" in await office.told("list")
    with pytest.raises(NotFound, match="the newest is D-1"):
        await office.types("show 2")


async def test_list_show_and_search(office: Office) -> None:
    assert "No decision has been logged yet" in await office.told("list")
    await office.logs("Use LightGBM", context="churn rose")
    await office.logs("Use Kafka", status="proposed")
    assert "D-2 · Use Kafka · proposed" in (await office.told("LIST")).replace("\n", "")
    assert "Kafka" not in await office.told("list accepted")
    assert "churn rose" in await office.told("search CHURN rose")
    assert "No decision holds all of" in await office.told("search spark")
    for typed in ("show D-1", "show d1", "Show 1", "d-1", "show  #1"):
        text = await office.told(typed)
        assert "D-1 · Use LightGBM · accepted" in text
        assert "logged it as accepted" in text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("list acepted", "Did you mean `/decide list accepted`"), ("list xyz", "There are proposed"),
     ("show", "Name a decision by its number"), ("search", "Type what to look for"),
     ("show https://x.slack.com/archives/C1/p1", "Name a decision by its number")],
)  # fmt: skip
async def test_bad_words_get_a_sentence(office: Office, typed: str, sentence: str) -> None:
    with pytest.raises(InvalidInput, match=sentence):
        await office.types(typed)


async def test_superseding_posts_the_new_one_and_edits_the_old_card(office: Office) -> None:
    await office.logs("Use LightGBM", drivers="Latency")
    await office.card(1)
    modal = await office.form("supersede D-1")
    assert modal["title"]["text"] == "Replace D-1"
    await office.submits(office.submission(modal, title="Use XGBoost"))
    assert "Replaces D-1" in await office.card(2)
    assert "Latency" in await office.card(2)
    assert "Superseded by D-2" in await office.card(1)
    assert office.chat.edits == ["decision:T1:1"]
    with pytest.raises(Conflict, match="superseded by D-2"):
        await office.types("supersede D-1")


async def test_two_people_supersede_one_decision(office: Office) -> None:
    await office.logs()
    first, second = await office.form("supersede 1"), await office.form("supersede 1", "UBEN")
    await office.submits(office.submission(first))
    late = office.submission(second, "UBEN")
    with pytest.raises(Conflict, match="D-1 was superseded by D-2"):
        await office.submits(late)
    with pytest.raises(NotFound):
        await office.types("show D-3")


async def test_an_accepted_decision_cannot_be_edited(office: Office) -> None:
    await office.logs(status="proposed")
    modal = _modal(await office.clicks("decision.edit", 1))
    await office.clicks("decision.accept", 1)
    for attempt in (office.types("edit D-1"), office.clicks("decision.edit", 1),
                    office.submits(office.submission(modal, title="Other"))):  # fmt: skip
        with pytest.raises(Conflict, match="type `/decide supersede D-1`"):
            await attempt
    assert "D-1 · Use LightGBM · accepted" in await office.card(1)


async def test_two_people_edit_a_proposal(office: Office) -> None:
    await office.logs(status="proposed", makers=["UBEN"])
    hers, his = await office.form("edit D-1"), await office.form("edit D-1", "UBEN")
    await office.submits(office.submission(hers, title="Hers"))
    late = office.submission(his, "UBEN", title="His")
    told = await office.submits(late)
    assert isinstance(told, Show)
    assert "Somebody changed this decision after you began" in shown_text(told.modal["blocks"])
    assert "D-1 · Hers · proposed" in await office.card(1)


async def test_accepting_needs_a_maker_or_the_author(office: Office) -> None:
    await office.logs(status="proposed", makers=["UBEN"])
    assert "Accept" in await office.card(1)
    for action in ("decision.accept", "decision.reject", "decision.edit"):
        with pytest.raises(NotPermitted):
            await office.clicks(action, 1, "UCHI")
    reply = await office.clicks("decision.accept", 1, "UBEN")
    assert isinstance(reply, Tell)
    assert reply.message.text == "D-1 is accepted."
    assert "· accepted" in await office.card(1)
    with pytest.raises(Conflict, match="is accepted"):
        await office.clicks("decision.reject", 1)


async def test_rejecting_and_deprecating_are_final(office: Office) -> None:
    await office.logs(status="proposed")
    await office.clicks("decision.reject", 1)
    await office.logs()
    await office.clicks("decision.deprecate", 2)
    for number, word in ((1, "rejected"), (2, "deprecated")):
        assert f"· {word}" in await office.card(number)
        with pytest.raises(Conflict, match=f"was {word} and stays so"):
            await office.clicks("decision.accept", number)


async def test_details_show_the_whole_story(office: Office) -> None:
    await office.logs(status="proposed", context="x" * 2000)
    await office.submits(office.submission(await office.form("edit 1"), tags="churn"))
    await office.clicks("decision.accept", 1)
    text = shown_text(_modal(await office.clicks("decision.details", 1))["blocks"])
    assert "x" * 2000 in text
    for story in (" logged it as proposed", " edited tags", " accepted it"):
        assert story in text


async def test_another_workspace_sees_nothing(office: Office) -> None:
    await office.logs()
    with pytest.raises(NotFound):
        await office.types("show D-1", workspace="T2")
    reply = await office.types("search lightgbm", workspace="T2")
    assert isinstance(reply, Tell)
    assert "No decision" in reply.message.text


async def test_without_a_place_for_the_card_the_decision_is_kept_and_its_author_told(
    office: Office,
) -> None:
    office.chat.refused.add("C1")
    await office.logs()
    with pytest.raises(KeyError):
        await office.card(1)
    assert [m.text for m in office.chat.messages.values()] == ["C1: not_in_channel"]
    assert "D-1 · Use LightGBM · accepted" in await office.told("show D-1")
