"""Where Meridian connects to, and where it never does, however that is written."""

import socket
from typing import Any

import pytest

from bot.clients import egress
from bot.errors import ConfigError

REFUSED = [
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::",
    "2001:0:4136:e378:8000:63bf:5601:5601",
    "::a9fe:a9fe",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fe80::1",
    "fe80::1%eth0",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "192.0.0.8",
    "224.0.0.1",
    "255.255.255.255",
    "0.0.0.0",
    "::",
    "ff02::1",
]
FIT = ["93.184.216.34", "10.1.2.3", "192.168.1.5", "172.18.0.2", "100.64.1.1", "fd12:3456::1"]
FIT += ["2606:2800:220:1::1", "64:ff9b::5db8:d822", "::ffff:10.1.2.3"]


@pytest.mark.parametrize("address", REFUSED)
def test_such_an_address_is_never_connected_to(address: str) -> None:
    with pytest.raises(egress.Forbidden, match="never connect"):
        egress.allowed("jira.example.com", [address])
    with pytest.raises(egress.Forbidden, match="never connect"):
        egress.allowed("jira.example.com", ["93.184.216.34", address])


@pytest.mark.parametrize("address", FIT)
def test_such_an_address_is_where_servers_are(address: str) -> None:
    assert egress.allowed("jira.example.com", [address, address]) == [address]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.1.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_is_reached_by_its_own_names_only(address: str) -> None:
    for host in ("localhost", "mlflow.localhost", "LOCALHOST.", "127.0.0.1", "::1"):
        assert egress.allowed(host, [address]) == [address]
    for host in ("jira.example.com", "localhost.example.com", "notlocalhost"):
        with pytest.raises(egress.Forbidden):
            egress.allowed(host, [address])


@pytest.mark.parametrize(
    "host",
    ["2130706433", "127.1", "0x7f.1", "0x7f000001", "0177.0.0.1", "127.0.0.1.", "10.0.0.256", "1"]
    + [f"[{each}]" if ":" in each else each for each in REFUSED if "%" not in each],
)
def test_a_setting_that_names_such_an_address_stops_the_start(host: str) -> None:
    with pytest.raises(ConfigError, match="JIRA_URL"):
        egress.check_host(f"https://{host}/jira", "JIRA_URL")
    with pytest.raises(ConfigError, match="JIRA_URL"):
        egress.check_host(f"https://me:secret@{host}:8080/jira", "JIRA_URL")


@pytest.mark.parametrize(
    "host", ["team.atlassian.net", "127.0.0.1", "[::1]", "10.0.0.5", "mlflow", "localhost", "x0x"]
)
def test_names_and_plain_addresses_are_taken(host: str) -> None:
    egress.check_host(f"http://{host}:5000/", "MLFLOW_TRACKING_URI")


def test_a_name_is_looked_up_and_each_of_its_addresses_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def found(host: str, port: int, **_: Any) -> list[Any]:
        assert (host, port) == ("jira.example.com", 443)
        return [(0, 0, 0, "", ("10.1.2.3", 443)), (0, 0, 0, "", ("169.254.169.254", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with pytest.raises(egress.Forbidden, match=r"jira.example.com leads to 169\.254\.169\.254"):
        egress.addresses("jira.example.com", 443)
