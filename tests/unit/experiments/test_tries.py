"""Found runs become tries, and tries become sentences."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.domain.experiments.found import Closeness
from bot.domain.experiments.hypotheses import Baseline
from bot.domain.experiments.records import Run, RunStatus
from bot.domain.experiments.tried_answer import Answer, Spoken, folded
from bot.domain.experiments.tried_words import sought
from bot.domain.experiments.tries import (
    Gathered,
    Reason,
    ReasonKind,
    Try,
    gathered,
    matched,
    own_reason,
    ranked,
    varied,
)
from bot.domain.experiments.try_words import sentence
from bot.domain.metrics import Direction
from bot.domain.report import Report
from bot.errors import InvalidInput
from bot.services.experiments.try_facts import measured
from bot.views.experiments.tried_spoken import who_speaks
from tests.unit.experiments.builders import CHURN
from tests.unit.experiments.samples import DAY, hit, run

MARCH = datetime(2026, 3, 9, 9, tzinfo=UTC)
NOW = datetime(2026, 6, 30, tzinfo=UTC)
NOTE, ERROR = "mlflow.note.content", "error_message"
CHAMPION = Baseline(label="champion v13", value=0.906)


def at(n: int, day: float, **changes: Any) -> Run:
    """A run of an hour, so many days after the ninth of March."""
    start = MARCH + day * DAY
    return run(n, **{"started_at": start, "ended_at": start + timedelta(hours=1), **changes})


def reported(day: int, line: str, who: str = "UBEATRIZ") -> Spoken:
    """What somebody wrote on that day of June."""
    report = Report(
        workspace="T1", standup_id="s", local_date=date(2026, 6, day), user_id=who, answers=(),
        blocker="", submitted_at=datetime(2026, 6, day, 9, tzinfo=UTC),
    )  # fmt: skip
    return Spoken(report=report, who=who[1:].capitalize(), line=line)


GROUPS: dict[str, tuple[list[Run], list[list[str]]]] = {
    "two days between": ([at(1, 0), at(2, 2), at(3, 5)], [["r1", "r2"], ["r3"]]),
    "two people": ([at(1, 0), at(2, 0, user="lena")], [["r1"], ["r2"]]),
    "two experiments": ([at(1, 0), at(2, 0, experiment_id="2")], [["r1"], ["r2"]]),
    "one sweep over a month": (
        [at(1, 0, tags={"mlflow.parentRunId": "p"}), at(2, 30, tags={"mlflow.parentRunId": "p"})],
        [["r1", "r2"]],
    ),
    "a sweep with its parent": (
        [at(1, 0), at(2, 9, tags={"mlflow.parentRunId": "r1"})],
        [["r1", "r2"]],
    ),
    "in any order": ([at(2, 1), at(1, 0)], [["r1", "r2"]]),
    "without a start": ([at(1, 0, started_at=None)], [["r1"]]),
}


@pytest.mark.parametrize("name", GROUPS)
def test_what_belongs_to_one_try(name: str) -> None:
    runs, expected = GROUPS[name]
    found = gathered(hit(each) for each in runs)
    assert [[each.run_id for each in group.runs] for group in found] == expected


def one(*runs: Run, **changes: Any) -> Try:
    """Ananya's try of these."""
    values: dict[str, Any] = {"closeness": Closeness.ALL, "who": "Ananya"}
    return Try(**{**values, "runs": runs, **changes})


def scored(*runs: Run, value: float = 0.861, **changes: Any) -> Try:
    """With a best value of val_auc."""
    numbers: dict[str, Any] = {
        "best": runs[0],
        "value": value,
        "metric": "val_auc",
        "direction": Direction.HIGHER,
    }
    return one(*runs, **{**numbers, **changes})


def refuted(text: str = "calibration broke") -> Reason:
    return Reason(kind=ReasonKind.VERDICT, text=text, ref="H-9", word="refuted")


KILLED = {"status": RunStatus.KILLED, "step": 900}
NAN = {"metrics": {"loss": float("nan")}}
SENTENCES: dict[str, tuple[Try, str]] = {
    "below champion": (
        scored(at(1, 0), at(2, 0), champion=CHAMPION, reason=refuted()),
        "Ananya, March: 2 runs, best val_auc 0.861 (0.045 below champion v13 (0.906)), "
        "refuted: calibration broke (H-9)",
    ),
    "nobody said why": (
        scored(at(1, 0)),
        "Ananya, March: 1 run, best val_auc 0.861, no reason was noted",
    ),
    "a success needs no reason": (
        scored(at(1, 0), value=0.92, champion=CHAMPION),
        "Ananya, March: 1 run, best val_auc 0.92 (0.014 above champion v13 (0.906))",
    ),
    "some failed": (
        scored(at(1, 0), at(2, 0, status=RunStatus.FAILED), at(3, 0, **KILLED)),
        "Ananya, March: 3 runs, best val_auc 0.861, 1 failed and 1 killed, no reason was noted",
    ),
    "killed after NaN": (
        one(at(1, 0, **KILLED, **NAN)),
        "Ananya, March: killed after NaN at step 900, no reason was noted",
    ),
    "all failed with an error": (
        one(
            at(1, 0, status=RunStatus.FAILED),
            at(2, 0, status=RunStatus.FAILED),
            reason=Reason(kind=ReasonKind.ERROR, text="CUDA out of memory."),
        ),
        "Ananya, March: 2 runs, failed, its error: CUDA out of memory",
    ),
    "finished without any number": (
        one(at(1, 0), reason=Reason(kind=ReasonKind.NOTE, text="wrong labels")),
        "Ananya, March: finished without a number, noted: wrong labels",
    ),
    "abandoned": (
        one(at(1, 0, status=RunStatus.RUNNING, ended_at=None, step=12)),
        "Ananya, March: abandoned at step 12 without an end, no reason was noted",
    ),
    "under way": (
        one(at(1, 112, status=RunStatus.RUNNING, ended_at=None)),
        "Ananya, June: still running, no reason was noted",
    ),
    "long ago, by nobody known": (
        scored(at(1, -400), who=""),
        "Somebody, February 2025: 1 run, best val_auc 0.861, no reason was noted",
    ),
}


