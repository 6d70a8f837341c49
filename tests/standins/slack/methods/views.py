"""views.*: modals opened by one-time triggers, stacked three deep, guarded by a hash; Home."""

import json
from typing import Any

from tests.standins.slack.args import Args
from tests.standins.slack.errors import Json, SlackError
from tests.standins.slack.limits import LIMITS
from tests.standins.slack.views import View
from tests.standins.slack.workspace import APP_ID, BOT_ID, Workspace


def open_view(ws: Workspace, args: Args) -> Json:
    """Open a modal; whatever modal the person had open is replaced."""
    source = _source(ws, args, "modal")
    trigger = ws.use_trigger(_trigger_id(args))
    _check_external_id(ws, source)
    for old in ws.stacks.get(trigger.user, []):
        del ws.views[old.id]
    ws.stacks[trigger.user] = []
    return {"view": push_on_stack(ws, trigger.user, source).payload()}


def push(ws: Workspace, args: Args) -> Json:
    """Put a modal on top of the one the trigger came from."""
    source = _source(ws, args, "modal")
    trigger = ws.use_trigger(_trigger_id(args))
    if trigger.view_id not in [view.id for view in ws.stacks.get(trigger.user, [])]:
        raise SlackError("not_found")
    _check_external_id(ws, source)
    return {"view": push_on_stack(ws, trigger.user, source).payload()}


def update(ws: Workspace, args: Args) -> Json:
    """Replace an open view's content; the id stays, the hash changes."""
    view = _find(ws, args)
    source = _source(ws, args, view.source["type"])
    _check_hash(view, args)
    view.show(source)
    return {"view": view.payload()}


def publish(ws: Workspace, args: Args) -> Json:
    """Show a Home view to one person."""
    user = ws.user(args.required("user_id"))
    source = _source(ws, args, "home")
    home = ws.homes.get(user.id)
    if home is None:
        home = ws.homes[user.id] = _new_view(ws, user.id)
    else:
        _check_hash(home, args)
    home.show(source)
    return {"view": home.payload()}


def push_on_stack(ws: Workspace, user: str, source: Json) -> View:
    """Open a checked modal on top of a person's stack, or push_limit_reached."""
    stack = ws.stacks.setdefault(user, [])
    if len(stack) >= LIMITS["modal_stack"]:
        raise SlackError("push_limit_reached")
    view = _new_view(ws, user)
    if stack:
        view.root_id, view.previous_id = stack[0].id, stack[-1].id
    view.show(source)
    stack.append(view)
    ws.views[view.id] = view
    return view


def _new_view(ws: Workspace, user: str) -> View:
    view_id = ws.next_id("V")
    return View(
        id=view_id, user=user, team_id=ws.team_id, app_id=APP_ID, bot_id=BOT_ID, root_id=view_id
    )


def _trigger_id(args: Args) -> str:
    return args.text("trigger_id") or args.required("interactivity_pointer")


def _source(ws: Workspace, args: Args, surface: str) -> Json:
    source: Any = args.structure("view")
    problems = ws.view_problems(source, surface)
    if problems:
        raise SlackError("invalid_arguments", problems=problems)
    if len(json.dumps(source, ensure_ascii=False).encode()) > LIMITS["view_bytes"]:
        raise SlackError("view_too_large")
    checked: Json = source
    return checked


def _find(ws: Workspace, args: Args) -> View:
    external_id = args.text("external_id")
    for view in [*ws.views.values(), *ws.homes.values()]:
        if view.id == args.text("view_id"):
            return view
        if external_id and view.source.get("external_id") == external_id:
            return view
    raise SlackError("not_found")


def _check_hash(view: View, args: Args) -> None:
    if args.has("hash") and args.text("hash") != view.hash:
        raise SlackError("hash_conflict")


def _check_external_id(ws: Workspace, source: Json) -> None:
    wanted = source.get("external_id")
    if wanted and any(view.source.get("external_id") == wanted for view in ws.views.values()):
        raise SlackError("duplicate_external_id")
