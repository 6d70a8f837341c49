"""Trial: everything that the bot answers to, done by people who may not.

Every route is read from the table of routes, so a new one is driven from the day it is registered.
Secrets stand in a private channel that none of these people is in; what they are told, shown and
sent is searched for them, everything that is kept is compared, and the audit log must tell of each
refusal. Guests may read what the areas of `READ_BY_GUESTS` show them; that, too, is searched.
"""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.domain.audit import AuditOutcome
from bot.domain.privacy.audit_page import AuditFilter
from bot.services.decisions import records
from handlers.admission import Gate
from handlers.registry import all_routes
from jobs import housekeeping
from storage.tables import METADATA
from tests.acceptance.decision_forms import send as send_form
from tests.acceptance.harness import CHURN, LENA, MARCUS, World, meridian, start_standup
from tests.standins.slack import Json
from tests.standins.slack.people import payloads
from tests.standins.slack.workspace import APP_ID
from tests.trials.databases import Observer
from tests.trials.tables import Table

BOARD = "G0BOARD"
OTHER = "T0OTHER"
SECRET = "Zanzibar"

_LOGS = ("audit_actor", "audit_entry", "audit_head", "decision_change")
"""Who is known, which clicks were handled and the logs may grow by what is refused."""


@dataclass(frozen=True, kw_only=True)
class Outsider:
    """Who acts: a user id as the payload has it, that person's team, and the payload's team."""

    name: str
    user_id: str
    team: str = "T0TEAM"
    payload_team: str = "T0TEAM"


OUTSIDERS = (
    Outsider(name="guest", user_id="U0GUEST"),
    Outsider(name="external", user_id="U0EXTERNAL", team=OTHER),
    Outsider(name="unheard", user_id="U0UNHEARD", team=OTHER),
    Outsider(name="has left", user_id="U0LEFT"),
    Outsider(name="other tenant", user_id=LENA, team=OTHER, payload_team=OTHER),
)


@dataclass(kw_only=True)
class Found:
    """What one outsider got."""

    driven: int = 0
    refused: int = 0
    audited: int = 0
    read: int = 0
    leaks: list[str] = field(default_factory=list)
    let_in: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Act:
    """One payload: its kind for the transport, and what it is called."""

    name: str
    kind: str
    payload: Json


async def run(values: int = 99, who: Sequence[str] = (), each: int = 1) -> Table:
    """Every route with so many values each, by every outsider, or by those of these names.

    With `each` of 2 every second one, and so on.
    """
    some = [outsider for outsider in OUTSIDERS if outsider.name in who]
    return await _trial("every handler, by people who may not", values, some or OUTSIDERS, each)


async def control(values: int = 1, each: int = 1) -> Table:
    """The same with the gate open and no sight of the audit log: it must be seen.

    Of the routes each one, or each second, third and so on, is driven.
    """

    async def open_gate(_self: Gate, request: Any, handler: Any, deps: Any) -> Any:
        return await handler(request, deps)

    with patch.object(Gate, "admitted", open_gate):
        # What nobody keeps out also breaks on values that no button of ours has.
        broken = ("handler_failed", "not_found", "view_not_found", "expired_trigger_id")
        table = await _trial(
            "control: the gate stands open", values, OUTSIDERS[:1], each, expect=broken
        )
    seen = table.wrong
    return Table(
        title=table.title,
        rows=table.rows,
        wrong=int(seen == 0),
        notes=[f"{seen} were let in or changed something: that is seen."],
    )


async def _trial(
    title: str,
    values: int,
    who: Sequence[Outsider],
    each: int = 1,
    *,
    expect: Sequence[str] = (),
) -> Table:
    rows, wrong, notes = [], 0, []
    for outsider in who:
        async with _office() as (world, known):
            world.expect(*expect)
            found = await _drive(world, outsider, known[:values], each)
        unaudited = found.refused - found.audited
        wrong += len(found.leaks) + len(found.let_in) + len(found.changed) + unaudited
        notes += [*found.leaks, *found.let_in, *found.changed]
        rows.append(
            {
                "actor": outsider.name,
                "driven": found.driven,
                "refused": found.refused,
                "audited": found.audited,
                "read what is theirs": found.read,
                "let in": len(found.let_in),
                "changed": len(found.changed),
                "leaks": len(found.leaks),
            }
        )
    return Table(title=title, rows=rows, wrong=wrong, notes=notes[:20])