@pytest.mark.parametrize("name", SENTENCES)
def test_a_try_in_one_sentence(name: str) -> None:
    it, expected = SENTENCES[name]
    assert sentence(it, NOW) == expected


def test_a_note_says_more_than_an_error_and_the_last_line_of_a_traceback_is_enough() -> None:
    noted = at(1, 0, tags={NOTE: "labels leak"})
    broken = at(2, 0, tags={ERROR: "Traceback\n  File\nValueError: bad"})
    assert own_reason([noted, broken]) == Reason(kind=ReasonKind.NOTE, text="labels leak")
    assert own_reason([broken]) == Reason(kind=ReasonKind.ERROR, text="ValueError: bad")
    assert own_reason([at(3, 0, tags={"mlflow.source.error": "x"})]) is None


def test_params_that_match_are_those_that_all_runs_share() -> None:
    same, other = ("loss", "focal"), ("gamma", "2")
    hits = [hit(at(1, 0), matched=(same, other)), hit(at(2, 0), matched=(same,))]
    assert matched(hits) == (same,)
    runs = [at(n, 0, params={"lr": str(n), "seed": str(n), "depth": "3"}) for n in range(3)]
    assert varied(runs) == ("lr",)


def test_words_that_match_better_come_first_then_what_teaches_more_then_the_latest() -> None:
    begun = one(at(1, 9), closeness=Closeness.BEGUN, reason=refuted())
    silent = one(at(2, 5))
    later = one(at(3, 6))
    told = one(at(4, 0), reason=refuted())
    order = ranked([begun, silent, later, told])
    assert [each.runs[0].run_id for each in order] == ["r4", "r3", "r2", "r1"]


@pytest.mark.parametrize(
    ("typed", "words", "pairs"),
    [
        ("Focal loss", ("focal", "loss"), ()),
        ("has anybody tried the focal loss with us", ("focal", "loss"), ()),
        ("lr=0.10", (), (("lr", "0.1"),)),
        ("LR = 1e-1 leaf-wise", ("leaf-wise",), (("lr", "0.1"),)),
        ("model.lr=.5", (), (("model.lr", "0.5"),)),
        ("to be or not", ("not",), ()),
    ],
)
def test_what_is_looked_for(
    typed: str, words: tuple[str, ...], pairs: tuple[tuple[str, str], ...]
) -> None:
    found = sought(typed)
    assert (found.words, found.pairs) == (words, pairs)


def test_words_that_every_text_has_ask_for_a_more_telling_one() -> None:
    with pytest.raises(InvalidInput, match="a more telling one"):
        sought("the")


def test_the_best_of_several_seeds_is_told_as_such() -> None:
    group = Gathered(hits=tuple(hit(run(n, 0.9 + n / 100)) for n in (1, 2, 3)))
    assert measured(group, CHURN).seeds == 3
    it = scored(at(1, 0), champion=CHAMPION, seeds=3)
    assert "best val_auc 0.861 (best of 3 seeds), 0.045 below champion v13" in sentence(it, NOW)


def test_what_one_person_reports_in_the_same_words_is_told_once() -> None:
    said = [
        reported(3, "Focal loss runs"),
        reported(19, "focal  loss runs"),
        reported(5, "Focal loss is bad"),
    ]
    first, second = folded([*said, reported(4, "Focal loss runs", "UYUKI")])[0::2]
    assert first.earliest is not None
    days = first.earliest.local_date.day, first.report.local_date.day
    assert (first.reports, days, second.reports) == (2, (3, 19), 1)


def test_who_wrote_of_what_nobody_has_run() -> None:
    spoken = folded([reported(3, "Focal loss"), reported(19, "Focal loss"), reported(5, "Focal")])
    found = Answer(typed="focal", now=NOW, spoken=spoken)
    assert who_speaks(found) == "Beatriz wrote about it in 3 reports, last 19 Jun"
    assert who_speaks(replace(found, spoken=(), refs=["H-4", "D-2"])) == (
        "H-4 and D-2 are about it"
    )


@pytest.mark.parametrize("typed", ["", "   ", "=", "?!", "w " * 300])
def test_what_is_nothing_to_look_for(typed: str) -> None:
    with pytest.raises(InvalidInput):
        sought(typed)
