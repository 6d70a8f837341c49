"""What the bot's acknowledgements do in Slack, each judged as strictly as an API call."""

from collections.abc import Callable
from typing import Any, NoReturn

from tests.standins.slack.errors import Json, SlackError
from tests.standins.slack.forms import elements_in
from tests.standins.slack.methods.views import push_on_stack
from tests.standins.slack.respond import answer
from tests.standins.slack.views import View
from tests.standins.slack.workspace import Workspace

Refuse = Callable[[str], NoReturn]


def apply_command_ack(ws: Workspace, refuse: Refuse, payload: Json, body: Any) -> Json | None:
    """Show a command's immediate answer; returns the ephemeral message, if there is one."""
    if not body:
        return None
    url = ws.response_urls[payload["response_url"].rpartition("/")[2]]
    shown_before = len(ws.ephemerals)
    try:
        answer(ws, url, body if isinstance(body, dict) else {"text": body})
    except SlackError as error:
        refuse(f"{payload['command']} ack: {error.code} {'; '.join(error.problems)}")
    return ws.ephemerals[-1] if len(ws.ephemerals) > shown_before else None


def apply_submission_ack(
    ws: Workspace, refuse: Refuse, view: View, body: Any
) -> dict[str, str] | None:
    """Carry out a view_submission's response_action; returns the errors shown, or None."""
    if not body:
        close(ws, view)
        return None
    action = body.get("response_action") if isinstance(body, dict) else None
    if action == "errors":
        return _errors(refuse, view, body)
    if action == "clear":
        clear(ws, view.user)
    elif action in ("update", "push"):
        source = _checked_view(ws, refuse, body)
        if action == "update":
            view.show(source)
        else:
            _push(ws, refuse, view, source)
    else:
        refuse(f"view_submission ack: unknown response_action in {body!r}")
    return None


def close(ws: Workspace, view: View) -> None:
    """Take one modal off its person's stack."""
    stack = ws.stacks.get(view.user, [])
    if view in stack:
        stack.remove(view)
        del ws.views[view.id]


def clear(ws: Workspace, user: str) -> None:
    """Close all of a person's modals."""
    for view in list(ws.stacks.get(user, [])):
        close(ws, view)


def _errors(refuse: Refuse, view: View, body: Json) -> dict[str, str]:
    errors = body.get("errors")
    if not isinstance(errors, dict) or not errors:
        refuse("view_submission ack: errors must name at least one block")
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    for block_id, reason in errors.items():
        if block_id not in inputs:
            refuse(f"view_submission ack: no input block {block_id} in the view")
        if not isinstance(reason, str) or not reason:
            refuse(f"view_submission ack: the error of {block_id} must be a non-empty string")
    return errors


def _checked_view(ws: Workspace, refuse: Refuse, body: Json) -> Json:
    source = body.get("view")
    problems = ws.view_problems(source, "modal")
    if problems:
        refuse(f"view_submission ack: {'; '.join(problems)}")
    checked: Json = source or {}
    return checked


def _push(ws: Workspace, refuse: Refuse, view: View, source: Json) -> None:
    try:
        push_on_stack(ws, view.user, source)
    except SlackError as error:
        refuse(f"view_submission ack: {error.code}")


def input_elements(view: View) -> dict[str, list[Json]]:
    """Block id to the elements a person can fill in there."""
    return {block["block_id"]: list(elements_in(block)) for block in view.blocks}
