"""`meridian export`, `import` and `site`, as they are typed."""

import asyncio
import zipfile
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.config import Settings
from bot.services.decisions import archive
from migrations import upgrade
from storage.engine import open_engines
from storage.transactions import SqlTransactions
from tests.unit.decisions.variety import BEGINNING, settled, varied

LOG = ("--workspace", "T1", "--with-private")


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder with a database of twelve decisions, and no setting of this machine."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
        monkeypatch.delenv(f"MERIDIAN_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", new_database(tmp_path / "a.db"))

    async def seed() -> None:
        transactions = SqlTransactions(
            open_engines(f"sqlite:///{tmp_path}/a.db"), lambda: BEGINNING, lambda: None
        )
        for each in settled(varied(12, 6)):
            await transactions.write(archive.restore, each)
        transactions.close()

    asyncio.run(seed())
    return tmp_path


def new_database(path: Path) -> str:
    url = f"sqlite:///{path}"
    upgrade.upgrade(url)
    return url


def code_of(*words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(words)
    return int(str(ended.value.code))


def everything(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_out_and_into_another_database_and_out_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of("export", "--to", "out", *LOG) == 0
    assert capsys.readouterr().out == "12 decisions in out: 12 written, 0 unchanged\n"
    assert code_of("export", "--to", "out.zip", *LOG) == 0
    monkeypatch.setenv("DATABASE_URL", new_database(folder / "b.db"))
    assert code_of("import", "out.zip", "--workspace", "T1", "--dry-run") == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "12 taken (0 unchanged), 0 refused; nothing was changed: --dry-run"
    assert code_of("export", "--to", "none", *LOG) == 0
    assert everything(folder / "none") == {}
    assert code_of("import", "out.zip", "--workspace", "T1") == 0
    assert code_of("export", "--to", "again", *LOG) == 0
    assert everything(folder / "again") == everything(folder / "out")
    assert code_of("export", "--to", "again.zip", *LOG) == 0
    assert (folder / "again.zip").read_bytes() == (folder / "out.zip").read_bytes()


def test_a_refused_file_is_named_with_its_line_and_the_exit_code_is_1(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code_of("export", "--to", "out", *LOG)
    first = min((folder / "out").iterdir())
    first.write_bytes(first.read_bytes().replace(b"status: ", b"status: un", 1))
    capsys.readouterr()
    assert code_of("import", "out", "--workspace", "T1") == 1
    refused, total = capsys.readouterr().out.splitlines()
    assert refused.startswith(f"{first.name}:2: I don't know the status un")
    assert total == "11 taken (11 unchanged), 1 refused"


def test_a_folder_keeps_what_isnt_ours_and_loses_old_names(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = folder / "out"
    out.mkdir()
    for name in ("README.md", "0003-another-name.md", "0099-later.md", "notes.txt"):
        (out / name).write_text("x")
    code_of("export", "--to", "out", *LOG)
    assert "12 written, 0 unchanged, 1 under an old name removed" in capsys.readouterr().out
    names = set(everything(out))
    assert {"README.md", "0099-later.md", "notes.txt"} < names
    assert "0003-another-name.md" not in names
    assert len(names) == 15
    code_of("export", "--to", "out", *LOG)
    assert "0 written, 12 unchanged" in capsys.readouterr().out


def test_readmes_and_templates_are_no_decisions(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with zipfile.ZipFile("in.zip", "w") as archive:
        for name in ("x/README.md", "x/adr-template.md", "x/.hidden.md", "x/a.txt", "x/"):
            archive.writestr(name, "x")
        archive.writestr("../x/mine.md", "no title")
    assert code_of("import", "in.zip", "--workspace", "T1") == 1
    refused, _ = capsys.readouterr().out.splitlines()
    assert refused == "mine.md:1: This stands above the title, a line such as # Use Redis."
    assert not (folder.parent / "x").exists()


def test_the_site_is_built(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of("site", "--to", "site", *LOG) == 0
    assert capsys.readouterr().out == "12 decisions in site/index.html\n"
    assert (folder / "site" / "d-12.html").is_file()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["export", "--to", "a.db", *LOG], "a.db is a file"),
        (["export", "--to", "out"], "--workspace"),
        (["import", "nowhere", "--workspace", "T1"], "There is no nowhere."),
        (["import", "a.db", "--workspace", "T1"], "neither a folder nor a zip"),
        (["import", "large", "--workspace", "T1"], "a decision has at most"),
        (["site", "--to", "a.db", *LOG], "a.db is a file"),
        (["export", "--to", "a.db/out", *LOG], "a.db/out: Not a directory"),
        (["export", "--to", "large/0001-x.md/x.zip", *LOG], "0001-x.md is a file"),
    ],
)
def test_a_refusal_is_one_line_and_exit_code_2(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    (folder / "large").mkdir()
    (folder / "large" / "0001-x.md").write_bytes(b"x" * 1_000_001)
    assert code_of(*words) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    (line,) = printed.err.splitlines()
    assert says in line


def test_an_old_schema_is_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{folder}/none.db")
    assert code_of("export", "--to", "out", *LOG) == 2
    assert "meridian migrate" in capsys.readouterr().err
    assert not (folder / "out").exists()
