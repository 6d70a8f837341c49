"""What somebody did since their last report, read from the mirrors and the decision log."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from types import MappingProxyType

from bot.domain import prefill
from bot.domain.accounts import owners
from bot.domain.activity import Activity, Found
from bot.domain.experiments.records import Run
from bot.domain.experiments.sweeps import PARENT_TAG
from bot.domain.long_run import Reader
from bot.domain.long_run import long_run as longest
from bot.domain.person import Person
from bot.domain.prefill_runs import EndedRuns, run_lines
from bot.domain.source import SourceHealth
from bot.domain.standup import Standup
from bot.domain.wording import clock
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import records
from bot.services.experiments import directions
from bot.services.experiments import pages as experiments
from bot.services.issues import mirror as issues
from bot.services.issues import sight as issue_sight

WITHOUT_REPORT = timedelta(days=3)
LONGEST = timedelta(days=30)
# What is younger needs no remark: polls come every few minutes.
_CURRENT = timedelta(minutes=10)

_NAMES = {issues.SOURCE: "Jira", experiments.SOURCE: "MLflow"}


def since(uow: UnitOfWork, standup_id: str, user_id: str, now: datetime) -> datetime:
    """When this person last reported in the stand-up; three days ago if never, at most 30 back."""
    last = uow.standups.last_report(standup_id, user_id, date.max)
    return max(last.submitted_at if last else now - WITHOUT_REPORT, now - LONGEST)


def projects(uow: UnitOfWork, standup: Standup) -> Sequence[str]:
    """The Jira projects whose issues may be shown: the stand-up's, else those of the channel's
    digest."""
    if standup.plan.projects:
        return standup.plan.projects
    digest = uow.digests.get(standup.workspace, standup.channel)
    return digest.choice.projects if digest and digest.choice.active else ()


def for_standup(
    uow: UnitOfWork,
    standup: Standup,
    user_id: str,
    now: datetime,
    answered: Mapping[str, bool] = MappingProxyType({}),
) -> Activity:
    """What this person did since their last report in the stand-up, as far as the mirrors know;
    nothing of strangers.

    `answered` says of each source (`issues.SOURCE`, `experiments.SOURCE`) that was asked just now
    whether it answered in time.
    """
    workspace = standup.workspace
    person = uow.people.get(workspace, user_id)
    if person is None:
        return Activity(since=now)
    keys = projects(uow, standup)
    start = since(uow, standup.id, user_id, now)
    users = uow.experiments.users(workspace, ended_since=start)
    owner_of = _owners(uow, workspace, users)
    own = [user for user, owner in owner_of.items() if owner == person.user_id]
    unknown = not own and len(owner_of) < len(users) and not person.choices.mlflow_user
    changed = uow.decisions.changed_between(workspace, start, now)
    return prefill.activity(
        start,
        issues=_issues(uow, person, standup, start),
        runs=run_lines(_ended_runs(uow, workspace, own, start)) if own else (),
        decisions=[
            _with_message(uow, workspace, line)
            for line in prefill.decision_lines(person.user_id, changed)
        ],
        notes=[
            *_jira_notes(uow, person, keys, now, answered),
            *_mlflow_notes(uow, person, unknown, now, answered),
        ],
    )


def _with_message(uow: UnitOfWork, workspace: str, line: Found) -> Found:
    """A line about a decision with the place of its message."""
    card = uow.deliveries.get(records.card_id(workspace, int(line.reference.key)))
    if card is None or not card.ts:
        return line
    key = f"{line.reference.key}/{card.posted_channel}/{card.ts}"
    return replace(line, reference=replace(line.reference, key=key))


def long_run(uow: UnitOfWork, standup: Standup, user_id: str, now: datetime) -> Found | None:
    """A report of one line for somebody who waits for a run, or None."""
    person = uow.people.get(standup.workspace, user_id)
    if person is None:
        return None
    running = uow.experiments.open_runs(standup.workspace)
    owner_of = _owners(uow, standup.workspace, {run.user for run in running})
    health = experiments.source(uow)
    return longest(
        [run for run in running if owner_of.get(run.user) == user_id],
        since(uow, standup.id, user_id, now),
        Reader(zone=person.zone, now=now, known_at=health.read_at or now if health else now),
    )


def jira_people(uow: UnitOfWork, workspace: str, user_id: str) -> list[tuple[str, str]]:
    """The accounts that were seen in projects that this person may see: id and name, by name."""
    seen = issue_sight.of_person(uow, workspace, user_id)
    return uow.issues.people(workspace, sorted(seen.projects))


def mlflow_users(uow: UnitOfWork, workspace: str) -> list[str]:
    """The users that were seen in MLflow, by name."""
    return uow.experiments.users(workspace)


def own_mlflow_users(uow: UnitOfWork, person: Person) -> list[str]:
    """Who this person is in MLflow: what they chose, else what fits them, by name."""
    if person.choices.mlflow_user:
        return [person.choices.mlflow_user]
    owner_of = _owners(uow, person.workspace, mlflow_users(uow, person.workspace))
    return [user for user, owner in owner_of.items() if owner == person.user_id]


def unknown_in_jira(uow: UnitOfWork, workspace: str) -> list[Person]:
    """People whose address is known, but not which account Jira has for it: participants of
    stand-ups with Jira projects, and whoever named an account themselves."""
    asked: set[str] = set()
    for standup in uow.standups.all(workspace):
        if projects(uow, standup):
            asked.update(standup.plan.participants)
    named = [p for p in uow.people.all(workspace) if p.choices.jira_account]
    people = {**uow.people.several(workspace, asked), **{p.user_id: p for p in named}}
    return [person for _, person in sorted(people.items()) if _is_unknown(person)]


def remember_jira(
    uow: UnitOfWork, workspace: str, user_id: str, account_id: str, name: str
) -> None:
    """Keep who somebody is in Jira, found by e-mail; what they chose themselves stays.

    The address of somebody of another company is that company's word: it proves nothing.
    """
    person = uow.people.locked(workspace, [user_id]).get(user_id)
    if person is None:
        return
    choices = person.choices
    if not choices.jira_account:
        choices = replace(choices, jira_account=account_id, jira_name=name)
    if not person.is_external:
        choices = replace(choices, jira_found=account_id)
    if choices != person.choices:
        uow.people.choose(workspace, user_id, choices)


def last_read(uow: UnitOfWork, workspace: str, projects: Sequence[str]) -> dict[str, datetime]:
    """When each source was last read well, by source; none: not in the mapping."""
    read = [p.read_at for p in uow.issues.progress(workspace) if p.project in projects]
    found = {issues.SOURCE: max(read)} if read else {}
    health = experiments.source(uow)
    if health and health.read_at:
        found[experiments.SOURCE] = health.read_at
    return found


def _issues(uow: UnitOfWork, person: Person, standup: Standup, start: datetime) -> Sequence[Found]:
    """What the stand-up's channel may see of it: there the report goes."""
    sight = issue_sight.of_channel(uow, standup.workspace, standup.channel)
    keys = [key for key in projects(uow, standup) if key in sight.projects]
    account = person.choices.jira_account
    if not account or not keys:
        return ()
    news = uow.issues.by_person(person.workspace, account, keys, start)
    seen = [issue for issue in news.issues if sight.sees(issue)]
    return prefill.issue_lines(replace(news, issues=tuple(map(sight.shown, seen))))


