"""*Export my data* and *Delete my data*: buttons of one's settings, and `/meridian me …`."""

from bot.errors import InvalidForm, InvalidInput
from bot.ports.chat import Message
from bot.services.privacy import myself as services
from bot.views.blocks import note
from bot.views.privacy import myself as views
from handlers.replies import Later, Open, Reply, Show
from handlers.requests import Click, Command, Request, Submission
from handlers.routing import Deps, Routes


def register(routes: Routes) -> None:
    """Add the buttons and the form."""
    routes.clicks[views.ACTION_EXPORT] = on_export
    routes.clicks[views.ACTION_DELETE] = on_delete
    routes.submissions[views.CALLBACK_DELETE] = on_sure


async def typed(request: Command, deps: Deps) -> Reply:
    """What follows `/meridian me`."""
    match request.rest.strip().lower():
        case "export":
            return await on_export(request, deps)
        case "delete":
            return await on_delete(request, deps)
        case _:
            raise InvalidInput(
                "Type `/meridian me` for your settings, `/meridian me export` for a file of what I "
                "keep about you, or `/meridian me delete`."
            )


async def on_export(request: Command | Click, deps: Deps) -> Reply:
    """A file in the direct message."""
    return Later(waiting=note("Putting the file together…"), work=lambda: _send(request, deps))


async def on_delete(_request: Command | Click, _deps: Deps) -> Reply:
    """Ask first."""
    return Open(modal=views.confirm())


async def on_sure(request: Submission, deps: Deps) -> Reply:
    """They said that they mean it."""
    if not views.is_sure(request.state):
        raise InvalidForm({views.SURE: "Tick this if you mean it."})
    done = await deps.transactions.write_once(
        request.key, services.erase, request.workspace, request.user_id, request.now
    )
    return Show(modal=views.erased(done))


async def _send(request: Request, deps: Deps) -> Message:
    workspace, user_id = request.workspace, request.user_id
    found = await deps.transactions.read(services.export, workspace, user_id, request.now)
    name = views.file_name(request.now)
    await deps.chat.send_file(workspace, user_id, name, views.content(found), views.comment(found))
    return views.sent(name, found)
