"""A chat in memory that accepts, refuses and loses answers as a test tells it to."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.errors import SlackError
from bot.ports.chat import Message, Posted


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What the next call gets: an error, before or after the message was accepted."""

    error: SlackError
    accepted: bool = False


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """One message that stands in a channel."""

    delivery_id: str
    channel: str
    ts: str
    thread_ts: str | None
    message: Message
    at: datetime


@dataclass(kw_only=True)
class FaultyChat:
    """Implements the posts, edits and look-ups of `bot.ports.chat.Chat`.

    `faults` are used up one a call and channel; `blind` channels refuse to show their history;
    a call about a channel in `stuck` waits for its event.
    """

    clock: Callable[[], datetime]
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    blind: dict[str, SlackError] = field(default_factory=dict)
    stuck: dict[str, asyncio.Event] = field(default_factory=dict)
    posted: list[Accepted] = field(default_factory=list)
    edits: list[tuple[str, str]] = field(default_factory=list)
    lookups: int = 0

    def fail(self, channel: str, *faults: Fault) -> None:
        """Let the next calls to a channel fail like this."""
        self.faults[channel].extend(faults)

    def ids(self, channel: str | None = None) -> list[str]:
        """The delivery ids of what stands in a channel or everywhere, in that order."""
        return [p.delivery_id for p in self.posted if channel in (None, p.channel)]

    def texts(self, channel: str) -> list[str]:
        """The texts in a channel."""
        return [p.message.text for p in self.posted if p.channel == channel]

    def accept(
        self, channel: str, message: Message, delivery_id: str, thread_ts: str | None = None
    ) -> Posted:
        """Put a message into a channel."""
        ts = f"{len(self.posted) + 1}.000"
        self.posted.append(
            Accepted(
                delivery_id=delivery_id,
                channel=channel,
                ts=ts,
                thread_ts=thread_ts,
                message=message,
                at=self.clock(),
            )
        )
        return Posted(channel=channel, ts=ts)

    async def post(
        self,
        workspace: str,
        channel: str,
        message: Message,
        *,
        delivery_id: str,
        thread_ts: str | None = None,
    ) -> Posted:
        """Accept or fail."""
        await self._wait(channel)
        fault = self._fault(channel)
        if fault is None:
            return self.accept(channel, message, delivery_id, thread_ts)
        if fault.accepted:
            self.accept(channel, message, delivery_id, thread_ts)
        raise fault.error

    async def edit(self, workspace: str, channel: str, ts: str, message: Message) -> None:
        """Change or fail."""
        await self._wait(channel)
        fault = self._fault(channel)
        if fault is None or fault.accepted:
            self.edits.append((ts, message.text))
        if fault is not None:
            raise fault.error

    async def find_post(
        self,
        workspace: str,
        channel: str,
        *,
        delivery_id: str,
        since: datetime,
        thread_ts: str | None = None,
    ) -> Posted | None:
        """Look the id up."""
        self.lookups += 1
        await self._wait(channel)
        if channel in self.blind:
            raise self.blind[channel]
        for entry in self.posted:
            if (entry.channel, entry.delivery_id) == (channel, delivery_id) and entry.at >= since:
                return Posted(channel=channel, ts=entry.ts)
        return None

    async def _wait(self, channel: str) -> None:
        if channel in self.stuck:
            await self.stuck[channel].wait()
        else:
            await asyncio.sleep(0)

    def _fault(self, channel: str) -> Fault | None:
        waiting = self.faults[channel]
        return waiting.popleft() if waiting else None


def no_answer(*, accepted: bool) -> Fault:
    """The connection broke before an answer came."""
    error = SlackError("no answer", code="timeout", retryable=True, ambiguous=True)
    return Fault(error=error, accepted=accepted)


def busy(seconds: float) -> Fault:
    """429."""
    return Fault(error=SlackError("busy", code="ratelimited", retryable=True, retry_after=seconds))


def refused(code: str) -> Fault:
    """A plain no."""
    return Fault(error=SlackError(code, code=code))
