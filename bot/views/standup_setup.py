"""The form that sets a stand-up up or changes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.roster import Outlook, Reason, wish
from bot.domain.standup import MAX_QUESTIONS, PostMode, Standup, StandupPlan
from bot.ports.chat import Block, Modal
from bot.views.blocks import actions, button, context, divider, lines, mrkdwn
from bot.views.forms import (
    PEOPLE_LIMIT,
    WEEKDAYS,
    Option,
    channel_input,
    modal,
    people_input,
    radio,
    select,
    text_input,
    time_input,
    weekday_boxes,
)
from bot.views.standup_preview import outlook_lines
from bot.views.standups import plan_summary
from bot.views.text import clean, count, escape, words

CALLBACK_SETUP = "standup.setup"
ACTION_MORE = "standup.more"

NAME_LIMIT = 80
QUESTION_LIMIT = 300
DAYS_OFF_LIMIT = 2000
PROJECTS_LIMIT = 300

EVERYONE, PICKED = "everyone", "picked"
ON, OFF = "on", "off"
NO_CALL = "0"

_CLOSE_AFTER = (1, 2, 3, 4, 6, 8)
_ESCALATE_AFTER = (1, 2, 3, 5, 10)
_REMINDERS = (("None", "0"), ("One, to the missing", "1"), ("Two, to the missing", "2"))
_POST_MODES = (
    ("One card per region when its day closes", PostMode.WRAP_UPS.value),
    ("Each report at once", PostMode.AT_ONCE.value),
)


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """What the form shows: a stand-up, kept or not, and what follows from it.

    `everybody` are the channel's people who can take part. `copy` is the id of the stand-up that
    this one is a copy of. With `more` the settings are shown that few people change.
    """

    standup: Standup
    outlook: Outlook
    everybody: Sequence[str] = ()
    copy: str = ""
    more: bool = False
    notice: str = ""


def setup(it: SetUp) -> Modal:
    """The one form that sets a stand-up up or changes it, with its preview."""
    changing = bool(it.standup.id)
    plan = it.standup.plan
    notice = [mrkdwn(f"🟡 {escape(it.notice)}")] if it.notice else []
    if it.standup.paused:
        notice.append(mrkdwn("⏸ It is paused: nobody is asked until `/standup resume`."))
    more = _more(it.standup) if it.more else [_more_button()]
    preview = [divider(), _preview(it.outlook)]
    return modal(
        CALLBACK_SETUP,
        "Change stand-up" if changing else "New stand-up",
        [*notice, *_what(plan), *_who(it), *_how(plan), *more, *preview],
        submit="Save" if changing else "Start",
        hidden=_hidden(it),
    )


def saved(standup: Standup, outlook: Outlook) -> Modal:
    """The answer to a submitted set-up: everybody's next five prompts in their own time."""
    name = words(clean(standup.plan.name), bold=True)
    paused = " · paused" if standup.paused else ""
    return modal(
        "standup.saved",
        "Stand-up saved",
        [
            lines([name, f" · {plan_summary(standup.plan)}{paused}"]),
            lines(*outlook_lines(outlook, 5)),
            context("`/standup edit` changes it, `/standup` reports at any time."),
        ],
        close="Close",
    )


def _hidden(it: SetUp) -> dict[str, str | int]:
    known: dict[str, str | int] = {"channel": it.standup.channel}
    if it.standup.id:
        known |= {"standup": it.standup.id, "version": it.standup.version}
    if it.copy:
        known["copy"] = it.copy
    if it.more:
        known["more"] = 1
    return known


def _what(plan: StandupPlan) -> list[Block]:
    return [
        text_input("name", "Name", initial=plan.name, limit=NAME_LIMIT, placeholder="Churn daily"),
        text_input(
            "questions",
            "Questions",
            initial="\n".join(plan.questions),
            multiline=True,
            hint=f"One a line, at most {MAX_QUESTIONS - 1}.",
        ),
        text_input(
            "blocker_question",
            "Question about blockers",
            initial=plan.blocker_question,
            optional=True,
            limit=QUESTION_LIMIT,
            hint="Asked last; answers to it are shown first. Leave empty not to ask.",
        ),
        weekday_boxes("weekdays", "Days", initial=plan.weekdays, dispatch=True),
        time_input("wall_time", "Time, each person's own", initial=plan.wall_time, dispatch=True),
    ]


