"""Who facilitates the weekly live call: the coming weeks, and passing one on."""

from collections.abc import Sequence

from bot.domain.rotation import Call
from bot.domain.standup import Standup
from bot.ports.chat import Block, Message
from bot.views.blocks import actions, button, context, lines, message, note, roomiest
from bot.views.standups import day_name
from bot.views.text import Line, clean, count, words

ACTION_PASS = "rotation.pass"
ACTION_TAKE_BACK = "rotation.take_back"

# How many stand-ups a message shows: the most with which it fits.
_STANDUPS_SHOWN = (8, 5, 3)
_NAME_SHOWN = 40


def coming(shown: Sequence[tuple[Standup, Sequence[Call]]], reader: str) -> Message:
    """The coming calls of some stand-ups, with buttons for the weeks of `reader` (a user id)."""
    if not shown:
        return note(
            "No stand-up here has a weekly call. "
            "`/standup edit` sets its weekday, under *More settings*."
        )
    variants = (_coming(shown, reader, most) for most in _STANDUPS_SHOWN)
    return message(_summary(shown), roomiest(variants))


def read_value(value: str) -> tuple[str, int]:
    """(stand-up id, week number) of a button; a hint, never a right."""
    standup_id, _, week = value.rpartition("|")
    return standup_id, int(week)


def _coming(shown: Sequence[tuple[Standup, Sequence[Call]]], reader: str, most: int) -> list[Block]:
    blocks = [block for each in shown[:most] for block in _calls(*each, reader)]
    if len(shown) > most:
        left = count(len(shown) - most, "more stand-up")
        blocks.append(context(f"and {left}; ask in their own channels."))
    return blocks


def _calls(standup: Standup, calls: Sequence[Call], reader: str) -> list[Block]:
    title = words(
        f"{clean(standup.plan.name, _NAME_SHOWN)} · who facilitates the weekly call", bold=True
    )
    blocks = [lines([title], *(_row(call) for call in calls))]
    buttons = [b for n, call in enumerate(calls) if (b := _button(standup, call, n, reader))]
    if buttons:
        blocks.append(actions(f"rotation_{standup.id}", *buttons))
    return blocks


def _row(call: Call) -> Line:
    name = clean(call.name, _NAME_SHOWN) if call.name else "nobody is there"
    return [words(f"{day_name(call.day)}  "), words(name, bold=bool(call.name))]


def _button(standup: Standup, call: Call, place: int, reader: str) -> Block | None:
    value = f"{standup.id}|{call.week}"
    if call.user_id == reader:
        text = "Not me this week" if place == 0 else f"Not me on {day_name(call.day)}"
        return button(text, f"{ACTION_PASS}:{place}", value)
    if reader in call.passed:
        return button(
            f"I can on {day_name(call.day)} after all", f"{ACTION_TAKE_BACK}:{place}", value
        )
    return None


def _summary(shown: Sequence[tuple[Standup, Sequence[Call]]]) -> str:
    said = [
        f"{clean(standup.plan.name)}: {clean(calls[0].name) or 'nobody'} on "
        f"{day_name(calls[0].day)}"
        for standup, calls in shown
        if calls
    ]
    return "Who facilitates next · " + " · ".join(said)
