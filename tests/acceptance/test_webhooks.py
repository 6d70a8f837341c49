"""A webhook of a real MLflow's registry brings the poll that would have come an hour later."""

import asyncio
import time
import uuid
from pathlib import Path

import httpx

from bot.ports.repositories import UnitOfWork
from handlers.webhooks import PATH, signature
from tests.acceptance.test_http_mode import Served, serving
from tests.standins.mlflow import MlflowServer

SECRET = "s3cret"


async def tell(served: Served, delivery: str) -> int:
    """The status of the answer to one signed delivery."""
    body, stamp = b"{}", str(int(time.time()))
    headers = {
        "X-MLflow-Delivery-Id": delivery,
        "X-MLflow-Timestamp": stamp,
        "X-MLflow-Signature": signature(SECRET.encode(), delivery, stamp, body),
    }
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{served.address}{PATH}", content=body, headers=headers)
    return answer.status_code


async def champion(served: Served, model: str, version: int) -> None:
    """Wait until the mirror shows it."""

    def mirrored(uow: UnitOfWork) -> dict[str, int]:
        found = {each.name: each for each in uow.experiments.models("T0TEAM")}
        return dict(found[model].aliases) if model in found else {}

    async with asyncio.timeout(20):
        while await served.app.transactions.read(mirrored) != {"champion": version}:
            pass


async def test_a_moved_alias_is_seen_at_once(tmp_path: Path, mlflow: MlflowServer) -> None:
    model = f"churn-{uuid.uuid4().hex}"
    run_id = mlflow.run(mlflow.experiment())
    for _ in range(2):
        mlflow.model_version(model, run_id)
    mlflow.set_alias(model, "champion", 1)
    settings = {"mlflow_tracking_uri": mlflow.url, "mlflow_webhook_secret": SECRET}
    async with serving(tmp_path, poll_seconds=3600, **settings) as served:
        await champion(served, model, 1)
        mlflow.set_alias(model, "champion", 2)
        assert [await tell(served, "d1") for _ in range(3)] == [202] * 3
        await champion(served, model, 2)
