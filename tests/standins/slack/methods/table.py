"""One table of every known method; a call to any other is unknown_method."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.standins.slack.args import Args
from tests.standins.slack.errors import Json
from tests.standins.slack.methods import chat, conversations, files, team, users, views
from tests.standins.slack.workspace import Workspace

READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
OPEN = ("im:write", "mpim:write", "channels:manage", "groups:write")


@dataclass(frozen=True, kw_only=True)
class Method:
    """A method; any one of ``scopes`` lets it start, ``token`` is the kind it takes."""

    run: Callable[[Workspace, Args], Json]
    scopes: tuple[str, ...] = ()
    token: str = "bot"


#: Scopes from the method pages at docs.slack.dev/reference/methods.
METHODS: dict[str, Method] = {
    "api.test": Method(run=team.api_test, token="none"),
    "auth.teams.list": Method(run=team.auth_teams_list),
    "auth.test": Method(run=team.auth_test, token="any"),
    "apps.connections.open": Method(
        run=team.connections_open, scopes=("connections:write",), token="app"
    ),
    "blocks.validate": Method(run=team.blocks_validate),
    "bots.info": Method(run=team.bots_info, scopes=("users:read",)),
    "chat.delete": Method(run=chat.delete, scopes=("chat:write",)),
    "chat.getPermalink": Method(run=chat.get_permalink),
    "chat.postEphemeral": Method(run=chat.post_ephemeral, scopes=("chat:write",)),
    "chat.postMessage": Method(run=chat.post_message, scopes=("chat:write",)),
    "chat.update": Method(run=chat.update, scopes=("chat:write",)),
    "conversations.history": Method(run=conversations.history, scopes=HISTORY),
    "conversations.info": Method(run=conversations.info, scopes=READ),
    "conversations.list": Method(run=conversations.list_all, scopes=READ),
    "conversations.members": Method(run=conversations.members, scopes=READ),
    "conversations.open": Method(run=conversations.open_conversation, scopes=OPEN),
    "conversations.replies": Method(run=conversations.replies, scopes=HISTORY),
    "files.completeUploadExternal": Method(run=files.complete_upload, scopes=("files:write",)),
    "files.getUploadURLExternal": Method(run=files.get_upload_url, scopes=("files:write",)),
    "files.info": Method(run=files.info, scopes=("files:read",)),
    "users.info": Method(run=users.info, scopes=("users:read",)),
    "users.list": Method(run=users.list_all, scopes=("users:read",)),
    "views.open": Method(run=views.open_view),
    "views.publish": Method(run=views.publish),
    "views.push": Method(run=views.push),
    "views.update": Method(run=views.update),
}
