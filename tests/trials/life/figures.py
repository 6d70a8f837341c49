"""The table of a life."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from tests.trials.life.checks import Checks, Found
from tests.trials.life.live import Living
from tests.trials.life.population import Population
from tests.trials.life.story import Span
from tests.trials.tables import Table

# How many of the sentences about broken promises are shown.
_SHOWN = 12

Row = tuple[str, Callable[[Found], object]]

_ROWS: Sequence[Row] = (
    ("turns that want a prompt", lambda f: f.turns),
    ("prompts", lambda f: f.prompts),
    ("turns without their prompt", lambda f: len(f.missing)),
    ("turns asked twice", lambda f: len(f.doubled)),
    ("turns of people away or on holiday", lambda f: f.free),
    ("asked although away, paused or left", lambda f: len(f.unwanted)),
    ("prompts at another time than theirs", lambda f: len(f.unpunctual)),
    ("prompts within 3 days of a clock change", lambda f: f.near_changes),
    ("  at another hour than before", lambda f: len(f.shifted)),
    ("days cut by a move: asked / not asked", lambda f: f"{sum(f.cut)} / {f.cut.count(0)}"),
    ("reminders", lambda f: f.reminders),
    ("reminders to who had answered or was away", lambda f: len(f.needless)),
    ("direct messages", lambda f: f.directs),
    ("direct messages outside working hours", lambda f: len(f.outside_hours)),
    ("reports", lambda f: f.reports),
    ("wrap-up cards", lambda f: f.cards),
    ("cards that disagree with the reports", lambda f: len(f.wrong_cards)),
    ("threads that disagree with the reports", lambda f: len(f.wrong_threads)),
    ("posts a day: min / median / max", lambda f: _spread(f.posts)),
    ("replies in threads a day: min / median / max", lambda f: _spread(f.replies)),
)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of a life: by stand-up, and of everything together.

    `tagged` are mentions of people who were away, among all `mentions`; `problems` are calls that
    Slack refused and errors that were logged.
    """

    found: Mapping[str, Found]
    tagged: Sequence[str]
    mentions: int
    problems: Sequence[str]

    @property
    def broken(self) -> list[str]:
        """A sentence for every broken promise."""
        return [*(s for f in self.found.values() for s in f.broken), *self.tagged, *self.problems]


def verdict(living: Living, span: Span) -> Verdict:
    """Judge a life that has been lived."""
    checks = Checks(living.diary, living.town.slack, span.days)
    found = {name: checks.standup(name) for name in living.diary.courses}
    return Verdict(
        found={**found, "beside them": checks.others()},
        tagged=checks.notified_while_away(),
        mentions=checks.mentions(),
        problems=living.town.problems(),
    )


def table(living: Living, population: Population, span: Span, seed: int) -> Table:
    """What became of a life, promise by promise."""
    judged = verdict(living, span)
    zones = {m.zone for m in population.members}
    lived = f"{span.first:%a %-d %b} to {span.last:%a %-d %b %Y}"
    return Table(
        title=f"{len(population.members)} people of {len(zones)} zones, {lived} (seed {seed})",
        rows=[_row(label, value, judged.found) for label, value in _ROWS],
        wrong=len(judged.broken),
        notes=[
            f"Away people who were mentioned: {len(judged.tagged)}, of {judged.mentions} mentions.",
            f"Calls that Slack refused, and errors in the log: {len(judged.problems)}.",
            *_happened(living.diary.done),
            *(f"BROKEN: {sentence}" for sentence in judged.broken[:_SHOWN]),
        ],
    )


def _row(
    label: str, value: Callable[[Found], object], found: Mapping[str, Found]
) -> dict[str, object]:
    return {"": label, **{name: value(f) for name, f in found.items()}}


def _spread(numbers: Sequence[int]) -> str:
    return f"{min(numbers)} / {median(numbers):g} / {max(numbers)}" if numbers else "0"


def _happened(done: Mapping[str, int]) -> list[str]:
    """What people did, a few things a line."""
    said = [f"{what} {number}" for what, number in sorted(done.items())]
    return [f"  {' · '.join(said[n : n + 6])}" for n in range(0, len(said), 6)]