def _who(it: SetUp) -> list[Block]:
    everyone = "Everyone in this channel except guests"
    if it.everybody:
        everyone += f" ({len(it.everybody)})"
    audience = radio(
        "audience",
        "Who",
        [(everyone, EVERYONE), ("Only those I pick", PICKED)],
        initial=EVERYONE if it.standup.plan.everyone else PICKED,
        dispatch=True,
        hint="Everyone: who joins the channel later is asked too, who leaves it isn't.",
    )
    return [audience] if it.standup.plan.everyone else [audience, _picker(it)]


def _picker(it: SetUp) -> Block:
    gone = {one.user_id for one in it.outlook.idle if one.reason is Reason.DEACTIVATED}
    return people_input(
        "participants",
        "People",
        initial=[user for user in wish(it.standup) if user not in gone],
        dispatch=True,
        hint=f"At most {PEOPLE_LIMIT}.",
    )


def _how(plan: StandupPlan) -> list[Block]:
    return [
        select(
            "close_after",
            "Close each person's day after",
            _numbers(_CLOSE_AFTER, plan.close_after, "working hour"),
            initial=str(plan.close_after),
        ),
        select("reminders", "Reminders", _REMINDERS, initial=str(plan.reminders)),
        select("post_mode", "Show reports as", _POST_MODES, initial=plan.post_mode.value),
    ]


def _more_button() -> Block:
    return actions("more", button("More settings", ACTION_MORE))


def _more(standup: Standup) -> list[Block]:
    return [
        channel_input(
            "channel",
            "Post in",
            initial=standup.channel,
            dispatch=True,
            hint="Whoever is in that channel can read its whole history.",
        ),
        *_roles(standup),
        *_fine_print(standup.plan),
    ]


def _roles(standup: Standup) -> list[Block]:
    plan = standup.plan
    return [
        people_input(
            "optional",
            "May skip",
            initial=plan.optional,
            optional=True,
            hint="Asked, but never reminded or missed.",
        ),
        people_input(
            "observers",
            "Observers",
            initial=plan.observers,
            optional=True,
            dispatch=True,
            hint="Follow it without being asked.",
        ),
        people_input(
            "managers",
            "Managers",
            initial=standup.managers,
            hint="They can change it and hear of blockers that nobody answers.",
        ),
    ]


def _fine_print(plan: StandupPlan) -> list[Block]:
    return [
        text_input(
            "projects",
            "Jira projects",
            initial=", ".join(plan.projects),
            optional=True,
            limit=PROJECTS_LIMIT,
            placeholder="CHURN, DATA",
            hint="Reports are prefilled from what people moved there.",
        ),
        text_input(
            "days_off",
            "Days off for the team",
            initial=", ".join(day.isoformat() for day in plan.days_off),
            optional=True,
            multiline=True,
            limit=DAYS_OFF_LIMIT,
            placeholder="2026-12-24, 2026-12-28..2026-12-31",
            hint="Nobody is asked on these dates.",
        ),
        select(
            "escalate_after",
            "Tell managers of an unanswered blocker after",
            _numbers(_ESCALATE_AFTER, plan.escalate_after, "working day"),
            initial=str(plan.escalate_after),
        ),
        select(
            "mood",
            "Ask for the mood",
            [("No", OFF), ("Yes; only the team's average is shown", ON)],
            initial=ON if plan.mood else OFF,
        ),
        select(
            "call_weekday",
            "Weekly live call, with a facilitator in turn",
            [("None", NO_CALL), *WEEKDAYS],
            initial=str(plan.call_weekday),
        ),
    ]


def _numbers(offered: Sequence[int], chosen: int, unit: str) -> list[Option]:
    return [(count(n, unit), str(n)) for n in sorted({*offered, chosen})]


def _preview(outlook: Outlook) -> Block:
    rows = outlook_lines(outlook, 1)
    if not any(preview.prompts for preview in outlook.previews):
        rows = [["Pick people and days to see their next prompts."], *rows]
    return {**lines(["Next:"], *rows), "block_id": "preview"}
