"""What people do with Jira issues from Slack."""

from handlers.issues import acts, card, create, origins
from handlers.routing import Routes

AREAS = (card, create, origins, acts)


def register(routes: Routes) -> None:
    """Add them all."""
    for area in AREAS:
        area.register(routes)
