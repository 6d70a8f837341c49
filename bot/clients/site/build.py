"""Runs the site's builder on pages in a folder of their own, and puts the result in its place."""

import asyncio
import importlib.util
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bot.errors import ConfigError

MISSING = "The site needs one package more: pip install 'meridian-bot[site]'"

_DEADLINE = 600
_LIST = ".meridian-site"
_CONFIG = """\
[project]
site_name = "Decisions"
docs_dir = "docs"
site_dir = "site"
use_directory_urls = false
extra_css = ["decisions.css"]
nav = [
  {"Decisions" = "index.md"},
  {"Timeline" = "timeline.md"},
  {"By tag" = "tags.md"},
  {"By model" = "models.md"},
]

[project.theme]
font = false
features = ["search.highlight", "navigation.top"]

[project.extra]
generator = false

[project.markdown_extensions.tables]

[project.markdown_extensions.toc]
permalink = true
"""
_STYLE = """\
.decision { overflow-wrap: anywhere; }
.md-typeset h1 { overflow-wrap: anywhere; }
"""


def builder() -> str:
    """The builder's program; raises ConfigError with what to install where there is none."""
    beside = shutil.which("zensical", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("zensical")
    if found is None or importlib.util.find_spec("markdown_it") is None:
        raise ConfigError(MISSING)
    return found


async def build(pages: Mapping[str, str], to: Path) -> None:
    """Build the site into `to`; other files there stay. Raises ConfigError with the builder's own
    words where it fails."""
    program = builder()
    _require_folder(to)
    with tempfile.TemporaryDirectory(prefix="meridian-site-") as name:
        folder = Path(name)
        _lay_out(folder, pages)
        await _run(program, folder)
        _put(folder / "site", to)


def _require_folder(to: Path) -> None:
    if to.exists() and not to.is_dir():
        raise ConfigError(f"{to} is a file; name a folder.")


def _lay_out(folder: Path, pages: Mapping[str, str]) -> None:
    docs = folder / "docs"
    docs.mkdir()
    (folder / "zensical.toml").write_text(_CONFIG, encoding="utf-8")
    (docs / "decisions.css").write_text(_STYLE, encoding="utf-8")
    for name, text in pages.items():
        (docs / name).write_text(text, encoding="utf-8")


async def _run(program: str, folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        program,
        "build",
        "--clean",
        cwd=folder,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(_DEADLINE):
            said, _ = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode or not (folder / "site" / "index.html").is_file():
        last = said.decode(errors="replace").strip().splitlines()[-5:]
        raise ConfigError("The site's builder failed: " + " / ".join(last))


def _put(built: Path, to: Path) -> None:
    """Copy the site; what an earlier one left and this one hasn't is removed."""
    names = sorted(str(path.relative_to(built)) for path in built.rglob("*") if path.is_file())
    listed = to / _LIST
    before = listed.read_text(encoding="utf-8").splitlines() if listed.is_file() else []
    shutil.copytree(built, to, dirs_exist_ok=True)
    for name in set(before) - set(names):
        path = to / name
        if path.resolve().is_relative_to(to.resolve()):
            path.unlink(missing_ok=True)
    listed.write_text("\n".join(names) + "\n", encoding="utf-8")
