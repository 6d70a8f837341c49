"""Can the checks see? The small life once more, each time with one rule of the bot broken."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any
from unittest.mock import patch

from bot.domain import rescheduling
from bot.domain.person import Person
from bot.domain.standup import participant_schedule
from bot.domain.working_time import AROUND_THE_CLOCK, WorkingTime
from bot.ports.repositories import UnitOfWork
from bot.services import availability, deliveries, standup_posts
from bot.views import wrap_ups
from bot.views.text import user
from tests.trials.life.figures import Verdict

Broken = Callable[[ExitStack], None]


@dataclass(frozen=True, kw_only=True)
class Control:
    """A broken rule and what the checks have to see of it."""

    rule: str
    seen_as: str
    breaks: Broken
    seen: Callable[[Verdict], int]

    @contextmanager
    def broken(self) -> Iterator[None]:
        """The rule is broken inside."""
        with ExitStack() as stack:
            self.breaks(stack)
            yield


def _ask_twice(stack: ExitStack) -> None:
    """What makes an occurrence unique is passed by: a second message has an id of its own."""
    ask = standup_posts.prompt

    def twice(uow: UnitOfWork, turn: Any, now: datetime) -> None:
        ask(uow, turn, now)
        first = uow.deliveries.get(standup_posts.prompt_id(turn))
        assert first is not None
        deliveries.post(uow, replace(first, id=f"{first.id}:again"))

    stack.enter_context(patch.object(standup_posts, "prompt", twice))


def _ask_by_utc(stack: ExitStack) -> None:
    def at_half_past_nine(standup: Any, person: Any, after: datetime) -> Any:
        schedule = participant_schedule(standup, person, after)
        return replace(schedule, zone="UTC", wall_time=time(9, 30)).advanced(after)

    def always(_person: Person, _weekdays: object = None) -> WorkingTime:
        return AROUND_THE_CLOCK

    stack.enter_context(patch.object(rescheduling, "participant_schedule", at_half_past_nine))
    stack.enter_context(patch.object(Person, "working_time", always))


def _ask_the_away(stack: ExitStack) -> None:
    stack.enter_context(patch.object(availability, "several", lambda *_args: {}))


def _mention_the_away(stack: ExitStack) -> None:
    def mention(part: Any, *_args: object) -> list[Any]:
        return [[user(turn.user_id)] for turn in part.absent]

    stack.enter_context(patch.object(wrap_ups, "_standing", mention))


def _forget_late_reports(stack: ExitStack) -> None:
    def unchanged(uow: UnitOfWork, standup: Any, turn: Any, _now: datetime) -> bool:
        shown = standup_posts.card_of(uow, standup.id, turn.local_date, turn.cohort)
        return shown is not None

    stack.enter_context(patch.object(standup_posts, "card_changed", unchanged))


def _sum(judged: Verdict, name: str) -> int:
    return sum(len(getattr(found, name)) for found in judged.found.values())


CONTROLS = (
    Control(
        rule="one prompt for each occurrence",
        seen_as="turns asked twice",
        breaks=_ask_twice,
        seen=lambda judged: _sum(judged, "doubled"),
    ),
    Control(
        rule="everybody's own hour, in their hours",
        seen_as="direct messages outside working hours",
        breaks=_ask_by_utc,
        seen=lambda judged: _sum(judged, "outside_hours"),
    ),
    Control(
        rule="nobody is asked while away",
        seen_as="asked although away",
        breaks=_ask_the_away,
        seen=lambda judged: _sum(judged, "unwanted"),
    ),
    Control(
        rule="nobody is mentioned while away",
        seen_as="away people who were mentioned",
        breaks=_mention_the_away,
        seen=lambda judged: len(judged.tagged),
    ),
    Control(
        rule="late reports change the card",
        seen_as="cards that disagree with the reports",
        breaks=_forget_late_reports,
        seen=lambda judged: _sum(judged, "wrong_cards"),
    ),
)


def row(control: Control, judged: Verdict) -> Mapping[str, object]:
    """What came of a control."""
    return {
        "without the rule": control.rule,
        "what the checks see": control.seen_as,
        "times": control.seen(judged),
    }
