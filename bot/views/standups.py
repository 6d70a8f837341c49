"""What people see of a stand-up in messages."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time

from bot.domain import calendar
from bot.domain.person import Person
from bot.domain.standup import Answer, Day, Preview, Report, Standup, StandupPlan, clock_changes
from bot.ports.chat import Block, Message
from bot.views.blocks import (
    actions,
    button,
    context,
    header,
    lines,
    message,
    mrkdwn,
    roomiest,
)
from bot.views.text import Line, clean, clean_lines, count, moment, words

ACTION_ANSWER = "standup.answer"
ACTION_SKIP = "standup.skip"
ACTION_CHANGE = "standup.change"

_DAY_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# How much of each answer is shown: the most with which the whole report fits into one message.
_ANSWER_LIMITS = (1200, 600, 300, 150)
_PEOPLE_SHOWN = 40
_PEOPLE_IN_CARD = (_PEOPLE_SHOWN, 15)
_LISTED = (24, 12)
_BLOCKERS_SHOWN = 10
_NAME_SHOWN = 40


def started(standup: Standup) -> Message:
    """The channel learns that a stand-up exists, or what it has become."""
    plan = standup.plan
    summary = f"{clean(plan.name)} asks {count(len(plan.participants), 'person', 'people')}"
    when = f" at {clock(plan.wall_time)} their own time, {weekdays(plan.weekdays)}."
    return message(
        summary + when,
        [
            lines([words(clean(plan.name), bold=True), words(summary[len(clean(plan.name)) :])]),
            context(f"At{when[3:]} Reports come together in one thread a day, per local date."),
            actions(
                "standup_started",
                button("Report now", ACTION_ANSWER, standup.id),
                button("Change", ACTION_CHANGE, standup.id),
            ),
        ],
    )


def prompt(
    standup: Standup, day: date, last: Report | None, reported: Report | None, *, skipped: bool
) -> Message:
    """The DM that asks one person; it turns into a receipt when they have answered."""
    name = clean(standup.plan.name)
    value = f"{standup.id}|{day.isoformat()}"
    if reported is not None:
        at = reported.edited_at or reported.submitted_at
        said: Line = [
            words(name, bold=True),
            f" · {day_name(day)} · reported ",
            moment(at, "{time}"),
        ]
        return message(
            f"{name}: reported",
            [lines(said), actions("standup_prompt", button("Edit", ACTION_ANSWER, value))],
        )
    if skipped:
        return message(
            f"{name}: skipped",
            [
                lines([words(name, bold=True), f" · skipped for {day_name(day)}"]),
                actions("standup_prompt", button("Report after all", ACTION_ANSWER, value)),
            ],
        )
    buttons = actions(
        "standup_prompt",
        button("Answer", ACTION_ANSWER, value, style="primary"),
        button("Skip today", ACTION_SKIP, value),
    )
    asked = lines([words(name, bold=True), f" · {day_name(day)}"], *_reminder(standup, last))
    return message(f"{name}: your report, please", [asked, buttons])


def day_card(day: Day, people: Mapping[str, Person]) -> Message:
    """The head of a day's thread: what others can act on first, then who has reported."""
    title = f"{clean(day.standup.plan.name)} · {day_name(day.local_date)}"
    blocked = [r for r in day.reports if r.blocker]
    total = len(day.reports) + len(day.skipped) + len(day.waiting)
    above: list[Block] = [header(title)]
    if blocked:
        above.append(lines(*_all_blocked(blocked, people)))
    below = context(f"{len(day.reports)} of {total} reported · full reports in the thread")
    variants = ([*above, _who(day, people, most), below] for most in _PEOPLE_IN_CARD)
    return message(f"{title}: {len(day.reports)} of {total} reported", roomiest(variants))


def status(days: Sequence[Day], people: Mapping[str, Person]) -> Message:
    """How far each stand-up of a channel is; a day on which nobody is asked says so."""
    cards = [day_card(day, people) if _asks(day) else _asks_nobody(day) for day in days]
    blocks = [block for card in cards for block in card.blocks]
    return message("\n".join(card.text for card in cards), blocks)


def report(standup: Standup, entry: Report, author: Person | None) -> Message:
    """One report in the day's thread."""
    name = clean(author.name if author else entry.user_id)
    head: Line = [words(name, bold=True), " ", moment(entry.submitted_at, "{time}")]
    if entry.edited_at:
        head += [words(" · edited ", italic=True), moment(entry.edited_at, "{time}")]
    value = f"{standup.id}|{entry.local_date.isoformat()}|{entry.user_id}"
    edit = actions("standup_report", button("Edit", ACTION_ANSWER, value))
    variants = ([lines(head, *_body(entry, limit)), edit] for limit in _ANSWER_LIMITS)
    return message(f"{name} reported", roomiest(variants))


