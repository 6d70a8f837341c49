"""`/digest`: its words, its forms, and the buttons of digests."""

from handlers.digests import handover, reading, settings, sprint, weekly, words
from handlers.routing import Routes

AREAS = (handover, words, settings, reading, sprint, weekly)


def register(routes: Routes) -> None:
    """Add them all."""
    for area in AREAS:
        area.register(routes)
