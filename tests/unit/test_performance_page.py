"""docs/performance.md says what fell short."""

from tests.benchmarks.page import Part, page
from tests.benchmarks.verdicts import at_least, at_most, table


def test_what_falls_short_is_named_short() -> None:
    verdicts = [at_least("1", "of B1", 0.6, 0.81), at_most("2", "of by hand", 1.5, 2.2)]
    assert [each.met for each in verdicts] == [True, False]
    assert [line.split()[-1] for line in table(verdicts).splitlines()[3:5]] == ["met", "SHORT"]


def test_the_page_holds_targets_and_all_that_was_printed() -> None:
    short = at_most("2", "of by hand", 1.5, 2.2)
    text = page([Part(word="reports", printed="the table\n", verdicts=[short])])
    assert "1 targets, 0 met, 1 short." in text
    assert "| 2 | of by hand | ≤ 1.5 | 2.20 | **SHORT** |" in text
    assert "## reports\n\n```text\nthe table\n```" in text
