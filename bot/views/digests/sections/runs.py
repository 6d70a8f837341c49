"""What became of runs."""

from collections.abc import Callable
from functools import partial

from bot.domain.digests.content import Digest
from bot.domain.experiments.records import BestRun, Run, RunsSummary
from bot.domain.links import Links
from bot.domain.metrics import figure
from bot.views.digests.parts import NAME, Part
from bot.views.text import Line, Piece, clean, link, words


def parts(content: Digest, links: Links) -> list[Part]:
    """`Runs: 14 finished, 2 failed`, the best of each experiment and what failed last."""
    runs = content.runs
    if not runs.total:
        return []
    rows: list[Callable[[], Line]] = [
        *(partial(_best, best, links) for best in runs.best),
        *(partial(_broken, run, runs, links) for run in runs.broken),
    ]
    unnamed = runs.failed - len(runs.broken)
    if runs.broken and unnamed > 0:
        rows.append(lambda: [f"and {unnamed} more failed"])

    def draw(start: int, stop: int) -> list[Line]:
        return [each() for each in rows[start:stop]]

    title = f"Runs: {counts(runs)}"
    return [Part(key="runs", title=title, size=len(rows), draw=draw, says=True)]


def counts(runs: RunsSummary) -> str:
    """`14 finished, 2 failed`."""
    amounts = ((runs.finished, "finished"), (runs.failed, "failed"), (runs.killed, "stopped"))
    return ", ".join(f"{amount} {label}" for amount, label in amounts if amount)


def _best(best: BestRun, links: Links) -> Line:
    direction = "higher is better" if best.higher_is_better else "lower is better"
    before = "" if best.previous is None else f", {figure(best.previous)} before"
    return [
        words(clean(best.experiment.name, NAME), bold=True),
        f": best {clean(best.metric, NAME)} {figure(best.value)} ({direction}{before}) · ",
        _run(best.run, links),
    ]


def _broken(run: Run, runs: RunsSummary, links: Links) -> Line:
    experiment = runs.experiments.get(run.experiment_id)
    where = f" in {clean(experiment.name, NAME)}" if experiment else ""
    return ["Failed: ", _run(run, links), where]


def _run(run: Run, links: Links) -> Piece:
    name, url = clean(run.name, NAME) or run.run_id[:8], links.run(run.experiment_id, run.run_id)
    return link(url, name) if url else words(name)
