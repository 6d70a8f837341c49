"""`meridian rotate-keys`: kept secrets under the newest key."""

from datetime import datetime

from cryptography.fernet import Fernet

from bot.archiving import opened
from bot.clients.secrets import FernetBox
from bot.config import Settings
from bot.services import installations
from bot.views.text import count


async def rotate(settings: Settings, now: datetime) -> list[str]:
    """Seal every kept Slack token with the first of MERIDIAN_ENCRYPTION_KEYS; what was done.

    Raises ConfigError, and changes nothing, where a token can't be opened with any of the keys.
    """
    box = FernetBox(settings.encryption_keys)
    async with opened(settings, now) as transactions:
        number = await transactions.write(installations.rotate, box)
    return [
        f"{count(number, 'installation')} sealed with the first key.",
        "Once every node runs with it, the older keys can go.",
    ]


def new_key() -> str:
    """A fresh key for MERIDIAN_ENCRYPTION_KEYS."""
    return Fernet.generate_key().decode()
