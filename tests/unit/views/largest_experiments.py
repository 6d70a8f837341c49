"""The largest leaderboards, comparisons, failures and plans, and what shows them."""

from dataclasses import replace

from bot.domain.experiments.comparison import Side, compare
from bot.domain.experiments.directions import SaidDirection
from bot.domain.experiments.entries import Entry
from bot.domain.experiments.fairness import Seeds
from bot.domain.experiments.leaderboard import Champion, Counts, Leaderboard
from bot.domain.experiments.naming import Unclear
from bot.domain.experiments.records import Activity, MetricPoint, Run, RunStatus
from bot.domain.experiments.sweeps import Sweep
from bot.domain.finding import Finding
from bot.domain.metrics import Direction
from bot.domain.source import SourceHealth
from bot.ports.chat import Message, Modal
from bot.views import deliveries, status
from bot.views.experiments import (
    broken,
    comparison,
    direction,
    listing,
    pages,
    plan,
    plan_form,
    summary,
)
from tests.unit.views.largest import LINKS, LONG_AGO, MOST, NOW, everybody, long, user
from tests.unit.views.largest_outside import experiment, run_of
from tests.unit.views.largest_plans import plan_of, state

TINY, HUGE = -1.23456e-300, 1.23456e300
RUNS = 60


def board(alphabet: str, *, known: bool = True) -> Leaderboard:
    """Sixty lines, every second one a sweep, each of a seed group on data of its own."""
    entries = tuple(
        Entry(
            run=run_of(alphabet, n),
            value=TINY,
            dataset=long(f"{n}{alphabet}", 250),
            seeds=Seeds(runs=MOST, low=TINY, high=HUGE),
            comparable=n == 0,
            sweep=Sweep(root_id=f"{n:032x}", name=long(alphabet, 60), runs=MOST),
            members=frozenset([f"{n:032x}", "x"]),
        )
        for n in range(RUNS)
    )
    champion = Champion(
        model=long(alphabet, 256), version=MOST, run=run_of(alphabet, 77), value=-HUGE
    )
    return Leaderboard(
        experiment=experiment(alphabet),
        metric=long(alphabet, 250),
        direction=Direction.LOWER if known else Direction.UNKNOWN,
        counts=Counts(finished=MOST, failed=MOST, killed=MOST, running=MOST, invalid=MOST),
        entries=entries if known else (),
        best=entries[0] if known else None,
        champion=champion if known else None,
        within=entries[0].sweep,
        progress=(-HUGE,) * 500 if known else (),
    )


def messages(alphabet: str) -> list[Message]:
    """Everything that is shown of experiments."""
    listed = [(experiment(alphabet, n), Activity(runs=MOST, last_at=LONG_AGO)) for n in range(100)]
    guesses = [long(alphabet, 500)] * 3
    down = SourceHealth(
        source="mlflow", read_at=LONG_AGO, failed_at=LONG_AGO, reason=long(alphabet, 900)
    )
    said = SaidDirection(
        workspace="T1",
        experiment_id="1",
        metric=long(alphabet, 250),
        direction=Direction.LOWER,
        said_by=user(0),
        said_at=NOW,
    )
    failed = [_failed(alphabet, n) for n in range(RUNS)]
    named = long(alphabet, 80), said
    return [
        summary.summary(board(alphabet), down, LINKS, said=named, watch="experiment.watch"),
        summary.summary(board(alphabet, known=False), down, LINKS, watch="experiment.watch"),
        listing.listing(listed, down, LINKS),
        listing.which(listed),
        listing.unknown(long(alphabet, 4000), guesses, down, live=False),
        broken.broken(experiment(alphabet), long(alphabet, 250), failed, LINKS),
        direction.changed(experiment(alphabet), long(alphabet, 250), Direction.LOWER),
        *_comparisons(alphabet, down),
        *_plans(alphabet),
        deliveries.undeliverable("C0000000000", long(alphabet, 100)),
        status.doctor([down, down], {"pending": MOST, "sending": MOST, "failed": MOST}),
        status.findings(
            [Finding(name=long(alphabet, 40), ok=False, text=long(alphabet, 2000))] * 60
        ),
    ]


def modals(alphabet: str) -> list[Modal]:
    """Every form."""
    it = plan_of(alphabet)
    shown = board(alphabet)
    return [
        *(pages.page_modal(shown, start, LINKS) for start in (0, 5, 50)),
        plan_form.form(it, NOW, notice=long(alphabet, 300)),
    ]


def _failed(alphabet: str, n: int) -> Run:
    tags = {"error": long(alphabet, 5000)}
    return replace(run_of(alphabet, n), status=RunStatus.FAILED, tags=tags)


def _comparisons(alphabet: str, down: SourceHealth) -> list[Message]:
    metric = long(alphabet, 250)
    names = {f"{n}{long(alphabet, 249)}": HUGE for n in range(20)}
    sides = []
    for n in range(6):
        run = replace(
            run_of(alphabet, n),
            params={f"{i}{long(alphabet, 249)}": f"{n}{long(alphabet, 500)}" for i in range(30)},
            metrics={metric: TINY * (n + 1), **names},
            tags={
                "dataset": f"{n}{long(alphabet, 250)}",
                "eval_dataset": f"{n}{long(alphabet, 250)}",
            },
            step=10 ** (n + 1),
            status=RunStatus.RUNNING,
        )
        champion = Champion(model=long(alphabet, 256), version=MOST, run=run)
        sides.append(
            Side(
                run=run,
                experiment=experiment(alphabet, n),
                seeds=Seeds(runs=MOST, low=-HUGE, high=HUGE),
                champion=champion if n == 5 else None,
            )
        )
    found = compare(sides, metric, lambda _: Direction.LOWER)
    curve = [MetricPoint(step=10**15 + n, at=NOW, value=-HUGE) for n in range(200)]
    unclear = [
        Unclear(typed=long(alphabet, 250), candidates=tuple(run_of(alphabet, n) for n in range(20)))
    ] * 5
    return [
        comparison.compared(found, [curve] * 6, down, LINKS),
        comparison.compared(
            found, None, down, LINKS, repeated=[side.run for side in found.sides[:5]]
        ),
        comparison.unclear(unclear, LINKS),
    ]


def _plans(alphabet: str) -> list[Message]:
    known = everybody(alphabet)
    names = [long(alphabet, 256)] * 100
    return [
        plan.card(state(alphabet), known),
        plan.listing([state(alphabet)] * 100, names, known),
    ]
