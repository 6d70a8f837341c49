"""Every area's handlers in one table."""

from handlers import (
    alerts,
    availability,
    blockers,
    decisions,
    deliveries,
    digests,
    experiments,
    history,
    home,
    members,
    meridian,
    messages,
    reports,
    standups,
)
from handlers.routing import Routes

AREAS = (
    standups,
    reports,
    availability,
    blockers,
    history,
    home,
    decisions,
    experiments,
    alerts,
    digests,
    meridian,
    deliveries,
    members,
    messages,
)


def all_routes() -> Routes:
    """The whole table."""
    routes = Routes()
    for area in AREAS:
        area.register(routes)
    return routes
