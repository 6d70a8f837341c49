"""`/alert`: its words, its forms, and the buttons of alerts."""

from handlers.alerts import clicks, forms, report, rules, settings, silences, words
from handlers.routing import Routes

AREAS = (words, forms, rules, silences, settings, report, clicks)


def register(routes: Routes) -> None:
    """Add them all."""
    for area in AREAS:
        area.register(routes)
