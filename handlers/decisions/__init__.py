"""`/decide`: its words, its buttons, its forms and the shortcut on a message."""

from handlers.decisions import clicks, words
from handlers.routing import Routes

AREAS = (words, clicks)


def register(routes: Routes) -> None:
    """Add them all."""
    for area in AREAS:
        area.register(routes)
