"""What stands in the form of a rule, by field name, whichever kind is shown.

A field whose choices or proposal depend on another one gets a new block id when they change,
because Slack keeps what it holds for a block id that it knows: `metric:4f…` belongs to one model.
"""

from collections.abc import Mapping
from zlib import crc32

from bot.domain.metrics import Direction, direction_of
from bot.errors import InvalidForm
from bot.views.alerts.kinds import FIELDS, MORE, Kind
from bot.views.forms import FormState

Typed = Mapping[str, str]
"""What stands in each field as text: a choice's value, several ids or values joined by commas."""

ALL_FIELDS = tuple(
    dict.fromkeys(
        ["kind", "about", "experiment", "model"]
        + [name for table in (FIELDS, MORE) for names in table.values() for name in names]
    )
)
_OF_KIND = ("for_evaluations", "threshold", "recovery", "abs_delta")
"""Numbers that mean something else in another kind: each kind keeps its own."""
_BOXES = ("drift", "may_wake")
_CHOSEN_ONCE = ("kind", "about", "experiment", "model", "metric", "pattern", "direction")

# A modal carries at most 3000 characters of ours; longer texts are not kept between kinds.
_KEPT = 75
_KEPT_IN_ALL = 2200


def kind_drawn(state: FormState) -> Kind:
    """The kind whose fields are on screen: the answer to a changed kind may not be drawn yet."""
    return Kind(str(state.hidden["drawn"]))


def read_typed(state: FormState, *, sent: bool = False) -> dict[str, str]:
    """Every field as it stands now; those that aren't shown as they were.

    The direction follows the metric's usual one when another metric was picked, and what was typed
    for another metric in its unit is forgotten; each kind keeps its own numbers. A form that is
    `sent` is of the kind that was drawn.
    """
    before: Typed = state.hidden.get("typed") or {}
    now = {name: value(state, name) for name in ALL_FIELDS if block_id(state, name)}
    typed = {**before, **now}
    if _differs(before, typed, "kind") and not sent:
        _change_kind(typed, before.get("kind", ""), typed.get("kind", ""))
    if before.get("metric") and _differs(before, typed, "experiment", "model", "metric"):
        typed.pop("abs_delta", None)
    chosen_now = _differs(before, typed, "direction")
    if _differs(before, typed, "metric") and not chosen_now and not _differs(before, typed, "kind"):
        usual = direction_of(typed.get("metric", ""), {})
        typed.pop("direction", None)
        if usual is not Direction.UNKNOWN:
            typed["direction"] = usual.value
    return typed


def kept(typed: Typed, shown: frozenset[str]) -> dict[str, str]:
    """What the form must carry along: what isn't on screen, and what others depend on."""
    found, length = {}, 0
    for name in sorted(typed, key=lambda name: name not in _CHOSEN_ONCE):
        text = typed[name]
        if not 0 < len(text) <= _KEPT or (name in shown and name not in _CHOSEN_ONCE):
            continue
        length += len(name) + len(text) + 6
        if length > _KEPT_IN_ALL:
            break
        found[name] = text
    return found


def by_block(state: FormState, error: InvalidForm) -> InvalidForm:
    """The same sentences at the blocks that show those fields; at the first where none does."""
    first = next(iter(state.labels), "kind")
    found: dict[str, str] = {}
    for name, text in error.fields.items():
        other = "pattern" if name == "metric" else name
        found[block_id(state, name) or block_id(state, other) or first] = text
    return InvalidForm(found)


def block_id(state: FormState, field: str) -> str:
    """The block that shows a field now, or empty."""
    return next((block for block in state.values if field_of(block) == field), "")


def field_of(block: str) -> str:
    """The field that a block shows."""
    return block.split(":", 1)[0]


def value(state: FormState, field: str) -> str:
    """What stands in a field, or empty; a box is "yes" or "no"."""
    block = block_id(state, field)
    if field in _BOXES:
        return "yes" if state.checked(block) else "no"
    several = state.people(block) or state.checked(block)
    return state.choice(block) or state.text(block) or ",".join(several)


def variant(field: str, *of: str) -> str:
    """The block id of a field that depends on `of`."""
    return f"{field}:{crc32('|'.join(of).encode()):08x}"


def _change_kind(typed: dict[str, str], old: str, new: str) -> None:
    """Lay aside what was typed for a kind, and take up what was typed for the other one before."""
    for name in _OF_KIND:
        if aside := typed.pop(name, ""):
            typed[f"{name}@{old}"] = aside
        if again := typed.pop(f"{name}@{new}", ""):
            typed[name] = again


def _differs(before: Typed, now: Typed, *names: str) -> bool:
    """Whether one of these was changed, as far as is known: too long ones aren't carried along."""
    return any(
        before.get(name, "") != now.get(name, "") and len(now.get(name, "")) <= _KEPT
        for name in names
    )
