"""No entry reads more than it must, nor waits for ever."""

import asyncio
from collections.abc import AsyncIterator

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from handlers.doors import BoundedBodies


def client(*, most: int = 100, seconds: float = 300) -> httpx.AsyncClient:
    """Speaks to an app that answers with the length of what it got."""

    async def length(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    app = Starlette(routes=[Route("/{name}", length, methods=["GET", "POST"])])
    bounded = BoundedBodies(app, most, {"/large": 1000}, seconds)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=bounded), base_url="http://m")


async def test_what_fits_is_handed_on_whole() -> None:
    async with client() as http:
        assert (await http.post("/any", content=b"x" * 100)).text == "100"
        assert (await http.post("/large", content=b"x" * 1000)).text == "1000"
        assert (await http.get("/any")).text == "0"


async def test_a_longer_one_is_refused() -> None:
    async with client() as http:
        assert (await http.post("/any", content=b"x" * 101)).status_code == 413
        assert (await http.post("/large", content=b"x" * 1001)).status_code == 413


async def test_a_long_one_that_lies_about_its_length_is_refused_as_it_is_read() -> None:
    async def more() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 10

    async with client() as http:
        for claimed in ({}, {"content-length": "5"}, {"content-length": "-1"}):
            answer = await http.post("/any", content=more(), headers=claimed)
            assert answer.status_code == 413


async def test_one_that_drips_in_is_given_up() -> None:
    async def dripping() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    async with client(seconds=0.01) as http:
        assert (await http.post("/any", content=dripping())).status_code == 408
