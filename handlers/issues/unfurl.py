"""Messages in channels that name an issue."""

from bot.domain.issues.naming import named
from bot.services.issues import unfurls
from handlers.replies import Done, Reply
from handlers.requests import Event
from handlers.routing import Deps

CHANNELS = frozenset({"channel", "group"})


async def said(request: Event, deps: Deps) -> Reply:
    """Answer in its thread, where that is wanted; most messages name nothing and cost nothing.

    Edits, bots and what has no author come with a subtype or a bot's id.
    """
    body = request.body
    found = named(str(body.get("text") or ""), deps.links.jira_url or "-")
    if not deps.links.jira_url or not found:
        return Done()
    await deps.transactions.write(
        unfurls.answer,
        request.workspace,
        str(body["channel"]),
        request.user_id,
        str(body.get("thread_ts") or body["ts"]),
        found,
        request.now,
    )
    return Done()
