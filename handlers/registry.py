"""Every area's handlers in one table."""

from handlers import (
    alerts,
    decisions,
    deliveries,
    digests,
    experiments,
    members,
    meridian,
    standups,
)
from handlers.routing import Routes


def all_routes() -> Routes:
    """The whole table."""
    routes = Routes()
    for area in (standups, decisions, experiments, alerts, digests, meridian, deliveries, members):
        area.register(routes)
    return routes
