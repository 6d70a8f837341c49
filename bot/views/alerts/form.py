"""The form of an alert rule, new or edited, with its dry run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

from bot.domain.alerts.rules import Rule, RuleDraft
from bot.domain.alerts.watchable import Watchable
from bot.errors import InvalidForm
from bot.ports.chat import Block, Modal
from bot.views.alerts import form_state
from bot.views.alerts.form_fields import MODEL, NEEDED, Sight, about_of, kind_field
from bot.views.alerts.form_filled import filled, has_more, of_condition
from bot.views.alerts.form_more import FURTHER
from bot.views.alerts.form_read import read_draft
from bot.views.alerts.form_state import Typed, by_block, kind_drawn, read_typed
from bot.views.alerts.kinds import FIELDS, MORE, Kind
from bot.views.blocks import actions, button, lines, mrkdwn
from bot.views.forms import FormState, modal
from bot.views.text import Line, clean, escape, plain

__all__ = ["MODEL", "Kind", "by_block"]

CALLBACK_NEW = "alert.new"
CALLBACK_EDIT = "alert.edit"
ACTION_MORE = "alert.form_more"
ACTION_TRY = "alert.form_try"

_NO_LINES: Sequence[Line] = ()


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A form as it stands: of a new rule, or of rule `number` as it was in `revision`.

    `edition` grows when the same window shows another content for the same fields; `note` is a
    plain sentence on top.
    """

    channel: str
    typed: Typed
    more: bool = False
    number: int = 0
    revision: int = 0
    edition: int = 0
    note: str = ""

    def kind(self, known: Watchable) -> Kind:
        """The chosen kind; at first the one that there is something for."""
        chosen = self.typed.get("kind") or (Kind.REGRESSION if known.models else Kind.THRESHOLD)
        return Kind(chosen)

    def about(self, known: Watchable) -> tuple[str, str]:
        """Whether it is about a model or an experiment, and its name ("" if none is chosen)."""
        sight = Sight(kind=self.kind(known), typed=self.typed, known=known)
        return sight.about, sight.subject


def begun(channel: str, known: Watchable) -> Sheet:
    """A new form, empty but for what there is no choice of: the only model."""
    only = known.models[0] if len(known.models) == 1 else ""
    return Sheet(channel=channel, typed={MODEL: only} if only else {})


def editing(rule: Rule, *, edition: int = 0, note: str = "") -> Sheet:
    """The form of a rule that there is."""
    return Sheet(
        channel=rule.channel,
        typed=filled(rule),
        more=has_more(rule),
        number=rule.number,
        revision=rule.revision,
        edition=edition,
        note=note,
    )


def again(state: FormState) -> Sheet:
    """The form that is on screen, as it was filled in so far."""
    hidden = state.hidden
    return Sheet(
        channel=str(hidden["channel"]),
        typed=read_typed(state),
        more=bool(hidden.get("more")),
        number=int(hidden.get("number", 0)),
        revision=int(hidden.get("revision", 0)),
        edition=int(hidden.get("edition", 0)),
    )


def unfolded(sheet: Sheet) -> Sheet:
    """The form with *More settings* open."""
    return replace(sheet, more=True)


def with_typed(sheet: Sheet, **typed: str) -> Sheet:
    """The form with these texts in these fields."""
    return replace(sheet, typed={**sheet.typed, **typed})


def delta_of(rule: RuleDraft) -> str:
    """What stands in the form for a rule's `abs_delta`."""
    return of_condition(rule.condition)["abs_delta"]


def draft(sheet: Sheet, kind: Kind, workspace: str, author: str) -> RuleDraft:
    """The rule that stands in a form; raises InvalidForm by field name."""
    return read_draft(kind, sheet.typed, workspace=workspace, channel=sheet.channel, author=author)


def submitted(state: FormState, workspace: str, author: str) -> RuleDraft:
    """The rule that was sent; raises InvalidForm by block id."""
    try:
        sheet = replace(again(state), typed=read_typed(state, sent=True))
        return draft(sheet, kind_drawn(state), workspace, author)
    except InvalidForm as error:
        raise by_block(state, error) from error


def draw(sheet: Sheet, known: Watchable, tried: Sequence[Line] = _NO_LINES) -> Modal:
    """The form with what `tried`, the dry run in words, says below the fields."""
    kind = sheet.kind(known)
    typed = {**sheet.typed, "kind": kind.value}
    if kind is Kind.STALE:
        typed["about"] = about_of(sheet.typed, known)
    sight = Sight(kind=kind, typed=typed, known=known)
    fields = [kind_field(kind), *(NEEDED[name](sight) for name in FIELDS[kind])]
    if sheet.more:
        table = {**NEEDED, **FURTHER}
        fields += [table[name](sight) for name in MORE[kind]]
    blocks = [_in_edition(block, sheet.edition) for block in fields]
    if sheet.note:
        blocks.insert(0, mrkdwn(escape(clean(sheet.note))))
    blocks.append(actions("alert_form", *_buttons(sheet)))
    if tried:
        blocks.append(lines(*tried))
    shown = frozenset(form_state.field_of(block["block_id"]) for block in fields)
    return modal(
        CALLBACK_EDIT if sheet.number else CALLBACK_NEW,
        f"Edit A-{sheet.number}" if sheet.number else "New alert rule",
        blocks,
        submit="Save",
        hidden=_hidden(sheet, kind, typed, shown, tried),
    )


def has_delta(kind: Kind) -> bool:
    """Whether that kind asks by how much worse is too much."""
    return "abs_delta" in FIELDS[kind]


def says(state: FormState, tried: Sequence[Line]) -> bool:
    """Whether the form on screen shows just this dry run."""
    return int(state.hidden.get("tried", 0)) == _mark(tried)


def is_typing(state: FormState, field: str) -> bool:
    """Whether a changed field is one that people type into, whose letters alone redraw nothing."""
    values = state.values.get(field, {})
    return any(element.get("type") == "plain_text_input" for element in values.values())


def _buttons(sheet: Sheet) -> list[dict[str, Any]]:
    found = [button("Try it on the last 90 days", ACTION_TRY)]
    return found if sheet.more else [*found, button("More settings", ACTION_MORE)]


def _hidden(
    sheet: Sheet, kind: Kind, typed: Typed, shown: frozenset[str], tried: Sequence[Line]
) -> Mapping[str, Any]:
    found: dict[str, Any] = {
        "channel": sheet.channel,
        "drawn": kind.value,
        "typed": form_state.kept(typed, shown),
        "tried": _mark(tried),
    }
    if sheet.more:
        found["more"] = 1
    if sheet.number:
        found |= {"number": sheet.number, "revision": sheet.revision}
    if sheet.edition:
        found["edition"] = sheet.edition
    return found


def _in_edition(block: Block, edition: int) -> Block:
    """Slack keeps what was typed in a block id that it knows, so another edition has others."""
    if not edition:
        return block
    return {**block, "block_id": f"{block['block_id']}:{edition}"}


def _mark(tried: Sequence[Line]) -> int:
    return crc32("\n".join(map(plain, tried)).encode()) if tried else 0
