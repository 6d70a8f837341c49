"""A field of a form that asks for one person."""

from bot.ports.chat import Block
from bot.views.forms import FormState, people_input


def person_input(
    name: str, label: str, *, initial: str = "", optional: bool = False, hint: str = ""
) -> Block:
    """A picker of one person; `initial` is a Slack id, or empty."""
    block = people_input(name, label, optional=optional, hint=hint)
    element = {"type": "users_select", "action_id": name}
    return {**block, "element": {**element, "initial_user": initial} if initial else element}


def person_of(state: FormState, name: str) -> str:
    """The Slack id of the chosen person, or empty."""
    typed = next(iter(state.values.get(name, {}).values()), {})
    return str(typed.get("selected_user") or "")
