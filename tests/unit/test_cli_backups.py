"""`meridian backup` and `meridian restore` as an operator types them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.config import Settings
from storage.backups.folder import name_at, newest
from tests.standins.tables import create_tables

LONG_AGO = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty folder with a database address, and no setting of this machine."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"MERIDIAN_{name.upper()}", raising=False)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/meridian.db")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def database(folder: Path) -> Path:
    create_tables(f"sqlite:///{folder}/meridian.db", ["delivery", "source"])
    return folder / "meridian.db"


def code_of(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(words)
    return int(str(ended.value.code))


def test_there_and_back(database: Path, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = folder / "copy.db"
    assert code_of("backup", "--to", str(copy)) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"{copy}  ")
    assert said.endswith("checked\n")
    assert code_of("restore", str(copy)) == 2
    assert "is left as it is" in capsys.readouterr().err
    database.unlink()
    assert code_of("restore", str(copy)) == 0
    assert capsys.readouterr().out == (
        f"restored from {copy}\n"
        "what was due since then is looked for in Slack before it is posted\n"
    )
    assert database.exists()


def test_a_folder_keeps_the_newest_and_what_is_not_ours(
    database: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    backups = folder / "backups"
    backups.mkdir()
    for day in range(1, 5):
        (backups / name_at(LONG_AGO.replace(day=day), "db")).touch()
    (backups / "notes.txt").touch()
    monkeypatch.setenv("MERIDIAN_BACKUP_FOLDER", str(backups))
    before = datetime.now(UTC).replace(microsecond=0)
    assert code_of("backup", "--keep", "2") == 0
    made, *removed = capsys.readouterr().out.splitlines()
    assert "checked" in made
    assert [Path(line.split()[0]).name for line in removed] == [
        name_at(LONG_AGO.replace(day=day), "db") for day in (3, 2, 1)
    ]
    left = {path.name for path in backups.iterdir()}
    assert left > {"notes.txt", name_at(LONG_AGO.replace(day=4), "db")}
    assert len(left) == 3
    at = newest(str(backups))
    assert at is not None
    assert at >= before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["backup"], "MERIDIAN_BACKUP_FOLDER"),
        (["backup", "--to", "nowhere/copy.db"], "nowhere is no folder"),
        (["backup", "--to", "copy.db"], "DATABASE_URL names"),
        (["restore", "nothing.db"], "nothing.db does not exist"),
    ],
)
def test_a_refusal_is_one_line_and_leaves_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    assert code_of(*words) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line
    assert list(folder.iterdir()) == []


def test_fewer_than_one_can_t_be_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of("backup", "--keep", "0") == 2
    assert "must be 1 or more" in capsys.readouterr().err
