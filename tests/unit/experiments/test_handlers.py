"""`/experiment` as people type it."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from bot.clients.holidays import LibraryCalendar
from bot.domain.experiments.records import Experiment, ModelVersion, RegisteredModel
from bot.domain.links import Links
from bot.errors import InvalidInput, MlflowError
from bot.ports.chat import CHART_SLOT, Chat, Message
from bot.workflows.experiments import look_up as workflow
from bot.workflows.poll_mlflow import poll
from handlers.experiments import register
from handlers.replies import Later, Tell
from handlers.requests import Command
from handlers.routing import Deps, Routes
from storage.transactions import SqlTransactions
from tests.standins.slack.blockkit import Rules, check_message
from tests.unit.experiments.builders import CHURN, T0, a_run
from tests.unit.experiments.fake_tracker import FakeTracker

HOSTILE = "<!channel> <https://evil|MLflow> *x*"
STRICT = Rules(surface="message", native_charts=False, file_ready=lambda _: False)
PAGE = "http://mlflow.test/#/experiments/1"


class Desk:
    """Types commands and returns what the person sees at the end."""

    def __init__(self, transactions: SqlTransactions) -> None:
        self.tracker = FakeTracker(CHURN, Experiment(experiment_id="2", name="R&D price"))
        self.tracker.hold(
            a_run("gentle-owl", 0.912, params={"lr": "0.03"}, tags={"dataset": "v7"}),
            a_run("quick-fox", 0.906, params={"lr": "0.1"}, tags={"dataset": "v7"}, minute=1),
        )
        self.tracker.models = [RegisteredModel(name="churn", aliases={"champion": 13})]
        self.tracker.versions = [
            ModelVersion(model="churn", version=13, run_id="quick-fox", created_at=T0)
        ]
        self.deps = Deps(
            transactions=transactions,
            chat=cast(Chat, None),
            holidays=LibraryCalendar(),
            links=Links(mlflow_url="http://mlflow.test"),
            experiment_tracker=self.tracker,
        )
        self.routes = Routes()
        register(self.routes)

    async def poll(self) -> None:
        await poll("T1", self.tracker, self.deps.transactions, T0)

    async def reply(self, text: str) -> Tell | Later:
        command = Command(
            workspace="T1",
            user_id="U1",
            now=T0,
            key="k",
            command="/experiment",
            text=text,
            channel="C1",
            channel_name="churn",
            trigger_id="t",
            response_url="",
        )
        answer = await self.routes.commands["/experiment"](command, self.deps)
        assert isinstance(answer, Tell | Later)
        return answer

    async def sees(self, text: str) -> Message:
        answer = await self.reply(text)
        message = answer.message if isinstance(answer, Tell) else await answer.work()
        placed = [block for block in message.blocks if block != CHART_SLOT]
        assert check_message(STRICT, placed) == []
        return message


@pytest.fixture
def desk(transactions: SqlTransactions) -> Desk:
    return Desk(transactions)


def _elements(message: Message) -> list[dict[str, Any]]:
    """Every rich text element, in order."""
    blocks = [block for block in message.blocks if block["type"] == "rich_text"]
    return [
        element for block in blocks for section in block["elements"] for element in _leaves(section)
    ]


def _leaves(section: dict[str, Any]) -> Sequence[dict[str, Any]]:
    if "elements" not in section:
        return [section]
    return [leaf for part in section["elements"] for leaf in _leaves(part)]


def _shown(message: Message) -> str:
    return "".join(str(e.get("text") or e.get("fallback") or "") for e in _elements(message))


def _small(message: Message) -> str:
    blocks = [block for block in message.blocks if block["type"] == "context"]
    return " | ".join(block["elements"][0]["text"] for block in blocks)


async def test_show_is_one_screen(desk: Desk) -> None:
    await desk.poll()
    message = await desk.sees("show churn")
    assert _shown(message).splitlines() == [
        "churn · 2 runs · primary metric val_auc (higher is better)",
        "No winner yet: the best run has val_auc 0.912, 0.006 above the champion (0.906), but each "
        "was run with one seed only, so the difference can be luck.",
        "Best: gentle-owl 0.912 · 0.006 above champion v13 (0.906): too few seeds to tell"
        "1  gentle-owl  0.912   lr 0.03",
        "2  quick-fox  0.906   lr 0.1  champion v13",
    ]
    assert CHART_SLOT in message.blocks
    assert message.chart is not None
    assert message.chart.categories == ("run 1", "run 2")
    assert [series.values for series in message.chart.series] == [(0.912, 0.912), (0.906, 0.906)]
    assert f"2 finished · MLflow as of <!date^{int(T0.timestamp())}" in _small(message)
    urls = {element["url"] for element in _elements(message) if element["type"] == "link"}
    assert urls == {
        PAGE,
        f"{PAGE}/runs/gentle-owl",
        f"{PAGE}/runs/quick-fox",
        "http://mlflow.test/#/models/churn/versions/13",
    }
    assert message.text.startswith("churn · 2 runs")


@pytest.mark.parametrize(
    "typed",
    [
        "show CHURN",
        "SHOW  churn ",
        'show "churn"',
        "show “Churn”",
        "show 1",
        f"show {PAGE}",
        f"show <{PAGE}/runs/abc?x=1>",
        f"show <{PAGE}|my experiment>",
        f"show {PAGE}?searchFilter=a",
    ],
)
async def test_an_experiment_is_understood_however_it_is_named(desk: Desk, typed: str) -> None:
    await desk.poll()
    assert _shown(await desk.sees(typed)).startswith("churn · 2 runs")


@pytest.mark.parametrize("typed", ["show R&D price", "show r&amp;d  PRICE"])
async def test_a_name_that_slack_escapes(desk: Desk, typed: str) -> None:
    await desk.poll()
    shown = _shown(await desk.sees(typed))
    assert shown.splitlines() == [
        "R&D price · 0 runs",
        "No runs yet.",
    ]


async def test_hostile_names_are_shown_as_typed(desk: Desk) -> None:
    desk.tracker.known = [replace(CHURN, name=HOSTILE)]
    desk.tracker.hold(a_run("evil", 0.99, name=HOSTILE, params={"lr": HOSTILE}))
    await desk.poll()
    for typed in ("show 1", "list", "show", "show <!channel> <https://evil|MLflw> *x*"):
        message = await desk.sees(typed)
        assert HOSTILE[:20] in _shown(message)
        assert "<!channel>" not in message.text
        assert "channel" not in _small(message)
        links = [element for element in _elements(message) if element["type"] == "link"]
        assert all(link["url"].startswith("http://mlflow.test/") for link in links)


async def test_an_unknown_name_gets_the_nearest_ones(desk: Desk) -> None:
    await desk.poll()
    message = await desk.sees("show chrun")
    assert _shown(message) == (
        "I don't know an experiment chrun. Did you mean /experiment show churn? "
        "/experiment list shows all."
    )


async def test_what_evaluates_a_model_stands_beside_its_champion(desk: Desk) -> None:
    desk.tracker.hold(
        a_run(
            "nightly",
            0.9,
            experiment_id="2",
            tags={"dataset": "v7", "registered_model": "churn", "model_version": "13"},
        )
    )
    await desk.poll()
    told = _shown(await desk.sees("show 2"))
    assert "Best: nightly 0.9 · 0.006 below champion v13 of churn (0.906)" in told


async def test_a_new_experiment_is_read_at_once_and_mirrored(desk: Desk) -> None:
    answer = await desk.reply("show Churn")
    assert isinstance(answer, Later)
    assert answer.waiting.text == "Reading MLflow…"
    assert _shown(await answer.work()).startswith("churn · 2 runs")
    assert isinstance(await desk.reply("show churn"), Tell)


async def test_an_unknown_name_while_mlflow_is_down(desk: Desk) -> None:
    await desk.poll()
    desk.tracker.down = {"experiments"}
    message = await desk.sees("show nothing like it")
    assert "MLflow didn't answer just now" in _shown(message)


async def test_a_hanging_mlflow_ends_within_the_deadline(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert workflow.DEADLINE <= 8
    desk.tracker.hangs = True
    with pytest.raises(MlflowError, match=r"didn't answer within 0\.01 seconds"):
        await asyncio.wait_for(
            workflow.look_up("T1", "x", desk.tracker, desk.deps.transactions, T0, deadline=0.01),
            timeout=5,
        )


async def test_an_outage_shows_what_was_known(desk: Desk) -> None:
    await desk.poll()
    desk.tracker.down = {"experiments", "ended_runs", "running_runs"}
    await desk.poll()
    message = await desk.sees("show churn")
    assert "MLflow hasn't answered since <!date^" in _small(message)
    assert "This is what I knew then." in _small(message)
    assert "gentle-owl" in _shown(message)
    assert "This is what I knew then." in _small(await desk.sees("list"))


async def test_list_has_the_latest_first(desk: Desk) -> None:
    await desk.poll()
    shown = _shown(await desk.sees("list"))
    assert shown == "churn · 2 runs · last activity 2026-11-21 09:31 UTCR&D price · 0 runs"


async def test_list_before_the_first_poll(desk: Desk) -> None:
    assert "I have not read MLflow yet" in _shown(await desk.sees("list"))


async def test_show_without_a_name(desk: Desk) -> None:
    await desk.poll()
    assert _shown(await desk.sees("show")) == (
        "Which experiment? Type /experiment show and its name: churn, R&D price."
    )


async def test_help_and_nonsense(desk: Desk) -> None:
    for text in ("", "help", " HELP "):
        help_text = (await desk.sees(text)).text
        assert all(word in help_text for word in ("list", "show", "goal"))
        assert "<" not in help_text
    with pytest.raises(InvalidInput, match="Did you mean `/experiment show churn`"):
        await desk.reply("shwo churn")


async def test_without_mlflow(desk: Desk) -> None:
    desk.deps = replace(desk.deps, experiment_tracker=None)
    assert "isn't connected" in (await desk.sees("show churn")).text
    assert "answers from MLflow" in (await desk.sees("help")).text


async def test_an_experiment_with_many_runs_is_answered_at_once_and_shown_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.poll()
    usual = _shown(await desk.sees("show churn"))
    monkeypatch.setattr("bot.services.experiments.pages._LARGE", 1)
    for typed in ("show churn", f"show {PAGE}", "churn"):
        answer = await desk.reply(typed)
        assert isinstance(answer, Later)
        assert answer.waiting.text == "Reading many runs…"
        assert _shown(await answer.work()) == usual
