"""Filling in the form of a decision as people do: unfolding what they want to write in."""

from typing import Any

from bot.views.decisions import sections
from tests.standins.slack import Json, Person, text_of


async def unfold(person: Person, *fields: str) -> None:
    """Open the sections in which these fields are, where they are folded."""
    for name in sorted(sections.holding(fields)):
        button = f"decision.unfold:{name}"
        if button in actions_of(person.modal):
            await person.click(person.modal, button)


async def fill_in(person: Person, **values: Any) -> None:
    """Write into the form without sending it; `status` is how it is decided."""
    if status := values.pop("status", None):
        await decide(person, {"accepted": "decided", "proposed": "open"}.get(status, status))
    await unfold(person, *values)
    person.fill(person.modal, **{block_of(person.modal, name): v for name, v in values.items()})


async def send(person: Person, **values: Any) -> dict[str, str] | None:
    """Fill in the form and send it; the errors it then shows, by field, or None."""
    await fill_in(person, **values)
    errors = await person.submit(person.modal)
    return errors and {block.partition("~")[0]: sentence for block, sentence in errors.items()}


async def decide(person: Person, how: str) -> None:
    """Choose how it is decided."""
    block = block_of(person.modal, "consent_rule")
    await person.click(person.modal, "consent_rule", selected=how, block_id=block)


async def type_into(person: Person, field: str, text: str) -> None:
    """Type, so that the bot hears of it at a pause."""
    await person.type(person.modal, block_of(person.modal, field), text)


def typed_in(person: Person) -> dict[str, Any]:
    """What stands in each field of the open form, by its name."""
    found = {}
    for block, elements in person.modal["state"]["values"].items():
        [state] = elements.values()
        value = next(value for key, value in state.items() if key != "type")
        found[block.partition("~")[0]] = value["value"] if isinstance(value, dict) else value
    return found


def block_of(view: Json, field: str) -> str:
    """The block id of a field in the edition of the form that is shown."""
    ids = [str(block["block_id"]) for block in view["blocks"] if block["type"] == "input"]
    return next(block for block in ids if block.partition("~")[0] == field)


def actions_of(view: Json) -> list[str]:
    """The buttons of the form."""
    rows = [block["elements"] for block in view["blocks"] if block["type"] == "actions"]
    return [element["action_id"] for row in rows for element in row]


def said_in(person: Person) -> str:
    """Everything that the open form says."""
    return text_of(person.modal)
