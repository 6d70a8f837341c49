"""What people see of time zones, absences and their own settings in messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain import calendar
from bot.domain.absence import Away
from bot.domain.availability import NextPrompt
from bot.domain.person import Person
from bot.domain.zone_words import city_of
from bot.ports.chat import Block, Message
from bot.views.blocks import actions, button, context, lines, message
from bot.views.standups import day_name
from bot.views.text import Line, clean, words

ACTION_AWAY = "availability.away"
ACTION_BACK = "availability.back"
ACTION_ME = "availability.me"
ACTION_KEEP_ZONE = "availability.keep_zone"
ACTION_ZONE_RIGHT = "availability.zone_right"

_LISTED = 10


@dataclass(frozen=True, kw_only=True)
class ZoneQuestion:
    """The message `id` about a profile that says `zone` where it said `before`; `kept` is what was
    answered, if anything was."""

    id: str
    person: Person
    before: str
    zone: str
    prompts: Sequence[NextPrompt]
    kept: bool | None = None


def away_set(away: Away, today: date, by: Person | None = None) -> Message:
    """The person's own receipt; `by` is the manager who entered it, if it wasn't them."""
    when = away_words(away, today)
    first: Line = (
        [words(clean(by.name)), f" entered that you're away {when}."]
        if by
        else [f"You're away {when}."]
    )
    said: Line = [*first, " I won't ask you; your stand-ups say so."]
    note: list[Line] = [[words(clean(away.note), italic=True)]] if away.note else []
    return message(said, [lines(said, *note), _end_button(away, today)])


def back() -> Message:
    """The receipt of somebody who isn't away any more."""
    said = "You're back: I ask you again from now on."
    return message(said, [lines([said])])


def cancelled(away: Away, today: date) -> Message:
    """The receipt of somebody whose plan to be away is off."""
    said = f"Cancelled: you aren't away {away_words(away, today)}."
    return message(said, [lines([said])])


def away_of_other(person: Person, away: Away, today: date) -> Message:
    """What a manager is told who entered somebody's dates."""
    said: Line = [words(clean(person.name), bold=True), f" is away {away_words(away, today)}."]
    told = "I tell them, in their working hours. `/standup back @them` takes it back."
    return message(said, [lines(said), context(told)])


def back_of_other(person: Person) -> Message:
    """What a manager is told who ended somebody's absence."""
    said: Line = [words(clean(person.name), bold=True), " is back: I ask them again from now on."]
    return message(said, [lines(said)])


def not_away(planned: Sequence[Away], today: date) -> Message:
    """Nobody is away today; what is planned can be cancelled."""
    said = "Not away today."
    if not planned:
        how: Line = [words("/standup away until Friday", code=True), " would set it."]
        return message(said, [lines([said, " ", *how])])
    blocks: list[Block] = [lines([said, " Planned:"])]
    for away in planned[:_LISTED]:
        blocks += [lines([f"away {away_words(away, today)}"]), _end_button(away, today)]
    return message(said, blocks)


def away_words(away: Away, today: date) -> str:
    """`until Fri 30 Oct`, `on Mon 2 Nov` or `Mon 2 Nov to Fri 6 Nov`."""
    if away.first <= today:
        return "today" if away.last == today else f"until {_day(away.last, today)}"
    if away.first == away.last:
        return f"on {_day(away.first, today)}"
    return f"{_day(away.first, today)} to {_day(away.last, today)}"


def zone_question(asked: ZoneQuestion) -> Message:
    """Slack says another zone: what follows, and the way back; or what was answered."""
    city = city_of(asked.zone)
    if asked.kept:
        said: Line = ["You stay on ", words(city_of(asked.before), bold=True), " time."]
        return message(said, [lines(said, *prompt_lines(asked.person, asked.prompts)), _HOW])
    if asked.kept is False:
        said = [words(city, bold=True), " it is."]
        return message(said, [lines(said, *prompt_lines(asked.person, asked.prompts))])
    profile: Line = ["Your Slack profile says ", words(city, bold=True), " now. "]
    several = len(asked.prompts) > 1
    said = [*profile, "I ask you by that clock." if several else _from_now_on(asked)]
    return message(
        said,
        [
            lines(said, *(prompt_lines(asked.person, asked.prompts) if several else [])),
            actions(
                "zone_question",
                button(f"Keep {city_of(asked.before)}", ACTION_KEEP_ZONE, asked.id),
                button("That's right", ACTION_ZONE_RIGHT, asked.id),
            ),
        ],
    )


def zone(person: Person, prompts: Sequence[NextPrompt], now: datetime) -> Message:
    """Which zone counts for somebody, why, and how that is changed."""
    slack = f"Slack says {person.slack_zone}." if person.slack_zone else "Slack says nothing."
    why = f"because you chose it. {slack}" if person.choices.zone else "as your Slack profile says."
    local = now.astimezone(calendar.zone_or_utc(person.zone))
    said: Line = ["You live by ", words(person.zone, bold=True), f", {why} "]
    clock = f"It is {day_name(local.date())} {local:%H:%M} there."
    return message([*said, clock], [lines([*said, clock], *prompt_lines(person, prompts)), _HOW])


def prompt_lines(person: Person, prompts: Sequence[NextPrompt]) -> list[Line]:
    """When each stand-up asks next, in the person's own time."""
    return [_prompt_line(person, prompt) for prompt in prompts[:_LISTED]]


_HOW = context(
    "`/standup timezone Europe/Berlin` sets another one, `/standup timezone auto` follows Slack, "
    "`/meridian me` has the rest."
)


def _from_now_on(asked: ZoneQuestion) -> str:
    """Of the one stand-up that asks them, if it does."""
    coming = [prompt.occurrence for prompt in asked.prompts if prompt.occurrence]
    if not coming:
        return "I ask you by that clock."
    at = coming[0].run_at.astimezone(calendar.zone_or_utc(asked.person.zone))
    return f"I ask you at {at:%H:%M} there from now on: next {day_name(at.date())} {at:%H:%M}."


def _prompt_line(person: Person, prompt: NextPrompt) -> Line:
    name = words(clean(prompt.standup.plan.name), bold=True)
    if prompt.occurrence is None:
        why = "is paused" if prompt.standup.paused else "doesn't ask you on your working days"
        return [name, f" {why}"]
    at = prompt.occurrence.run_at.astimezone(calendar.zone_or_utc(person.zone))
    return [name, f" asks you next {day_name(at.date())} {at:%H:%M}"]


def _end_button(away: Away, today: date) -> Block:
    text = "I'm back" if away.first <= today else "Cancel it"
    return actions(f"away_{away.id}", button(text, ACTION_BACK, away.id))


def _day(day: date, today: date) -> str:
    return day_name(day) if day.year == today.year else f"{day_name(day)} {day.year}"
