"""Every area's handlers in one table."""

from handlers import (
    alerts,
    decisions,
    deliveries,
    digests,
    experiments,
    members,
    meridian,
    messages,
    standups,
)
from handlers.routing import Routes

AREAS = (
    standups,
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
