"""The fields that a project asks for: as inputs of a form, and read from it.

Each block's id says what Jira needs to know of it when the form comes back, and changes with the
field's choices, so that Slack keeps what was typed exactly where it still fits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from bot.domain.issues.drafts import FieldValue
from bot.domain.issues.screens import CreateField, FieldKind
from bot.errors import InvalidForm
from bot.ports.chat import Block
from bot.views.forms import FormState, date_input, select, text_input
from bot.views.person_field import person_input, person_of
from bot.views.text import clean

_PREFIX = "ask"
_LABEL = 80
_LINE_LIMIT = 255

_HINTS: Mapping[FieldKind, str] = {
    FieldKind.NUMBER: "A number such as 3 or 0.5",
    FieldKind.LABELS: "Words with blanks between them",
}


@dataclass(frozen=True, kw_only=True)
class _Asked:
    field_id: str
    kind: FieldKind
    many: bool


def block(field: CreateField, typed: FieldValue | None) -> Block:
    """The input of one field, filled with what was typed before."""
    name, label = block_id(field), clean(field.name, _LABEL)
    value = typed.value if typed else ""
    optional = not field.required
    match field.kind:
        case FieldKind.CHOICE:
            options = [(shown, key) for key, shown in field.options]
            return select(name, label, options, initial=value, optional=optional)
        case FieldKind.DATE:
            initial = date.fromisoformat(value) if value else None
            return date_input(name, label, initial=initial, optional=optional)
        case FieldKind.PERSON:
            chosen = typed.person if typed else ""
            return person_input(name, label, initial=chosen, optional=optional)
        case _:
            is_long = field.kind is FieldKind.LONG_TEXT
            return text_input(
                name,
                label,
                initial=value,
                multiline=is_long,
                limit=3000 if is_long else _LINE_LIMIT,
                hint=_HINTS.get(field.kind, ""),
                optional=optional,
            )


def block_id(field: CreateField) -> str:
    """`ask:customfield_10050:choice:0:3f2a91`."""
    offered = repr(field.options) if field.options else ""
    digest = sha256(offered.encode()).hexdigest()[:6]
    return f"{_PREFIX}:{field.field_id}:{field.kind}:{int(field.many)}:{digest}"


def read(state: FormState) -> tuple[FieldValue, ...]:
    """What was filled in, of people only who was chosen; raises InvalidForm by block id."""
    return _read(state, _checked)


def read_half_filled(state: FormState) -> tuple[FieldValue, ...]:
    """The same without a look at what is missing or wrong."""
    return _read(state, _as_typed)


def name_of(state: FormState, field_id: str) -> str:
    """The block in which a field was asked for; its own id where it has none."""
    known = (name for name in state.values if (a := _parsed(name)) and a.field_id == field_id)
    return next(known, field_id)


def _read(
    state: FormState, value: Callable[[FormState, str, FieldKind], str]
) -> tuple[FieldValue, ...]:
    found = []
    for name in state.values:
        asked = _parsed(name)
        if asked is None:
            continue
        is_person = asked.kind is FieldKind.PERSON
        chosen = person_of(state, name) if is_person else ""
        text = "" if is_person else value(state, name, asked.kind)
        if text or chosen:
            found.append(
                FieldValue(
                    field_id=asked.field_id,
                    kind=asked.kind,
                    value=text,
                    many=asked.many,
                    person=chosen,
                )
            )
    return tuple(found)


def _checked(state: FormState, name: str, kind: FieldKind) -> str:
    if kind is FieldKind.NUMBER:
        number = state.number(name, optional=True)
        return "" if number is None else repr(number)
    typed = _as_typed(state, name, kind)
    if not typed and state.values[name] and kind in (FieldKind.TEXT, FieldKind.LABELS):
        raw = next(iter(state.values[name].values()), {}).get("value")
        if raw:
            raise InvalidForm({name: "Say something here: Jira asks for it."})
    return typed


def _as_typed(state: FormState, name: str, kind: FieldKind) -> str:
    match kind:
        case FieldKind.CHOICE:
            return state.choice(name)
        case FieldKind.DATE:
            chosen = state.date(name)
            return chosen.isoformat() if chosen else ""
        case _:
            return state.text(name)


def _parsed(name: str) -> _Asked | None:
    parts = name.split(":")
    if len(parts) != 5 or parts[0] != _PREFIX:
        return None
    return _Asked(field_id=parts[1], kind=FieldKind(parts[2]), many=parts[3] == "1")
