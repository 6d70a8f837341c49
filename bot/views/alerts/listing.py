"""All rules, page by page: what fires first, then by channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.alerts.rules import Rule
from bot.domain.alerts.silences import Silence
from bot.domain.alerts.states import AlertState, Phase
from bot.domain.decisions.record import reference
from bot.domain.person import Person
from bot.ports.chat import Block, Message, Modal
from bot.views.alerts.quiet import silenced
from bot.views.alerts.wording import subject, wish
from bot.views.blocks import actions, bullets, button, context, lines, message, note
from bot.views.decisions import here
from bot.views.forms import modal
from bot.views.text import Line, clean, count, moment, words

ACTION_PAGE = "alert.page"
CALLBACK_PAGE = "alert.page"

# As many as fit into one message (`bot.views.blocks.MESSAGE_SIZE`) with long names.
PER_PAGE = 9
_SUBJECT_LIMIT = 90
_WISH_LIMIT = 160
_NAME_LIMIT = 40
_BLIND_LIMIT = 80

_PHASES = {
    Phase.INACTIVE: "quiet",
    Phase.PENDING: "bad, waits for another",
    Phase.RESOLVED: "over",
    Phase.NO_DATA: "no data",
    Phase.INVALID: "not a number",
}

People = Mapping[str, Person]


@dataclass(frozen=True, kw_only=True)
class Row:
    """A rule, where it stands and whose it is (a user id or empty)."""

    rule: Rule
    state: AlertState
    owner: str
    silence: Silence | None = None


def ordered(rows: Sequence[Row], channel: str) -> list[Row]:
    """Those that fire first, then those of `channel`, then the others by channel and number."""
    return sorted(
        rows,
        key=lambda row: (
            not row.state.phase.is_open,
            row.rule.channel != channel,
            row.rule.channel,
            row.rule.number,
        ),
    )


def first_page(rows: Sequence[Row], people: People, *, channel: str) -> Message:
    """The answer to `/alert list`; `rows` are all, in order."""
    if not rows:
        return note("No alert rules yet. `/alert new` makes one for this channel.")
    open_ones = sum(row.state.phase.is_open for row in rows)
    firing = f", {open_ones} firing" if open_ones else ", none firing"
    heading: Line = [words(count(len(rows), "alert rule"), bold=True), firing]
    return message(heading, [lines(heading), *_page(rows, people, 0, channel)])


def page_modal(rows: Sequence[Row], people: People, number: int, *, channel: str) -> Modal:
    """A later page, in a form of its own."""
    pages = -(-len(rows) // PER_PAGE) or 1
    number = min(max(number, 0), pages - 1)
    head = context(f"{count(len(rows), 'rule')} · page {number + 1} of {pages}")
    blocks = [head, *_page(rows, people, number, channel)]
    hidden = here.hidden(channel)
    return modal(CALLBACK_PAGE, "Alert rules", blocks, close="Close", hidden=hidden)


def read_page(value: str) -> tuple[int, str]:
    """Which page, and in which channel it was asked for."""
    number, _, channel = value.partition("|")
    return (int(number) if number.isdecimal() else 0), channel


def standing(state: AlertState) -> Line:
    """Where a rule stands and since when, also where it isn't well though the rule is quiet."""
    if state.was_bad and state.phase is Phase.INACTIVE:
        return ["bad since before the rule, the next evaluation counts"]
    told: Line = [f"{phase_words(state.phase)} since ", moment(state.since)]
    if state.blind:
        told.append(f" · can't judge: {clean(state.blind, _BLIND_LIMIT)}")
    return told


def phase_words(phase: Phase) -> str:
    """A phase as people say it: `inactive` would read as if nobody watched any more."""
    return _PHASES.get(phase, phase.value)


def _page(rows: Sequence[Row], people: People, number: int, channel: str) -> list[Block]:
    here = rows[number * PER_PAGE : (number + 1) * PER_PAGE]
    blocks: list[Block] = []
    group: list[Row] = []
    for row in here:
        if group and _place(group[0]) != _place(row):
            blocks += _group(group, people)
            group = []
        group.append(row)
    blocks += _group(group, people)
    if buttons := _buttons(len(rows), number, channel):
        blocks.append(actions("alert_pages", *buttons))
    return blocks


def _group(rows: Sequence[Row], people: People) -> list[Block]:
    if not rows:
        return []
    firing = rows[0].state.phase.is_open
    head = context("*Firing*" if firing else f"<#{rows[0].rule.channel}>")
    return [head, bullets(_row(row, people) for row in rows)]


def _place(row: Row) -> str:
    return "firing" if row.state.phase.is_open else row.rule.channel


def _row(row: Row, people: People) -> Line:
    rule, phase = row.rule, row.state.phase
    mark = "🔴 " if phase.is_open else ""
    asks = "" if rule.decision is None else f"asks again for {reference(rule.decision)} "
    said = f" {clean(subject(rule), _SUBJECT_LIMIT)} {asks}{clean(wish(rule), _WISH_LIMIT)}"
    owner = people.get(row.owner)
    whose = f" · owner {clean(owner.name, _NAME_LIMIT)}" if owner else ""
    where = f" · {rule.severity.value}{whose} · "
    mute: Line = [" · 🔇 ", *silenced(row.silence, people)] if row.silence else []
    return [words(f"{mark}{rule.label}", bold=True), said, where, *standing(row.state), *mute]


def _buttons(total: int, number: int, channel: str) -> list[dict[str, object]]:
    found = []
    if number > 0:
        found.append(button("Back", f"{ACTION_PAGE}:back", f"{number - 1}|{channel}"))
    if (number + 1) * PER_PAGE < total:
        found.append(button("More", f"{ACTION_PAGE}:on", f"{number + 1}|{channel}"))
    return found
