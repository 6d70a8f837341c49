"""`docs/security.md`: each entry has a row, and each row a test that there is."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import _parser
from handlers import oauth, web, webhooks

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
_TEST = re.compile(r"(?:(tests/[\w/]+\.py))?::(test_\w+)")


def rows() -> list[list[str]]:
    """The cells of the table of entries."""
    table = PAGE.split("## Entries")[1].split("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def named(cell: str) -> Iterator[tuple[str, str]]:
    """The tests of a cell: a file's name holds for those after it."""
    file = ""
    for path, test in _TEST.findall(cell):
        file = path or file
        yield file, test


@cache
def _tests_in(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in tree.body if isinstance(node, kinds))


def entries() -> str:
    return "\n".join(row[0] for row in rows())


@pytest.mark.parametrize("row", rows(), ids=lambda row: re.sub(r"\W+", "-", f"{row[0]} {row[1]}"))
def test_each_row_names_tests_that_there_are(row: list[str]) -> None:
    assert len(row) == 4, row
    found = list(named(row[3]))
    assert found
    for file, test in found:
        assert test in _tests_in(file), f"{file} has no {test}"


def test_each_word_of_the_command_line_has_a_row() -> None:
    [words] = [action.choices for action in _parser()._actions if action.choices]
    assert words
    known = set(re.findall(r"[\w-]+", entries()))
    assert set(words) - known == set()


def test_each_http_route_has_a_row() -> None:
    paths = set(_paths_in(ROOT / "handlers"))
    assert {web.SLACK_PATH, webhooks.PATH, oauth.INSTALL_PATH} <= paths
    shown = set(re.findall(r"(?:GET|POST) (/[\w/{}]+)", entries()))
    assert paths - shown == set()


def _paths_in(folder: Path) -> Iterator[str]:
    """The paths of every `Route(...)` that our code makes, by the constants that it names."""
    modules: dict[str, Any] = {"web": web, "webhooks": webhooks, "oauth": oauth}
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Route":
                names = vars(modules[file.stem])
                code = compile(ast.Expression(node.args[0]), str(file), "eval")
                yield eval(code, {**names})
