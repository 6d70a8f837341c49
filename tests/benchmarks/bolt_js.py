"""A Bolt JS app to compare with: fetched into a folder of its own, no part of Meridian."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from handlers.registry import all_routes
from tests.benchmarks.load import SECRET, Server, start

VERSION = "5.1.0"
_APP = Path(__file__).with_name("bolt_app.js")
_FETCH_SECONDS = 300


def fetched() -> Path | None:
    """A folder with @slack/bolt, fetched once; None where there is no npm or no registry."""
    folder = Path(tempfile.gettempdir()) / f"meridian-bench-bolt-js-{VERSION}"
    if (folder / "ready").exists():
        return folder
    if not shutil.which("npm") or not shutil.which("node"):
        return None
    folder.mkdir(exist_ok=True)
    words = ["npm", "install", "--no-audit", "--no-fund", "--silent", f"@slack/bolt@{VERSION}"]
    try:
        subprocess.run(words, cwd=folder, check=True, timeout=_FETCH_SECONDS)
    except (subprocess.SubprocessError, OSError) as error:
        print(f"@slack/bolt could not be fetched: {error}", file=sys.stderr)
        return None
    (folder / "ready").touch()
    return folder


def routed(*, alone: bool = False) -> dict[str, list[str]]:
    """What Meridian routes, a listener each; with `alone` the measured command only."""
    routes = all_routes()
    if alone:
        return {"commands": ["/standup"], "actions": [], "views": [], "shortcuts": [], "events": []}
    return {
        "commands": list(routes.commands),
        "actions": list(routes.clicks),
        "views": list(routes.submissions),
        "shortcuts": list(routes.shortcuts),
        "events": list(routes.events),
    }


async def started(folder: Path, listeners: dict[str, list[str]], name: str) -> Server:
    """The app with these listeners."""
    app = folder / _APP.name
    shutil.copy(_APP, app)
    (folder / f"{name}.json").write_text(json.dumps(listeners), encoding="utf-8")
    node = shutil.which("node")
    assert node is not None
    return await start(["node", str(app), str(folder / f"{name}.json")], BENCH_SECRET=SECRET,
                       PATH=str(Path(node).parent))  # fmt: skip
