"""httpx and requests connect to checked addresses only, and to those very addresses."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.clients.checked_httpx import checked
from bot.clients.checked_requests import CheckedAdapter
from bot.clients.egress import Forbidden

Get = Callable[[str], Any]


@dataclass
class Listener:
    """A server that answers everything with 200, and what it saw."""

    port: int = 0
    connections: int = 0
    heads: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening(tls: ssl.SSLContext | None = None) -> AsyncIterator[Listener]:
    """On 127.0.0.1 only."""
    found = Listener()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0, ssl=tls)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        await server.wait_closed()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Host names and their addresses; others are looked up as ever; one without any is unknown."""
    known: dict[str, list[str]] = {}
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *args: Any, **more: Any) -> list[Any]:
        if host not in known:
            return real(host, port, *args, **more)
        if not known[host]:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        stream = socket.SOCK_STREAM
        return [(socket.AF_INET, stream, 6, "", (each, port)) for each in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


async def by_httpx(url: str, trusted: str | None = None) -> str:
    verify = ssl.create_default_context(cafile=trusted)
    async with checked(httpx.AsyncClient(timeout=300, verify=verify)) as http:
        return (await http.get(url)).text


async def by_requests(url: str, trusted: str | None = None) -> str:
    def get() -> str:
        with requests.Session() as session:
            session.mount("http://", CheckedAdapter())
            session.mount("https://", CheckedAdapter())
            return str(session.get(url, timeout=300, verify=trusted or True).text)

    return await asyncio.to_thread(get)


WAYS = pytest.mark.parametrize("get", [by_httpx, by_requests])


@WAYS
async def test_a_name_that_leads_astray_gets_no_connection(
    get: Get, names: dict[str, list[str]]
) -> None:
    names["jira.example.com"] = ["127.0.0.1"]
    async with listening() as here:
        with pytest.raises(Forbidden, match=r"jira.example.com leads to 127\.0\.0\.1"):
            await get(f"http://jira.example.com:{here.port}/")
        assert here.connections == 0


@WAYS
async def test_the_next_address_is_tried_and_the_name_is_kept(
    get: Get, names: dict[str, list[str]]
) -> None:
    names["mlflow.localhost"] = ["127.0.0.2", "127.0.0.1"]
    async with listening() as here:
        assert await get(f"http://mlflow.localhost:{here.port}/version") == "ok"
    [head] = here.heads
    assert f"host: mlflow.localhost:{here.port}" in head.casefold()


@WAYS
async def test_a_name_that_nobody_knows_is_the_librarys_own_error(
    get: Get, names: dict[str, list[str]]
) -> None:
    names["nobody.invalid"] = []
    with pytest.raises((httpx.ConnectError, requests.exceptions.ConnectionError)):
        await get("http://nobody.invalid:1/")
    with pytest.raises((httpx.ConnectError, requests.exceptions.ConnectionError)):
        await get("http://127.0.0.2:1/")


@WAYS
async def test_a_certificate_must_be_for_the_name_not_for_the_address(
    get: Callable[..., Any], names: dict[str, list[str]], tmp_path: Path
) -> None:
    names["jira.localhost"] = names["other.localhost"] = ["127.0.0.1"]
    certificate = certified(tmp_path, "jira.localhost")
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    async with listening(tls) as here:
        assert await get(f"https://jira.localhost:{here.port}/", certificate) == "ok"
        with pytest.raises((httpx.ConnectError, requests.exceptions.SSLError)):
            await get(f"https://other.localhost:{here.port}/", certificate)
        with pytest.raises((httpx.ConnectError, requests.exceptions.SSLError)):
            await get(f"https://127.0.0.1:{here.port}/", certificate)
    assert len(here.heads) == 1


def certified(folder: Path, host: str) -> str:
    """A file with a key and a certificate of this host, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file = folder / f"{host}.pem"
    file.write_bytes(key.private_bytes(encoding, *private) + certificate.public_bytes(encoding))
    return str(file)
