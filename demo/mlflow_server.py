"""A real MLflow server on this machine, from the second environment `.venv-mlflow`.

Run as a script it serves until interrupted; tests and the demo use `running_server`. Only the
standard library is imported, so either environment can run it.
"""

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".venv-mlflow" / "bin" / "python"
# Linux hands out ephemeral ports from 32768 up: a server port below can't be lost to one.
PORTS = range(20000, 32000)
LOG_TAIL = 4000


class ServerFailed(RuntimeError):
    """The server did not start; the text ends with the tail of its log."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 below 32768 that nobody listens on now."""
    for port in random.sample(PORTS, 200):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerFailed("No free port between 20000 and 32000.")


@contextmanager
def running_server(
    *, port: int | None = None, folder: Path | None = None, deadline: float = 90.0
) -> Iterator[str]:
    """The base URL of a server that answers `/health`; leaves no process behind, and no file
    where `folder` is not given.

    `deadline` is in seconds. Raises `ServerFailed`.
    """
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield from _serve(port or free_port(), folder, deadline)
        return
    with tempfile.TemporaryDirectory(prefix="meridian-mlflow-") as scratch:
        yield from _serve(port or free_port(), Path(scratch), deadline)


def _serve(port: int, folder: Path, deadline: float) -> Iterator[str]:
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            _command(port, folder),
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_healthy(url, process, log, time.monotonic() + deadline)
        yield url
    finally:
        _stop_group(process)


def _command(port: int, folder: Path) -> list[str]:
    return [
        str(PYTHON), "-m", "mlflow", "server",
        "--host", "127.0.0.1", "--port", str(port), "--workers", "1",
        "--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}",
        "--artifacts-destination", str(folder / "artifacts"),
    ]  # fmt: skip


def _environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
    return kept | {
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "TMPDIR": str(folder),
    }


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path, end: float) -> None:
    while not _healthy(url):
        if process.poll() is not None:
            raise ServerFailed(f"MLflow ended with {process.returncode}.\n{_tail(log)}")
        if time.monotonic() > end:
            raise ServerFailed(f"MLflow did not get ready in time.\n{_tail(log)}")
        time.sleep(0.1)


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _tail(log: Path) -> str:
    return log.read_text(errors="replace")[-LOG_TAIL:]


def _stop_group(process: subprocess.Popen[bytes], patience: float = 5.0) -> None:
    """Ends every process of the server's group and waits until they are gone."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not _signal_group(process.pid, number):
            break
        end = time.monotonic() + patience
        while time.monotonic() < end and _signal_group(process.pid, 0):
            process.poll()
            time.sleep(0.02)
    process.wait(timeout=patience)


def _signal_group(group: int, number: int) -> bool:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return False
    return True


def main() -> None:
    """Serves until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(description="Serve MLflow on 127.0.0.1.")
    parser.add_argument("--port", type=int, default=5000)
    parser.add_argument("--folder", type=Path, help="where to keep data (default: nowhere)")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with running_server(port=arguments.port, folder=arguments.folder) as url:
        print(f"MLflow is ready at {url}", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            print("MLflow stops.", flush=True)


if __name__ == "__main__":
    main()
