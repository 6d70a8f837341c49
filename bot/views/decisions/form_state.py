"""What comes back from a decision's form.

Slack keeps what was typed where a block id stays, whatever the new form says
(https://docs.slack.dev/reference/views/modal-views, "Preserving input entry"). So a form that is
to show something else in the same window is another edition of it: its block ids end with `~2`.
"""

import re
from dataclasses import replace
from typing import Any

from bot.domain.decisions.record import Origin
from bot.errors import InvalidForm
from bot.ports.chat import Modal
from bot.views.decisions.promotion_inputs import FIELD_ALIAS
from bot.views.forms import FormState
from bot.views.typed import Values

FIELD_VERSION = "version"

_EDITION = re.compile(r"~\d+$")


def in_edition(form: Modal, edition: int) -> Modal:
    """The form with the block ids of that edition; the first has none of its own."""
    if not edition:
        return form
    blocks = [
        {**block, "block_id": f"{block['block_id']}~{edition}"}
        if block["type"] == "input"
        else block
        for block in form["blocks"]
    ]
    return {**form, "blocks": blocks}


def plain(state: FormState) -> FormState:
    """The state of any edition by the fields' own names."""
    return replace(
        state,
        values={_name(block): value for block, value in state.values.items()},
        labels={_name(block): label for block, label in state.labels.items()},
    )


def shown(state: FormState) -> frozenset[str]:
    """The names of the fields that the form shows."""
    return frozenset(map(_name, state.labels))


def by_block(state: FormState, error: InvalidForm) -> InvalidForm:
    """The same sentences at the blocks of this edition; all fields must be shown."""
    blocks = {_name(block): block for block in state.labels}
    return InvalidForm({blocks[name]: sentence for name, sentence in error.fields.items()})


def kept(state: FormState) -> dict[str, Any]:
    """What is worth a draft, by the fields' names; nothing where nothing was written.

    A draft of an edit also says with which version of the decision it began.
    """
    values = plain(state).values
    if not any(name != FIELD_ALIAS and state_text(values, name) for name in values):
        return {}
    begun = {"value": str(state.hidden.get("version", 0))}
    return {**values, FIELD_VERSION: {FIELD_VERSION: begun}}


def state_text(values: Values, name: str) -> str:
    """The text of a field of kept values."""
    return FormState(values, {}).text(name)


def origin_of(state: FormState) -> Origin | None:
    """The message that this form was opened from."""
    said = state.hidden.get("origin")
    return Origin(url=said[0], author=said[1], quote=said[2]) if said else None


def _name(block_id: str) -> str:
    return _EDITION.sub("", block_id)
