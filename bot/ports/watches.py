"""Watches, the notices that they bring, what was announced, and the pulse of running runs."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.experiments.notices import End, Notice
from bot.domain.experiments.records import Run
from bot.domain.experiments.registry_news import Announced
from bot.domain.experiments.stalls import Pulse
from bot.domain.experiments.watches import Target, Watch


class Watches(Protocol):
    """Who watches what."""

    def add(self, watch: Watch) -> bool:
        """Store it; False if that watcher watches that target already."""
        ...

    def remove(self, workspace: str, watcher: str, target: Target) -> bool:
        """Forget it; whether there was one."""
        ...

    def of(self, workspace: str, watcher: str) -> list[Watch]:
        """What a channel or a person watches, by kind and name."""
        ...

    def all(self, workspace: str) -> list[Watch]:
        """Every watch, oldest first."""
        ...


class Notices(Protocol):
    """What watchers were told, and which runs and models were looked at for them."""

    def save(self, notice: Notice) -> None:
        """Insert or replace one."""
        ...

    def of_topic(self, workspace: str, watcher: str, topic: str, since: datetime) -> list[Notice]:
        """Those of a watcher and topic that were opened since then, the latest first."""
        ...

    def held(self, workspace: str, watcher: str) -> list[Notice]:
        """Those that wait for the person's next working hours, oldest first."""
        ...

    def in_message(self, workspace: str, message: str) -> list[Notice]:
        """Those that a message stands for, oldest first."""
        ...

    def drop_held(self, workspace: str, watcher: str) -> None:
        """Forget what waits for a person."""
        ...

    def first_look(self, workspace: str, end: End, now: datetime) -> bool:
        """Remember that this end of a run was looked at; False if it was before."""
        ...

    def looked_at(self, workspace: str, since: datetime) -> set[End]:
        """The ends of runs that were looked at since then."""
        ...

    def forget(self, before: datetime) -> None:
        """Drop what was looked at before then."""
        ...

    def announced(self, workspace: str) -> Mapping[str, Announced]:
        """What of each registered model was announced, by name."""
        ...

    def announce(self, workspace: str, models: Iterable[Announced]) -> None:
        """Replace what was announced of these models."""
        ...

    def unannounce(self, workspace: str, names: Collection[str]) -> None:
        """Forget what was announced of these models."""
        ...


class Pulses(Protocol):
    """What was seen of running runs."""

    def save(self, pulse: Pulse) -> None:
        """Insert or replace one."""
        ...

    def get(self, workspace: str, run_id: str) -> Pulse | None:
        """One, or None."""
        ...

    def all(self, workspace: str) -> dict[str, Pulse]:
        """Every pulse by run id."""
        ...

    def in_message(self, workspace: str, message: str) -> list[Pulse]:
        """Those that a person was asked about by one message, by run id."""
        ...

    def in_batch(self, workspace: str, experiment_id: str, batch: int) -> list[Pulse]:
        """Those that one line in channels is about, by run id."""
        ...

    def drop(self, workspace: str, run_ids: Collection[str]) -> None:
        """Forget these."""
        ...


class Families(Protocol):
    """Runs by their ids and by the runs above them."""

    def several(self, workspace: str, run_ids: Collection[str]) -> dict[str, Run]:
        """Those of `run_ids` that are mirrored, by id."""
        ...

    def children(
        self, workspace: str, experiment_ids: Collection[str], parents: Sequence[str]
    ) -> list[Run]:
        """Mirrored runs of these experiments right below one of `parents`, earliest start first."""
        ...
