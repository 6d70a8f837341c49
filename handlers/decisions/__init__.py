"""`/decide`: its words, its buttons, its forms and the shortcut on a message."""

from dataclasses import fields

from handlers.decisions import (
    clicks,
    consents,
    drafts,
    forms,
    promotions,
    refusals,
    reviews,
    rhythm,
    search,
    shortcut,
    submissions,
    why,
    words,
)
from handlers.routing import Routes

AREAS = (
    words,
    clicks,
    consents,
    forms,
    drafts,
    submissions,
    shortcut,
    rhythm,
    promotions,
    reviews,
    search,
    why,
)


def register(routes: Routes) -> None:
    """Add them all, each closed to those who may not."""
    own = Routes()
    for area in AREAS:
        area.register(own)
    refusals.guard(own)
    for each in fields(Routes):
        if isinstance(added := getattr(own, each.name), dict):
            getattr(routes, each.name).update(added)
