"""Stories of alerts: what happens, and exactly what people are told of it.

Each is played twice; the second time everything but the database is thrown away between any two
steps, and nothing may be said differently. How to read them: `tests.unit.alerts.stories.stage`.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from storage.engine import Engines
from tests.unit.alerts.stories import alone, called, quiet, together
from tests.unit.alerts.stories.cast import TEAM, Case
from tests.unit.alerts.stories.stage import empty_database, story

CASES = (*alone.CASES, *together.CASES, *quiet.CASES, *called.CASES)


@pytest.fixture(scope="module")
def files() -> Iterator[Path]:
    """Where files are in memory, if there is such a place: thousands of commits wait for disks."""
    place = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with TemporaryDirectory(dir=place) as made:
        yield Path(made)


@pytest.fixture(scope="module")
def kept(files: Path) -> Engines:
    """Engines for one file: it is made once, and emptied for each story."""
    engines = empty_database(files / "story.db")
    shutil.copyfile(files / "story.db", files / "empty.db")
    return engines


@pytest.fixture
def engines(kept: Engines, files: Path) -> Engines:
    """Empty tables."""
    shutil.copyfile(files / "empty.db", files / "story.db")
    return kept


def _told(case: Case) -> list[str]:
    lines = (" ".join(line.split()) for line in case.told.split("|"))
    return [line for line in lines if line]


@pytest.mark.parametrize("restarts", [False, True], ids=["one run", "restarts"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_people_are_told_exactly_this(case: Case, restarts: bool, engines: Engines) -> None:
    found = await story(engines, case.rules, case.steps, people=TEAM, restarts=restarts)
    assert found == _told(case)
