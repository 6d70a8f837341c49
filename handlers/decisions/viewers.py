"""From where somebody looks at decisions."""

from bot.domain.decisions.sight import Viewer
from bot.views.decisions import here
from handlers.requests import Click, Command, Request, Submission


def viewer(request: Request) -> Viewer:
    """Who asks, in the conversation in which they type or click, or opened what they click in."""
    return Viewer(
        workspace=request.workspace,
        user_id=request.user_id,
        now=request.now,
        channel=_channel(request),
    )


def _channel(request: Request) -> str:
    if isinstance(request, Command):
        return request.channel
    if isinstance(request, Click):
        return request.channel or (here.channel_of(request.view.state) if request.view else "")
    if isinstance(request, Submission):
        return here.channel_of(request.state)
    return ""
