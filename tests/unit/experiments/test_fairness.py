"""The guard: when a comparison isn't fair there is no winner, and it says why."""

import math
from typing import Any

import pytest

from bot.domain.experiments.fairness import Contender, Doubt, Seeds, judge
from bot.domain.experiments.records import RunStatus
from bot.domain.experiments.verdict import verdict
from bot.domain.metrics import Direction

SEEDS = Seeds(runs=5, low=0.909, high=0.914)
WIDE = Seeds(runs=5, low=0.88, high=0.93)
V7, V8 = "churn-v7", "churn-v8"


def one(name: str, value: float | None, **changes: Any) -> Contender:
    return Contender(name=name, value=value, **{"dataset": V7, **changes})


def said(*contenders: Contender, direction: Direction = Direction.HIGHER) -> str:
    return verdict(judge(contenders, "val_auc", direction), contenders, "val_auc", direction)


CASES: list[tuple[str, list[Contender], str]] = [
    (
        "a winner beyond chance",
        [one("owl", 0.912, seeds=SEEDS), one("fox", 0.906)],
        "owl wins: val_auc 0.912, 0.006 above fox (0.906). Chance between seeds doesn't explain "
        "that.",
    ),
    (
        "other data",
        [one("owl", 0.95, dataset=V8), one("fox", 0.906)],
        "No winner: they saw other data (churn-v7, churn-v8).",
    ),
    (
        "other data counts before few seeds",
        [one("owl", 0.95, dataset=V8, seeds=SEEDS), one("fox", 0.906)],
        "No winner: they saw other data (churn-v7, churn-v8).",
    ),
    (
        "other evaluation",
        [one("owl", 0.95, evaluation="q3", seeds=SEEDS), one("fox", 0.9, evaluation="q4")],
        "No winner: they were judged on other data (q3, q4).",
    ),
    (
        "one seed each",
        [one("owl", 0.912), one("fox", 0.906)],
        "No winner yet: owl has val_auc 0.912, 0.006 above fox (0.906), but each was run with one "
        "seed only, so the difference can be luck.",
    ),
    (
        "too few seeds, the best of many",
        [one("owl", 0.912, tries=12, seeds=Seeds(runs=2, low=0.91, high=0.914)), one("fox", 0.9)],
        "No winner yet: owl has val_auc 0.912, 0.012 above fox (0.9), but 2 and 1 seeds are too "
        "few, and owl is the best of 12 tries, so the difference can be luck.",
    ),
    (
        "a spread wider than the difference",
        [one("owl", 0.912, seeds=WIDE), one("fox", 0.906)],
        "No winner yet: owl has val_auc 0.912, 0.006 above fox (0.906), but the same "
        "settings vary by 0.05 from seed to seed.",
    ),
    (
        "the loser's seeds count too",
        [one("owl", 0.912), one("fox", 0.906, seeds=WIDE)],
        "No winner yet: owl has val_auc 0.912, 0.006 above fox (0.906), but the same "
        "settings vary by 0.05 from seed to seed.",
    ),
    (
        "the noise of a third one",
        [
            one("owl", 0.92, seeds=Seeds(runs=3, low=0.918, high=0.922)),
            one("fox", 0.91),
            one("bee", 0.905, seeds=WIDE),
        ],
        "No winner yet: owl has val_auc 0.92, 0.015 above bee (0.905), but the same settings vary "
        "by 0.050 from seed to seed.",
    ),
    ("equal", [one("owl", 0.9), one("fox", 0.9)], "No winner: both reach 0.9."),
    (
        "still running",
        [one("owl", 0.95, seeds=SEEDS, status=RunStatus.RUNNING), one("fox", 0.8)],
        "No winner yet: owl has val_auc 0.95, 0.15 above fox (0.8), but owl is not finished.",
    ),
    (
        "failed",
        [one("owl", 0.95, status=RunStatus.FAILED), one("fox", 0.8)],
        "No winner: owl failed.",
    ),
    (
        "stopped, and the rest is fair",
        [
            one("owl", 0.99, status=RunStatus.KILLED),
            one("fox", 0.95, seeds=Seeds(runs=3, low=0.94, high=0.96)),
            one("bee", 0.8),
        ],
        "fox wins: val_auc 0.95, 0.15 above bee (0.8). Chance between seeds doesn't explain that.",
    ),
    (
        "NaN",
        [one("owl", math.nan), one("fox", 0.8)],
        "No winner: owl has no number for val_auc (NaN or infinite).",
    ),
    (
        "nothing at all",
        [one("owl", None), one("fox", math.inf)],
        "No winner: owl has no val_auc; fox has no number for val_auc (NaN or infinite).",
    ),
]


@pytest.mark.parametrize(("contenders", "words"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_the_guard(contenders: list[Contender], words: str) -> None:
    assert said(*contenders) == words


def test_lower_is_better_in_words() -> None:
    seeds = Seeds(runs=3, low=0.32, high=0.34)
    told = said(one("fox", 0.4), one("owl", 0.33, seeds=seeds), direction=Direction.LOWER)
    assert told.startswith("owl wins: val_auc 0.33, 0.07 below fox (0.4, and lower is better).")


def test_a_direction_that_nobody_said() -> None:
    told = said(one("owl", 0.9), one("fox", 0.8), direction=Direction.UNKNOWN)
    assert told == "No winner: nobody has said whether higher or lower val_auc is better."


@pytest.mark.parametrize(
    ("contenders", "doubt", "words"),
    [
        (
            [one("owl", 0.9, experiment="1"), one("fox", 0.8, experiment="2")],
            Doubt.OTHER_EXPERIMENT,
            "they are from different experiments",
        ),
        (
            [one("owl", 0.9, dataset=""), one("fox", 0.8)],
            Doubt.UNTOLD_DATA,
            "owl doesn't say which data it saw",
        ),
        (
            [one("owl", 0.9, dataset=""), one("fox", 0.8, dataset="")],
            Doubt.UNTOLD_DATA,
            "none of them says which data it saw",
        ),
        (
            [one("owl", 0.9, step=90), one("fox", 0.8, step=40)],
            Doubt.OTHER_LENGTH,
            "owl went to step 90, fox to step 40",
        ),
    ],
)
def test_what_is_worth_knowing_takes_no_victory(
    contenders: list[Contender], doubt: Doubt, words: str
) -> None:
    judgement = judge(contenders, "val_auc", Direction.HIGHER)
    assert [r.text for r in judgement.remarks if r.doubt is doubt] == [words]
    assert doubt not in [reason.doubt for reason in judgement.reasons]


def test_an_earlier_end_is_no_other_training() -> None:
    judgement = judge(
        [one("owl", 0.9, step=90), one("fox", 0.8, step=60)], "val_auc", Direction.HIGHER
    )
    assert not judgement.doubts(Doubt.OTHER_LENGTH)
