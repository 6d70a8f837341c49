"""What a channel reads of its own quiet, one line each; nobody is mentioned."""

from bot.domain.alerts import mute_text
from bot.domain.alerts.silences import ChannelNoise, Silence
from bot.ports.chat import Message
from bot.views.alerts.pieces import People, name, person
from bot.views.alerts.silences import about
from bot.views.blocks import lines, message
from bot.views.text import Line, clean, count, moment, words

_ABOUT = 100
_REASON = 300
_BY = 40


def begun(silence: Silence, people: People, replaced: int = 0) -> Message:
    """Who silenced what, until when and why; it replaced silence `replaced` (0: none)."""
    instead = f", in the place of S-{replaced}" if replaced else ""
    line: Line = [
        "🔇 ",
        person(people, silence.by),
        " silenced ",
        words(clean(about(silence), _ABOUT), bold=True),
        " here until ",
        moment(silence.until),
        f" (S-{silence.number}{instead}): {clean(silence.reason, _REASON)} · ",
        words("/alert silences", code=True),
        " ends it earlier",
    ]
    return message(line, [lines(line)])


def ended(silence: Silence, by: str, people: People) -> Message:
    """Who ended a silence before its time."""
    line: Line = [
        "🔔 ",
        person(people, by),
        f" ended S-{silence.number}: I speak of ",
        words(clean(about(silence), _ABOUT), bold=True),
        " here again.",
    ]
    return message(line, [lines(line)])


def chosen(noise: ChannelNoise, by: str, people: People) -> Message:
    """Who changed what the channel hears, and what it hears now."""
    line: Line = [person(people, by), f" changed the alerts of this channel: {heard(noise)}"]
    return message(line, [lines(line)])


def heard(noise: ChannelNoise) -> str:
    """What a channel hears, in one plain sentence or two."""
    most = f"at most {count(noise.budget, 'alert message')} in 24 hours"
    budget = most if noise.budget else "every alert gets its message"
    if not noise.mutes:
        return f"{budget}, no mute times."
    times = mute_text.written(noise.mutes).replace("\n", "; ")
    return f"{budget}; only critical alerts are told {times} ({clean(noise.mutes[0].zone, 60)})."


def silenced(silence: Silence, people: People) -> Line:
    """The mark of a silenced rule."""
    by = clean(name(people, silence.by), _BY)
    return ["silenced until ", moment(silence.until), f", by {by}"]
