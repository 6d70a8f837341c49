"""What each thing leads to. Only what was asked for leads to everything; else a chain would grow
into the whole log: of an issue's hundred runs one became the model."""

from collections.abc import Iterator, Sequence

from bot.domain.activity import Reference, ReferenceKind
from bot.domain.blocker_link import run_id as run_id_of
from bot.domain.decisions.evidence import EvidenceKind
from bot.domain.decisions.record import DecisionRecord
from bot.domain.experiments.records import Run
from bot.domain.trace import Edge, Node, Thing
from bot.ports.repositories import UnitOfWork
from bot.services.issues import runs as issue_runs
from bot.services.trace import models

_RUNS = 6


class Neighbours:
    """Asks the stores; nothing here looks at who may see what."""

    def __init__(self, uow: UnitOfWork, workspace: str) -> None:
        self._uow = uow
        self._workspace = workspace

    def __call__(self, node: Node, is_start: bool) -> Sequence[Edge]:
        """What a thing leads to."""
        match node.thing:
            case Thing.HYPOTHESIS:
                return list(self._of_hypothesis(int(node.key))) if is_start else []
            case Thing.RUN:
                return list(self._of_run(node.key, is_start))
            case Thing.ISSUE:
                return list(self._of_issue(node.key, is_start))
            case Thing.DECISION:
                return list(self._of_decision(int(node.key), is_start))
            case Thing.VERSION:
                return list(models.around(self._uow, self._workspace, node.key))
            case Thing.INCIDENT:
                return list(self._of_incident(node.key)) if is_start else []
            case Thing.BLOCKER:
                return list(self._of_blocker(int(node.key))) if is_start else []
            case Thing.LIFE:
                return []

    def _of_hypothesis(self, number: int) -> Iterator[Edge]:
        yield from self._leading(self._uow.hypotheses.runs(self._workspace, number))

    def _of_run(self, run_id: str, is_start: bool) -> Iterator[Edge]:
        run = self._uow.experiments.run(self._workspace, run_id)
        if run is None:
            return
        for number in self._uow.hypotheses.of_runs(self._workspace, [run_id]).values():
            yield Edge(to=Node(thing=Thing.HYPOTHESIS, key=str(number)))
        for key in issue_runs.issues_of_run(self._uow, self._workspace, run):
            yield Edge(to=Node(thing=Thing.ISSUE, key=key))
        for version in models.made_of(self._uow, self._workspace, {run_id}):
            yield Edge(to=models.node(version.model, version.version))
        if is_start:
            yield from models.judged(self._uow, self._workspace, run)
        for record in self._uow.decisions.naming(self._workspace, EvidenceKind.RUN, run_id):
            yield _told(record)
            if is_start:
                yield from self._moved(record)

    def _of_issue(self, key: str, is_start: bool) -> Iterator[Edge]:
        for blocker in self._uow.blockers.waiting_for(self._workspace, ReferenceKind.ISSUE, key):
            yield Edge(to=Node(thing=Thing.BLOCKER, key=str(blocker.number)), onward=False)
        if is_start:
            yield from self._leading(issue_runs.of_issue(self._uow, self._workspace, key))
            for record in self._uow.decisions.naming_issue(self._workspace, key):
                yield _told(record)
                yield from self._moved(record)

    def _of_decision(self, number: int, is_start: bool) -> Iterator[Edge]:
        record = self._uow.decisions.get(self._workspace, number)
        if record is None:
            return
        for evidence in record.body.evidence:
            if evidence.kind is EvidenceKind.RUN:
                yield Edge(to=Node(thing=Thing.RUN, key=evidence.typed_key))
            if evidence.kind is EvidenceKind.ISSUE:
                yield Edge(to=Node(thing=Thing.ISSUE, key=evidence.key))
        if is_start:
            yield from self._moved(record)
            for other in filter(None, (record.supersedes, record.superseded_by)):
                yield Edge(to=Node(thing=Thing.DECISION, key=str(other)), onward=False)

    def _moved(self, record: DecisionRecord) -> Iterator[Edge]:
        """The version that a decision is about: of one that took a version back, that version."""
        promotion = record.body.promotion
        if promotion is None:
            return
        status = self._uow.promotions.get(self._workspace, record.number)
        before = status.previous if status else None
        undone = before is not None and before > promotion.version
        version = before if undone and before is not None else promotion.version
        yield Edge(to=models.node(promotion.model, version))

    def _of_incident(self, incident_id: str) -> Iterator[Edge]:
        incident = self._uow.alerts.incident(self._workspace, incident_id)
        if incident is None:
            return
        rule = self._uow.alerts.rule(self._workspace, incident.rule_number)
        sample, baseline = incident.sample, incident.baseline
        version = sample.version if sample and sample.version else None
        version = version or (baseline.version if baseline else None)
        if rule and rule.model and version is not None:
            yield Edge(to=models.node(rule.model, version))
        elif sample:
            yield Edge(to=Node(thing=Thing.RUN, key=sample.key), onward=False)
        if incident.issue_key:
            yield Edge(to=Node(thing=Thing.ISSUE, key=incident.issue_key), onward=False)

    def _of_blocker(self, number: int) -> Iterator[Edge]:
        blocker = self._uow.blockers.get(self._workspace, number)
        if blocker is not None and blocker.waits_for is not None:
            yield from self._referenced(blocker.waits_for)

    def _referenced(self, what: Reference) -> Iterator[Edge]:
        match what.kind:
            case ReferenceKind.ISSUE:
                yield Edge(to=Node(thing=Thing.ISSUE, key=what.key))
                yield from self._of_issue(what.key, is_start=True)
            case ReferenceKind.RUN:
                yield Edge(to=Node(thing=Thing.RUN, key=run_id_of(what)))
            case ReferenceKind.DECISION:
                number = what.key.partition("/")[0]
                yield Edge(to=Node(thing=Thing.DECISION, key=number))
                yield from self._of_decision(int(number), is_start=True)

    def _leading(self, runs: Sequence[Run]) -> Iterator[Edge]:
        """Of many runs those that became a version, else the latest few, which are only told."""
        became = {v.run_id for v in models.made_of(self._uow, self._workspace, _ids(runs))}
        chosen = [run for run in runs if run.run_id in became][:_RUNS]
        for run in chosen or runs[:_RUNS]:
            yield Edge(to=Node(thing=Thing.RUN, key=run.run_id))


def _ids(runs: Sequence[Run]) -> set[str]:
    return {run.run_id for run in runs}


def _told(record: DecisionRecord) -> Edge:
    """A decision that names something is told; its own chain is that of the version it moves."""
    return Edge(to=Node(thing=Thing.DECISION, key=str(record.number)), onward=False)
