"""The dry run of a rule that there is, and a test message."""

from collections.abc import Sequence

from bot.domain.alerts.rules import Rule
from bot.ports.chat import Message
from bot.views.alerts.detail import ACTION_EDIT
from bot.views.alerts.wording import subject, wish
from bot.views.blocks import actions, button, context, lines, message, note
from bot.views.text import Line, clean, escape, words

ACTION_EXAMPLE = "alert.example"

_SUBJECT_LIMIT = 120


def tested(rule: Rule, told: Sequence[Line], *, has_example: bool) -> Message:
    """What the rule would have said, with a button for a test message where there is something to
    show."""
    head: Line = [
        words(rule.label, bold=True),
        f" {clean(subject(rule), _SUBJECT_LIMIT)} {clean(wish(rule))}",
    ]
    value = str(rule.number)
    buttons = [button("Send a test message", ACTION_EXAMPLE, value)] if has_example else []
    if rule.decision is None:
        buttons.append(button("Edit", ACTION_EDIT, value))
    row = [actions("alert_test", *buttons)] if buttons else []
    return message(head, [lines(head, *told), *row])


def gone(rule: Rule) -> Message:
    """The answer where what the rule watches isn't there any more."""
    about = escape(clean(subject(rule), _SUBJECT_LIMIT))
    return note(
        f"{rule.label} watches {about}, which MLflow doesn't have any more, so there is nothing to "
        f"try it on. `/alert edit {rule.label}` changes it, `/alert delete {rule.label}` ends it."
    )


def marked(rule: Rule, card: Message) -> Message:
    """An alert's message, marked as a test."""
    mark = context(f"*Test of {rule.label}*: only you see this, and nothing has happened.")
    text = f"Test of {rule.label}: {card.text}"
    return Message(text=text, blocks=[mark, *card.blocks], chart=card.chart)
