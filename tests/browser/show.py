"""The demo as its own process, as `make demo` starts it."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from demo.mlflow_server import PYTHON, ROOT, free_port

START_DEADLINE = 300.0
STOP_DEADLINE = 60.0
_WELCOME = re.compile(
    r"Open (?P<page>\S+) in.*MLflow: (?P<mlflow>\S+) .*Logs: (?P<logs>\S+).*Ctrl-C stops", re.DOTALL
)


@dataclass(frozen=True, kw_only=True)
class Show:
    """The running demo's page, its MLflow server and the folder of its logs."""

    page: str
    mlflow: str
    logs: Path

    async def evaluate(self, what: str) -> None:
        """Log one more evaluation of the champion: `--regress` or `--recover`."""
        script = str(ROOT / "demo/train.py")
        process = await asyncio.create_subprocess_exec(
            *(str(PYTHON), script, "--tracking-uri", self.mlflow, what),
            stdout=asyncio.subprocess.DEVNULL,
        )
        assert await process.wait() == 0


@asynccontextmanager
async def running_show() -> AsyncIterator[Show]:
    """The demo from its welcome on; ending it must leave no process and no file."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "demo", "--port", str(free_port()), "--regress-after", "5"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        show = await asyncio.wait_for(_welcome(process), START_DEADLINE)
        yield show
    finally:
        alive = process.returncode is None
        started = psutil.Process(process.pid).children(recursive=True) if alive else []
        if alive:
            process.terminate()
        code = await asyncio.wait_for(process.wait(), STOP_DEADLINE)
    left = [child for child in started if child.is_running()]
    assert (code, left, show.logs.exists()) == (0, [], False)


async def _welcome(process: asyncio.subprocess.Process) -> Show:
    assert process.stdout is not None
    said = ""
    while not (found := _WELCOME.search(said)):
        line = await process.stdout.readline()
        assert line, f"The demo ended before it was ready:\n{said}"
        said += line.decode()
    return Show(page=found["page"], mlflow=found["mlflow"], logs=Path(found["logs"]))
