"""Reports as a table, and the table as a CSV file that no spreadsheet can be tricked with."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from bot.domain.person import Person
from bot.domain.standup import Standup, names
from bot.domain.turn import Entry

_BEFORE = ("date", "person", "stand-up")
_AFTER = ("blocker", "submitted at (UTC)", "late", "edited")

# Excel, LibreOffice and Google Sheets take a cell that begins with one of these for a formula;
# some do so after blanks, too. The last four are what East Asian keyboards type.
_FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


def table(
    entries: Iterable[Entry], standups: Mapping[str, Standup], people: Mapping[str, Person]
) -> list[list[str]]:
    """A heading and one row for each report, in the order of `entries`.

    Each question that anybody was asked has its column, in the order in which they first came.
    """
    reported = [entry for entry in entries if entry.report]
    questions = _questions(reported)
    rows = [_row(entry, questions, standups, people) for entry in reported]
    return [[*_BEFORE, *questions, *_AFTER], *rows]


def csv_file(rows: Iterable[Sequence[str]]) -> bytes:
    """The rows as CSV: UTF-8 with a byte order mark, which Excel needs to see that it is.

    A cell that a spreadsheet would run as a formula gets a leading apostrophe
    (https://owasp.org/www-community/attacks/CSV_Injection).
    """
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([_harmless(c) for c in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", errors="replace")


def _harmless(cell: str) -> str:
    dangerous = cell.startswith(_FORMULA_STARTS) or cell.lstrip().startswith(_FORMULA_STARTS)
    return f"'{cell}" if dangerous else cell


def _questions(entries: Sequence[Entry]) -> list[str]:
    asked = (a.question for entry in entries if entry.report for a in entry.report.answers)
    return list(dict.fromkeys(asked))


def _row(
    entry: Entry,
    questions: Sequence[str],
    standups: Mapping[str, Standup],
    people: Mapping[str, Person],
) -> list[str]:
    report = entry.report
    assert report is not None
    answers = {answer.question: answer.text for answer in report.answers}
    return [
        report.local_date.isoformat(),
        *names([report.user_id], people),
        standups[report.standup_id].plan.name,
        *(answers.get(question, "") for question in questions),
        report.blocker,
        f"{report.submitted_at:%Y-%m-%d %H:%M}",
        "yes" if entry.late else "no",
        "yes" if report.edited_at else "no",
    ]