def choose(standups: Sequence[Standup], action_id: str, question: str) -> Message:
    """Several stand-ups ask this person: which one is meant?"""
    buttons = [
        button(clean(s.plan.name, 70), f"{action_id}:{n}", s.id)
        for n, s in enumerate(standups[:25])
    ]
    return message(question, [mrkdwn(question), actions("standup_choose", *buttons)])


def listing(standups: Sequence[Standup]) -> Message:
    """The workspace's stand-ups, each with a button to change it."""
    if not standups:
        return message(
            "No stand-up yet.", [mrkdwn("No stand-up yet. `/standup new` starts one here.")]
        )
    variants = (_listed(standups, most) for most in _LISTED)
    return message(count(len(standups), "stand-up"), roomiest(variants))


def preview_lines(previews: Sequence[Preview], prompts: int) -> list[Line]:
    """The next prompts of each participant in that participant's own time."""
    rows = [_preview(p, prompts) for p in previews[:_PEOPLE_SHOWN]]
    left = len(previews) - _PEOPLE_SHOWN
    return [*rows, [f"and {left} more"]] if left > 0 else rows


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


def _preview(preview: Preview, prompts: int) -> Line:
    zone = calendar.zone_or_utc(preview.person.zone)
    shown = preview.prompts[:prompts]
    times = " · ".join(_local(p.run_at.astimezone(zone)) for p in shown)
    name = words(clean(preview.person.name), bold=True)
    note = " (clocks change, the hour stays)" if clock_changes(shown, preview.person.zone) else ""
    return [name, words(f" {preview.person.zone}: {times}{note}")]


def _asks(day: Day) -> bool:
    """Somebody has been asked, or has said something unasked."""
    return bool(day.reports or day.skipped or day.waiting)


def _asks_nobody(day: Day) -> Message:
    name = clean(day.standup.plan.name)
    free = day.local_date.isoweekday() not in day.standup.plan.weekdays
    how = " asks nobody on " if free else ": nobody has been asked yet on "
    told: Line = [words(name, bold=True), f"{how}{day_name(day.local_date)}."]
    return message(told, [lines(told)])


def _local(at: datetime) -> str:
    return f"{day_name(at.date())} {at:%H:%M}"


def _reminder(standup: Standup, last: Report | None) -> list[Line]:
    """What the person meant to do next, from their latest report; at first what is asked."""
    planned = [a for a in last.answers if a.text][-1:] if last else []
    said = f"Last time: {planned[0].text}" if planned else " ".join(standup.plan.questions)
    return [[words(clean(said, 200), italic=True)]]


def _all_blocked(entries: Sequence[Report], people: Mapping[str, Person]) -> list[Line]:
    left = len(entries) - _BLOCKERS_SHOWN
    rows = [_blocked(entry, people) for entry in entries[:_BLOCKERS_SHOWN]]
    return [*rows, [f"🔴 and {left} more blocked"]] if left > 0 else rows


def _blocked(entry: Report, people: Mapping[str, Person]) -> Line:
    name = words(_name(entry.user_id, people), bold=True)
    return ["🔴 ", name, f" is blocked: {clean(entry.blocker, 200)}"]


def _name(user_id: str, people: Mapping[str, Person]) -> str:
    return clean(people[user_id].name, _NAME_SHOWN) if user_id in people else user_id


def _listed(standups: Sequence[Standup], most: int) -> list[Block]:
    blocks: list[Block] = []
    for standup in standups[:most]:
        plan = standup.plan
        who = count(len(plan.participants), "person", "people")
        where = mrkdwn(f"in <#{standup.channel}> · {plan_summary(plan)}, {who}")
        blocks += [
            lines([words(clean(plan.name), bold=True)]),
            {**where, "accessory": button("Change", ACTION_CHANGE, standup.id)},
        ]
    if len(standups) > most:
        left = len(standups) - most
        blocks.append(context(f"and {left} more; `/standup edit` in a channel finds that one's."))
    return blocks


def _who(day: Day, people: Mapping[str, Person], most: int) -> Block:
    rows = [
        _names("Reported", [r.user_id for r in day.reports], people, most),
        _names("Not today", day.skipped, people, most),
        _names("Expected later", day.waiting, people, most),
    ]
    return lines(*[row for row in rows if row])


def _names(label: str, user_ids: Sequence[str], people: Mapping[str, Person], most: int) -> Line:
    if not user_ids:
        return []
    shown = [_name(u, people) for u in user_ids[:most]]
    left = len(user_ids) - most
    more = f" and {left} more" if left > 0 else ""
    return [words(label, bold=True), words(f" {', '.join(shown)}{more}")]


def _body(entry: Report, limit: int) -> list[Line]:
    answers = [a for a in entry.answers if a.text]
    if entry.blocker:
        answers.append(Answer(question="🔴 Blocked", text=entry.blocker))
    return [line for answer in answers for line in _answer(answer, limit)]


def _answer(answer: Answer, limit: int) -> list[Line]:
    text = clean_lines(answer.text, limit)
    return [[words(clean(answer.question), italic=True)], [words(text)]]