@asynccontextmanager
async def _office() -> AsyncIterator[tuple[World, list[str]]]:
    """A world with secrets in a private channel; ids and numbers that mean them."""
    with TemporaryDirectory() as folder:
        async with meridian(Path(folder)) as world:
            slack = world.slack
            # What counts here is what comes, on a busy machine also later than in three seconds.
            slack.be_patient(300)
            world.expect("user_not_found")
            slack.add_user("U0GUEST", "guest", is_restricted=True)
            slack.add_user("U0EXTERNAL", "external", team_id=OTHER)
            slack.add_user("U0LEFT", "left", deleted=True)
            slack.add_channel(BOARD, "board", members=[LENA, MARCUS], private=True)
            await housekeeping.step(world.app.jobs, world.clock())
            slack.add_user("U0UNHEARD", "unheard", team_id=OTHER)
            for user_id in ("U0GUEST", "U0EXTERNAL", "U0UNHEARD"):
                slack.ws.channels[CHURN].members.append(user_id)
            yield world, await _secrets(world)


async def _secrets(world: World) -> list[str]:
    lena = world.lena
    await start_standup(lena, channel=BOARD, name=f"{SECRET} daily")
    await lena.close(lena.modal)
    await lena.command("/standup", f"blocker {SECRET} is down", channel=BOARD)
    await lena.command("/decide", f"Buy {SECRET}", channel=BOARD)
    assert await send_form(lena, outcome="It wins.", status="accepted") is None
    await world.deliver()
    team = world.slack.ws.team_id
    standups = await world.app.transactions.read(lambda uow: uow.standups.all(team))
    await world.app.transactions.read(records.find, team, 1)
    [standup] = standups
    day = world.clock().date().isoformat()
    return ["1", standup.id, f"{standup.id}|{day}", "1|1", "1:1", BOARD, f"{standup.id}|1", "0"]


async def _drive(world: World, outsider: Outsider, values: Sequence[str], each: int) -> Found:
    found = Found()
    before, told = _kept(world), len(world.slack.calls)
    for act in islice(_acts(world, outsider, values), 0, None, each):
        line, calls = await _newest(world), len(world.slack.calls)
        reply = await world.slack.send(act.kind, act.payload)
        await world.app.listeners.drain()
        found.driven += 1
        audited = int(await _newest(world) > line)
        said = json.dumps([reply.body, *map(str, world.slack.calls[calls:])])
        if SECRET in said:
            found.leaks.append(f"{outsider.name}, {act.name}: told a secret")
        _judge(found, outsider, act, audited, said)
    await world.deliver()
    if any(
        SECRET in str(call) and outsider.user_id in str(call) for call in world.slack.calls[told:]
    ):
        found.leaks.append(f"{outsider.name}: was sent a secret")
    after = _kept(world)
    found.changed += [f"{outsider.name} changed {t}" for t in before if before[t] != after[t]]
    return found


def _judge(found: Found, outsider: Outsider, act: Act, audited: int, said: str) -> None:
    """Refused and written down, or only shown what everybody may read."""
    if audited:
        found.refused += 1
        found.audited += audited
    elif "can't do that" in said or "can't change" in said or "another workspace" in said:
        found.refused += 1
    elif act.name in _READABLE or act.name.startswith("fact "):
        found.read += 1
    else:
        found.let_in.append(f"{outsider.name}, {act.name}: let in ({said[:120]})")


_READABLE = frozenset(
    {
        "/alert",
        "/alert list",
        "/alert report",
        "/alert show",
        "/alert silences",
        "/decide",
        "alert.page",
        "decision.details",
    }
)
"""What shows outsiders what stands in channels of theirs, and nothing else."""


def _acts(world: World, who: Outsider, values: Sequence[str]) -> Iterator[Act]:
    routes = all_routes()
    for name in routes.commands:
        for word in routes.words.get(name, {"": None, "list": None, "search": None, "x": None}):
            for value in values if word else [""]:
                yield _command(world, who, name, f"{word} {value}".strip(), word)
    for action in routes.clicks:
        for value in values:
            yield _click(world, who, action, value)
    for callback in routes.changes:
        yield _change(world, who, callback, values)
    for callback in routes.submissions:
        for value in values:
            yield _submission(world, who, callback, value)
    for callback in routes.shortcuts:
        yield _shortcut(world, who, callback)
    if who.payload_team == world.slack.ws.team_id:
        for kind in routes.events:
            yield _event(world, who, kind)


def _command(world: World, who: Outsider, name: str, text: str, word: str) -> Act:
    ws = world.slack.ws
    user = ws.users[who.user_id]
    payload = payloads.command(ws, user, name, text, ws.channels[CHURN])
    payload["team_id"] = who.payload_team
    return Act(name=f"{name} {word}".strip(), kind="slash_commands", payload=payload)


