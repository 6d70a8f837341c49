"""Which news share a message: a watcher gets at most one new message per topic and cooldown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.experiments.records import Run
from bot.domain.experiments.registry_news import RegistryFact

COOLDOWN = timedelta(minutes=10)
# A sweep that runs longer than this gets a second message.
REMEMBERED = timedelta(days=30)

End = tuple[str, str]
"""A run's id and when it ended, as text: a run that is resumed ends again."""


@dataclass(frozen=True, kw_only=True)
class News:
    """What is new for one watcher in one topic: run ids, root run ids of sweeps of which a run has
    ended, and changes in the registry."""

    runs: tuple[str, ...] = ()
    sweeps: tuple[str, ...] = ()
    facts: tuple[RegistryFact, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.runs or self.sweeps or self.facts)


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What one message tells a watcher about a topic (`experiment:1`, `model:churn`).

    `message` is the id of the delivery, empty while it waits for the person's next working hours;
    one message may stand for several notices. `opened_at` is aware UTC.
    """

    workspace: str
    id: str
    watcher: str
    topic: str
    opened_at: datetime
    message: str = ""
    news: News

    def with_news(self, news: News) -> "Notice":
        """The same with more in it, each once."""
        merged = News(
            runs=_union(self.news.runs, news.runs),
            sweeps=_union(self.news.sweeps, news.sweeps),
            facts=tuple(dict.fromkeys((*self.news.facts, *news.facts))),
        )
        return replace(self, news=merged)

    def takes(self, now: datetime) -> bool:
        """Whether other news may still join: it waits, or it is younger than the cooldown."""
        return not self.message or now - self.opened_at < COOLDOWN


@dataclass(frozen=True, kw_only=True)
class Folded:
    """Notices that have more to tell now, and what needs a message of its own."""

    changed: tuple[Notice, ...]
    fresh: News


def fold(notices: Sequence[Notice], news: News, now: datetime) -> Folded:
    """Find the message for each piece of news; `notices` are of one watcher and topic, the latest
    first.

    A sweep stays in the message that told of it first, also when nothing of it runs any more: a
    script may start one child after the other.
    """
    changed: dict[str, Notice] = {}
    left = []
    for root in news.sweeps:
        holder = next((notice for notice in notices if root in notice.news.sweeps), None)
        if holder is None:
            left.append(root)
            continue
        changed.setdefault(holder.id, holder)
    rest = replace(news, sweeps=tuple(left))
    host = next((notice for notice in notices if notice.takes(now)), None)
    if rest and host is not None:
        changed[host.id] = changed.get(host.id, host).with_news(rest)
        rest = News()
    return Folded(changed=tuple(changed.values()), fresh=rest)


def of_experiment(experiment_id: str) -> str:
    """The topic of an experiment's runs."""
    return f"experiment:{experiment_id}"


def of_model(model: str) -> str:
    """The topic of a registered model."""
    return f"model:{model}"


def experiment_of(topic: str) -> str:
    """The experiment's id, empty for a model's topic."""
    kind, _, key = topic.partition(":")
    return key if kind == "experiment" else ""


def end_of(run: Run) -> End:
    """Which end of the run this is."""
    return run.run_id, run.ended_at.isoformat() if run.ended_at else ""


def subject_of(topic: str) -> str:
    """The experiment's id or the model's name."""
    return topic.partition(":")[2]


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*first, *second)))
