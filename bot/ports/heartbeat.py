"""What Meridian asks of the service that watches over it."""

from typing import Protocol


class Heartbeat(Protocol):
    """A dead man's switch: it raises the alarm when it has not been told for a while."""

    async def beat(self) -> None:
        """Say that all is well; raises `ExternalServiceError` where nobody heard it."""
        ...
