"""Aliases and tags of model versions, against a real MLflow server, and promotions through them."""

import uuid
from collections.abc import AsyncIterator, Awaitable

import pytest

from bot.clients.mlflow import MlflowTracker
from bot.domain.decisions.promotion import VERSION_TAG, alias_refusal
from bot.errors import MlflowError
from tests.standins.mlflow import MlflowServer

GONE = "RESOURCE_DOES_NOT_EXIST"


@pytest.fixture
async def tracker(mlflow: MlflowServer) -> AsyncIterator[MlflowTracker]:
    tracker = MlflowTracker(mlflow.url)
    yield tracker
    await tracker.aclose()


@pytest.fixture
def model(mlflow: MlflowServer) -> str:
    """A new model with versions 1 and 2."""
    name = f"churn-{uuid.uuid4().hex}"
    run_id = mlflow.run(mlflow.experiment())
    assert [mlflow.model_version(name, run_id) for _ in range(2)] == [1, 2]
    return name


async def refusal(work: Awaitable[object]) -> tuple[str, bool]:
    with pytest.raises(MlflowError) as caught:
        await work
    return caught.value.code, caught.value.retryable


async def test_an_alias_is_set_and_read_back(tracker: MlflowTracker, model: str) -> None:
    assert await tracker.alias(model, "champion") is None
    await tracker.set_alias(model, "champion", 1)
    assert await tracker.alias(model, "champion") == 1
    for _ in range(2):
        await tracker.set_alias(model, "champion", 2)
    assert await tracker.alias(model, "champion") == 2
    (found,) = [known for known in await tracker.registered_models() if known.name == model]
    assert found.aliases == {"champion": 2}


async def test_a_version_is_tagged(tracker: MlflowTracker, model: str) -> None:
    await tracker.tag_version(model, 2, VERSION_TAG, "D-1")
    await tracker.tag_version(model, 2, VERSION_TAG, "D-12")
    newest, oldest = await tracker.model_versions(model)
    assert (newest.tags, oldest.tags) == ({VERSION_TAG: "D-12"}, {})


async def test_what_is_gone_is_refused_for_good(tracker: MlflowTracker, model: str) -> None:
    assert await refusal(tracker.alias("no-such-model", "champion")) == (GONE, False)
    assert await refusal(tracker.set_alias(model, "champion", 3)) == (GONE, False)
    assert await refusal(tracker.set_alias("no-such-model", "champion", 1)) == (GONE, False)
    assert await refusal(tracker.tag_version(model, 3, VERSION_TAG, "D-1")) == (GONE, False)
    assert await tracker.alias(model, "champion") is None


@pytest.mark.parametrize(
    "alias",
    ["latest", "LATEST", "v12", "V1", "a b", "a/b", "ä.b", "x" * 256, "a:b"],
)
async def test_what_we_call_no_alias_mlflow_refuses_too(
    tracker: MlflowTracker, model: str, alias: str
) -> None:
    assert alias_refusal(alias)
    assert await refusal(tracker.set_alias(model, alias, 1)) == ("INVALID_PARAMETER_VALUE", False)


@pytest.mark.parametrize("alias", ["champion", "v12b", "latest-1", "_", "-", "ä1", "x" * 255, "v"])
async def test_what_we_take_for_an_alias_mlflow_takes_too(
    tracker: MlflowTracker, model: str, alias: str
) -> None:
    assert alias_refusal(alias) == ""
    await tracker.set_alias(model, alias, 1)
    assert await tracker.alias(model, alias) == 1


async def test_names_with_signs_are_names(mlflow: MlflowServer, tracker: MlflowTracker) -> None:
    name = f'a\'b "c" % ü? #{uuid.uuid4().hex}'
    mlflow.model_version(name, mlflow.run(mlflow.experiment()))
    await tracker.set_alias(name, "champion", 1)
    assert await tracker.alias(name, "champion") == 1
