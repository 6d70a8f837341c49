"""The largest news of what is watched, and the longest lists of watches and silent runs."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.experiments.fairness import Seeds
from bot.domain.experiments.records import RunStatus
from bot.domain.experiments.registry_news import FactKind, RegistryFact
from bot.domain.experiments.stalls import Pulse, StallState
from bot.domain.experiments.told import Batch, FactNews, SweepNews, Telling, Told, Trouble
from bot.domain.experiments.version_standing import Side, version_standing
from bot.domain.experiments.watches import Target, Watch, WatchKind
from bot.domain.metrics import Direction
from bot.ports.chat import Message
from bot.views.experiments import run_news, silent, watches
from tests.unit.views.largest import LINKS, MOST, NOW, long, user
from tests.unit.views.largest_experiments import HUGE, TINY, board
from tests.unit.views.largest_outside import experiment, run_of


def messages(alphabet: str) -> list[Message]:
    """Everything that watching brings."""
    mine = [_watch(alphabet, n, user(0)) for n in range(100)]
    here = [_watch(alphabet, n, "C0000000000") for n in range(100)]
    runs = [_silent(alphabet, state, n) for state in StallState for n in range(5)]
    return [
        run_news.telling(Telling(parts=[_told(alphabet)], personal=False, gathered=False), LINKS),
        run_news.telling(
            Telling(parts=[_told(alphabet)] * 40, personal=True, gathered=True), LINKS
        ),
        watches.listing(here, mine, in_channel=True),
        watches.listing((), (), in_channel=True),
        watches.changed(here[0].target, "C0000000000", watching=True, done=True),
        watches.changed(here[0].target, user(0), watching=False, done=True),
        silent.question(runs, LINKS),
        silent.line(runs, LINKS),
    ]


def _told(alphabet: str) -> Told:
    wrong = [
        Trouble(
            run=replace(run_of(alphabet, n), status=RunStatus.FAILED),
            who=long(alphabet, 80),
            reason=long(alphabet, 5000),
        )
        for n in range(5)
    ]
    shown = board(alphabet)
    sweep = SweepNews(
        root_id=f"{7:032x}",
        root=run_of(alphabet, 7),
        name=long(alphabet, 60),
        runs=MOST,
        done=MOST - 1,
        over=False,
        board=shown,
        troubles=wrong,
    )
    return Told(
        experiment=experiment(alphabet),
        since=NOW,
        batch=Batch(runs=[run_of(alphabet, n) for n in range(9)], board=shown, troubles=wrong),
        sweeps=[sweep] * 30,
        facts=[_fact(alphabet, kind) for kind in FactKind] * 4,
    )


def _fact(alphabet: str, kind: FactKind) -> FactNews:
    metric = long(alphabet, 250)
    run = replace(
        run_of(alphabet, 1), metrics={metric: TINY}, tags={"dataset": long(alphabet, 250)}
    )
    side = Side(version=MOST, run=run, repeats=[run, replace(run, metrics={metric: HUGE})])
    other = replace(side, run=replace(run, metrics={metric: -HUGE}))
    standing = version_standing(metric, Direction.LOWER, side, other, is_champion=True)
    assert standing is not None
    assert isinstance(standing.seeds, Seeds)
    fact = RegistryFact(
        kind=kind,
        model=long(alphabet, 200),
        version=MOST,
        before=MOST - 1,
        at=NOW,
        alias=long("a", 255) if kind is FactKind.ALIAS else "",
    )
    return FactNews(fact=fact, run=run, who=long(alphabet, 80), standing=standing)


def _watch(alphabet: str, n: int, watcher: str) -> Watch:
    kind = list(WatchKind)[n % len(WatchKind)]
    target = Target(kind=kind, key=f"{n}{long(alphabet, 249)}", name=long(alphabet, 500))
    return Watch(workspace="T1", watcher=watcher, target=target, by=user(0), since=NOW)


def _silent(alphabet: str, state: StallState, n: int) -> silent.Silent:
    run = run_of(alphabet, 3)
    return silent.Silent(
        pulse=Pulse(
            workspace="T1",
            run_id=f"{state.value:0>31}{n}",
            experiment_id="1",
            state=state,
            silence=timedelta(days=999),
            usual=timedelta(days=99),
            quiet_until=NOW,
            problem=long(alphabet, 300),
            changed_at=NOW,
        ),
        run=run,
        experiment=experiment(alphabet),
        who=long(alphabet, 80),
        said_by=long(alphabet, 80),
    )
