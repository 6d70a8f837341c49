"""Silences: what was just begun, those that last, and their end."""

from collections.abc import Mapping, Sequence

from bot.domain.alerts.silences import Silence
from bot.domain.person import Person
from bot.ports.chat import Block, Message, Modal
from bot.views.blocks import actions, button, context, lines, message, note, roomiest
from bot.views.forms import modal
from bot.views.text import Line, Piece, clean, count, moment, words

ACTION_END = "alert.unsilence"
CALLBACK_SILENCED = "alert.silenced"

# How many are shown: the most with which their texts fit into one message.
_SHOWN = (15, 8)
_NAME_LIMIT = 60
_REASON_LIMIT = 200

People = Mapping[str, Person]


def about(silence: Silence) -> str:
    """What it holds back, with outside names as they are."""
    if silence.rule_number:
        return f"A-{silence.rule_number}"
    if silence.model:
        return f"model {silence.model}"
    if silence.experiment:
        return f"experiment {silence.experiment}"
    return f"every {silence.severity.value}" if silence.severity else "every alert"


def begun(silence: Silence) -> Line:
    """What a new silence means."""
    return [
        f"S-{silence.number}: I say nothing of ",
        words(clean(about(silence), 100), bold=True),
        " here until ",
        moment(silence.until),
        ". It is evaluated all the same; ",
        words("/alert silences", code=True),
        " ends it earlier.",
    ]


def begun_message(silence: Silence) -> Message:
    """The answer to a typed silence."""
    return message(begun(silence), [lines(begun(silence))])


def begun_modal(silence: Silence) -> Modal:
    """What stands in the form's place."""
    return modal(CALLBACK_SILENCED, "Silenced", [lines(begun(silence))], close="Close")


def listing(silences: Sequence[Silence], people: People) -> Message:
    """All that last, the first to end first, each with its button."""
    if not silences:
        return note("Nothing is silenced. `/alert silence` silences a rule, a model or a channel.")
    heading: Line = [words(count(len(silences), "silence"), bold=True)]
    variants = ([lines(heading), *_rows(silences, people, most)] for most in _SHOWN)
    return message(heading, roomiest(variants))


def ended(silence: Silence) -> Message:
    """The answer to *End it now*."""
    line: Line = [
        f"S-{silence.number} is over: I speak of ",
        words(clean(about(silence), 100), bold=True),
        " again.",
    ]
    return message(line, [lines(line)])


def _rows(silences: Sequence[Silence], people: People, most: int) -> list[Block]:
    blocks: list[Block] = []
    for silence in silences[:most]:
        blocks.append(lines(_row(silence, people)))
        blocks.append(
            actions(
                f"silence:{silence.number}",
                button("End it now", f"{ACTION_END}:{silence.number}", str(silence.number)),
            )
        )
    if len(silences) > most:
        blocks.append(context(f"and {len(silences) - most} more that end later"))
    return blocks


def _row(silence: Silence, people: People) -> Line:
    person = people.get(silence.by)
    by = clean(person.name, _NAME_LIMIT) if person else "someone"
    return [
        words(f"S-{silence.number} {clean(about(silence), 100)}", bold=True),
        " in ",
        _channel(silence.channel),
        " until ",
        moment(silence.until),
        f" · {by}: {clean(silence.reason, _REASON_LIMIT)}",
    ]


def _channel(channel: str) -> Piece:
    return Piece({"type": "channel", "channel_id": channel}, f"<#{channel}>")
