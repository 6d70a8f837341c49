"""How fast we may post: one a second per channel, a few hundred a minute per workspace.

https://docs.slack.dev/apis/web-api/rate-limits and the notes of chat.postMessage.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.delivery import WORKSPACE_PAUSE

# Further from now than this lies only what was noted while the clock was wrong: clocks of nodes
# differ by seconds, and what Slack asks for longer is stored for all of them.
_CLOCK_DIFFERENCE = timedelta(seconds=10)


@dataclass(kw_only=True)
class Pace:
    """A clockless pacer; `allow` says whether a call may start at `now` and counts it if so.

    What was noted by a clock that has been set back since is minded no more.
    """

    per_channel: timedelta = timedelta(seconds=1)
    per_workspace: int = 300
    window: timedelta = timedelta(minutes=1)
    _channels: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _starts: dict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))
    _paused: dict[str, datetime] = field(default_factory=dict)

    def allow(self, workspace: str, channel: str, now: datetime) -> bool:
        """Whether a call to this channel may start now."""
        if self.free_at(workspace, channel, now) > now:
            return False
        self._starts[workspace].append(now)
        self._channels[workspace, channel] = now
        return True

    def free_at(self, workspace: str, channel: str, now: datetime) -> datetime:
        """The earliest moment at which `allow` might say yes: now, or later."""
        free = self.paused_until(workspace, now) or now
        last = self._channels.get((workspace, channel))
        if last is not None and last <= now + _CLOCK_DIFFERENCE:
            free = max(free, last + self.per_channel)
        starts = self._starts[workspace]
        while starts and now - starts[0] >= self.window:
            starts.popleft()
        while starts and starts[-1] > now + _CLOCK_DIFFERENCE:
            starts.pop()
        if len(starts) >= self.per_workspace:
            free = max(free, starts[-self.per_workspace] + self.window)
        return free

    def recall(self, workspace: str, began: Sequence[tuple[str, datetime]]) -> None:
        """Mind the calls that all processes began within the last `window`: channel and moment."""
        for channel, at in began:
            key = workspace, channel
            self._channels[key] = max(at, self._channels.get(key, at))
        # Ours are among them; where some of ours are not kept yet, ours are more.
        if len(began) > len(self._starts[workspace]):
            self._starts[workspace] = deque(sorted(at for _, at in began))

    def pause(self, workspace: str, until: datetime) -> None:
        """Start nothing in this workspace before `until`."""
        self._paused[workspace] = max(until, self._paused.get(workspace, until))

    def paused_until(self, workspace: str, now: datetime) -> datetime | None:
        """The end of a pause that goes on now, or None."""
        until = self._paused.get(workspace, now)
        return until if now < until <= now + WORKSPACE_PAUSE else None

    def forget(self, now: datetime) -> None:
        """Drop channels that are free again and pauses that are over: memory doesn't grow."""
        self._paused = {key: at for key, at in self._paused.items() if self.paused_until(key, now)}
        self._channels = {
            key: last
            for key, last in self._channels.items()
            if -_CLOCK_DIFFERENCE <= now - last < self.per_channel
        }
