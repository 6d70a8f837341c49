"""What a leaderboard says in words."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.experiments.board_verdict import board_verdict
from bot.domain.experiments.leaderboard import Champion, leaderboard
from bot.domain.experiments.records import Activity, Experiment, Run, RunStatus
from bot.domain.links import Links
from bot.ports.chat import CHART_SLOT, Message
from bot.views.experiments.listing import listing
from bot.views.experiments.progress_chart import progress_chart
from bot.views.experiments.standing_words import best_of
from bot.views.experiments.summary import summary
from bot.views.text import plain
from tests.unit.experiments.builders import CHURN, T0, a_run

LINKS = Links(mlflow_url="http://mlflow.test")
SEEDS = [a_run(f"s{v}", v, tags={"seed_group": "g"}) for v in (0.909, 0.912, 0.914)]
UNKNOWN = Experiment(experiment_id="1", name="x")
LOSS = replace(CHURN, tags={"primary_metric": "val_loss"})


def _v13(run: Run) -> Champion:
    return Champion(model="churn", version=13, run=run)


def _lines(
    runs: Sequence[Run], champion: Run | None = None, experiment: Experiment = CHURN
) -> list[str]:
    return _message(runs, champion, experiment).text.splitlines()


def _message(
    runs: Sequence[Run], champion: Run | None = None, experiment: Experiment = CHURN
) -> Message:
    champions = [_v13(champion)] if champion else []
    return summary(leaderboard(experiment, runs, champions), None, LINKS)


@pytest.mark.parametrize(
    ("champion", "sentence", "said"),
    [
        (
            a_run("c", 0.906),
            "The best run now beats the champion: val_auc 0.912, 0.006 above the champion (0.906), "
            "more than chance between seeds explains.",
            "0.006 above champion v13 (0.906): better, beyond seed noise",
        ),
        (
            a_run("c", 0.911),
            "No winner yet: the best run has val_auc 0.912, 0.001 above the champion (0.911), but "
            "the same settings vary by 0.005 from seed to seed.",
            "0.001 above champion v13 (0.911): inside seed noise",
        ),
        (
            a_run("c", 0.92),
            "The champion stays ahead: 0.92, 0.008 above the best run (0.912), more than chance "
            "between seeds explains.",
            "0.008 below champion v13 (0.92): worse, beyond seed noise",
        ),
        (a_run("c", 0.912), "No winner: both reach 0.912.", "the same as champion v13"),
        (
            a_run("c", math.nan),
            "The best run has val_auc 0.912; the champion v13 has no number for it.",
            "champion v13 has no number for it",
        ),
        (SEEDS[1], "Nothing beats the champion: val_auc 0.912.", "it is the champion v13"),
    ],
)
def test_the_best_run_against_the_champion(champion: Run, sentence: str, said: str) -> None:
    best = "Best: s0.912 0.912 (median of 3 seeds, 0.909–0.914) · "
    assert _lines(SEEDS, champion)[1:] == [sentence, best + said]


def test_a_better_sibling_of_the_champion_is_told_as_better() -> None:
    below = {"mlflow.parentRunId": "p"}
    kids = [a_run("c", 0.8, tags=below), a_run("best", 0.99, tags=below)]
    sentence, best, *_ = _lines(kids, kids[0])[1:]
    assert sentence.startswith("No winner yet: the best run has val_auc 0.99, 0.19 above the cham")
    assert best == "Best: best 0.99 · 0.19 above champion v13 (0.8): too few seeds to tell"
    told = plain(best_of(leaderboard(CHURN, kids, [_v13(kids[0])]), LINKS))
    assert "0.19 above champion v13" in told


def test_a_champion_on_other_data() -> None:
    champion = a_run("c", 0.95, tags={"dataset": "v1"})
    assert _lines([a_run("a", 0.9, tags={"dataset": "v7"})], champion)[1:] == [
        "No winner: they saw other data (v1, v7).",
        "Best: a 0.9 · champion v13 0.95 saw other data: not comparable",
    ]


def test_one_seed_each_makes_nobody_better() -> None:
    run, champion = a_run("a", metrics={"val_loss": 0.33}), a_run("c", metrics={"val_loss": 0.35})
    assert _lines([run], champion, LOSS) == [
        "churn · 1 run · primary metric val_loss (lower is better)",
        "No winner yet: the best run has val_loss 0.33, 0.02 below the champion (0.35, and lower "
        "is better), but each was run with one seed only, so the difference can be luck.",
        "Best: a 0.33 · 0.02 below champion v13 (0.35): too few seeds to tell",
    ]


def test_without_a_champion_the_sentence_says_so() -> None:
    board = leaderboard(CHURN, SEEDS, [])
    assert board_verdict(board, board.judgement) == (
        "The best run has val_auc 0.912; there is no champion to compare it with."
    )


@pytest.mark.parametrize(
    ("runs", "experiment", "said"),
    [
        ([], CHURN, "No runs yet."),
        ([a_run("a", status=RunStatus.FAILED)], CHURN, "No run has finished yet."),
        ([a_run("a", math.nan)], CHURN, "No finished run has a number for val_auc."),
        (
            [a_run("a")],
            UNKNOWN,
            "The finished runs share no metric yet. The tag primary_metric can name one.",
        ),
        (
            [a_run("a", metrics={"score": 1.0})],
            UNKNOWN,
            "Is a higher score better, or a lower one? I ask only once.",
        ),
    ],
)
def test_where_nothing_can_be_ranked(runs: list[Run], experiment: Experiment, said: str) -> None:
    message = _message(runs, None, experiment)
    assert message.text.splitlines()[1] == said
    assert message.chart is None
    assert CHART_SLOT not in message.blocks


def test_a_run_on_other_data_is_marked_in_its_line() -> None:
    runs = [a_run("a", 0.9, tags={"dataset": "v6"}), a_run("b", 0.91, tags={"dataset": "v7"})]
    rows = _message(runs).blocks[1]["elements"][0]["elements"]
    text = "".join(element["text"] for element in rows)
    assert text.splitlines() == [
        "1  b  0.91   data v7",
        "2  a  0.9   data v6  other data: not comparable",
    ]


def test_the_champion_stands_below_the_top_where_it_is_not_among_them() -> None:
    runs = [a_run(f"r{i}", 0.9 + i / 100, params={"lr": str(i)}) for i in range(8)]
    rows = _message(runs, runs[0]).blocks[1]["elements"][0]["elements"]
    text = "".join(element["text"] for element in rows)
    assert text.splitlines()[5] == "champion v13  r0  0.9, place 8 of 8   lr 0"
    row = next(block for block in _message(runs, runs[0]).blocks if block["type"] == "actions")
    labels = [element["text"]["text"] for element in row["elements"]]
    assert labels == ["Compare top 3", "More", "Open in MLflow"]


def test_watch_is_offered_where_somebody_can_watch() -> None:
    board = leaderboard(CHURN, [a_run("a", 0.9)], [])
    row = summary(board, None, Links(), watch="experiment.watch").blocks[2]
    assert [(e["action_id"], e["value"]) for e in row["elements"]] == [("experiment.watch", "1")]


def test_the_footer_counts_every_state() -> None:
    runs = [
        a_run("a", 0.9),
        a_run("b", math.nan),
        a_run("c", status=RunStatus.FAILED),
        a_run("d", status=RunStatus.KILLED),
        a_run("e", status=RunStatus.SCHEDULED),
    ]
    assert _message(runs).blocks[-1]["elements"][0]["text"] == (
        "2 finished · 1 failed · 1 killed · 1 running · 1 without a number (NaN or infinite)"
    )


def test_without_an_address_nothing_is_a_link() -> None:
    board = leaderboard(CHURN, [a_run("a", 0.9)], [])
    blocks = summary(board, None, Links()).blocks
    assert "link" not in {e["type"] for e in _elements(blocks)}
    assert "actions" not in {block["type"] for block in blocks}


def test_a_long_history_is_thinned_to_what_slack_takes() -> None:
    runs = [a_run(f"r{i}", i / 1000, minute=i) for i in range(214)]
    chart = progress_chart(leaderboard(CHURN, runs, []))
    assert chart is not None
    assert len(set(chart.categories)) == 20
    assert (chart.categories[0], chart.categories[-1]) == ("run 1", "run 214")
    assert chart.series[0].values[-1] == 0.213


def test_one_screen_even_with_long_names_and_many_params() -> None:
    params = {f"a very long parameter name {i}": "v" * 500 for i in range(50)}
    runs = [
        a_run(str(i), i / 10, name="n" * 500, params={k: f"{v}{i}" for k, v in params.items()})
        for i in range(9)
    ]
    message = _message(runs, runs[0])
    assert len(message.blocks) == 5
    assert len(repr(message.blocks)) < 6000


def test_a_long_list_names_what_it_leaves_out() -> None:
    one = Activity(runs=1, last_at=T0)
    listed = [(Experiment(experiment_id=str(i), name=f"e{i}"), one) for i in range(30)]
    message = listing(listed, None, LINKS)
    assert message.text == "30 experiments in MLflow"
    assert message.blocks[-1]["elements"][0]["text"].startswith("5 more; ")


def _elements(blocks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    rich = [block for block in blocks if block["type"] == "rich_text"]
    return [e for block in rich for section in block["elements"] for e in section["elements"]]
