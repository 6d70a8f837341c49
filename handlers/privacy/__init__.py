"""The audit log, roles, what is kept for how long, and one's own data."""

from handlers.privacy import audit, myself
from handlers.routing import Routes


def register(routes: Routes) -> None:
    """Add this area's handlers."""
    audit.register(routes)
    myself.register(routes)
