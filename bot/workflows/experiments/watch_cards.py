"""The messages that watching brings, as of when they are sent."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from bot.domain.experiments.records import Experiment
from bot.domain.experiments.stalls import Pulse
from bot.domain.experiments.watches import is_person
from bot.domain.links import Links
from bot.ports.chat import Message
from bot.ports.repositories import UnitOfWork
from bot.services import availability
from bot.services.experiments import news_contents, stalls, telling, timely
from bot.views.experiments import run_news, silent
from bot.views.experiments.silent import Silent
from bot.workflows.cards import Card


def silent_runs(
    uow: UnitOfWork, workspace: str, pulses: Iterable[Pulse], now: datetime
) -> list[Silent]:
    """What is to be shown of these runs; those that the mirror lost are left out."""
    found = []
    known = {one.experiment_id: one for one in uow.experiments.all(workspace)}
    for pulse in pulses:
        run = uow.experiments.run(workspace, pulse.run_id)
        if run is None:
            continue
        owner = stalls.owner_of(uow, workspace, run)
        said = uow.people.get(workspace, pulse.by) if pulse.by else None
        found.append(
            Silent(
                pulse=pulse,
                run=run,
                experiment=known.get(run.experiment_id)
                or Experiment(experiment_id=run.experiment_id, name=run.experiment_id),
                who=owner.name if owner else run.user,
                asks_at=availability.next_present(uow, owner, now) if owner else None,
                said_by=said.name if said else "",
            )
        )
    return found


def _news(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    """Nobody is told who isn't at work any more: it joins what the next morning brings."""
    message, watcher = str(subject["message"]), str(subject["watcher"])
    if is_person(watcher):
        person = uow.people.get(workspace, watcher)
        if not timely.may_show(uow, person, message, now):
            return None
    told = news_contents.contents(
        uow, workspace, message, watcher, gathered=bool(subject["gathered"])
    )
    return run_news.telling(told, links) if told else None


def _question(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    """Nobody is asked who isn't at work any more: they are when they next are."""
    message = str(subject["message"])
    person = uow.people.get(workspace, str(subject["person"]))
    if not timely.may_show(uow, person, message, now):
        return None
    pulses = uow.pulses.in_message(workspace, message)
    shown = silent_runs(uow, workspace, pulses, now)
    return silent.question(shown, links) if shown else None


def _line(
    uow: UnitOfWork, workspace: str, subject: Mapping[str, Any], now: datetime, links: Links
) -> Message | None:
    experiment, batch = str(subject["experiment"]), int(subject["batch"])
    pulses = uow.pulses.in_batch(workspace, experiment, batch)
    shown = silent_runs(uow, workspace, pulses, now)
    return silent.line(shown, links) if shown else None


CARDS: dict[str, Card] = {
    telling.CARD: _news,
    stalls.CARD_ASK: _question,
    stalls.CARD_LINE: _line,
}
