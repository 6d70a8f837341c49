"""Who wants to hear of which experiment, person or model."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.experiments.records import Run


class WatchKind(StrEnum):
    """What is watched: a person is somebody in Slack, a user an account of MLflow that is nobody's
    that we know."""

    EXPERIMENT = "experiment"
    PERSON = "person"
    USER = "user"
    MODEL = "model"


@dataclass(frozen=True, kw_only=True)
class Target:
    """What can be watched; `key` is an experiment's id, a user id, an MLflow user or a model's
    name, `name` is how people call it (outside text)."""

    kind: WatchKind
    key: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Watch:
    """A channel or a person (`watcher`, Slack's id) that wants to hear of a target.

    `by` set it up, at `since` (aware UTC): what ended before is no news for it.
    """

    workspace: str
    watcher: str
    target: Target
    by: str
    since: datetime

    @property
    def personal(self) -> bool:
        """Whether a person watches for themselves."""
        return is_person(self.watcher)

    def covers(self, run: Run, owner_of: Mapping[str, str]) -> bool:
        """Whether a run is news here; `owner_of` says whose MLflow's users are."""
        match self.target.kind:
            case WatchKind.EXPERIMENT:
                return run.experiment_id == self.target.key
            case WatchKind.PERSON:
                return owner_of.get(run.user) == self.target.key
            case WatchKind.USER:
                return run.user == self.target.key
            case WatchKind.MODEL:
                return False


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody typed after `watch`: a user id if they named a person, else a name; `mine`
    says that they meant themselves, whatever the channel."""

    user_id: str = ""
    name: str = ""
    mine: bool = False


# https://docs.slack.dev/interactivity/implementing-slash-commands: escaped mentions
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_FOR_ME = re.compile(r"(?:^|\s)(?:for\s+)?me\s*$", re.IGNORECASE)
_PERSON = re.compile(r"[UW][A-Z0-9]+")


def is_person(watcher: str) -> bool:
    """Whether Slack's id is a person's, not a conversation's."""
    return _PERSON.fullmatch(watcher) is not None


def wanted(typed: str) -> Wanted:
    """`churn`, `churn me`, `@lena`, `@lena for me`; a lone `me` names nothing."""
    name = _FOR_ME.sub("", typed).strip()
    mine = name != typed.strip()
    mention = _MENTION.fullmatch(name)
    if mention:
        return Wanted(user_id=mention[1], mine=mine)
    return Wanted(name=name.removeprefix("@"), mine=mine)


def watchers(watches: Sequence[Watch], run: Run, owner_of: Mapping[str, str]) -> tuple[str, ...]:
    """Who is told of a run, each once however many of their watches it meets."""
    return tuple(dict.fromkeys(w.watcher for w in watches if w.covers(run, owner_of)))
