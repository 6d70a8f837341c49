"""How the sprint stands."""

from bot.domain.chart import Chart
from bot.domain.digests.content import Digest
from bot.domain.issues.sprints import SprintState
from bot.domain.links import Links
from bot.views.digests.parts import Part, part
from bot.views.issues import sprint as views


def parts(content: Digest, _links: Links) -> list[Part]:
    """`Sprint`, in one line."""
    states: list[SprintState] = [content.sprint] if content.sprint else []
    return part("sprint", "Sprint", states, views.line)


def chart(content: Digest) -> Chart | None:
    """The burndown, None without a sprint."""
    return views.chart(content.sprint) if content.sprint else None
