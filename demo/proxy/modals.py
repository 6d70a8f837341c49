"""What people do in modals and App Home: actions, submissions, closing."""

from demo.proxy import externals, payloads
from demo.proxy.hub import Hub
from demo.proxy.tickets import Origin
from demo.proxy.translate.blocks import is_well_formed
from demo.proxy.translate.json import Json
from demo.proxy.translate.kinds import KINDS
from demo.proxy.translate.state import Shown, complete_state, find_element, picked
from demo.proxy.translate.validate import field_errors
from demo.proxy.views import OpenView, ViewError

TROUBLE = "We had some trouble connecting. Try again?"


async def show(hub: Hub, opened: OpenView) -> None:
    """Complete a new or changed view's state, show it, and fetch its external options."""
    hub.refresh_state(opened)
    await hub.show_view(opened)
    hub.spawn(externals.load_options(hub, opened))


def is_view(hub: Hub, view: Json) -> bool:
    """Whether a view's blocks have the parts their types need."""
    reader = hub.screen.reader(None)
    return is_well_formed(view.get("blocks") or [], reader=reader, place="modal")


async def submit(hub: Hub, user: str, shown: Shown) -> None:
    """Submit the person's visible modal and do what the bot answers."""
    opened = _visible(hub, user)
    if opened is None:
        return
    keep_typed(hub, opened, shown)
    if errors := field_errors(opened.view["blocks"], opened.values):
        await _refuse(hub, opened, errors)
        return
    opened.errors = {}
    payload = payloads.view_submission(hub.workspace, hub.caller(Origin(user=user)), opened)
    answer = await hub.tell("interactive", payload)
    if answer is None:
        await _refuse(hub, opened, {"": TROUBLE})
        return
    await _respond(hub, opened, answer)


async def close(hub: Hub, user: str, *, everything: bool) -> None:
    """Close the person's visible modal or the whole stack; the bot hears of it if it asked to."""
    closed = hub.views.stack(user) if everything else hub.views.stack(user)[-1:]
    for opened in reversed(closed):
        hub.views.close(user)
        if opened.view["notify_on_close"]:
            caller = hub.caller(Origin(user=user))
            hub.tell_later(payloads.view_closed(hub.workspace, caller, opened, cleared=everything))
    await hub.pages.show(user, hub.screen.stack(user))


async def act(hub: Hub, user: str, action: Json, shown: Shown, *, home: bool) -> None:
    """Report an action in the person's visible modal, or in their Home."""
    opened = hub.views.homes().get(user) if home else _visible(hub, user)
    if opened is None:
        return
    keep_typed(hub, opened, shown)
    opened.errors = {b: said for b, said in opened.errors.items() if b != action["block_id"]}
    element = find_element(opened.view["blocks"], action["block_id"], action["action_id"])
    if element is None:
        return
    if element["type"] in KINDS:
        held = opened.values.get(action["block_id"], {})
        reader = hub.screen.reader(user, opened=opened)
        value = picked(element, held.get(action["action_id"]), action, reader)
        block = {**held, action["action_id"]: value}
        opened.values = {**opened.values, action["block_id"]: block}
        await hub.show_view(opened)
        action = {**action, **value}
    caller = hub.caller(Origin(user=user))
    entry = described(element, action, caller.at)
    sent = payloads.block_actions_in_view(hub.workspace, caller, opened, entry)
    hub.tell_later(sent)


def keep_typed(hub: Hub, opened: OpenView, shown: Shown) -> None:
    """Take over what the page shows now into the view's state."""
    reader = hub.screen.reader(opened.user, opened=opened)
    opened.values = complete_state(opened.view["blocks"], opened.values, shown, reader)


def described(element: Json, action: Json, at: str) -> Json:
    """Return an entry of a payload's `actions`: the element's ids, its text and its value."""
    kept = ("type", "action_id", "text", "value", "style", "placeholder")
    own = {key: element[key] for key in kept if key in element}
    if element["type"] == "overflow":
        chosen = (action.get("selected_option") or {}).get("value")
        own["selected_option"] = next(
            (option for option in element["options"] if option["value"] == chosen), None
        )
    if element["type"] in KINDS:
        own |= {KINDS[element["type"]].key: action.get(KINDS[element["type"]].key)}
    return {**own, "block_id": action["block_id"], "action_ts": at}


async def _respond(hub: Hub, opened: OpenView, answer: Json) -> None:
    kind = answer.get("response_action")
    user = opened.user
    if kind == "errors":
        await _refuse(hub, opened, answer["errors"])
        return
    if kind in ("update", "push"):
        await _replace(hub, opened, answer["view"], push=kind == "push")
        return
    if kind == "clear":
        hub.views.clear(user)
    else:
        hub.views.close(user)
    await hub.pages.show(user, hub.screen.stack(user))


async def _replace(hub: Hub, opened: OpenView, view: Json, *, push: bool) -> None:
    try:
        if not is_view(hub, view):
            raise ViewError("invalid_arguments")
        changed = (
            hub.views.push(opened.user, view) if push else hub.views.update(opened.view["id"], view)
        )
    except ViewError:
        await _refuse(hub, opened, {"": TROUBLE})
        return
    await show(hub, changed)


async def _refuse(hub: Hub, opened: OpenView, errors: dict[str, str]) -> None:
    """A late update of the form, for what was typed just before, must not take the words away."""
    opened.errors = errors
    await hub.show_errors(opened)


def _visible(hub: Hub, user: str) -> OpenView | None:
    stack = hub.views.stack(user)
    return stack[-1] if stack else None
