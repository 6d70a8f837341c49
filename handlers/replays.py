"""The signatures that were let in, for as long as each is valid: ten minutes at most."""

WINDOW_SECONDS = 300
"""How far a request's timestamp may lie from our clock, either way (Slack's own advice)."""

_BUCKET_SECONDS = 60
_KEPT_BYTES = 16


class Replays:
    """Remembers signatures by the minute that signed them; forgets a minute that is over.

    Only verified signatures may be entered: then nobody but Slack can fill the memory, with about
    a hundred bytes each.
    """

    def __init__(self) -> None:
        self._minutes: dict[int, set[bytes]] = {}

    def enter(self, signature: bytes, stamp: int, now: float) -> bool:
        """Whether this signature of `stamp` (seconds since 1970) wasn't there yet; now it is."""
        self._expire(now)
        seen = self._minutes.setdefault(stamp // _BUCKET_SECONDS, set())
        kept = _shortened(signature)
        if kept in seen:
            return False
        seen.add(kept)
        return True

    def forget(self, signature: bytes, stamp: int) -> None:
        """Let it be entered again."""
        self._minutes.get(stamp // _BUCKET_SECONDS, set()).discard(_shortened(signature))

    def __len__(self) -> int:
        return sum(map(len, self._minutes.values()))

    def _expire(self, now: float) -> None:
        # Nothing can be entered for a minute whose every second lies outside the window.
        over = (now - WINDOW_SECONDS) // _BUCKET_SECONDS
        for minute in [minute for minute in self._minutes if minute < over]:
            del self._minutes[minute]


def _shortened(signature: bytes) -> bytes:
    """Its end: `v0=` stands before 64 hexadecimal digits."""
    return bytes.fromhex(signature[-2 * _KEPT_BYTES :].decode())
