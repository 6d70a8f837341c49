"""The life of a hypothesis: written, edited, given more time, and in the end a person's verdict."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from bot.domain.accounts import owners
from bot.domain.decisions.sight import Viewer
from bot.domain.delivery import Delivery
from bot.domain.experiments.hypotheses import (
    MOST_DAYS,
    Hypothesis,
    HypothesisDraft,
    HypothesisState,
    Prediction,
    Verdict,
    after_days,
    end_of,
    reference,
)
from bot.domain.experiments.hypothesis_detail import HypothesisDetail
from bot.domain.experiments.hypothesis_standing import judge
from bot.domain.experiments.records import Experiment, Run
from bot.domain.person import Person
from bot.errors import Conflict, InvalidForm, NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services import deliveries
from bot.services.decisions import sight
from bot.services.experiments import hypothesis_asks as asks
from bot.services.experiments import hypothesis_baselines as baselines

CARD = asks.CARD
CARD_THREAD = "hypothesis.thread"


def write(uow: UnitOfWork, draft: HypothesisDraft, now: datetime) -> Hypothesis:
    """Give a hypothesis its number, freeze its baseline, post its card and set its deadline.

    Raises InvalidForm by field.
    """
    experiment, prediction = _measured(uow, draft)
    owner, deadline = _owner(uow, draft), _deadline(uow, draft, now)
    number = uow.numbers.next(draft.workspace, "hypothesis")
    # Who knows the next number may tag runs before the card is written.
    tested = {run.run_id for run in uow.hypotheses.runs(draft.workspace, number)}
    hypothesis = Hypothesis(
        workspace=draft.workspace,
        number=number,
        channel=draft.channel,
        author=draft.author,
        owner=owner,
        claim=draft.claim,
        experiment_id=experiment.experiment_id,
        experiment=experiment.name,
        prediction=prediction,
        opened_at=now,
        deadline=deadline,
        baseline=baselines.baseline(
            uow, draft.workspace, experiment, prediction, draft.run, now, tested
        ),
        tags=draft.tags,
    )
    uow.hypotheses.add(hypothesis)
    deliveries.post(uow, _delivery(hypothesis, asks.card_id(hypothesis), CARD, "", now))
    asks.arm(uow, hypothesis, now)
    return hypothesis


def edit(
    uow: UnitOfWork, draft: HypothesisDraft, number: int, version: int, now: datetime
) -> Hypothesis:
    """Change an open one; what it is measured by is frozen anew only where that was changed.

    Raises NotFound, NotPermitted, Conflict if it was changed since `version`, InvalidForm by field.
    """
    before = _open(uow, draft.workspace, number, draft.author)
    if before.version != version:
        raise Conflict(
            f"Somebody changed {before.ref} while you were editing. "
            f"Type `/experiment hypothesis edit {before.ref}` to see it as it is now."
        )
    experiment, prediction = _measured(uow, draft, before)
    measured = prediction != before.prediction or draft.run
    same = not measured and experiment.experiment_id == before.experiment_id
    tested = {run.run_id for run in uow.hypotheses.runs(draft.workspace, number)}
    after = replace(
        before,
        owner=_owner(uow, draft),
        claim=draft.claim,
        experiment_id=experiment.experiment_id,
        experiment=experiment.name,
        prediction=prediction,
        baseline=before.baseline
        if same
        else baselines.baseline(
            uow, draft.workspace, experiment, prediction, draft.run, before.opened_at, tested
        ),
        deadline=_deadline(uow, draft, now) if draft.until or draft.days else before.deadline,
        tags=draft.tags,
        asking=before.asking if draft.owner == before.owner else None,
    )
    if after == before:
        return before
    if after.deadline != before.deadline:
        return _postponed(uow, after, now)
    after = asks.store(uow, after, now)
    if after.asking is None:
        # Another owner is asked anew.
        asks.arm(uow, after, now)
    return after


def more_time(
    uow: UnitOfWork,
    workspace: str,
    number: int,
    until: date | None,
    days: int | None,
    by: str,
    now: datetime,
) -> Hypothesis:
    """Ask for the verdict later; raises as `decide` does, and InvalidForm."""
    before = _open(uow, workspace, number, by)
    person = uow.people.get(workspace, before.owner)
    changed = replace(before, deadline=_end(person, until, days, now))
    after = _postponed(uow, changed, now)
    _tell(uow, after, "more_time", by, now)
    return after


def decide(
    uow: UnitOfWork,
    workspace: str,
    number: int,
    state: HypothesisState,
    learned: str,
    by: str,
    now: datetime,
) -> Hypothesis:
    """Give the verdict, or give the hypothesis up; shown on its card and told in its thread.

    Raises NotFound, NotPermitted for others than its owner and author, Conflict if it has one.
    """
    before = _open(uow, workspace, number, by)
    found = detail(uow, before)
    given_up = state is HypothesisState.ABANDONED
    verdict = Verdict(
        by=by,
        at=now,
        learned=learned,
        reason="" if given_up else found.standing.reason,
        proposed=None if given_up else found.standing.proposal,
        runs=found.standing.total,
        trained_by=found.trained_by,
    )
    after = asks.store(uow, replace(before, state=state, verdict=verdict), now)
    _tell(uow, after, "verdict", by, now)
    return after


def find(uow: UnitOfWork, workspace: str, number: int) -> Hypothesis:
    """One hypothesis; raises NotFound."""
    found = uow.hypotheses.get(workspace, number)
    if found is None:
        raise NotFound(
            f"There is no {reference(number)}. Type `/experiment hypothesis list` to see all."
        )
    return found


def seen(uow: UnitOfWork, viewer: Viewer, number: int) -> Hypothesis:
    """One that this person may see; raises NotFound."""
    found = find(uow, viewer.workspace, number)
    if found.channel in sight.of(uow, viewer).channels or viewer.user_id in found.named:
        return found
    raise NotFound(
        f"{found.ref} belongs to a private channel; look it up there, or ask somebody in it."
    )


def editable(uow: UnitOfWork, workspace: str, number: int, by: str) -> Hypothesis:
    """One that is open and that `by` may decide on; raises NotFound, NotPermitted or Conflict."""
    return _require_open(uow, find(uow, workspace, number), by)


def detail(uow: UnitOfWork, hypothesis: Hypothesis) -> HypothesisDetail:
    """The hypothesis as it stands by the mirror."""
    runs = uow.hypotheses.runs(hypothesis.workspace, hypothesis.number)
    card = uow.deliveries.get(asks.card_id(hypothesis))
    named = {*hypothesis.named, *({hypothesis.asking.person} if hypothesis.asking else set())}
    return HypothesisDetail(
        hypothesis=hypothesis,
        standing=judge(hypothesis, runs, baselines.again(uow, hypothesis, runs)),
        runs=runs,
        people=uow.people.several(hypothesis.workspace, sorted(named - {""})),
        page=(card.posted_channel, card.ts) if card and card.ts else ("", ""),
        trained_by=_trainers(uow, hypothesis.workspace, runs),
    )


def touched(uow: UnitOfWork, workspace: str, runs: Iterable[Run], now: datetime) -> None:
    """A poll brought these runs, new or changed: those that test a hypothesis show on its card."""
    open_now = {each.number: each for each in uow.hypotheses.open(workspace)}
    if not open_now:
        return
    attached = uow.hypotheses.of_runs(workspace, [run.run_id for run in runs])
    for number in sorted({*attached.values()} & open_now.keys()):
        hypothesis = open_now[number]
        if hypothesis.asking is None:
            asks.arm(uow, hypothesis, now)
        # What runs log while they run doesn't show.
        if uow.hypotheses.note_shown(workspace, number, _progress(uow, hypothesis)):
            deliveries.edit(uow, asks.card_id(hypothesis), now)
            asks.refresh(uow, hypothesis, now)


def _progress(uow: UnitOfWork, hypothesis: Hypothesis) -> str:
    standing = detail(uow, hypothesis).standing
    best = standing.best.value if standing.best else None
    states = standing.finished, standing.failed, standing.killed, standing.running
    return f"{states} {best}"


def _postponed(uow: UnitOfWork, hypothesis: Hypothesis, now: datetime) -> Hypothesis:
    after = asks.store(uow, replace(hypothesis, asking=None, settled_at=now), now)
    asks.arm(uow, after, now)
    return after


def _measured(
    uow: UnitOfWork, draft: HypothesisDraft, before: Hypothesis | None = None
) -> tuple[Experiment, Prediction]:
    experiment = baselines.experiment_of(uow, draft.workspace, draft.experiment_id)
    if experiment is None:
        raise InvalidForm({"experiment": "Pick an experiment."})
    kept = before is not None and before.experiment_id == experiment.experiment_id
    claimed = before.prediction.metric if before and kept else ""
    return experiment, baselines.predicted(uow, draft, experiment, claimed)


def _owner(uow: UnitOfWork, draft: HypothesisDraft) -> str:
    person = uow.people.get(draft.workspace, draft.owner)
    if person is not None and not person.can_take_part:
        raise InvalidForm({"owner": "Guests and bots can't give a verdict; pick a colleague."})
    return draft.owner


def _deadline(uow: UnitOfWork, draft: HypothesisDraft, now: datetime) -> datetime:
    person = uow.people.get(draft.workspace, draft.owner)
    return _end(person, draft.until, draft.days, now)


def _end(person: Person | None, until: date | None, days: int | None, now: datetime) -> datetime:
    known = person or Person(workspace="", user_id="", name="")
    hours, zone = known.working_time(), known.zone
    if until is not None:
        end = end_of(until, hours, zone)
        if end <= now:
            raise InvalidForm({"until": "Pick a later day."})
        return end
    if days is None or not 1 <= days <= MOST_DAYS:
        raise InvalidForm({"days": f"Type a number of working days from 1 to {MOST_DAYS}."})
    return after_days(days, hours, zone, now)


def _open(uow: UnitOfWork, workspace: str, number: int, by: str) -> Hypothesis:
    """It, locked, if it is open and `by` may decide on it."""
    find(uow, workspace, number)
    found = uow.hypotheses.locked(workspace, number)
    assert found is not None, "hypotheses are never deleted"
    return _require_open(uow, found, by)


def _require_open(uow: UnitOfWork, hypothesis: Hypothesis, by: str) -> Hypothesis:
    people = uow.people.several(hypothesis.workspace, hypothesis.deciders)
    if by not in hypothesis.deciders:
        able = [u for u in hypothesis.deciders if u not in people or people[u].can_take_part]
        if able:
            owner = people.get(hypothesis.owner)
            raise NotPermitted(
                f"{hypothesis.ref} is {owner.name if owner else 'somebody'}'s: only they and who "
                "wrote it may change it or give its verdict."
            )
    if not hypothesis.is_open:
        raise Conflict(_closed(uow, hypothesis))
    return hypothesis


def _closed(uow: UnitOfWork, hypothesis: Hypothesis) -> str:
    by = hypothesis.verdict.by if hypothesis.verdict else ""
    person = uow.people.get(hypothesis.workspace, by)
    who = f" {person.name} said so." if person else ""
    return (
        f"{hypothesis.ref} is {hypothesis.state} already.{who} "
        f"Type `/experiment hypothesis show {hypothesis.ref}` to see it."
    )


def _trainers(uow: UnitOfWork, workspace: str, runs: Iterable[Run]) -> tuple[str, ...]:
    users = sorted({run.user for run in runs} - {""})
    if not users:
        return ()
    everybody = uow.people.all(workspace)
    belongs = owners(everybody, users)
    names = {person.user_id: person.name for person in everybody}
    told = [names[belongs[user]] if user in belongs else user for user in users]
    return tuple(dict.fromkeys(told))


def _tell(uow: UnitOfWork, hypothesis: Hypothesis, what: str, by: str, now: datetime) -> None:
    """In the thread of its card."""
    card = asks.card_id(hypothesis)
    told = _delivery(hypothesis, f"{card}:{what}:{hypothesis.version}", CARD_THREAD, by, now)
    subject = {**told.subject, "what": what, "deadline": hypothesis.deadline.isoformat()}
    deliveries.post(uow, replace(told, subject=subject, thread_of=card))


def _delivery(
    hypothesis: Hypothesis, delivery_id: str, card: str, by: str, now: datetime
) -> Delivery:
    return Delivery(
        id=delivery_id,
        workspace=hypothesis.workspace,
        channel=hypothesis.channel,
        card=card,
        subject={"number": hypothesis.number, "by": by},
        ready_at=now,
        owner=hypothesis.author,
    )
