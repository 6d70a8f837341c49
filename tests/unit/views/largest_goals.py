"""The largest of goals, and of what stakeholders read."""

from dataclasses import replace
from datetime import date, timedelta

from bot.domain.digests.content import Digest
from bot.domain.digests.stakeholder import (
    Lesson,
    NextDecision,
    Risk,
    RiskKind,
    StakeholderReading,
    WorkCounts,
)
from bot.domain.experiments.goal_numbers import PHRASE_LIMIT, VALUE, NumberForm, Wording
from bot.domain.experiments.goals import (
    OBJECTIVE_LIMIT,
    BestOf,
    Goal,
    GoalEnd,
    GoalSample,
    GoalState,
    Progress,
)
from bot.domain.metrics import Direction
from bot.ports.chat import Message, Modal
from bot.views.digests.card import buttons
from bot.views.digests.places import STAKEHOLDERS
from bot.views.digests.stakeholder import stakeholder, whole
from bot.views.experiments import goal_form, goals
from bot.views.experiments.goal_form import Sheet
from tests.unit.views.largest import LINKS, LONG_AGO, MOST, NOW, long, user
from tests.unit.views.largest_digests import digest_of

_FAR = 1234567.123456


def goal(alphabet: str, number: int = MOST) -> Goal:
    """A goal with everything filled in to its limit."""
    phrase = long(alphabet, PHRASE_LIMIT - len(VALUE)) + VALUE
    return Goal(
        workspace="T0TEAM00000",
        number=number,
        channel="C0000000000",
        author=user(0),
        owner=user(1),
        objective=long(alphabet, OBJECTIVE_LIMIT),
        measured=BestOf(
            experiment_id="9" * 18, experiment=long(alphabet, 500), metric=long(alphabet, 250)
        ),
        direction=Direction.LOWER,
        target=-_FAR,
        wording=Wording(phrase=phrase, form=NumberForm.OF_100),
        opened_at=LONG_AGO,
        due_on=date(2026, 9, 30),
        start=GoalSample(value=_FAR, at=LONG_AGO),
    )


def state(alphabet: str, number: int = MOST) -> GoalState:
    """Behind its day since long ago, worse than when it began."""
    return GoalState(
        goal=goal(alphabet, number),
        owner=long(alphabet, 80),
        today=NOW.date(),
        progress=Progress.BEHIND,
        now=GoalSample(value=_FAR + 0.1, at=NOW),
        month_ago=GoalSample(value=_FAR + 0.11, at=NOW - timedelta(days=400)),
        page=("C0000000000", "1793174400.123456"),
    )


def samples() -> list[GoalSample]:
    """One a day for three years."""
    return [GoalSample(value=_FAR + n, at=NOW - timedelta(days=n)) for n in range(1100, -1, -1)]


def reading(alphabet: str) -> StakeholderReading:
    """Dozens of everything."""
    risk = Risk(
        kind=RiskKind.WORSE_FOR_SOME,
        model=long(alphabet, 256),
        since=LONG_AGO,
        groups=(long(alphabet, 200), long(alphabet, 200)),
        objectives=(long(alphabet, OBJECTIVE_LIMIT),),
        looked_at_by=long(alphabet, 80),
        looked_at_since=LONG_AGO,
    )
    titles = tuple(long(alphabet, 300) for _ in range(100))
    return StakeholderReading(
        zone="Asia/Tokyo",
        goals=tuple(state(alphabet, MOST - n) for n in range(50)),
        risks=(risk,) * 50,
        decided=titles,
        refused=titles,
        next=NextDecision(title=titles[0], by=LONG_AGO),
        more_next=MOST,
        lesson=Lesson(claim=long(alphabet, 300), held=None, learned=long(alphabet, 1500)),
        learned=MOST,
        work=WorkCounts(finished=MOST, waiting=MOST, reopened=MOST),
    )


def messages(alphabet: str) -> list[Message]:
    """Every message about goals, and the stakeholders' digest."""
    one = state(alphabet)
    ended = replace(one, goal=replace(one.goal, ended=GoalEnd(by=user(0), at=NOW, value=_FAR)))
    content: Digest = digest_of(alphabet)
    below = (buttons(content, STAKEHOLDERS),)
    return [
        goals.card(one, samples()),
        goals.card(ended, samples()),
        goals.details(one, samples(), LINKS),
        goals.listing([state(alphabet, MOST - n) for n in range(15)], LINKS),
        goals.listing([], LINKS),
        stakeholder(content, reading(alphabet), LINKS, below=below),
        stakeholder(content, reading(alphabet), LINKS, preview=True),
        whole(content, reading(alphabet), LINKS),
    ]


def modals(alphabet: str) -> list[Modal]:
    """Every form about goals."""
    sources = [(long(alphabet, 75), f"{n:032d}") for n in range(150)]
    typed = {"phrase": {"phrase": {"type": "plain_text_input", "value": long(alphabet, 120)}}}
    new = Sheet(channel="C0000000000", owner=user(0), sources=sources)
    edit = replace(new, edited=goal(alphabet), chosen=f"{0:032d}", known=_FAR, notice="n" * 300)
    drawn = [goal_form.draw(sheet) for sheet in (new, edit, replace(edit, typed=typed))]
    return [*drawn, goals.ask_end(goal(alphabet), "C0000000000")]
