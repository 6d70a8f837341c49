"""How people name runs."""

import pytest

from bot.domain.experiments.naming import Unclear, pick, split_typed, typed_id
from tests.unit.experiments.builders import a_run

ID = "3f2a" + "0" * 28
OTHER = "3f2b" + "0" * 28


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a b  c", ["a", "b", "c"]),
        ('"gentle owl" fox', ["gentle owl", "fox"]),
        ("“gentle owl” ‘quick fox’ `calm bee`", ["gentle owl", "quick fox", "calm bee"]),
        ("lena's-run fox", ["lena's-run", "fox"]),
        ("owl, fox", ["owl", "fox"]),
        (
            f"<http://m/#/experiments/1/runs/{ID}|my run> fox",
            [f"<http://m/#/experiments/1/runs/{ID}|my run>", "fox"],
        ),
        ('""  ', []),
    ],
)
def test_names_with_blanks_stand_in_quotes(text: str, names: list[str]) -> None:
    assert split_typed(text) == names


def test_a_pasted_address_holds_the_id() -> None:
    assert typed_id(f"<http://m/#/experiments/1/runs/{ID}/artifacts|x>") == ID
    assert typed_id("gentle-owl") == "gentle-owl"


RUNS = {
    ID: a_run(ID, name="gentle-owl-12"),
    OTHER: a_run(OTHER, name="gentle-owl-1"),
    "9" * 32: a_run("9" * 32, name="fox"),
    "8" * 32: a_run("8" * 32, name="fox"),
}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (ID, ID),
        ("3f2a", ID),
        ("3F2B", OTHER),
        ("GENTLE-owl-1", OTHER),
        ("gentle-owl-12", ID),
        ("9999", "9" * 32),
    ],
)
def test_what_was_meant(typed: str, expected: str) -> None:
    found = [
        run
        for run in RUNS.values()
        if run.run_id.startswith(typed.lower()) or run.name.startswith(typed.lower())
    ]
    assert pick(typed, found) == RUNS[expected]


@pytest.mark.parametrize(("typed", "several"), [("fox", 2), ("gentle", 2), ("3f2", 2), ("zzz", 0)])
def test_what_stays_unclear(typed: str, several: int) -> None:
    found = [r for r in RUNS.values() if r.run_id.startswith(typed) or r.name.startswith(typed)]
    unclear = pick(typed, found)
    assert isinstance(unclear, Unclear)
    assert len(unclear.candidates) == several
