"""Runs side by side: what differs, and the curves over each other."""

from collections.abc import Sequence
from typing import Any

from bot.domain.experiments.comparison import Comparison, Side, compare, deciding_metric
from bot.domain.experiments.leaderboard import Champion
from bot.domain.experiments.records import Experiment, MetricPoint, Run
from bot.domain.links import Links
from bot.domain.metrics import direction_of
from bot.ports.chat import Message
from bot.views.experiments.broken import last_words
from bot.views.experiments.comparison import compared
from bot.views.experiments.curves_chart import curves_chart
from tests.standins.slack import text_of
from tests.unit.experiments.builders import CHURN, T0, a_run

OTHER = Experiment(experiment_id="2", name="ranking")


def side(run_id: str, value: float | None = None, *, crowned: bool = False, **changes: Any) -> Side:
    run = a_run(run_id, value, **changes)
    champion = Champion(model="churn", version=13, run=run) if crowned else None
    experiment = CHURN if run.experiment_id == "1" else OTHER
    return Side(run=run, experiment=experiment, champion=champion)


def found(*sides: Side) -> Comparison:
    return compare(sides, deciding_metric(sides), lambda name: direction_of(name, {}))


def points(*values: tuple[int, float]) -> list[MetricPoint]:
    return [MetricPoint(step=step, at=T0, value=value) for step, value in values]


def shown(comparison: Comparison, curves: Sequence[Sequence[MetricPoint]] | None) -> Message:
    return compared(comparison, curves, None, Links())


def small(message: Message) -> str:
    return str(message.blocks[-1]["elements"][0]["text"])


def test_only_what_differs_is_told() -> None:
    comparison = found(
        side("owl", 0.9, params={"lr": "1", "depth": "3", "same": "x"}),
        side("fox", 0.8, params={"lr": "2", "same": "x"}, crowned=True),
    )
    assert [(row.key, row.values) for row in comparison.params] == [
        ("depth", ("3", "")),
        ("lr", ("1", "2")),
    ]
    assert (comparison.metric, comparison.baseline) == ("val_auc", 1)


def test_what_is_equal_and_seeds_are_left_out() -> None:
    tags = {"dataset": "v7"}
    comparison = found(
        side("owl", 0.9, params={"seed": "1"}, tags=tags),
        side("fox", 0.8, params={"seed": "2"}, tags=tags, crowned=True),
    )
    assert (comparison.params, comparison.data) == ((), ())
    assert "Only the seeds differ." in str(shown(comparison, ()).blocks)


def test_three_runs_have_a_line_each_and_the_champion_one_link() -> None:
    sides = [side(name, value, params={"lr": name}) for name, value in (("owl", 0.9), ("bee", 0.8))]
    comparison = found(*sides, side("fox", 0.7, params={"lr": "fox"}, crowned=True))
    message = compared(comparison, (), None, Links(mlflow_url="http://mlflow.test"))
    told = text_of({"blocks": list(message.blocks)}).splitlines()
    assert told[5:8] == ["1 owl  lr owl", "2 bee  lr bee", "champion v13  lr fox"]
    assert "1 owl: 0.9, 0.2 above, better" in told
    assert str(message.blocks[1]).count("'type': 'link'") == 3


def test_metrics_begin_with_the_deciding_one() -> None:
    metrics = {"zeta": 1.0, "val_auc": 0.9, "val_loss": 0.3, "system/cpu": 3.0}
    comparison = found(side("owl", metrics=metrics), side("fox", metrics=metrics))
    assert [row.metric for row in comparison.metrics] == ["val_auc", "val_loss", "zeta"]


def test_runs_of_different_experiments_are_told_as_such() -> None:
    strange = side("fox", experiment_id="2", metrics={"score": 2.0})
    message = shown(found(side("owl", metrics={"score": 1.0}), strange), ())
    assert "They are from different experiments" in small(message)
    assert "No champion to stand beside them" in small(message)
    assert "of ranking" in str(message.blocks[1])


def test_curves_lie_over_each_other_by_step() -> None:
    comparison = found(side("owl", 0.9), side("fox", 0.8), side("bee", 0.85, crowned=True))
    curves = [points((0, 0.5), (10, 0.9)), points((0, 0.4), (5, 0.8)), points((0, 0.85))]
    chart = curves_chart(comparison, curves)
    assert chart is not None
    assert chart.categories == ("0", "5", "10")
    assert {s.name: s.values for s in chart.series} == {
        "1 owl": (0.5, 0.5, 0.9),
        "2 fox": (0.4, 0.8, None),
        "champion v13": (0.85, 0.85, 0.85),
    }


def test_runs_of_one_point_have_no_curve() -> None:
    comparison = found(side("owl", 0.9), side("fox", 0.8))
    once = [points((0, 0.9)), points((0, 0.8))]
    assert curves_chart(comparison, once) is None
    assert "No curves: each run logged one value only" in small(shown(comparison, once))
    assert "No curves: MLflow didn't give them just now" in small(shown(comparison, None))


def test_many_steps_are_thinned_to_what_slack_takes() -> None:
    comparison = found(side("owl", 0.9), side("fox", 0.8))
    long = points(*((n, n / 1000) for n in range(500)))
    chart = curves_chart(comparison, [long, long])
    assert chart is not None
    assert (len(chart.categories), chart.categories[0], chart.categories[-1]) == (20, "0", "499")


def test_last_words() -> None:
    def words(run: Run) -> str:
        return last_words(run, "val_auc")

    assert words(a_run("a", tags={"error": "CUDA out of memory"})) == "CUDA out of memory"
    assert words(a_run("a", tags={"mlflow.note.content": "gave up"})) == "gave up"
    assert words(a_run("a", 0.61, step=900)) == "last val_auc 0.61 at step 900"
    assert words(a_run("a", float("nan"), step=900)) == (
        "last val_auc was not a number at step 900"
    )
    assert words(a_run("a")) == ""
