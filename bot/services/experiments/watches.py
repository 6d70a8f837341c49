"""Watching and not watching any more: experiments, people and registered models."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches

from bot.domain.accounts import owners
from bot.domain.experiments.watches import Target, Wanted, Watch, WatchKind, is_person
from bot.domain.wording import one_line
from bot.errors import NotFound, NotPermitted
from bot.ports.repositories import UnitOfWork
from bot.services.experiments import held_news, pages

_SIMILAR = 0.6
_GUESSES = 3
_MOST = 100
_NAME = 60
# A button's value holds it.
_USER = 250
_MARKS = str.maketrans("", "", "`*_~")


@dataclass(frozen=True, kw_only=True)
class Watching:
    """What a channel (none in a direct message) and a person watch."""

    channel: Sequence[Watch]
    mine: Sequence[Watch]


@dataclass(frozen=True, kw_only=True)
class Changed:
    """What became of a wish: `done` is False where nothing had to change."""

    watcher: str
    target: Target
    watching: bool
    done: bool


def listing(uow: UnitOfWork, workspace: str, channel: str, user_id: str) -> Watching:
    """What is watched here and by this person."""
    return Watching(
        channel=uow.watches.of(workspace, channel) if channel else (),
        mine=uow.watches.of(workspace, user_id),
    )


def watch(
    uow: UnitOfWork, workspace: str, watcher: str, wanted: Wanted, by: str, now: datetime
) -> Changed:
    """Let a channel or a person hear of what was named.

    Raises NotFound with the nearest names, NotPermitted for guests and people from outside.
    """
    return watch_target(uow, workspace, watcher, find(uow, workspace, wanted), by, now)


def watch_target(
    uow: UnitOfWork, workspace: str, watcher: str, target: Target, by: str, now: datetime
) -> Changed:
    """The same for what was found already."""
    _require_colleague(uow, workspace, by)
    if len(uow.watches.of(workspace, watcher)) >= _MOST:
        raise NotPermitted(
            f"{_MOST} watches are enough for one place. `/experiment watch` lists them; take one "
            "away first."
        )
    wish = Watch(workspace=workspace, watcher=watcher, target=target, by=by, since=now)
    return Changed(watcher=watcher, target=target, watching=True, done=uow.watches.add(wish))


def unwatch(uow: UnitOfWork, workspace: str, watcher: str, wanted: Wanted, by: str) -> Changed:
    """Let it hear no more of what was named; raises as `watch`."""
    known = uow.watches.of(workspace, watcher)
    named = [each.target for each in known if _is_meant(each.target, wanted)]
    target = named[0] if named else find(uow, workspace, wanted)
    return unwatch_target(uow, workspace, watcher, target, by)


def unwatch_target(
    uow: UnitOfWork, workspace: str, watcher: str, target: Target, by: str
) -> Changed:
    """The same for what was found already."""
    _require_colleague(uow, workspace, by)
    done = uow.watches.remove(workspace, watcher, target)
    if is_person(watcher):
        held_news.keep_watched(uow, workspace, watcher)
    return Changed(watcher=watcher, target=target, watching=False, done=done)


def toggle(
    uow: UnitOfWork, workspace: str, user_id: str, experiment_id: str, now: datetime
) -> Changed:
    """The button of an experiment: a person begins to watch it, or stops; raises NotFound."""
    target = named(
        uow,
        workspace,
        Target(kind=WatchKind.EXPERIMENT, key=experiment_id, name=experiment_id),
    )
    known = uow.watches.of(workspace, user_id)
    if any((w.target.kind, w.target.key) == (target.kind, target.key) for w in known):
        return unwatch_target(uow, workspace, user_id, target, user_id)
    return watch_target(uow, workspace, user_id, target, user_id, now)


def find(uow: UnitOfWork, workspace: str, wanted: Wanted) -> Target:
    """What was named: an experiment first, then a model, then a person; raises NotFound."""
    if wanted.user_id:
        return _person(uow, workspace, wanted.user_id)
    target = (
        _experiment(uow, workspace, wanted.name)
        or _model(uow, workspace, wanted.name)
        or _user(uow, workspace, wanted.name)
    )
    if target is None:
        raise NotFound(_unknown(uow, workspace, wanted.name))
    return target


def named(uow: UnitOfWork, workspace: str, target: Target) -> Target:
    """A target with its name as it is now; raises NotFound where it is gone."""
    match target.kind:
        case WatchKind.PERSON:
            return _person(uow, workspace, target.key)
        case WatchKind.EXPERIMENT:
            names = {one.experiment_id: one.name for one in uow.experiments.all(workspace)}
        case WatchKind.MODEL:
            names = {model.name: model.name for model in uow.experiments.models(workspace)}
        case WatchKind.USER:
            names = {user: user for user in uow.experiments.users(workspace)}
    if target.key not in names:
        raise NotFound("MLflow doesn't show me that any more.")
    return replace(target, name=names[target.key])


def _is_meant(target: Target, wanted: Wanted) -> bool:
    if wanted.user_id:
        return target.key == wanted.user_id
    return wanted.name.casefold() in (target.name.casefold(), target.key.casefold())


def _experiment(uow: UnitOfWork, workspace: str, typed: str) -> Target | None:
    found = pages.match(uow.experiments.all(workspace), typed)
    if found is None:
        return None
    return Target(kind=WatchKind.EXPERIMENT, key=found.experiment_id, name=found.name)


def _model(uow: UnitOfWork, workspace: str, typed: str) -> Target | None:
    wanted = {typed.casefold(), html.unescape(typed).casefold()}
    for model in uow.experiments.models(workspace):
        if model.name.casefold() in wanted:
            return Target(kind=WatchKind.MODEL, key=model.name, name=model.name)
    return None


def _user(uow: UnitOfWork, workspace: str, typed: str) -> Target | None:
    for user in uow.experiments.users(workspace):
        if len(user) <= _USER and user.casefold() == typed.casefold():
            owner = owners(uow.people.all(workspace), [user]).get(user)
            if owner:
                return _person(uow, workspace, owner)
            return Target(kind=WatchKind.USER, key=user, name=user)
    return None


def _person(uow: UnitOfWork, workspace: str, user_id: str) -> Target:
    person = uow.people.get(workspace, user_id)
    if person is None or person.is_bot or person.deleted:
        raise NotFound("I don't know that person. Type the name of their account in MLflow.")
    return Target(kind=WatchKind.PERSON, key=user_id, name=person.name)


def _unknown(uow: UnitOfWork, workspace: str, typed: str) -> str:
    names = [one.name for one in uow.experiments.all(workspace)]
    names += [model.name for model in uow.experiments.models(workspace)]
    names += uow.experiments.users(workspace)
    shown = _shown(typed)
    guesses = _nearest(typed, dict.fromkeys(names))
    if not guesses:
        return f"I don't know *{shown}*. `/experiment list` shows what MLflow has."
    meant = " or ".join(f"`/experiment watch {_shown(guess)}`" for guess in guesses)
    return f"I don't know *{shown}*. Did you mean {meant}?"


def _shown(text: str) -> str:
    """Outside text that leaves the marks around it whole."""
    return one_line(text.translate(_MARKS), _NAME)


def _nearest(typed: str, names: Iterable[str]) -> Sequence[str]:
    spelled = {name.casefold(): name for name in names}
    found = get_close_matches(typed.casefold(), spelled, n=_GUESSES, cutoff=_SIMILAR)
    return [spelled[key] for key in found]


def _require_colleague(uow: UnitOfWork, workspace: str, user_id: str) -> None:
    person = uow.people.get(workspace, user_id)
    if person is None:
        raise NotPermitted("I don't know you yet, so I can't let you set what is watched here.")
    if not person.can_take_part:
        raise NotPermitted("Guests and people from outside can't set what is watched here.")
