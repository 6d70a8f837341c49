"""`/alert`: its words, its forms, and the buttons of alerts."""

from handlers.alerts import words
from handlers.routing import Routes

AREAS = (words,)


def register(routes: Routes) -> None:
    """Add them all."""
    for area in AREAS:
        area.register(routes)
