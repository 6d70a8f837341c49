"""MLflow's lists of experiments and of registered models, whole, over REST."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.clients.mlflow import parse
from bot.clients.mlflow.runs import Post
from bot.domain.experiments.records import Experiment, ModelVersion, RegisteredModel

PAGE = 1000
_LONGEST = 1000
"""Pages after which a server that hands out tokens without end is given up."""

Get = Callable[[str, Mapping[str, str | int]], Awaitable[dict[str, Any]]]
"""Reads the JSON object at a path below MLflow's API."""


async def experiments(post: Post) -> list[Experiment]:
    """All active experiments, each once."""

    async def page(token: dict[str, str]) -> dict[str, Any]:
        return await post("experiments/search", {"max_results": PAGE, **token})

    found = [_experiment(record) for record in await _all(page, "experiments")]
    return list({one.experiment_id: one for one in found}.values())


async def registered_models(get: Get) -> list[RegisteredModel]:
    """All registered models with their alias maps, by name."""

    async def page(token: dict[str, str]) -> dict[str, Any]:
        query: dict[str, str | int] = {"max_results": PAGE, "order_by": "name ASC", **token}
        return await get("registered-models/search", query)

    found = [_registered_model(record) for record in await _all(page, "registered_models")]
    return list({model.name: model for model in found}.values())


async def versions(get: Get, model: str | None = None) -> list[ModelVersion]:
    """All versions of one registered model, or of all, newest first."""
    wanted = {"filter": _named(model)} if model is not None else {}

    async def page(token: dict[str, str]) -> dict[str, Any]:
        return await get("model-versions/search", {"max_results": PAGE, **wanted, **token})

    found = [_model_version(record) for record in await _all(page, "model_versions")]
    unique = {(v.model, v.version): v for v in found if model is None or v.model == model}
    return sorted(unique.values(), key=lambda each: each.version, reverse=True)


async def _all(
    page: Callable[[dict[str, str]], Awaitable[dict[str, Any]]], key: str
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    token: dict[str, str] = {}
    for _ in range(_LONGEST):
        answer = await page(token)
        found += answer.get(key, [])
        if not answer.get("next_page_token"):
            return found
        token = {"page_token": str(answer["next_page_token"])}
    raise ValueError(f"{key} have more than {_LONGEST:,} pages")


def _named(model: str) -> str:
    """MLflow's filters know both quotes but no escape: a name with both is matched by a pattern,
    and the caller compares."""
    if "'" not in model:
        return f"name = '{model}'"
    if '"' not in model:
        return f'name = "{model}"'
    return "name LIKE '" + model.replace("'", "_") + "'"


def _experiment(record: Mapping[str, Any]) -> Experiment:
    return Experiment(
        experiment_id=str(record["experiment_id"]),
        name=str(record["name"]),
        tags=parse.pairs(record.get("tags", ())),
        created_at=parse.instant(record.get("creation_time")),
    )


def _registered_model(record: Mapping[str, Any]) -> RegisteredModel:
    text = json.dumps(record, sort_keys=True, separators=(",", ":"))
    return RegisteredModel(
        name=str(record["name"]),
        aliases={str(a["alias"]): int(a["version"]) for a in record.get("aliases", ())},
        mark=hashlib.sha256(text.encode()).hexdigest()[:32],
    )


def _model_version(record: Mapping[str, Any]) -> ModelVersion:
    return ModelVersion(
        model=str(record["name"]),
        version=int(record["version"]),
        run_id=str(record.get("run_id") or ""),
        created_at=parse.instant(record.get("creation_timestamp")) or parse.EPOCH,
        tags=parse.pairs(record.get("tags", ())),
    )
