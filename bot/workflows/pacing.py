"""How fast we may post: one a second per channel, a few hundred a minute per workspace.

https://docs.slack.dev/apis/web-api/rate-limits and the notes of chat.postMessage.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(kw_only=True)
class Pace:
    """A clockless pacer; `allow` says whether a call may start at `now` and counts it if so."""

    per_channel: timedelta = timedelta(seconds=1)
    per_workspace: int = 300
    window: timedelta = timedelta(minutes=1)
    _channels: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _starts: dict[str, list[datetime]] = field(default_factory=dict)
    _paused: dict[str, datetime] = field(default_factory=dict)

    def allow(self, workspace: str, channel: str, now: datetime) -> bool:
        """Whether a call to this channel may start now."""
        if self._paused.get(workspace, now) > now:
            return False
        last = self._channels.get((workspace, channel))
        if last is not None and now - last < self.per_channel:
            return False
        starts = [s for s in self._starts.get(workspace, []) if now - s < self.window]
        self._starts[workspace] = starts
        if len(starts) >= self.per_workspace:
            return False
        starts.append(now)
        self._channels[workspace, channel] = now
        return True

    def pause(self, workspace: str, until: datetime) -> None:
        """Start nothing in this workspace before `until` (Slack answered 429)."""
        self._paused[workspace] = max(until, self._paused.get(workspace, until))

    def forget(self, now: datetime) -> None:
        """Drop channels that are free again, so that memory doesn't grow with their number."""
        self._channels = {
            key: last for key, last in self._channels.items() if now - last < self.per_channel
        }
