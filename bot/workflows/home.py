"""App Home: read and shown."""

from datetime import datetime

from bot.domain.links import Links
from bot.ports.chat import Chat
from bot.ports.transactions import Transactions
from bot.services import home as services
from bot.views import home as views
from bot.workflows import people


async def show(
    workspace: str,
    user_id: str,
    chat: Chat,
    transactions: Transactions,
    links: Links,
    now: datetime,
) -> None:
    """Publish somebody's App Home as things stand; raises SlackError."""
    await people.ensure_known(workspace, [user_id], chat, transactions, now)
    page = await transactions.read(services.read, workspace, user_id, now)
    await chat.publish_home(workspace, user_id, views.home(page, links))
