"""What people filled into the set-up form."""

from dataclasses import replace
from typing import Any

from bot.domain.days_off import parse_days_off
from bot.domain.digests.settings import split_projects
from bot.domain.standup import MAX_QUESTIONS, PostMode, StandupPlan, parse_questions
from bot.errors import InvalidForm
from bot.views.forms import PEOPLE_LIMIT, FormState, required
from bot.views.standup_setup import EVERYONE, NAME_LIMIT, NO_CALL, ON, QUESTION_LIMIT
from bot.views.text import clean

_MOST_PROJECTS = 20
_MOST_DAYS_OFF = 150


def channel_of(state: FormState) -> str:
    """Where the stand-up is to post; a hint."""
    return state.channel("channel") or str(state.hidden["channel"])


def read_setup(state: FormState, base: StandupPlan) -> StandupPlan:
    """The plan that was filled in; what wasn't shown is as in `base`.

    Raises InvalidForm with a sentence per field.
    """
    shown = replace(
        base,
        name=required(state, "name", "Give it a name, such as Churn daily.", NAME_LIMIT),
        questions=_questions(state),
        blocker_question=_blocker_question(state),
        wall_time=state.time("wall_time"),
        weekdays=state.weekdays("weekdays"),
        close_after=int(state.choice("close_after") or base.close_after),
        reminders=int(state.choice("reminders") or base.reminders),
        post_mode=PostMode(state.choice("post_mode") or base.post_mode),
        **_audience(state, base),
    )
    if not shown.everyone:
        _require_picked(shown.participants)
    return replace(shown, **_more(state)) if "managers" in state.values else _consistent(shown)


def read_half_filled(state: FormState, base: StandupPlan) -> StandupPlan:
    """What the preview can be drawn from while people still type; raises InvalidForm."""
    return replace(
        base,
        name=state.text("name"),
        weekdays=frozenset(int(day) for day in state.checked("weekdays")),
        wall_time=state.time("wall_time"),
        observers=state.people("observers") if "observers" in state.values else base.observers,
        days_off=(
            parse_days_off(state.text("days_off"))[0]
            if "days_off" in state.values
            else base.days_off
        ),
        **_audience(state, base),
    )


def _consistent(plan: StandupPlan) -> StandupPlan:
    """Roles that aren't shown follow what was picked: nobody could mend them there."""
    if plan.everyone:
        return plan
    return replace(
        plan,
        optional=tuple(u for u in plan.optional if u in plan.participants),
        observers=tuple(u for u in plan.observers if u not in plan.participants),
    )


def _audience(state: FormState, base: StandupPlan) -> dict[str, Any]:
    """The picker is gone while everyone is asked."""
    picked = "participants" in state.values
    return {
        "everyone": state.choice("audience") == EVERYONE,
        "participants": state.people("participants") if picked else base.participants,
    }


def _require_picked(participants: tuple[str, ...]) -> None:
    if not participants:
        raise InvalidForm({"participants": "Pick at least one person."})
    if len(participants) > PEOPLE_LIMIT:
        raise InvalidForm({"participants": f"Pick at most {PEOPLE_LIMIT} people."})


def _questions(state: FormState) -> tuple[str, ...]:
    questions = parse_questions(
        required(state, "questions", "Write at least one question, one a line.")
    )
    if len(questions) > MAX_QUESTIONS - 1:
        raise InvalidForm({"questions": f"Ask at most {MAX_QUESTIONS - 1}; {len(questions)} here."})
    too_long = [q for q in questions if len(q) > QUESTION_LIMIT]
    if too_long:
        sentence = f"A question may have {QUESTION_LIMIT} characters; one has {len(too_long[0])}."
        raise InvalidForm({"questions": sentence})
    return questions


def _blocker_question(state: FormState) -> str:
    question = state.text("blocker_question")
    if len(question) > QUESTION_LIMIT:
        raise InvalidForm({"blocker_question": f"Use at most {QUESTION_LIMIT} characters."})
    return question


def _more(state: FormState) -> dict[str, Any]:
    managers = state.people("managers")
    if not managers:
        sentence = "Nobody could change this stand-up any more; name somebody else first."
        raise InvalidForm({"managers": sentence})
    return {
        "optional": state.people("optional"),
        "observers": state.people("observers"),
        "managers": managers,
        "projects": _projects(state),
        "days_off": _days_off(state),
        "escalate_after": int(state.choice("escalate_after")),
        "mood": state.choice("mood") == ON,
        "call_weekday": int(state.choice("call_weekday") or NO_CALL),
    }


def _projects(state: FormState) -> tuple[str, ...]:
    projects, wrong = split_projects(state.text("projects"))
    if wrong:
        listed = ", ".join(clean(word, 40) for word in wrong[:5])
        sentence = f"{listed}: a project key looks like CHURN, two or more letters or digits."
        raise InvalidForm({"projects": sentence})
    if len(projects) > _MOST_PROJECTS:
        raise InvalidForm({"projects": f"Name at most {_MOST_PROJECTS} projects."})
    return projects


def _days_off(state: FormState) -> tuple[Any, ...]:
    days, wrong = parse_days_off(state.text("days_off"))
    if wrong:
        listed = ", ".join(clean(word, 40) for word in wrong[:5])
        sentence = f"I can't read {listed}. Type dates such as 2026-12-24, 2026-12-28..2026-12-31."
        raise InvalidForm({"days_off": sentence})
    if len(days) > _MOST_DAYS_OFF:
        raise InvalidForm({"days_off": f"Name at most {_MOST_DAYS_OFF} dates."})
    return days
