"""The fields behind *More settings*, each drawn from what was typed so far."""

from collections.abc import Callable, Mapping, Sequence

from bot.ports.chat import Block
from bot.views.alerts.form_fields import Sight, hours, number
from bot.views.alerts.form_state import variant
from bot.views.forms import Option, checkboxes, people_input, select, text_input

RUNBOOK_LIMIT = 1000
TAGS_LIMIT = 300

_NO_DATA: Sequence[Option] = (
    ("tell the channel", "alert"),
    ("leave everything as it is", "keep"),
    ("take it as good", "ok"),
)


def _rel_delta(sight: Sight) -> Block:
    return number(
        "rel_delta",
        "and by more than this many %",
        sight.typed.get("rel_delta", ""),
        optional=True,
    )


def _drift(sight: Sight) -> Block:
    options = [("Warn of a slow decline that no single evaluation shows", "yes")]
    ticked = [] if sight.typed.get("drift") == "no" else ["yes"]
    return checkboxes("drift", "Drift", options, initial=ticked, optional=True)


def _recovery(sight: Sight) -> Block:
    return number(
        variant("recovery", sight.kind),
        "Over only when it is back past",
        sight.typed.get("recovery", ""),
        optional=True,
        hint="Keeps a metric that hovers at the threshold from starting again and again.",
    )


def _at_least(sight: Sight) -> Block:
    return number("at_least", "Bad from how many slices on", sight.typed.get("at_least") or "1")


def _called(sight: Sight) -> Block:
    picked = [user for user in sight.typed.get("called", "").split(",") if user]
    return people_input(
        "called",
        "Who is called when it fires, in this order",
        initial=picked,
        optional=True,
        hint="The first one owns it, the others stand in when the owner sleeps or is away. "
        "Empty: the model's owner, else you.",
    )


def _may_wake(sight: Sight) -> Block:
    options = [("A critical alert may wake the owner at night", "yes")]
    ticked = ["yes"] if sight.typed.get("may_wake") == "yes" else []
    return checkboxes("may_wake", "At night", options, initial=ticked, optional=True)


def _runbook(sight: Sight) -> Block:
    return text_input(
        "runbook",
        "Runbook",
        initial=sight.typed.get("runbook", ""),
        optional=True,
        limit=RUNBOOK_LIMIT,
        placeholder="https://…",
        hint="What to do when it fires; the alert links it.",
    )


def _cooldown(sight: Sight) -> Block:
    initial = sight.typed.get("cooldown") or "0"
    options = [("every alert gets a message", "0"), *hours(initial)]
    label = "After an alert, further ones go to its thread for"
    return select("cooldown", label, options, initial=initial)


def _tags(sight: Sight) -> Block:
    return text_input(
        "tags",
        "Only runs with these tags",
        initial=sight.typed.get("tags", ""),
        optional=True,
        limit=TAGS_LIMIT,
        placeholder="split=test, country=DE",
        keep_draft=True,
    )


def _for_duration(sight: Sight) -> Block:
    initial = sight.typed.get("for_duration") or "0"
    options = [("no matter how long", "0"), *hours(initial)]
    return select("for_duration", "and bad for", options, initial=initial, dispatch=True)


def _stale_after(sight: Sight) -> Block:
    initial = sight.typed.get("stale_after") or "0"
    options = [("never mind", "0"), *hours(initial)]
    return select("stale_after", "When nothing was evaluated for", options, initial=initial)


def _no_data(sight: Sight) -> Block:
    initial = sight.typed.get("no_data") or "keep"
    return select("no_data", "then", _NO_DATA, initial=initial)


FURTHER: Mapping[str, Callable[[Sight], Block]] = {
    "rel_delta": _rel_delta,
    "drift": _drift,
    "recovery": _recovery,
    "at_least": _at_least,
    "called": _called,
    "may_wake": _may_wake,
    "runbook": _runbook,
    "cooldown": _cooldown,
    "tags": _tags,
    "for_duration": _for_duration,
    "stale_after": _stale_after,
    "no_data": _no_data,
}
