"""Hypotheses as lists, digests and App Home show them."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.domain.decisions.sight import Viewer
from bot.domain.experiments.hypotheses import Hypothesis, HypothesisState
from bot.domain.experiments.hypothesis_detail import HypothesesNews, HypothesisDetail
from bot.domain.experiments.records import Experiment
from bot.ports.repositories import UnitOfWork
from bot.services.decisions import sight
from bot.services.experiments import hypotheses, pages

LISTED = 15
# A digest shows fewer; of more it isn't worth reading the runs.
_IN_DIGEST = 8

Shown = Callable[[Hypothesis], bool]


def listed(
    uow: UnitOfWork, viewer: Viewer, state: HypothesisState | None
) -> tuple[Sequence[HypothesisDetail], bool]:
    """The newest ones that this person may see, and whether there are more."""
    seen = sight.of(uow, viewer)
    found = uow.hypotheses.listed(viewer.workspace, seen, state, LISTED + 1)
    return [hypotheses.detail(uow, each) for each in found[:LISTED]], len(found) > LISTED


def experiments(uow: UnitOfWork, workspace: str) -> list[Experiment]:
    """Those that a hypothesis may be about, the liveliest first."""
    return [experiment for experiment, _ in pages.overview(uow, workspace).experiments]


def asked_of(uow: UnitOfWork, workspace: str, user_id: str) -> list[HypothesisDetail]:
    """Those whose verdict this person was asked for and hasn't given, by number."""
    waiting = [
        each
        for each in uow.hypotheses.open(workspace)
        if each.asking is not None and each.asking.person == user_id
    ]
    return [hypotheses.detail(uow, each) for each in waiting]


def of_week(
    uow: UnitOfWork, workspace: str, shown: Shown, since: datetime, until: datetime
) -> HypothesesNews:
    """Those that are open and those that got a verdict in (since, until], of what is shown."""
    open_now = [each for each in uow.hypotheses.open(workspace) if shown(each)]
    return HypothesesNews(
        open=[hypotheses.detail(uow, each) for each in open_now[:_IN_DIGEST]],
        tested=learned(uow, workspace, shown, since, until),
    )


def learned(
    uow: UnitOfWork, workspace: str, shown: Shown, since: datetime, until: datetime
) -> tuple[HypothesisDetail, ...]:
    """Those that got a verdict in (since, until]; what was given up taught nothing."""
    decided = uow.hypotheses.decided_between(workspace, since, until)
    told = [h for h in decided if h.state is not HypothesisState.ABANDONED and shown(h)]
    return tuple(hypotheses.detail(uow, each) for each in told[:_IN_DIGEST])
