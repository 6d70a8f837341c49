"""The proxy's stores and page patches, one by one."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from demo.proxy.history import page_of
from demo.proxy.page.patches import PATCHES, PageChanged, patched
from demo.proxy.people import channel_as_slack, user_as_slack
from demo.proxy.tickets import Origin, TicketError, Tickets
from demo.proxy.views import Owner, ViewError, ViewStore
from demo.proxy.workspace import MERIDIAN, Shortcut, load_config, write_config

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
MODAL: dict[str, Any] = {"type": "modal", "blocks": []}


def store() -> ViewStore:
    return ViewStore(Owner(app_id="A1", bot_id="B1", team_id="T1"))


def test_views_keep_their_id_and_refuse_a_stale_hash() -> None:
    views = store()
    opened = views.open("U1", {**MODAL, "external_id": "mine"})
    view_id, first_hash = opened.view["id"], opened.view["hash"]
    views.update("mine", {**MODAL, "external_id": "mine"}, expected_hash=first_hash)
    assert opened.view["id"] == view_id
    with pytest.raises(ViewError, match="hash_conflict"):
        views.update(view_id, MODAL, expected_hash=first_hash)
    with pytest.raises(ViewError, match="not_found"):
        views.update("V404", MODAL)


def test_each_person_has_a_stack_of_at_most_three() -> None:
    views = store()
    root = views.open("U1", MODAL)
    second = views.push("U1", MODAL)
    assert second.view["previous_view_id"] == second.view["root_view_id"] == root.view["id"]
    views.push("U1", MODAL)
    with pytest.raises(ViewError, match="push_limit_reached"):
        views.push("U1", MODAL)
    assert views.stack("U2") == []
    views.close("U1")
    assert views.stack("U1") == [root, second]


def test_triggers_are_used_once_and_soon() -> None:
    tickets = Tickets()
    origin = Origin(user="U1", channel="C1")
    trigger = tickets.issue(origin, NOW)
    assert tickets.redeem_trigger(trigger, NOW) == origin
    with pytest.raises(TicketError, match="exchanged_trigger_id"):
        tickets.redeem_trigger(trigger, NOW)
    with pytest.raises(TicketError, match="expired_trigger_id"):
        tickets.redeem_trigger(tickets.issue(origin, NOW), NOW + timedelta(seconds=6))
    with pytest.raises(TicketError, match="invalid_trigger_id"):
        tickets.redeem_trigger("other", NOW)


def test_response_urls_work_five_times_for_half_an_hour() -> None:
    tickets = Tickets()
    ticket = tickets.issue(Origin(user="U1", channel="C1"), NOW)
    for _ in range(5):
        tickets.redeem_response(ticket, NOW + timedelta(minutes=29))
    with pytest.raises(TicketError, match="used_url"):
        tickets.redeem_response(ticket, NOW)
    with pytest.raises(TicketError, match="expired_url"):
        tickets.redeem_response(ticket, NOW + timedelta(minutes=31))


@pytest.mark.parametrize(
    ("arguments", "stamps"),
    [
        ({}, ["3.0", "2.0", "1.0"]),
        ({"oldest": "1.0"}, ["3.0", "2.0"]),
        ({"oldest": "1.0", "latest": "2.0", "inclusive": "true"}, ["2.0", "1.0"]),
        ({"limit": 2}, ["3.0", "2.0"]),
        ({"limit": 2, "cursor": "2"}, ["1.0"]),
    ],
)
def test_history_has_pages_and_no_ephemerals(arguments: dict[str, Any], stamps: list[str]) -> None:
    messages = [{"ts": "1.0"}, {"ts": "2.0"}, {"ts": "3.0"}, {"ts": "4.0", "subtype": "ephemeral"}]
    page = page_of(messages, arguments, newest_first=True)
    assert [message["ts"] for message in page["messages"]] == stamps
    assert page["has_more"] is bool(page["response_metadata"]["next_cursor"])


def test_people_and_channels_are_corrected() -> None:
    user = user_as_slack({"id": "U1", "tz": "Europe/Berlin", "tz_offset": 0}, NOW)
    assert (user["tz_offset"], user["tz_label"]) == (7200, "CEST")
    channel = channel_as_slack({"id": "D1", "is_im": True}, {"members": ["U1", "B"]}, "B")
    assert (channel["user"], channel["is_member"]) == ("U1", True)
    assert channel_as_slack({"id": "C1"}, {"members": ["U1"]}, "B")["is_member"] is False


def test_configuration_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "workspace.yaml"
    shortcut = Shortcut(name="Log as decision", callback_id="log")
    write_config(path, commands=("/standup",), shortcuts=(shortcut,))
    app = load_config(path).app
    assert (app.app_id, app.commands, app.shortcuts) == (
        MERIDIAN.app_id,
        ("/standup",),
        (shortcut,),
    )


def test_a_page_of_another_version_is_refused() -> None:
    page = "<html><head></head>" + "".join(patch.old for patch in PATCHES)
    with pytest.raises(PageChanged, match="several-line text fields"):
        patched(page.replace('??l.initial_value??"";return', "other"), {"zones": {}})
