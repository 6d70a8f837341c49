"""What somebody means whose chain they ask for."""

import re
from difflib import get_close_matches

from bot.domain import blocker_link
from bot.domain.activity import ReferenceKind
from bot.domain.decisions.measure import Measure
from bot.domain.experiments.records import Run
from bot.domain.trace import Node, Thing
from bot.domain.wording import one_line
from bot.errors import NotFound
from bot.ports.repositories import UnitOfWork
from bot.services.alerts.version_samples import version_under
from bot.services.decisions import why
from bot.services.trace import models
from bot.services.trace.eyes import Eyes

EXAMPLES = "`CHURN-41`, `churn v14`, `D-12`, `H-9`, `A-31`, `B-4`, `G-3` or the name of a run"

_FEW = 3
_ALIKE = 50
# Elsewhere `d2` is D-2 too; a run may be called so.
_NUMBERED = re.compile(r"([DHABG])(-?)0*([1-9][0-9]{0,8})", re.IGNORECASE)
# https://docs.slack.dev/messaging/formatting-message-text, or what stands in our own examples
_WRAPPED = re.compile(r"<([^<>|]+)(?:\|[^<>]*)?>|`([^`]+)`")
_THINGS = {"D": Thing.DECISION, "H": Thing.HYPOTHESIS, "B": Thing.BLOCKER}


def meant(eyes: Eyes, typed: str) -> tuple[Node, str]:
    """The thing and what it is called.

    Raises NotFound with a sentence that says what to type, for what nobody knows and for what this
    reader can't see: the two look the same.
    """
    typed = typed.strip()
    if wrapped := _WRAPPED.fullmatch(typed):
        typed = (wrapped[1] or wrapped[2]).strip()
    numbered = _NUMBERED.fullmatch(typed)
    if numbered and (numbered[2] or not _called(eyes, typed)):
        return _numbered(eyes, numbered[1].upper(), int(numbered[3]))
    what = blocker_link.read(typed)
    if what is not None and what.kind is ReferenceKind.RUN:
        return _run(eyes, blocker_link.run_id(what), typed)
    if what is not None and what.kind is ReferenceKind.ISSUE:
        if _sees_issue(eyes, what.key):
            return Node(thing=Thing.ISSUE, key=what.key), what.key
        if "://" in typed:
            raise NotFound(f"I see no {what.key} in Jira. I know {EXAMPLES}.")
    return _of_mlflow(eyes, typed)


def _numbered(eyes: Eyes, letter: str, number: int) -> tuple[Node, str]:
    ref = f"{letter}-{number}"
    uow, workspace = eyes.uow, eyes.workspace
    if letter == "A":
        incidents = uow.alerts.of_rule(workspace, number, 1)
        if incidents and eyes.incident(incidents[0]):
            return Node(thing=Thing.INCIDENT, key=incidents[0].id), ref
        raise NotFound(
            f"Nothing that I can show you has set off {ref}. `/alert list` shows alerts."
        )
    if letter == "G":
        return _of_goal(eyes, number)
    if not _sees(eyes, letter, number):
        raise _unseen(ref)
    return Node(thing=_THINGS[letter], key=str(number)), ref


def _of_goal(eyes: Eyes, number: int) -> tuple[Node, str]:
    """The version that stands for it now."""
    goal = eyes.uow.goals.get(eyes.workspace, number)
    if goal is None or not eyes.goal(goal):
        raise _unseen(f"G-{number}")
    by = goal.measured
    if not isinstance(by, Measure):
        raise NotFound(
            f"{goal.ref} is measured by the best run of {by.experiment}, not by a model: "
            "name a run of it."
        )
    version = version_under(eyes.uow, eyes.workspace, by.model, by.alias)
    if version is None:
        raise NotFound(f"{goal.ref} is measured by {by.alias} of {by.model}, and nothing is now.")
    stands = f"v{version}, {by.alias} of {by.model}"
    return models.node(by.model, version), f"{goal.ref} {one_line(goal.objective, 60)}: {stands}"


def _unseen(ref: str) -> NotFound:
    return NotFound(f"I know no {ref}, or it belongs to a private channel that you aren't in.")


def _sees(eyes: Eyes, letter: str, number: int) -> bool:
    uow, workspace = eyes.uow, eyes.workspace
    if letter == "D":
        record = uow.decisions.get(workspace, number)
        return record is not None and eyes.decision(record)
    if letter == "H":
        hypothesis = uow.hypotheses.get(workspace, number)
        return hypothesis is not None and eyes.hypothesis(hypothesis)
    blocker = uow.blockers.get(workspace, number)
    return blocker is not None and eyes.blocker(blocker)


def _sees_issue(eyes: Eyes, key: str) -> bool:
    found = eyes.uow.issues.by_keys(eyes.workspace, [key])
    return bool(found) and eyes.issue(found[0])


def _of_mlflow(eyes: Eyes, typed: str) -> tuple[Node, str]:
    """A run by its whole id or name first, for a name may look like a version's."""
    runs = eyes.uow.experiments.runs_called(eyes.workspace, typed, _FEW) if typed else []
    if exact := _called(eyes, typed):
        return _only(exact, typed)
    try:
        subject = why.subject(eyes.uow, eyes.viewer, typed)
    except NotFound as unknown:
        if runs:
            return _only(runs, typed)
        raise NotFound(_unknown(eyes.uow, eyes.workspace, typed)) from unknown
    if subject is None:
        raise NotFound(_unknown(eyes.uow, eyes.workspace, typed))
    version = subject.version or version_under(
        eyes.uow, eyes.workspace, subject.model, subject.alias
    )
    if version is None:
        raise NotFound(
            f"Nothing is {subject.alias} of {subject.model} now; "
            f"name a version, such as `{subject.model} v14`."
        )
    return models.node(subject.model, version), f"v{version} of {subject.model}"


def _called(eyes: Eyes, typed: str) -> list[Run]:
    """The runs of just that id or name."""
    runs = eyes.uow.experiments.runs_called(eyes.workspace, typed, _FEW) if typed else []
    return [run for run in runs if typed.lower() in (run.run_id, run.name.lower())]


def _run(eyes: Eyes, run_id: str, typed: str) -> tuple[Node, str]:
    run = eyes.uow.experiments.run(eyes.workspace, run_id)
    if run is None:
        raise NotFound("I know no run of that address; what MLflow logged just now comes later.")
    return _only([run], typed)


def _only(runs: list[Run], typed: str) -> tuple[Node, str]:
    if len(runs) > 1:
        ids = " and ".join(f"`{run.run_id[:12]}`" for run in runs[:2])
        raise NotFound(f"Several runs are called {typed}, such as {ids}; type the id of one.")
    run = runs[0]
    return Node(thing=Thing.RUN, key=run.run_id), f"run {run.name or run.run_id[:8]}"


def _unknown(uow: UnitOfWork, workspace: str, typed: str) -> str:
    runs = uow.experiments.runs_called(workspace, typed[:2], _ALIKE) if typed else []
    known = uow.experiments.models(workspace)
    called = [*(run.name for run in runs), *(model.name for model in known)]
    names = {name.casefold(): name for name in called}
    close = get_close_matches(typed.casefold(), names, n=1, cutoff=0.6)
    guess = f" Did you mean {names[close[0]]}?" if close else ""
    return f"I don't know {typed}.{guess} I follow {EXAMPLES}."