def _click(world: World, who: Outsider, action: str, value: str) -> Act:
    payload = _interactive(world, who, "block_actions")
    payload["actions"] = [_button(world, action, value)]
    payload |= _place(world, who)
    return Act(name=action, kind="interactive", payload=payload)


def _change(world: World, who: Outsider, callback: str, values: Sequence[str]) -> Act:
    payload = _interactive(world, who, "block_actions")
    action = {**_button(world, "title", "x"), "type": "plain_text_input", "block_id": "title"}
    view = _view(who, callback, values[0])
    container = {"type": "view", "view_id": view["id"]}
    payload |= {"actions": [action], "view": view, "container": container}
    return Act(name=callback, kind="interactive", payload=payload)


def _submission(world: World, who: Outsider, callback: str, value: str) -> Act:
    payload = _interactive(world, who, "view_submission")
    payload |= {"view": _view(who, callback, value), "response_urls": []}
    return Act(name=callback, kind="interactive", payload=payload)


def _shortcut(world: World, who: Outsider, callback: str) -> Act:
    payload = _interactive(world, who, "message_action") | _place(world, who)
    ts = world.slack.ws.next_ts()
    message = {"type": "message", "user": LENA, "ts": ts, "text": "We use it"}
    payload |= {"callback_id": callback, "message_ts": ts, "message": message}
    return Act(name=callback, kind="interactive", payload=payload | {"action_ts": ts})


def _event(world: World, who: Outsider, kind: str) -> Act:
    """Most events are facts about somebody, not acts of theirs; opening App Home is one."""
    ws = world.slack.ws
    event: Json = {"type": kind, "user": who.user_id, "channel": CHURN, "tab": "home"}
    if kind == "message":
        event |= {"channel_type": "channel", "text": "see D-1", "ts": ws.next_ts()}
    name = kind if kind == "app_home_opened" else f"fact {kind}"
    payload = payloads.event_callback(ws, event, f"Ev{ws.next_ts()}")
    return Act(name=name, kind="events_api", payload=payload)


def _interactive(world: World, who: Outsider, kind: str) -> Json:
    return {
        "type": kind,
        "user": {"id": who.user_id, "username": "x", "name": "x", "team_id": who.team},
        "api_app_id": APP_ID,
        "token": payloads.TOKEN,
        "team": {"id": who.payload_team, "domain": "x"},
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": world.slack.ws.new_trigger(who.user_id),
    }


def _place(world: World, who: Outsider) -> Json:
    ws = world.slack.ws
    return {
        "channel": {"id": CHURN, "name": "churn-model"},
        "container": {"type": "message", "channel_id": CHURN, "message_ts": "1.1"},
        "response_url": ws.new_response_url(CHURN, who.user_id),
    }


def _button(world: World, action: str, value: str) -> Json:
    ts = world.slack.ws.next_ts()
    text = {"type": "plain_text", "text": "Press"}
    button = {"type": "button", "action_id": action, "block_id": "b", "value": value}
    return {**button, "text": text, "action_ts": ts}


def _view(who: Outsider, callback: str, value: str) -> Json:
    hidden = dict.fromkeys(
        ("number", "decision", "standup", "incident", "blocker", "rule", "issue", "key"), value
    )
    hidden |= {"channel": BOARD, "user": LENA, "date": "2026-10-18"}
    field_ = {"type": "plain_text_input", "action_id": "title"}
    label = {"type": "plain_text", "text": "Title"}
    return {
        "id": f"V{callback}{value}{who.user_id}",
        "team_id": who.payload_team,
        "type": "modal",
        "hash": "1.x",
        "callback_id": callback,
        "private_metadata": json.dumps(hidden),
        "blocks": [{"type": "input", "block_id": "title", "element": field_, "label": label}],
        "state": {"values": {"title": {"title": {"type": "plain_text_input", "value": "Mine"}}}},
        "app_installed_team_id": who.payload_team,
    }


def _kept(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """All that is kept, but for who is known, which clicks were handled, and the logs."""
    apart = {"interaction", "person", "handover", "channel", *_LOGS}

    def read(session: Session) -> dict[str, list[tuple[Any, ...]]]:
        return {
            table.name: [tuple(row) for row in session.execute(select(table))]
            for table in METADATA.sorted_tables
            if table.name not in apart
        }

    with closing(Observer(world.database_url)) as observer:
        return observer.read(read)


async def _newest(world: World) -> int:
    """The number of the newest refusal in the log."""
    team, refused = world.slack.ws.team_id, AuditFilter(outcome=AuditOutcome.REFUSED)
    found = await world.app.transactions.read(lambda uow: uow.audit.page(team, refused, 1))
    return found[0].seq if found else 0
