"""The MLflow server of the promotions trial, which is really stopped and started again."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx

from bot.domain.decisions.promotion import VERSION_TAG
from demo.mlflow_server import free_port, running_server
from tests.standins.mlflow import MlflowServer
from tests.trials.registry_line import RegistryLine

VERSIONS = 4


class Registry:
    """An MLflow server with models, and how to make it unreachable.

    With `shared` it is that one, and the line to it is cut.
    """

    def __init__(self, folder: Path, shared: MlflowServer | None, names: Sequence[str]) -> None:
        self._folder = folder
        self._port = free_port()
        self._shared = shared
        self._running: AbstractContextManager[str] | None = None
        self._names = names

    @property
    def url(self) -> str:
        """The same before and after an outage."""
        return self._shared.url if self._shared else f"http://127.0.0.1:{self._port}"

    async def start(self, line: RegistryLine | None = None) -> None:
        """Serve."""
        if line is not None:
            line.cut = False
        if self._shared is None:
            self._running = running_server(port=self._port, folder=self._folder)
            await asyncio.to_thread(self._running.__enter__)

    async def stop(self, line: RegistryLine | None = None) -> None:
        """Be gone: a server of our own really is."""
        if line is not None:
            line.cut = self._shared is not None
        running, self._running = self._running, None
        if running is not None:
            await asyncio.to_thread(running.__exit__, None, None, None)

    def register(self) -> None:
        """Give every model its versions; the first is the champion."""
        with self._hand() as hand:
            run_id = hand.run(hand.experiment())
            for name in self._names:
                numbers = [hand.model_version(name, run_id) for _ in range(VERSIONS)]
                hand.set_alias(name, "champion", numbers[0])

    def champion(self, model: str) -> int:
        """Where the registry's own alias points."""
        with self._hand() as hand:
            found = hand.get("registered-models/get", name=model)["registered_model"]["aliases"]
            return int(next(each["version"] for each in found if each["alias"] == "champion"))

    def tag(self, model: str, version: int) -> str:
        """Which decision the registry names for a version."""
        with self._hand() as hand:
            found = hand.get("model-versions/get", name=model, version=str(version))
            tags = found["model_version"].get("tags", [])
            return next((str(tag["value"]) for tag in tags if tag["key"] == VERSION_TAG), "")

    @contextmanager
    def _hand(self) -> Iterator[MlflowServer]:
        """A connection of its own: one from before an outage is broken."""
        with httpx.Client(base_url=f"{self.url}/api/2.0/mlflow/", timeout=20) as client:
            yield MlflowServer(url=self.url, folder=self._folder, client=client)
