"""How the sprint stands."""

from datetime import timedelta
from functools import partial

from bot.domain.chart import Chart
from bot.domain.digests.content import Digest
from bot.domain.issues.sprints import SprintState
from bot.domain.links import Links
from bot.views.digests.parts import Part, part
from bot.views.issues import sprint as views
from bot.views.text import Line, moment

KEY = "sprint"
# Two polls are so far apart as they come.
_SAME_AGE = timedelta(minutes=3)


def parts(content: Digest, _links: Links) -> list[Part]:
    """`Sprint`, in one line."""
    states: list[SprintState] = [content.sprint] if content.sprint else []
    return part(KEY, "Sprint", states, partial(_line, content))


def _line(content: Digest, state: SprintState) -> Line:
    """With its own age where what stands beside it is newer: sprints are read more seldom."""
    told = views.line(state)
    if content.window.issues.until - state.as_of < _SAME_AGE:
        return told
    return [*told, " · as of ", moment(state.as_of)]


def chart(content: Digest) -> Chart | None:
    """The burndown, None without a sprint."""
    return views.chart(content.sprint) if content.sprint else None
