"""The CSV file: what it holds, and that no cell of it is a formula."""

import csv
import io
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.report import Answer
from bot.domain.report_table import csv_file, table
from bot.domain.turn import Entry
from tests.unit.history.builders import TEAM, a_report, a_standup, a_turn, unanswered

DAY = date(2026, 11, 16)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def parsed(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_each_question_has_its_column_and_emails_have_none() -> None:
    turn, other = a_turn(DAY), a_turn(DAY, "UYUKI", "s2")
    weekly = Answer(question="What did you learn?", text="focal loss is worse")
    entries = [
        Entry(turn=turn, report=a_report(turn, "trained, v7", 'said "go"', blocker="GPU\nquota")),
        unanswered(DAY, "UMARCUS"),
        Entry(
            turn=other,
            report=a_report(other, hours=2, answers=(weekly,), edited_at=turn.due_at),
        ),
    ]
    people = {u: replace(p, email=f"{u}@example.com") for u, p in TEAM.items()}
    standups = {"s1": a_standup(), "s2": a_standup("s2", name="Learning weekly")}
    rows = parsed(csv_file(table(entries, standups, people)))
    assert rows == [
        [
            "date",
            "person",
            "stand-up",
            "What moved?",
            "What is next?",
            "What did you learn?",
            "blocker",
            "submitted at (UTC)",
            "late",
            "edited",
        ],
        [
            "2026-11-16",
            "Lena",
            "Churn daily",
            "trained, v7",
            'said "go"',
            "",
            "GPU\nquota",
            "2026-11-16 11:00",
            "no",
            "no",
        ],
        [
            "2026-11-16",
            "Yuki",
            "Learning weekly",
            "",
            "",
            "focal loss is worse",
            "",
            "2026-11-16 14:00",
            "yes",
            "yes",
        ],
    ]


def test_the_file_begins_with_a_byte_order_mark() -> None:
    assert csv_file([["日本"]]) == b"\xef\xbb\xbf" + '"日本"\r\n'.encode()


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+49 30 1234",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        '=HYPERLINK("https://evil.example","x")',
        "=cmd|'/c calc'!A1",
        " =1+1",
        "\u00a0=1+1",
        "＝1+1",
        "＠x",
    ],
)
def test_a_hostile_cell_is_text(cell: str) -> None:
    assert parsed(csv_file([[cell, f"a{cell}"]])) == [[f"'{cell}", f"a{cell}"]]


def test_names_questions_and_blockers_are_cells_too() -> None:
    turn = a_turn(DAY)
    evil = "=1+1"
    report = a_report(turn, answers=(Answer(question=evil, text=evil),), blocker=evil)
    people = {"ULENA": replace(TEAM["ULENA"], name=evil)}
    rows = table([Entry(turn=turn, report=report)], {"s1": a_standup(name=evil)}, people)
    assert sum(cell == evil for row in rows for cell in row) == 5
    cells = [cell for row in parsed(csv_file(rows)) for cell in row]
    assert cells.count(f"'{evil}") == 5
    assert evil not in cells


@given(st.lists(st.lists(st.text(), min_size=1), min_size=1))
def test_no_cell_ever_begins_like_a_formula_and_nothing_else_is_lost(rows: list[list[str]]) -> None:
    back = parsed(csv_file(rows))
    assert [len(row) for row in back] == [len(row) for row in rows]
    for row, original in zip(back, rows, strict=True):
        for cell, before in zip(row, original, strict=True):
            assert not cell.startswith(DANGEROUS)
            assert cell in (before, f"'{before}")
