"""How replies are carried out where there is no channel to answer in: in App Home and in forms."""

import asyncio
from datetime import time
from typing import Any

from bot.errors import InvalidForm, InvalidInput, SlackError
from bot.ports.chat import Message, Modal
from bot.views import forms
from bot.views.blocks import actions, button, chart_slot, mrkdwn, note
from handlers.replies import Done, Later, Open, Reply, Show, Tell
from handlers.requests import Click, Submission, Surface
from handlers.routing import Deps
from tests.standins.slack import Json
from tests.unit.edge.conftest import TEAM, Edge, reply_with


def form(*more: Json, title: str = "Report") -> Modal:
    row = actions("row", button("Say", "say"))
    fields = [forms.text_input("what", "What moved?", keep_draft=True), row, *more]
    return forms.modal("report", title, fields, submit="Report")


def words(view: Json) -> str:
    return str([block.get("text") or block.get("label") for block in view["blocks"]])


async def opened(edge: Edge, reply: Open) -> Json:
    edge.routes.commands["/open"] = reply_with(reply)
    await edge.lena.command("/open", channel=TEAM)
    return edge.lena.modal


async def test_tell_in_home_opens_a_small_form_and_home_is_shown_anew(edge: Edge) -> None:
    table = Message(text="t", blocks=[mrkdwn("Taken."), chart_slot()])
    edge.routes.clicks["go"] = reply_with(Tell(message=table))
    await edge.lena.click(await edge.home(), "go")
    assert "Taken." in words(edge.lena.modal)
    assert len(edge.lena.modal["blocks"]) == 1
    await edge.listeners.drain()
    assert edge.homes == ["U0LENA"]


async def test_a_message_without_blocks_is_told_by_its_text(edge: Edge) -> None:
    edge.routes.clicks["go"] = reply_with(Tell(message=Message(text="Only words")))
    await edge.lena.click(await edge.home(), "go")
    assert "Only words" in words(edge.lena.modal)


async def test_an_error_in_home_is_told_there(edge: Edge) -> None:
    async def refused(_request: Click, _deps: Deps) -> Reply:
        raise InvalidInput("Somebody else has taken it.")

    edge.routes.clicks["go"] = refused
    await edge.lena.click(await edge.home(), "go")
    assert "Somebody else has taken it." in words(edge.lena.modal)


async def test_tell_in_a_form_lies_on_top_of_it(edge: Edge) -> None:
    edge.routes.clicks["say"] = reply_with(Tell(message=note("So it is.")))
    await edge.lena.click(await opened(edge, Open(modal=form())), "say")
    below, top = edge.lena.modals
    assert below["callback_id"] == "report"
    assert "So it is." in words(top)
    assert edge.homes == []


async def test_open_in_a_form_lies_on_top_and_show_takes_its_place(edge: Edge) -> None:
    view = await opened(edge, Open(modal=form()))
    edge.routes.clicks["say"] = reply_with(Show(modal=form(title="Replaced")))
    await edge.lena.click(view, "say")
    assert [m["title"]["text"] for m in edge.lena.modals] == ["Replaced"]
    edge.routes.clicks["say"] = reply_with(Open(modal=form(title="On top")))
    await edge.lena.click(edge.lena.modal, "say")
    assert [m["title"]["text"] for m in edge.lena.modals] == ["Replaced", "On top"]


async def test_later_in_home_shows_the_outcome_in_place_of_waiting(edge: Edge) -> None:
    go_on = asyncio.Event()

    async def work() -> Message:
        await go_on.wait()
        return note("Here it is.")

    edge.routes.clicks["go"] = reply_with(Later(waiting=note("One moment."), work=work))
    await edge.lena.click(await edge.home(), "go")
    assert "One moment." in words(edge.lena.modal)
    go_on.set()
    await edge.listeners.drain()
    assert "Here it is." in words(edge.lena.modal)
    assert len(edge.lena.modals) == 1


async def test_later_that_fails_says_so_in_place_of_waiting(edge: Edge) -> None:
    async def work() -> Message:
        raise SlackError("Slack is busy.", code="ratelimited")

    edge.routes.clicks["go"] = reply_with(Later(waiting=note("One moment."), work=work))
    await edge.lena.click(await edge.home(), "go")
    await edge.listeners.drain()
    assert "Slack is busy." in words(edge.lena.modal)


async def test_what_comes_later_is_added_and_what_was_typed_stays(edge: Edge) -> None:
    go_on = asyncio.Event()

    async def later() -> Modal | None:
        await go_on.wait()
        found = forms.checkboxes("found", "Found", [("CHURN-41", "1")], initial=["1"])
        changed = forms.text_input("what", "What moved?", initial="ignored", keep_draft=True)
        return {**form(found), "blocks": [changed, found]}

    view = await opened(edge, Open(modal=form(), later=later))
    edge.lena.fill(view, what="half a thought")
    go_on.set()
    await edge.listeners.drain()
    now = edge.lena.modal
    assert now["id"] == view["id"]
    assert now["hash"] != view["hash"]
    values = now["state"]["values"]
    assert values["what"]["what"]["value"] == "half a thought"
    assert [o["value"] for o in values["found"]["found"]["selected_options"]] == ["1"]


