"""`/decide export`."""

from datetime import UTC

from bot.errors import InvalidInput
from bot.views.blocks import note
from bot.workflows.decisions import export
from handlers.replies import Later, Reply
from handlers.requests import Command
from handlers.routing import Deps


async def on_export(request: Command, deps: Deps) -> Reply:
    """`export`: the decisions that the person may see, as files in their direct message."""
    files = deps.decision_files
    if files is None:
        raise InvalidInput("Files aren't set up here; ask whoever runs Meridian.")
    today = request.now.astimezone(UTC).date()
    return Later(
        waiting=note("Putting the files together…"),
        work=lambda: export.export(
            request.workspace, request.user_id, today, deps.chat, deps.transactions, files
        ),
    )
