"""Days of people who answer, go away, come back, edit and leave at random moments: nobody is ever
written to outside their hours, and every outcome is what the answers say."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from random import Random

import pytest

from bot.domain.decisions.consent import ConsentRule, Stance, Standing
from bot.domain.decisions.record import ChangeKind, DecisionStatus
from bot.errors import NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import availability, ticks
from tests.unit.decisions.rounds import LENA, MONDAY, Office, office
from tests.unit.desk import TEAM

__all__ = ["office"]

STEPS = 15
LONGEST = timedelta(hours=9)


class Life:
    """One proposal and what happens to it."""

    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.chance, self.now = office, Random(seed), MONDAY
        self.seen: set[str] = set()
        makers = tuple(self.chance.sample(list(TEAM), self.chance.randint(2, 5)))
        office.propose(
            makers,
            self.chance.choice(list(ConsentRule)),
            hours=self.chance.choice([2, 4, 8, 16]),
            silence=self.chance.random() < 0.5,
            author=self.chance.choice([LENA, *makers]),
        )
        self.office.tick(self.now)
        self.check()

    @property
    def is_open(self) -> bool:
        """Whether it is still proposed."""
        return self.office.record().status is DecisionStatus.PROPOSED

    def step(self) -> None:
        """Something happens, and then the time goes on."""
        acts: list[Callable[[], None]] = [self.answer] * 4 + [self.away, self.edit, self.lie_low]
        self.chance.choice(acts)()
        self.office.tick(self.now)
        self.check()
        end = self.now + LONGEST * self.chance.random()
        while (due := self.office.do(ticks.next_due)) is not None and due <= end and self.is_open:
            self.now = max(due, self.now)
            self.office.tick(self.now)
            self.check()
        self.now = max(end, self.now)

    def answer(self) -> None:
        """Somebody answers, a maker or not."""
        stance = self.chance.choice([Stance.AGREE, Stance.AGREE, Stance.OBJECT, Stance.STAND_ASIDE])
        reason = "No" if stance is Stance.OBJECT else ""
        who = self.chance.choice(list(TEAM))
        with suppress(NotPermitted):  # most aren't makers
            self.office.say(who, stance, self.now, reason)

    def away(self) -> None:
        """Somebody is away from today or tomorrow on."""
        first = self.now.date() + timedelta(days=self.chance.randint(1, 2))
        last = first + timedelta(days=self.chance.randint(0, 3))
        self.office.away(self.chance.choice(list(TEAM)), str(first), str(last), self.now)

    def edit(self) -> None:
        """Its author changes the text, now and then."""
        if self.chance.random() < 0.3:
            record = self.office.record()
            self.office.edit(f"Edition {record.version}", self.now, by=record.author)

    def lie_low(self) -> None:
        """Nothing happens."""

    def check(self) -> None:
        """What was just sent came to people at work; what just became of it follows the rule."""
        for user_id in TEAM:
            for delivery in self.office.posted(user_id):
                if delivery.id not in self.seen and delivery.card.startswith("decision."):
                    assert self._is_at_work(user_id), f"{delivery.id} at {self.now}"
                    self.seen.add(delivery.id)
        if not self.is_open:
            return
        standing = self.office.round(self.now).standing(self.now)
        assert standing is not Standing.ACCEPTED, "nobody noticed"

    def _is_at_work(self, user_id: str) -> bool:
        def there(uow: UnitOfWork) -> datetime:
            person = uow.people.get("T1", user_id)
            assert person is not None
            return availability.next_present(uow, person, self.now)

        return self.office.do(there) <= self.now


@pytest.mark.parametrize("seed", range(4))
def test_nobody_is_disturbed_and_the_outcome_is_what_was_said(office: Office, seed: int) -> None:
    life = Life(office, seed)
    for _ in range(STEPS):
        if not life.is_open:
            break
        life.step()
    moved = [
        change
        for change in office.do(lambda uow: uow.decisions.changes("T1", 1))
        if change.kind is ChangeKind.MOVED
    ]
    assert len(moved) == (0 if life.is_open else 1)
    if moved:
        assert moved[0].by == ""
        _check_outcome(office)


def _check_outcome(office: Office) -> None:
    """Nobody's objection was overruled except by more who agree."""
    terms = office.record().body.consent
    assert terms is not None
    said = [each.stance for each in office.do(lambda uow: uow.consents.approvers("T1", 1))]
    agree, against = said.count(Stance.AGREE), said.count(Stance.OBJECT)
    silent = said.count(None)
    if terms.silence_consents:
        agree += silent
    else:
        against += silent
    assert agree > against
    assert not against or terms.rule is ConsentRule.MAJORITY
