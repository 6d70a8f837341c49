"""requests that connects only to addresses that were checked; import it late, as requests is."""

import socket
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NameResolutionError, NewConnectionError

from bot.clients import egress


class CheckedAdapter(HTTPAdapter):
    """Mount it at `http://` and `https://`: each direct connection goes to an address that
    `bot.clients.egress` lets pass, and that very address; its Forbidden comes out as it is."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As the base, with our own kinds of pools."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


class _Direct(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        """TLS and the Host header go by the name: only the socket goes to the address."""
        name = self._dns_host
        failure: NewConnectionError | None = None
        try:
            for address in _addresses(self):
                self._dns_host = address
                try:
                    return super()._new_conn()
                except NewConnectionError as error:
                    failure = error
        finally:
            self._dns_host = name
        raise failure or NewConnectionError(self, f"{name} has no address")


class _Secure(_Direct, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Direct


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


def _addresses(connection: HTTPConnection) -> list[str]:
    try:
        return egress.addresses(connection._dns_host, connection.port or 0)
    except socket.gaierror as error:
        raise NameResolutionError(connection.host, connection, error) from error
