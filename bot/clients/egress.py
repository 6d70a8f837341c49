"""Where Meridian connects to: the hosts that the operator named, at addresses that make sense.

The allow-list is the settings; this is the second wall, for a name that leads astray. Addresses
that no Jira, MLflow or monitoring service lives at are refused, however they are written: those of
clouds' metadata services (https://cheatsheetseries.owasp.org, Server-Side Request Forgery), link-
local, multicast and reserved ones, and a loopback address behind a name that isn't `localhost`.
Private addresses are allowed: that is where such servers usually are.
"""

import ipaddress
import re
import socket
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

from bot.errors import ConfigError, ExternalServiceError

Address = IPv4Address | IPv6Address

_REFUSED = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8",
        "100.100.100.200/32",  # Alibaba's metadata
        "168.63.129.16/32",  # Azure's host
        "169.254.0.0/16",
        "192.0.0.0/24",  # Oracle's metadata among them
        "192.88.99.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "::/128",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fd00:ec2::/32",  # Amazon's metadata
        "fd20:ce::/32",  # Google's metadata
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
_OLD_STYLE = ipaddress.IPv6Network("::/96")
# RFC 6052: how an IPv6-only network reaches the IPv4 internet.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# https://url.spec.whatwg.org/#ends-in-a-number-checker: what a resolver reads as an IPv4 address.
_NUMERIC = re.compile(r"(.*\.)?(\d+|0x[0-9a-f]*)\.?", re.IGNORECASE)


class Forbidden(ExternalServiceError):
    """The host's name leads to an address that is never connected to; nothing was sent."""


def check_host(url: str, setting: str) -> None:
    """Raises ConfigError, which names the setting, where the host is an address in disguise
    (`2130706433`, `127.1`, `0x7f.1`) or one that is never connected to."""
    host = urlsplit(url).hostname or ""
    literal = _literal(host)
    if literal is None and _NUMERIC.fullmatch(host):
        raise ConfigError(f"{setting} is wrong: {host} is a number, not the name of a server.")
    if literal is not None and not _is_fit(literal, host):
        raise ConfigError(f"{setting} is wrong: no server of yours is at {host}.")


def addresses(host: str, port: int) -> list[str]:
    """Where to connect to for this host, in the resolver's order.

    Blocks while the name is looked up; raises Forbidden if any of its addresses is refused, and
    OSError as `socket.getaddrinfo` does.
    """
    found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    return allowed(host, [str(each) for each in found])


def allowed(host: str, found: list[str]) -> list[str]:
    """The addresses, each once; raises Forbidden if any of them is refused."""
    for each in found:
        if not _is_fit(ipaddress.ip_address(each.partition("%")[0]), host):
            raise Forbidden(
                f"{host} leads to {each}, where I never connect to.",
                code="forbidden-address",
                retryable=True,
            )
    return list(dict.fromkeys(found))


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _is_fit(address: Address, host: str) -> bool:
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return _is_fit(address.ipv4_mapped, host)
        if address in _NAT64:
            inner = IPv4Address(int(address) & 0xFFFF_FFFF)
            return inner.is_global and _is_fit(inner, host)
        if address in _OLD_STYLE and not address.is_loopback:
            return False
    if address.is_loopback:
        return _is_here(host)
    return not any(address in network for network in _REFUSED)


def _is_here(host: str) -> bool:
    """Whether the host names this machine itself (RFC 6761, 6.3)."""
    name = host.rstrip(".").casefold()
    return _literal(name) is not None or name == "localhost" or name.endswith(".localhost")
