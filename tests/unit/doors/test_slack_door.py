"""Forged and replayed requests never reach Bolt, and never end in an error of ours."""

import hashlib
import hmac
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from handlers.doors import SlackDoor

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1_800_000_000


@dataclass
class House:
    """What stands behind the door, and what was turned away."""

    let_in: list[bytes] = field(default_factory=list)
    turned_away: list[str] = field(default_factory=list)
    now: float = NOW
    status: int = 200

    def __post_init__(self) -> None:
        inside = Starlette(routes=[Route("/slack/events", self._inside, methods=["POST"])])
        self.door = SlackDoor(inside, SECRET, self.turned_away.append, lambda: self.now)

    async def _inside(self, request: Request) -> Response:
        self.let_in.append(await request.body())
        if self.status == 0:
            raise ConnectionResetError
        return PlainTextResponse("ok", self.status)

    async def send(
        self,
        body: bytes = b"token=x&command=%2Fstandup",
        *,
        stamp: str = str(NOW),
        secret: str = SECRET,
        signature: str | None = None,
    ) -> int:
        """The status of the answer to one request."""
        digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
        sent = [
            (b"X-Slack-Request-Timestamp", stamp.encode()),
            (b"X-Slack-Signature", (signature or f"v0={digest.hexdigest()}").encode()),
        ]
        transport = httpx.ASGITransport(app=self.door, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://m") as http:
            answer = await http.post("/slack/events", content=body, headers=sent)
        return answer.status_code


@pytest.fixture
def house() -> House:
    return House()


async def test_what_slack_signed_is_let_in_as_it_came(house: House) -> None:
    assert await house.send(b"\xff not UTF-8") == 200
    assert house.let_in == [b"\xff not UTF-8"]
    assert house.turned_away == []


@pytest.mark.parametrize(
    "stamp", ["", "soon", "1e9", "-1", "²", "१८००००००००", "9" * 30, str(NOW - 301), str(NOW + 301)]
)
async def test_a_time_that_is_none_or_too_far_off_is_refused(house: House, stamp: str) -> None:
    assert await house.send(stamp=stamp) == 401
    assert (house.let_in, house.turned_away) == ([], ["forged"])


@pytest.mark.parametrize(
    "signature", ["v0=", "v0", "é" * 64, "v0=" + "0" * 64, "v1=" + "f" * 64, "x" * 100_000]
)
async def test_a_signature_that_is_none_is_refused(house: House, signature: str) -> None:
    assert await house.send(signature=signature) == 401
    assert (house.let_in, house.turned_away) == ([], ["forged"])


async def test_another_secret_and_another_body_are_refused(house: House) -> None:
    assert await house.send(secret="another") == 401
    digest = hmac.new(SECRET.encode(), f"v0:{NOW}:mine".encode(), hashlib.sha256).hexdigest()
    assert await house.send(b"mine", signature=f"v0={digest}") == 200
    assert await house.send(b"yours", signature=f"v0={digest}") == 401
    assert house.turned_away == ["forged", "forged"]


async def test_a_check_of_the_certificate_is_no_way_around_the_signature(house: House) -> None:
    assert await house.send(b"ssl_check=1&command=%2Fstandup", secret="another") == 401
    assert house.let_in == []


async def test_a_replayed_request_is_refused_as_long_as_it_would_be_valid(house: House) -> None:
    early = str(NOW + 299)
    assert await house.send(stamp=early) == 200
    for later in (0, 1, 299, 598):
        house.now = NOW + later
        assert await house.send(stamp=early) == 401
    house.now = NOW + 600
    assert await house.send(stamp=early) == 401
    assert len(house.let_in) == 1
    assert house.turned_away == ["replayed"] * 4 + ["forged"]


@pytest.mark.parametrize("status", [0, 404, 500, 503])
async def test_one_that_failed_may_come_again(house: House, status: int) -> None:
    house.status = status
    assert await house.send() in (status, 500)
    house.status = 200
    assert await house.send() == 200
    assert await house.send() == 401
    assert len(house.let_in) == 2


async def test_what_is_remembered_is_forgotten_when_it_is_over(house: House) -> None:
    for minute in range(30):
        house.now = NOW + 60 * minute
        for number in range(5):
            assert await house.send(b"%d" % number, stamp=str(int(house.now))) == 200
    assert len(house.door._answered) <= 5 * 7


def test_without_a_secret_there_is_no_door() -> None:
    with pytest.raises(ValueError, match="secret"):
        SlackDoor(Starlette(), "", print)