async def test_what_comes_later_finds_no_form_or_another_one(edge: Edge) -> None:
    for gone in (True, False):
        go_on = asyncio.Event()

        async def later(go_on: asyncio.Event = go_on) -> Modal | None:
            await go_on.wait()
            return form(title="Too late")

        view = await opened(edge, Open(modal=form(), later=later))
        if gone:
            await edge.lena.close(view)
        else:
            await edge.chat.update_modal("T0TEAM", view["id"], view["hash"], form(title="Other"))
        go_on.set()
        await edge.listeners.drain()
        assert [m["title"]["text"] for m in edge.lena.modals] == ([] if gone else ["Other"])
    codes = [call.outcome for call in edge.slack.rejected()]
    assert codes == ["not_found", "hash_conflict"]


async def test_a_redelivered_click_opens_no_second_form(edge: Edge) -> None:
    edge.routes.clicks["go"] = reply_with(Open(modal=form()))
    await edge.lena.click(await edge.home(), "go")
    await edge.lena.resend()
    assert len(edge.lena.modals) == 1
    assert await edge.chat.open_modal("T0TEAM", _spent(edge), form()) is None


def _spent(edge: Edge) -> str:
    return next(trigger.id for trigger in edge.slack.ws.triggers.values() if trigger.used)


async def test_a_form_opened_in_home_shows_it_anew_when_it_is_sent(edge: Edge) -> None:
    edge.routes.clicks["go"] = reply_with(Open(modal=form()))
    edge.routes.submissions["report"] = reply_with(Show(modal=form(title="Again")))
    await edge.lena.click(await edge.home(), "go")
    await edge.listeners.drain()
    edge.homes.clear()
    await edge.lena.submit(edge.lena.modal, what="x")
    edge.routes.submissions["report"] = reply_with(Done())
    await edge.lena.submit(edge.lena.modal, what="x")
    await edge.listeners.drain()
    assert len(edge.homes) == 2
    assert edge.lena.modals == []


async def test_a_home_that_can_not_be_shown_hurts_nothing_else(edge: Edge) -> None:
    async def broken(_request: Any, _deps: Deps) -> None:
        raise SlackError("Slack didn't answer.", code="no_answer")

    edge.routes.home = broken
    edge.routes.clicks["go"] = reply_with(Tell(message=note("Taken.")))
    await edge.lena.click(await edge.home(), "go")
    await edge.listeners.drain()
    assert "Taken." in words(edge.lena.modal)


async def test_typing_reaches_the_form_with_all_its_values_and_is_never_answered(
    edge: Edge,
) -> None:
    got: list[Click] = []

    async def changed(request: Click, _deps: Deps) -> Reply:
        got.append(request)
        return Tell(message=note("Write more."))

    edge.routes.changes["report"] = changed
    days, at = forms.weekday_boxes("days", "Days"), forms.time_input("at", "At", initial=time(9))
    view = await opened(edge, Open(modal=form(days, at)))
    await edge.lena.type(view, "what", "tuned")
    [click] = got
    assert (click.field, click.value, click.surface) == ("what", "tuned", Surface.MODAL)
    assert click.view is not None
    assert click.view.state.text("what") == "tuned"
    assert set(click.view.state.values) == {"what", "days", "at"}
    assert len(edge.lena.modals) == 1


async def test_a_refusal_of_a_form_without_fields_is_shown_in_its_place(edge: Edge) -> None:
    confirm = forms.modal("delete", "Delete?", [mrkdwn("Sure?")], submit="Delete")

    async def refused(_request: Submission, _deps: Deps) -> Reply:
        raise InvalidInput("Only its managers can.")

    edge.routes.submissions["delete"] = refused
    await edge.lena.submit(await opened(edge, Open(modal=confirm)))
    assert "Only its managers can." in words(edge.lena.modal)


async def test_what_is_wrong_stands_at_a_field_that_the_form_has(edge: Edge) -> None:
    async def refuse(_request: Submission, _deps: Deps) -> Reply:
        raise InvalidForm({"doing": "Say more.", "gone": "Pick another day."})

    fields = [forms.text_input(name, name) for name in ("done", "doing")]
    shown = await opened(edge, Open(modal=form(*fields)))
    edge.routes.submissions["report"] = refuse
    refused = await edge.lena.submit(shown, what="z", done="x", doing="y")
    assert refused == {"doing": "Say more.", "what": "Pick another day."}


async def test_a_click_in_a_message_is_answered_there(edge: Edge) -> None:
    edge.routes.clicks["go"] = reply_with(Tell(message=note("Here.")))
    message = Message(text="m", blocks=[actions("row", button("Go", "go"))])
    await edge.chat.post("T0TEAM", TEAM, message, delivery_id="d")
    await edge.lena.click(edge.slack.messages(TEAM)[0], "go")
    assert [e["text"] for e in edge.slack.ephemerals("U0LENA")] == ["Here."]
    assert (edge.lena.modals, edge.homes) == ([], [])


async def test_a_file_is_shared_in_the_direct_message(edge: Edge) -> None:
    await edge.chat.send_file("T0TEAM", "U0LENA", "history.csv", b"date,name\n", "*Churn daily*")
    [shared] = edge.slack.messages("U0LENA")
    assert shared["text"] == "*Churn daily*"
    assert shared["files"][0]["name"] == "history.csv"
