"""What is watched, and the answers to watching more or less."""

from collections.abc import Sequence

from bot.domain.experiments.watches import Target, Watch, WatchKind, is_person
from bot.ports.chat import Block, Message
from bot.views.blocks import actions, button, context, lines, message, roomiest
from bot.views.text import Line, clean, words

ACTION_WATCH = "experiment.watch"
"""The button of an experiment; its value is the experiment's id, it begins and stops watching."""
ACTION_UNWATCH = "experiment.unwatch"
ACTION_REWATCH = "experiment.watch_again"

_NAME = 60
# Long names make fewer of them fit into one message.
_LISTED = (10, 6, 3)
_HERE, _MINE = "here", "me"
_EVERY = {
    WatchKind.EXPERIMENT: "when a run of it ends, when one falls silent, and when a version of "
    "its models is registered or promoted",
    WatchKind.PERSON: "when a run of theirs ends",
    WatchKind.USER: "when a run of theirs ends",
    WatchKind.MODEL: "when a version is registered or an alias of it moves",
}


def listing(channel: Sequence[Watch], mine: Sequence[Watch], *, in_channel: bool) -> Message:
    """Everything that is watched here and by the person, each with a button that ends it."""
    if not channel and not mine:
        return message(_nothing(in_channel), [lines(_nothing(in_channel))])
    groups = (("This channel watches", _HERE, channel), ("You watch", _MINE, mine))
    variants = (
        [block for title, scope, found in groups for block in _group(title, scope, found, most)]
        for most in _LISTED
    )
    return message("What is watched", roomiest(variants))


def changed(target: Target, watcher: str, *, watching: bool, done: bool) -> Message:
    """The answer to a wish, with the button that takes it back."""
    personal = is_person(watcher)
    who = "You watch" if personal else "This channel watches"
    if not watching:
        line: Line = [f"{who} ", *_named(target), " no more." if done else " not at all."]
        return message(line, [lines(line), _row(target, personal, again=True)])
    line = [f"{who} ", *_named(target), " already." if not done else "."]
    told = "I write to you, in your working hours," if personal else "I post here"
    what: Line = [f"{told} {_EVERY[target.kind]}."]
    return message(line, [lines(line, what), _row(target, personal, again=False)])


def read_value(value: str) -> tuple[bool, Target]:
    """Whether the button is about the person, and of what; raises ValueError otherwise."""
    scope, kind, key = value.split(":", 2)
    return scope == _MINE, Target(kind=WatchKind(kind), key=key, name=key)


def _nothing(in_channel: bool) -> Line:
    here = "Nothing is watched here" if in_channel else "You watch nothing yet"
    tip = words("/experiment watch churn", code=True)
    person = words("/experiment watch @lena", code=True)
    line: Line = [here, ". Type ", tip, " or ", person, " to hear of runs when they end"]
    mine = words("/experiment watch churn me", code=True)
    return [*line, ", or ", mine, " to hear of them alone."] if in_channel else [*line, "."]


def _group(title: str, scope: str, watches: Sequence[Watch], most: int) -> list[Block]:
    if not watches:
        return []
    blocks: list[Block] = [lines([words(title, bold=True)])]
    for index, watch in enumerate(watches[:most]):
        value = f"{scope}:{watch.target.kind.value}:{watch.target.key}"
        blocks.append(lines(_named(watch.target)))
        unwatch = button("Unwatch", ACTION_UNWATCH, value)
        blocks.append(actions(f"watch.{scope}.{index}", unwatch))
    if len(watches) > most:
        left = len(watches) - most
        blocks.append(context(f"and {left} more; `/experiment unwatch` with a name ends one"))
    return blocks


def _row(target: Target, personal: bool, *, again: bool) -> Block:
    value = f"{_MINE if personal else _HERE}:{target.kind.value}:{target.key}"
    if again:
        return actions("watch", button("Watch again", ACTION_REWATCH, value))
    return actions("watch", button("Unwatch", ACTION_UNWATCH, value))


def _named(target: Target) -> Line:
    name = words(clean(target.name, _NAME) or target.key[:8], bold=True)
    match target.kind:
        case WatchKind.EXPERIMENT:
            return ["experiment ", name]
        case WatchKind.MODEL:
            return ["model ", name]
        case WatchKind.PERSON | WatchKind.USER:
            return ["the runs of ", name]
