"""`/experiment`: its words, its forms, and the buttons of experiments."""

from handlers.experiments import (
    compare,
    direction,
    goal,
    goal_forms,
    hypothesis,
    hypothesis_forms,
    hypothesis_verdicts,
    plan,
    show,
    silent,
    tried,
    watch,
    words,
)
from handlers.routing import Routes

AREAS = (
    words,
    show,
    compare,
    direction,
    plan,
    watch,
    silent,
    hypothesis,
    hypothesis_forms,
    hypothesis_verdicts,
    tried,
    goal,
    goal_forms,
)


def register(routes: Routes) -> None:
    """Add them all."""
    for area in AREAS:
        area.register(routes)
