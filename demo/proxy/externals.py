"""Options of external selects: asked from the bot as soon as a view is shown."""

from demo.proxy.hub import Hub
from demo.proxy.payloads import block_suggestion
from demo.proxy.translate.state import stateful_elements
from demo.proxy.views import OpenView


async def load_options(hub: Hub, opened: OpenView) -> None:
    """Ask the bot for the options of a view's external selects and show the view again.

    The page has no search, so the bot is asked once, for the empty word.
    """
    user = hub.mirror.user(opened.user) or {"id": opened.user, "name": opened.user}
    for block_id, element in list(stateful_elements(opened.view["blocks"])):
        if "external_select" not in element["type"]:
            continue
        payload = block_suggestion(
            hub.workspace, user, opened, block_id=block_id, action_id=element["action_id"]
        )
        answer = await hub.tell("interactive", payload) or {}
        groups = answer.get("option_groups") or []
        options = [*answer.get("options", []), *(o for g in groups for o in g["options"])]
        opened.externals[element["action_id"]] = options
        await hub.show_view(opened)
