"""Folders, zips and files that were made to hurt: refused in a sentence, never followed."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from bot import folders
from bot.clients.madr import MadrFiles
from bot.domain.decisions.archive import FileRefused
from bot.errors import ConfigError

BODY = "# Use Redis\n\n## Decision Outcome\n\nIt is fast.\n"
LAUGHS = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)


def packed(path: Path, *entries: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    """A zip with these entries."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    ("front", "said"),
    [
        (LAUGHS + "tags: *i", "a reference such as"),
        ("a: &a [*a]", "a reference such as"),
        ("a: " + "[" * 2000 + "]" * 2000, "nested too deeply"),
        ("a: " + "{a: " * 2000, "nested too deeply"),
        ("number: " + "9" * 5000, "can't be read"),
        ("? [a]\n: b", "A key is to be a word"),
        ("tags: !!python/object/apply:os.system ['id']", "can't be read"),
    ],
)
def test_front_matter_that_means_more_than_it_says_is_refused(front: str, said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        MadrFiles().read("0001-x.md", f"---\n{front}\n---\n{BODY}".encode(), "T1")


@pytest.mark.parametrize(
    "piece", ["x", "<!--", "<!---->", "&#", "\\", "=", "<a", "[", "*", "`", " ", "\u202e"]
)
def test_a_line_of_a_megabyte_is_read_like_any_other(piece: str) -> None:
    line = "a" + piece * (900_000 // len(piece.encode())) + "a"
    content = f"# T\n\n## Context and Problem Statement\n\n{line}\n\n## Decision Outcome\n\nx\n"
    file = MadrFiles().read("x.md", content.encode(), "T1")
    assert repr(line[:50])[1:-1] in repr(file.content)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    bomb = packed(tmp_path / "bomb.zip", ("0001-x.md", b"\0" * 50_000_000))
    assert bomb.stat().st_size < 100_000
    with pytest.raises(ConfigError, match="50000000 bytes; a decision has at most"):
        folders.read(bomb)


def test_many_small_ones_are_a_bomb_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "MOST_BYTES", 5000)
    many = packed(tmp_path / "many.zip", *((f"{n:04}-x.md", b"\0" * 1000) for n in range(6)))
    with pytest.raises(ConfigError, match="6 files with 6000 bytes"):
        folders.read(many)
    monkeypatch.setattr(folders, "MOST_BYTES", 6000)
    assert len(folders.read(many)) == 6
    monkeypatch.setattr(folders, "MOST_FILES", 5)
    with pytest.raises(ConfigError, match="at most 5 files"):
        folders.read(many)


def test_an_archive_that_lies_about_a_size_is_refused(tmp_path: Path) -> None:
    honest = packed(tmp_path / "a.zip", ("0001-x.md", b"\0" * 900_000))
    directory = honest.read_bytes()
    size = (900_000).to_bytes(4, "little")
    assert directory.count(size) == 2
    lying = tmp_path / "b.zip"
    lying.write_bytes(directory.replace(size, (9).to_bytes(4, "little")))
    with pytest.raises(ConfigError, match="neither a folder nor a zip"):
        folders.read(lying)


@pytest.mark.parametrize("name", ["../../0001-x.md", "/etc/0001-x.md", "a/../../0001-x.md"])
def test_a_path_in_a_zip_leads_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    deep = tmp_path / "one" / "two"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    before = sorted(tmp_path.rglob("*"))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr(name, BODY)
    source = tmp_path / "in.zip"
    source.write_bytes(archive.getvalue())
    [found] = folders.read(source)
    assert Path(found).name == found
    assert sorted(tmp_path.rglob("*")) == sorted([*before, source])


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(BODY)
    link = zipfile.ZipInfo("0001-x.md")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with pytest.raises(ConfigError, match="is a link"):
        folders.read(packed(tmp_path / "in.zip", (link, str(secret).encode())))
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "0001-x.md").symlink_to(secret)
    with pytest.raises(ConfigError, match="no plain file"):
        folders.read(folder)
    (folder / "0001-x.md").unlink()
    os.mkfifo(folder / "0001-x.md")
    with pytest.raises(ConfigError, match="no plain file"):
        folders.read(folder)


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("keep")
    folder = tmp_path / "out"
    folder.mkdir()
    for name in ("0001-x.md", ".0001-x.md.new"):
        (folder / name).symlink_to(precious)
    folders.sync(folder, {"0001-x.md": BODY.encode()})
    assert precious.read_text() == "keep"
    assert (folder / "0001-x.md").read_text() == BODY
    assert not (folder / "0001-x.md").is_symlink()
