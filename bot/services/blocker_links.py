"""What blockers wait for: finding what was typed, and how that stands in the mirrors.

How an issue stands is told where the blocker's channel may see it, and nowhere else.
"""

from collections.abc import Iterable
from dataclasses import replace

from bot.domain import blocker_link as links
from bot.domain.activity import Reference, ReferenceKind
from bot.domain.blocker import Blocker
from bot.errors import InvalidForm
from bot.ports.repositories import UnitOfWork
from bot.services.issues import sight

FIELD = "blocker_link"
"""The form's field for it."""

Link = tuple[Reference, str]
"""What is waited for, and how it stands; an empty state means that it isn't followed."""

_FEW = 2


def find(uow: UnitOfWork, workspace: str, channel: str, typed: str, text: str) -> Link | None:
    """What was typed as the link, else the first thing that the text names and the mirrors hold.

    `channel` is the blocker's. Raises InvalidForm where the link means nothing. An issue that isn't
    mirrored can be linked: it may belong to a project that nobody has asked me to read yet.
    """
    if typed.strip():
        return _typed(uow, workspace, channel, typed.strip())
    named = list(links.mentioned(text))
    known = states(uow, workspace, channel, named)
    return next(((_called(uow, workspace, w), known[w]) for w in named if w in known), None)


def states(
    uow: UnitOfWork, workspace: str, channel: str, things: Iterable[Reference]
) -> dict[Reference, str]:
    """How each of these stands, in the words of its source; what the mirrors lack, and what the
    channel may not see, is left out."""
    wanted = list(things)
    keys = sorted({w.key for w in wanted if w.kind is ReferenceKind.ISSUE})
    seen = sight.of_channel(uow, workspace, channel).only(uow.issues.by_keys(workspace, keys))
    issues = {issue.key: issue.status for issue in seen}
    found = {w: issues.get(w.key) or _state(uow, workspace, w) for w in wanted}
    return {what: state for what, state in found.items() if state}


def veiled(uow: UnitOfWork, blocker: Blocker) -> Blocker:
    """The blocker to be shown: of an issue that its channel may not see (any more), not how it
    stood when it was looked at, and neither key nor link where it may not even be named."""
    what = blocker.waits_for
    if what is None or what.kind is not ReferenceKind.ISSUE:
        return blocker
    if states(uow, blocker.workspace, blocker.channel, [what]):
        return blocker
    name = sight.called(uow, blocker.workspace, blocker.channel, what.key)
    shown = what if name == what.key else replace(what, key="", anchor=name)
    return replace(blocker, waits_for=shown, waits_state="", moved_to="")


def _state(uow: UnitOfWork, workspace: str, what: Reference) -> str:
    if what.kind is ReferenceKind.RUN:
        run = uow.experiments.run(workspace, links.run_id(what))
        return "" if run is None else run.status.lower() if run.status.ended else "running"
    if what.kind is ReferenceKind.DECISION:
        record = uow.decisions.get(workspace, int(what.key))
        return record.status.value if record else ""
    return ""


def _typed(uow: UnitOfWork, workspace: str, channel: str, typed: str) -> Link:
    what = links.read(typed) or _run(uow, workspace, typed)
    state = states(uow, workspace, channel, [what]).get(what, "")
    if what.kind is ReferenceKind.DECISION and not state:
        raise InvalidForm({FIELD: f"There is no {what.anchor}. `/decide list` shows the newest."})
    return _called(uow, workspace, what), state


def _run(uow: UnitOfWork, workspace: str, typed: str) -> Reference:
    found = uow.experiments.runs_called(workspace, typed, _FEW)
    exact = [run for run in found if typed.lower() in (run.run_id, run.name.lower())] or found
    if len(exact) == 1:
        return links.run(exact[0].experiment_id, exact[0].run_id, exact[0].name)
    if exact:
        raise InvalidForm({FIELD: "Several runs are called like that; type more of the run's id."})
    raise InvalidForm(
        {FIELD: "Type an issue such as CHURN-41, a run's name or id, or a decision such as D-12."}
    )


def _called(uow: UnitOfWork, workspace: str, what: Reference) -> Reference:
    """A pasted address of a run says nothing of its name."""
    if what.kind is not ReferenceKind.RUN:
        return what
    run = uow.experiments.run(workspace, links.run_id(what))
    return links.run(run.experiment_id, run.run_id, run.name or what.anchor) if run else what