def _is_unknown(person: Person) -> bool:
    """Whether Jira is to be asked for their account; who is gone needs none."""
    if not person.email or person.deleted:
        return False
    choices = person.choices
    return not choices.jira_account or not (choices.jira_found or person.is_external)


def _owners(uow: UnitOfWork, workspace: str, users: Collection[str]) -> dict[str, str]:
    return owners(uow.people.all(workspace), users) if users else {}


def _ended_runs(
    uow: UnitOfWork, workspace: str, users: Sequence[str], start: datetime
) -> EndedRuns:
    runs = uow.experiments.ended_by(workspace, users, start)
    touched = {run.experiment_id for run in runs}
    known = {e.experiment_id: e for e in directions.experiments(uow, workspace)}
    return EndedRuns(
        runs=runs,
        parents=_ancestors(uow, workspace, runs),
        experiments=known,
        champions={
            i: experiments.champions(uow, workspace, known[i]) for i in touched if i in known
        },
    )


def _ancestors(uow: UnitOfWork, workspace: str, runs: Sequence[Run]) -> dict[str, Run]:
    found: dict[str, Run] = {}
    asked = {run.run_id for run in runs}
    wanted = {run.tags.get(PARENT_TAG, "") for run in runs} - asked - {""}
    while wanted:
        asked |= wanted
        above = [run for i in sorted(wanted) if (run := uow.experiments.run(workspace, i))]
        found |= {run.run_id: run for run in above}
        wanted = {run.tags.get(PARENT_TAG, "") for run in above} - asked - {""}
    return found


def _jira_notes(
    uow: UnitOfWork,
    person: Person,
    projects: Sequence[str],
    now: datetime,
    answered: Mapping[str, bool],
) -> Iterator[str]:
    if not projects:
        return
    health = next((each for each in uow.sources.health() if each.source == issues.SOURCE), None)
    read_at = last_read(uow, person.workspace, projects).get(issues.SOURCE)
    yield from _age(issues.SOURCE, health, read_at, person, now, answered)
    if read_at and not person.choices.jira_account:
        yield "I don't know who you are in Jira; `/meridian me` tells me."


def _mlflow_notes(
    uow: UnitOfWork, person: Person, unknown: bool, now: datetime, answered: Mapping[str, bool]
) -> Iterator[str]:
    """`unknown` says that they have no runs, and that some runs are nobody's."""
    health = experiments.source(uow)
    if health is None:
        return
    yield from _age(experiments.SOURCE, health, health.read_at, person, now, answered)
    if unknown:
        yield "I don't know who you are in MLflow; `/meridian me` tells me."


def _age(
    source: str,
    health: SourceHealth | None,
    read_at: datetime | None,
    person: Person,
    now: datetime,
    answered: Mapping[str, bool],
) -> Iterator[str]:
    """How old what is shown is, where that matters."""
    name = _NAMES[source]
    if read_at is None:
        yield f"{name} hasn't told me anything yet."
        return
    at = clock(read_at, now, person.zone)
    if health and health.down:
        yield f"{name} hasn't answered since {at}; what it told before that is here."
    elif not answered.get(source, True):
        yield f"{name} is slow right now; what is here is from {at}."
    elif source not in answered and now - read_at > _CURRENT:
        yield f"What I know from {name} is from {at}."
