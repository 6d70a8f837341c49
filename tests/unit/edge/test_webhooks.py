"""MLflow's webhooks wake the poll: signed, fresh, once each."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from handlers import web
from handlers.doors import MAX_BYTES
from handlers.metrics import Metrics
from handlers.webhooks import PATH, MlflowWebhooks, signature
from storage.base import Base
from storage.engine import open_engines
from storage.transactions import SqlTransactions

SECRET = "s3cret"
BODY = b'{"entity": "model_version_alias", "action": "created"}'


@dataclass
class Bell:
    """Which servers were to be polled, and what time it is."""

    transactions: SqlTransactions
    now: datetime
    rung: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        """Speaks to a web application that was just built: it remembers nothing itself."""
        hooks = MlflowWebhooks(
            SECRET, ["", "eu"], self.transactions, self.rung.append, lambda: self.now
        )
        app = web.build(self.transactions, Metrics(), str, None, hooks.routes())
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://m") as client:
            yield client

    async def send(
        self,
        *,
        path: str = PATH,
        body: bytes = BODY,
        delivery: str = "d1",
        stamp: str | None = None,
        secret: str = SECRET,
        given_signature: str | None = None,
    ) -> int:
        """The status of the answer to one delivery."""
        stamp = str(int(self.now.timestamp())) if stamp is None else stamp
        right = signature(secret.encode(), delivery, stamp, body)
        sent = {
            "X-MLflow-Delivery-Id": delivery,
            "X-MLflow-Timestamp": stamp,
            "X-MLflow-Signature": right if given_signature is None else given_signature,
        }
        raw = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
        async with self.client() as client:
            return (await client.post(path, content=body, headers=raw)).status_code


@pytest.fixture
def bell(tmp_path: Path) -> Iterator[Bell]:
    engines = open_engines(f"sqlite:///{tmp_path}/meridian.db")
    Base.metadata.create_all(engines.writer)
    now = datetime.fromtimestamp(int(time.time()), UTC)
    transactions = SqlTransactions(engines, lambda: now, lambda: None)
    yield Bell(transactions, now)
    transactions.close()


async def test_mlflows_own_sender_is_understood(
    bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MLflow's code makes the request; only the line is ours."""
    from mlflow.webhooks import delivery

    sent: list[tuple[bytes, dict[str, str]]] = []

    def post(_url: str, data: bytes, headers: dict[str, str], timeout: int) -> None:
        sent.append((data, headers))

    monkeypatch.setattr(delivery, "_validate_webhook_url", lambda url: None)
    event: Any = SimpleNamespace(
        entity=SimpleNamespace(value="model_version_alias"), action=SimpleNamespace(value="created")
    )
    webhook: Any = SimpleNamespace(url=f"http://m{PATH}", secret=SECRET, workspace="default")
    payload: Any = {"name": "chürn", "alias": "champion", "version": "2"}
    line: Any = SimpleNamespace(post=post)
    delivery._send_webhook_request(webhook, payload, event, line)
    ((body, headers),) = sent
    async with bell.client() as client:
        answer = await client.post(PATH, content=body, headers=headers)
        assert (answer.status_code, bell.rung) == (202, [""])
        spoilt = await client.post(PATH, content=body + b" ", headers=headers)
        assert (spoilt.status_code, bell.rung) == (401, [""])


async def test_a_delivery_counts_once_also_after_a_restart(bell: Bell) -> None:
    for _ in range(2):
        assert await bell.send() == 202
    assert bell.rung == [""]
    assert await bell.send(delivery="d2") == 202
    assert bell.rung == ["", ""]


async def test_a_named_server_is_woken_by_its_own_address(bell: Bell) -> None:
    assert await bell.send(path=f"{PATH}/eu") == 202
    assert await bell.send(path=f"{PATH}/us") == 404
    assert bell.rung == ["eu"]


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "another"},
        {"given_signature": ""},
        {"given_signature": "v1,"},
        {"given_signature": "v1,ä"},
        {"delivery": ""},
        {"delivery": "d" * 201},
        {"stamp": ""},
        {"stamp": "soon"},
        {"stamp": "9" * 30},
        {"stamp": "-1"},
    ],
)
async def test_what_is_not_from_mlflow_wakes_nobody(bell: Bell, changes: dict[str, Any]) -> None:
    assert await bell.send(**changes) == 401
    assert bell.rung == []


async def test_what_is_older_than_five_minutes_is_refused(bell: Bell) -> None:
    stamp = str(int(bell.now.timestamp()))
    bell.now += timedelta(minutes=5)
    assert await bell.send(stamp=stamp) == 202
    bell.now += timedelta(seconds=1)
    assert await bell.send(stamp=stamp, delivery="d2") == 401
    bell.now -= timedelta(minutes=11)
    assert await bell.send(stamp=stamp, delivery="d3") == 401
    assert bell.rung == [""]


async def test_a_body_without_end_is_refused_before_it_is_read(bell: Bell) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while read < 100 * MAX_BYTES:
            read += 65536
            yield b"x" * 65536

    async with bell.client() as client:
        answer = await client.post(PATH, content=endless())
    assert answer.status_code == 413
    assert read <= MAX_BYTES + 2 * 65536
    assert bell.rung == []


async def test_without_the_secret_there_is_no_such_address(bell: Bell) -> None:
    app = web.build(bell.transactions, Metrics(), str, None)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://m") as client:
        assert (await client.post(PATH, content=BODY)).status_code == 404
