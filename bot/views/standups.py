"""What people see of a stand-up in messages, and the words that others use of it."""

from collections.abc import Sequence
from datetime import date, datetime, time

from bot.domain import calendar
from bot.domain.roster import Idle, Reason
from bot.domain.standup import PostMode, Standup, StandupPlan
from bot.ports.chat import Block, Message, Modal
from bot.views.blocks import (
    actions,
    button,
    context,
    lines,
    message,
    mrkdwn,
    roomiest,
)
from bot.views.forms import modal
from bot.views.text import clean, count, moment_token, words

ACTION_ANSWER = "standup.answer"
ACTION_SKIP = "standup.skip"
ACTION_CHANGE = "standup.change"
ACTION_PAUSE = "standup.pause"
ACTION_RESUME = "standup.resume"
ACTION_DUPLICATE = "standup.duplicate"
ACTION_DELETE = "standup.delete"
ACTION_JOIN = "standup.join"
ACTION_LEAVE = "standup.leave"
CALLBACK_DELETE = "standup.delete"

_DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LISTED = (24, 12)
_HOW_POSTED = {
    PostMode.WRAP_UPS: "One card per region when its day closes.",
    PostMode.AT_ONCE: "Each report appears at once, in one thread a day.",
}
_BECAME = {
    Reason.NOT_IN_CHANNEL: "left the channel",
    Reason.DEACTIVATED: "was deactivated",
    Reason.GUEST: "is a guest now",
}


def started(standup: Standup, first: datetime | None) -> Message:
    """The channel learns that a stand-up exists, or what it has become; `first` is when the next
    of its people is asked (aware UTC), None where nobody is."""
    plan = standup.plan
    rest = f" asks {asked(standup)} at {clock(plan.wall_time)} their own time, "
    rest += f"{weekdays(plan.weekdays)}."
    if standup.paused:
        rest = " is paused ⏸ Nobody is asked."
    name = clean(plan.name)
    return message(
        name + rest,
        [
            lines([words(name, bold=True), words(rest)]),
            context(_next(standup, first) + _HOW_POSTED[plan.post_mode]),
            actions(
                "standup_started",
                button("Join", ACTION_JOIN, standup.id),
                button("Change", ACTION_CHANGE, standup.id),
            ),
        ],
    )


def ended(standup: Standup) -> Message:
    """What the channel's message about a deleted stand-up says."""
    name = clean(standup.plan.name)
    return message(
        f"{name} has ended.",
        [
            lines([words(name, bold=True), words(" has ended; nobody is asked any more.")]),
            context("What was reported stays: `/standup history` shows it."),
        ],
    )


def moved(standup: Standup) -> Message:
    """What the message in its former channel says."""
    name = clean(standup.plan.name)
    return message(
        f"{name} posts in another channel now.",
        [
            lines([words(name, bold=True), words(" posts in another channel now:")]),
            mrkdwn(f"<#{standup.channel}>"),
        ],
    )


def departed(standup: Standup, one: Idle) -> Message:
    """A manager learns that somebody isn't asked any more."""
    name = clean(one.name, 80)
    became = _BECAME.get(one.reason, f"is {one.reason} now")
    text = f"{name} {became}, so {clean(standup.plan.name)} doesn't ask them any more."
    return message(
        text,
        [
            lines([words(text)]),
            context(f"In <#{standup.channel}>. Who comes back is asked again."),
            actions("standup_departed", button("Change", ACTION_CHANGE, standup.id)),
        ],
    )


def choose(standups: Sequence[Standup], action_id: str, question: str) -> Message:
    """Several stand-ups may be meant: which one is?"""
    buttons = [
        button(clean(s.plan.name, 70), f"{action_id}:{n}", s.id)
        for n, s in enumerate(standups[:25])
    ]
    left = len(standups) - len(buttons)
    more = [context(f"and {left} more; type this in their channel.")] if left > 0 else []
    return message(question, [mrkdwn(question), actions("standup_choose", *buttons), *more])


def listing(standups: Sequence[Standup]) -> Message:
    """The workspace's stand-ups, each with a button to change it."""
    if not standups:
        return message(
            "No stand-up yet.", [mrkdwn("No stand-up yet. `/standup new` starts one here.")]
        )
    variants = (_listed(standups, most) for most in _LISTED)
    return message(count(len(standups), "stand-up"), roomiest(variants))


def done(standup: Standup, sentence: str) -> Message:
    """What became of a stand-up, only for the one who did it; our own words after its name."""
    name = clean(standup.plan.name)
    return message(f"{name} {sentence}", [lines([words(name, bold=True), words(f" {sentence}")])])


def confirm_delete(standup: Standup) -> Modal:
    """Asks before a stand-up ends, and says what stays."""
    name = words(clean(standup.plan.name), bold=True)
    return modal(
        CALLBACK_DELETE,
        "Delete stand-up",
        [
            lines(
                ["Delete ", name, "?"],
                [f"Nobody is asked any more; it can't be undone. It asks {asked(standup)} now."],
            ),
            mrkdwn(
                "What was reported stays: `/standup history` shows it and `/standup export` "
                "gives it to you as a file. To stop for a while, use `/standup pause`."
            ),
        ],
        submit="Delete",
        hidden={"standup": standup.id},
    )


def asked(standup: Standup) -> str:
    """How many people it asks, in words."""
    number = len(standup.plan.participants)
    if standup.plan.everyone:
        return f"everyone in the channel ({number})"
    return count(number, "person", "people") if number else "nobody"


def plan_summary(plan: StandupPlan) -> str:
    """A stand-up's time in words."""
    return f"{clock(plan.wall_time)} own time, {weekdays(plan.weekdays)}"


def clock(wall_time: time) -> str:
    """`09:00`."""
    return f"{wall_time:%H:%M}"


def weekdays(days: frozenset[int]) -> str:
    """`Mon–Fri`, `every day` or the days one by one."""
    if days == calendar.EVERY_DAY:
        return "every day"
    if days == calendar.WORKDAYS:
        return "Mon–Fri"
    return ", ".join(_DAY_NAMES[d - 1] for d in sorted(days))


def day_name(day: date) -> str:
    """`Tue 27 Oct`."""
    return f"{day:%a} {day.day} {day:%b}"


def _next(standup: Standup, first: datetime | None) -> str:
    if first is None or standup.paused:
        return ""
    return f"The next is asked {moment_token(first, '{date_short_pretty} {time}')}. "


def _listed(standups: Sequence[Standup], most: int) -> list[Block]:
    blocks: list[Block] = []
    for standup in standups[:most]:
        state = "⏸ paused · " if standup.paused else ""
        about = f"in <#{standup.channel}> · {plan_summary(standup.plan)}, {asked(standup)}"
        resting = len(standup.resting)
        idle = f", {resting} not asked" if resting else ""
        blocks += [
            lines([words(clean(standup.plan.name), bold=True)]),
            {
                **mrkdwn(state + about + idle),
                "accessory": button("Change", ACTION_CHANGE, standup.id),
            },
        ]
    if len(standups) > most:
        left = len(standups) - most
        blocks.append(context(f"and {left} more; `/standup edit` in a channel finds that one's."))
    return blocks
