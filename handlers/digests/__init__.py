"""`/digest`: its words and its forms."""

from handlers.digests import words
from handlers.routing import Routes

AREAS = (words,)


def register(routes: Routes) -> None:
    """Add them all."""
    for area in AREAS:
        area.register(routes)
