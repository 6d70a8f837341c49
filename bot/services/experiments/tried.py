"""Looking for what was tried: runs, hypotheses, rejected decisions and reports."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.accounts import owners
from bot.domain.decisions.record import DecisionRecord, DecisionStatus
from bot.domain.decisions.search import Query, fold
from bot.domain.decisions.search import texts as decision_texts
from bot.domain.decisions.sight import Sight, Viewer
from bot.domain.experiments.datasets import dataset_of
from bot.domain.experiments.found import Closeness, RunHit
from bot.domain.experiments.hypotheses import Hypothesis
from bot.domain.experiments.records import Experiment
from bot.domain.experiments.tried_answer import (
    FIRST,
    PAGE,
    Answer,
    Spoken,
    Trace,
    folded,
    telling_line,
)
from bot.domain.experiments.tried_words import Sought, sought
from bot.domain.experiments.tries import Gathered, Try, gathered, ranked
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import sight
from bot.services.experiments import directions, pages, try_facts

_MOST_RUNS = 400
_MOST = 30
_DROPPED = (DecisionStatus.REJECTED, DecisionStatus.SUPERSEDED, DecisionStatus.DEPRECATED)


@dataclass(frozen=True, kw_only=True)
class _Found:
    """Everything that holds the words, of what the asker may see."""

    hits: Sequence[RunHit]
    hypotheses: Sequence[Hypothesis]
    decisions: Sequence[DecisionRecord]
    reports: Sequence[Spoken]
    capped: bool


def search(uow: UnitOfWork, viewer: Viewer, typed: str, page: int = 0) -> Answer:
    """One page of the answer; raises InvalidInput where nothing was asked for."""
    wanted, workspace = sought(typed), viewer.workspace
    seen = sight.of(uow, viewer)
    found = _found(uow, workspace, seen, wanted)
    hits = _with_tested(uow, workspace, found)
    groups = gathered(hits)
    facts = try_facts.facts(uow, workspace, seen, groups, found.decisions)
    people = _trainers(uow, workspace, groups)
    known = {e.experiment_id: e for e in directions.experiments(uow, workspace)}
    tries = ranked(_tried(each, known, people, facts) for each in groups)
    traces = _traces(tries, found, facts)
    shown = traces[page * PAGE : (page + 1) * PAGE]
    first = [try_facts.explained(uow, workspace, seen, one) for one in tries[:FIRST]]
    return Answer(
        typed=typed,
        now=viewer.now,
        page=page,
        traces=[_explained(uow, workspace, seen, trace) for trace in shown],
        total=len(traces),
        tries=len(tries),
        capped=found.capped,
        first=first,
        refs=[*(h.ref for h in found.hypotheses), *(d.ref for d in found.decisions)],
        spoken=found.reports,
        untried=_untried(uow, workspace, tries),
        looked=uow.tried.looked(workspace, seen),
        source=pages.worst_source(uow),
    )


def _found(uow: UnitOfWork, workspace: str, seen: Sight, wanted: Sought) -> _Found:
    hits = uow.tried.runs(workspace, wanted, _MOST_RUNS + 1)
    reports = uow.tried.reports(workspace, seen, wanted, _MOST)
    people = uow.people.several(workspace, sorted({report.user_id for report in reports}))
    spoken = [
        Spoken(
            report=report,
            who=people[report.user_id].name if report.user_id in people else "",
            line=telling_line(report, wanted.all_words),
        )
        for report in reports
    ]
    return _Found(
        hits=hits[:_MOST_RUNS],
        hypotheses=uow.tried.hypotheses(workspace, seen, wanted, _MOST),
        decisions=_dropped(uow, workspace, seen, wanted),
        reports=folded(spoken),
        capped=len(hits) > _MOST_RUNS,
    )


def _dropped(uow: UnitOfWork, workspace: str, seen: Sight, wanted: Sought) -> list[DecisionRecord]:
    """Decisions that don't hold, or never did, the newest of each status first."""
    found = [
        hit.record
        for status in _DROPPED
        for hit in uow.decisions.search(
            workspace, seen, Query(words=wanted.all_words, status=status), _MOST
        )
    ]
    return [record for record in found if _names_pairs(record, wanted)]


def _names_pairs(record: DecisionRecord, wanted: Sought) -> bool:
    """A decision's words know no params: `lr=0.1` must stand there as such."""
    said = fold(" ".join((record.title, *decision_texts(record.body)))).replace(" ", "")
    return all(f"{key}={value}" in said for key, value in wanted.pairs)


def _with_tested(uow: UnitOfWork, workspace: str, found: _Found) -> list[RunHit]:
    """The runs that test a hypothesis that was found belong to it, whatever they say."""
    hits = {hit.run.run_id: hit for hit in found.hits}
    for hypothesis in found.hypotheses:
        for run in uow.hypotheses.runs(workspace, hypothesis.number)[:_MOST_RUNS]:
            hits.setdefault(run.run_id, RunHit(run=run, closeness=Closeness.ALL))
    return list(hits.values())


def _tried(
    group: Gathered,
    known: Mapping[str, Experiment],
    people: Mapping[str, str],
    facts: try_facts.Facts,
) -> Try:
    run = group.runs[0]
    one = try_facts.measured(group, known.get(run.experiment_id))
    return replace(one, who=people.get(run.user, run.user), reason=facts.reason(group.runs))


def _traces(tries: Sequence[Try], found: _Found, facts: try_facts.Facts) -> list[Trace]:
    """Tries first; what only explains one of them isn't told a second time."""
    told = facts.told(run.run_id for one in tries for run in one.runs)
    hypotheses = [h for h in found.hypotheses if h.ref not in told]
    decisions = [d for d in found.decisions if d.ref not in told]
    return [*tries, *hypotheses, *decisions, *found.reports]


def _explained(uow: UnitOfWork, workspace: str, seen: Sight, trace: Trace) -> Trace:
    return try_facts.explained(uow, workspace, seen, trace) if isinstance(trace, Try) else trace


def _trainers(uow: UnitOfWork, workspace: str, groups: Iterable[Gathered]) -> dict[str, str]:
    """The names of MLflow's users, as far as they are known."""
    users = {group.runs[0].user for group in groups} - {""}
    if not users:
        return {}
    everybody = uow.people.all(workspace)
    names = {person.user_id: person.name for person in everybody}
    return {user: names[owner] for user, owner in owners(everybody, users).items()}


def _untried(uow: UnitOfWork, workspace: str, tries: Sequence[Try]) -> str:
    """The data of the champion, where every try says that it used other data."""
    used = [one.datasets for one in tries]
    experiment = tries[0].experiment if tries else None
    if experiment is None or not all(used):
        return ""
    current = [dataset_of(c.run) for c in pages.champions(uow, workspace, experiment)]
    now = next((name for name in current if name), "")
    return now if now and all(now not in names for names in used) else ""
