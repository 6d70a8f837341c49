"""The stand-up's forms, and what people filled in."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bot.domain.calendar import WORKDAYS
from bot.domain.standup import (
    DEFAULT_BLOCKER_QUESTION,
    DEFAULT_QUESTIONS,
    DEFAULT_TIME,
    MAX_QUESTIONS,
    Answer,
    FilledReport,
    Preview,
    Report,
    Standup,
    StandupPlan,
    parse_questions,
)
from bot.errors import InvalidForm
from bot.ports.chat import Block, Modal
from bot.views.blocks import context, divider, lines, mrkdwn
from bot.views.forms import (
    PEOPLE_LIMIT,
    FormState,
    modal,
    people_input,
    required,
    text_input,
    time_input,
    weekday_boxes,
)
from bot.views.standups import day_name, plan_summary, preview_lines
from bot.views.text import clean, escape, words

CALLBACK_SETUP = "standup.setup"
CALLBACK_REPORT = "standup.report"

NAME_LIMIT = 80
QUESTION_LIMIT = 300
ANSWER_LIMIT = 3000


def default_plan(participants: Sequence[str]) -> StandupPlan:
    """What the form proposes for a new stand-up: all of a channel's people, or nobody where a
    picker can't hold them, for any choice among them would be arbitrary."""
    return StandupPlan(
        name="",
        questions=DEFAULT_QUESTIONS,
        blocker_question=DEFAULT_BLOCKER_QUESTION,
        wall_time=DEFAULT_TIME,
        weekdays=WORKDAYS,
        participants=tuple(participants) if len(participants) <= PEOPLE_LIMIT else (),
    )


def setup(
    plan: StandupPlan,
    previews: Sequence[Preview],
    hidden: Mapping[str, Any],
    *,
    notice: str = "",
) -> Modal:
    """The one form that sets a stand-up up or changes it, with its preview."""
    changing = "standup" in hidden
    blocks: list[Block] = [
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
        people_input(
            "participants",
            "Who",
            initial=plan.participants,
            dispatch=True,
            hint=f"At most {PEOPLE_LIMIT}.",
        ),
        divider(),
        _preview_block(previews),
    ]
    if notice:
        blocks.insert(0, mrkdwn(f"🟡 {escape(notice)}"))
    return modal(
        CALLBACK_SETUP,
        "Change stand-up" if changing else "New stand-up",
        blocks,
        submit="Save" if changing else "Start",
        hidden=hidden,
    )


def read_setup(state: FormState) -> StandupPlan:
    """The plan that was filled in; raises InvalidForm with a sentence per field."""
    questions = parse_questions(
        required(state, "questions", "Write at least one question, one a line.")
    )
    if len(questions) > MAX_QUESTIONS - 1:
        raise InvalidForm({"questions": f"Ask at most {MAX_QUESTIONS - 1}; {len(questions)} here."})
    too_long = [q for q in questions if len(q) > QUESTION_LIMIT]
    if too_long:
        sentence = f"A question may have {QUESTION_LIMIT} characters; one has {len(too_long[0])}."
        raise InvalidForm({"questions": sentence})
    blocker_question = state.text("blocker_question")
    if len(blocker_question) > QUESTION_LIMIT:
        raise InvalidForm({"blocker_question": f"Use at most {QUESTION_LIMIT} characters."})
    participants = state.people("participants")
    if not participants:
        raise InvalidForm({"participants": "Pick at least one person."})
    if len(participants) > PEOPLE_LIMIT:
        raise InvalidForm({"participants": f"Pick at most {PEOPLE_LIMIT} people."})
    return StandupPlan(
        name=required(state, "name", "Give it a name, such as Churn daily.", NAME_LIMIT),
        questions=questions,
        blocker_question=blocker_question,
        wall_time=state.time("wall_time"),
        weekdays=state.weekdays("weekdays"),
        participants=participants,
    )


def read_half_filled(state: FormState) -> StandupPlan:
    """What the preview can be drawn from while people still type; raises InvalidForm."""
    return StandupPlan(
        name=state.text("name"),
        questions=parse_questions(state.text("questions")),
        blocker_question=state.text("blocker_question"),
        wall_time=state.time("wall_time"),
        weekdays=state.weekdays("weekdays"),
        participants=state.people("participants"),
    )


def saved(standup: Standup, previews: Sequence[Preview]) -> Modal:
    """The answer to a submitted set-up: everybody's next five prompts in their own time."""
    name = words(clean(standup.plan.name), bold=True)
    return modal(
        "standup.saved",
        "Stand-up saved",
        [
            lines([name, f" · {plan_summary(standup.plan)}"]),
            lines(*preview_lines(previews, 5)),
            context("`/standup edit` changes it, `/standup` reports at any time."),
        ],
        close="Close",
    )


def report(standup: Standup, day: date, existing: Report | None) -> Modal:
    """The form for one report; an existing one is filled in, with the questions it answered."""
    blocks: list[Block] = [
        lines([words(clean(standup.plan.name), bold=True), f" · {day_name(day)}"])
    ]
    blocks += [
        text_input(
            f"answer_{n}",
            answer.question,
            initial=answer.text,
            multiline=True,
            optional=True,
            limit=ANSWER_LIMIT,
        )
        for n, answer in enumerate(_answers(standup, existing))
    ]
    if standup.plan.blocker_question or (existing and existing.blocker):
        blocks.append(
            text_input(
                "blocker",
                standup.plan.blocker_question or DEFAULT_BLOCKER_QUESTION,
                initial=existing.blocker if existing else "",
                multiline=True,
                optional=True,
                limit=ANSWER_LIMIT,
                hint="Shown first in the channel until a report of yours leaves it empty.",
            )
        )
    return modal(
        CALLBACK_REPORT,
        "Edit report" if existing else "Stand-up report",
        blocks,
        submit="Save" if existing else "Report",
        hidden={"standup": standup.id, "date": day.isoformat()},
    )


def read_report(state: FormState) -> FilledReport:
    """The report that was filled in, with the questions as they were asked."""
    asked = [name for name in state.labels if name.startswith("answer_")]
    return FilledReport(
        standup_id=str(state.hidden["standup"]),
        local_date=date.fromisoformat(state.hidden["date"]),
        answers=tuple(Answer(question=state.labels[name], text=state.text(name)) for name in asked),
        blocker=state.text("blocker"),
    )


def _answers(standup: Standup, existing: Report | None) -> Sequence[Answer]:
    if existing and existing.answers:
        return existing.answers
    return [Answer(question=question, text="") for question in standup.plan.questions]


def _preview_block(previews: Sequence[Preview]) -> Block:
    if not previews:
        return {**context("Pick people and days to see their next prompts."), "block_id": "preview"}
    return {**lines([("Next:")], *preview_lines(previews, 1)), "block_id": "preview"}
