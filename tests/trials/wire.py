"""A wire that can be cut: TCP between the bot and the fake Slack, below HTTP and WebSocket."""

import asyncio
import socket
import struct
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

_HEAD = b"\r\n\r\n"
_SOCKET_MODE = b"GET /link"
_RESET_AT_CLOSE = struct.pack("ii", 1, 0)


@dataclass(kw_only=True)
class Connection:
    """One Socket Mode connection; `opened` is in monotonic seconds."""

    opened: float
    near: asyncio.StreamWriter
    far: asyncio.StreamWriter
    passing: asyncio.Event = field(default_factory=asyncio.Event)
    gone: bool = False

    @property
    def works(self) -> bool:
        """Whether bytes still pass."""
        return self.passing.is_set() and not self.gone

    def reset(self) -> None:
        """RST to both ends."""
        self.gone = True
        for writer in (self.near, self.far):
            end = writer.get_extra_info("socket")
            if end is not None and not writer.is_closing():
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_CLOSE)
            writer.transport.abort()

    def swallow(self) -> None:
        """From now on nothing passes and nobody is told: a black hole."""
        self.passing.clear()


class Wire:
    """Listens at `port` while it is entered and forwards to `host:to_port`.

    `cut_handshakes` many of the next Socket Mode connections are reset once Slack has taken them.
    """

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections: list[Connection] = []
        self.cut_handshakes = 0
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def working(self) -> list[Connection]:
        """The Socket Mode connections on which bytes pass."""
        return [each for each in self.connections if each.works]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            await self._join(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # an end of it went away
        finally:
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(_HEAD)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to_port)
        made = Connection(opened=time.monotonic(), near=writer, far=far_writer)
        made.passing.set()
        far_writer.write(head)
        try:
            if head.startswith(_SOCKET_MODE):
                answer = await far_reader.readuntil(_HEAD)
                if self.cut_handshakes:
                    self.cut_handshakes -= 1
                    made.reset()
                    return
                writer.write(answer)
                if b" 101 " in answer.split(b"\r\n", 1)[0]:
                    self.connections.append(made)
            async with asyncio.TaskGroup() as group:
                group.create_task(_pump(reader, far_writer, made))
                group.create_task(_pump(far_reader, writer, made))
        except* OSError:
            pass
        finally:
            made.gone = True
            far_writer.transport.abort()


async def _pump(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, through: Connection
) -> None:
    while data := await reader.read(1 << 16):
        await through.passing.wait()
        writer.write(data)
        await writer.drain()
    await through.passing.wait()
    through.gone = True
    writer.close()
