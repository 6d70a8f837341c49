"""The largest alerts: what their messages, threads, calls and answers show."""

from dataclasses import replace
from typing import Any

from bot.domain.alerts.facts import Facts, Undone, Waiting
from bot.domain.alerts.incidents import Awaits, Call, Fold, Incident, Snooze, Suspect
from bot.domain.alerts.rules import Operator, Rule, SliceFloor
from bot.domain.alerts.suspects import MOST_SUSPECTS
from bot.domain.decisions.promotion import PromotedBy
from bot.ports.chat import Message, Modal
from bot.views.alerts import answers, call, card, story
from bot.views.alerts.story import Happening
from tests.unit.views.largest import LINKS, LONG_AGO, MOST, NOW, everybody, long, person, user
from tests.unit.views.largest_outside import incident, points, rule

SLICES = 200

_SAID: dict[str, dict[str, Any]] = {
    "acknowledged": {"by": user(1)},
    "unacknowledged": {"by": user(1)},
    "snoozed": {"by": user(1), "until": NOW.isoformat(), "awaits": ""},
    "woke": {"why": "time"},
    "assigned": {"by": user(1), "person": user(2)},
    "unassigned": {"person": user(2)},
    "reminder": {},
    "escalated": {"severity": "critical"},
    "resolved": {"by": ""},
    "handed_over": {"person": user(2)},
    "folded": {"fold": "cooldown"},
    "flapping": {"count": MOST},
    "recovered_member": {},
    "issue_created": {"person": user(1), "key": f"{'K' * 10}-{MOST}"},
}


def largest(alphabet: str, **changes: Any) -> Incident:
    """With everything that it can carry."""
    part = long(alphabet, 60)
    suspect = Suspect(what="param", name=long(alphabet, 250), before=part, after=part)
    called = Call(person=user(2), at=NOW, owner=user(3), owner_back_at=NOW)
    values: dict[str, Any] = {
        "suspects": (suspect,) * MOST_SUSPECTS,
        "assigned_to": user(4),
        "call": called,
        "snooze": Snooze(by=user(5), at=NOW, awaits=Awaits.EVALUATION),
        "held": long(alphabet, 300),
        "fold": Fold.BUDGET,
        "issue_key": f"{'K' * 10}-{MOST}",
    }
    return incident(alphabet, **{**values, **changes})


def facts(alphabet: str, one: Incident, of: Rule) -> Facts:
    """With everything around it."""
    by = PromotedBy(number=MOST, author=user(6), at=LONG_AGO, channel="C0000000000", ts="1.2")
    return Facts(
        incident=one,
        rule=of,
        points=tuple(points(alphabet)),
        runbook="https://wiki.example/" + "r" * 900,
        promoted=by,
        undone=Undone(by=by, version=MOST, is_back=True),
        waiting=Waiting(owner=user(7), at=NOW, back_at=NOW),
        members=(incident(alphabet, fold=Fold.GROUP),) * 50,
        useful=MOST,
        noise=MOST,
        posted_channel="C0000000000",
        posted_ts="1700000000.000000",
    )


def sliced(alphabet: str) -> tuple[Incident, Rule]:
    """A slice rule and what it found."""
    of = rule(alphabet, regression=True)
    floor = SliceFloor(model=of.model, operator=Operator.BELOW, bound=1e-300)
    sample = incident(alphabet).sample
    assert sample is not None
    found = tuple((f"{n}{long(alphabet, 250)}", -1.23456e-300) for n in range(SLICES))
    return largest(alphabet, sample=replace(sample, slices=found)), replace(of, condition=floor)


def messages(alphabet: str) -> list[Message]:
    """Every message of an incident in each of its states."""
    known = everybody(alphabet)
    worse, limit = rule(alphabet, regression=True), rule(alphabet, regression=False)
    fresh = largest(alphabet, acknowledged_at=None, acknowledged_by="", issue_key="")
    ended = largest(alphabet, resolved_at=NOW, recovered=True, snooze=None)
    pairs = [(fresh, worse), (largest(alphabet), worse), (ended, worse), (fresh, limit)]
    found: list[Message] = []
    for one, of in [*pairs, sliced(alphabet)]:
        around = facts(alphabet, one, of)
        alone = replace(around, members=())
        found += [
            card.card(around, known, LINKS),
            card.card(alone, known, LINKS),
            call.call(around, user(2), known, LINKS),
            call.call(alone, user(9), known, LINKS),
        ]
    return [*found, *_lines(alphabet), *_answers(alphabet), story.watches(worse, known)]


def modals(alphabet: str) -> list[Modal]:
    """Whom to ask, among very many."""
    members = [person(n, alphabet) for n in range(501)]
    hidden = {"incident": f"T0TEAM00000:A-{MOST}:{MOST}", "channel": "C0000000000"}
    return [
        answers.assign_form(incident(alphabet), members[:size], NOW, hidden)
        for size in (1, 100, 500, 501)
    ]


def _lines(alphabet: str) -> list[Message]:
    known = everybody(alphabet)
    one = largest(alphabet, resolved_at=NOW, recovered=True, fold=Fold.GROUP)
    return [
        story.line(what, Happening(incident=one, said=facts, at=NOW, member=one), known, LINKS)
        for what, facts in _SAID.items()
    ]


def _answers(alphabet: str) -> list[Message]:
    known = everybody(alphabet)
    return [
        answers.already(incident(alphabet), known),
        answers.over(incident(alphabet, resolved_at=NOW)),
        answers.thanked(useful=True),
    ]
