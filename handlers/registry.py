"""Every area's handlers in one table."""

from handlers import (
    alerts,
    availability,
    blockers,
    channels,
    connect,
    decisions,
    deliveries,
    digests,
    experiments,
    history,
    home,
    installations,
    issues,
    members,
    meridian,
    messages,
    privacy,
    reports,
    standups,
    trace,
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
    issues,
    meridian,
    connect,
    privacy,
    trace,
    deliveries,
    members,
    channels,
    installations,
    messages,
)


def all_routes() -> Routes:
    """The whole table."""
    routes = Routes()
    for area in AREAS:
        area.register(routes)
    return routes
