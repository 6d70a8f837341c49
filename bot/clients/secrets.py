"""Encryption of what is kept: Fernet with several keys, the newest first
(https://cryptography.io/en/latest/fernet/#cryptography.fernet.MultiFernet)."""

from collections.abc import Sequence

from bot.domain.installation import NO_SECRET, Sealed
from bot.errors import ConfigError, SecretsError

_HOW = "make one with `meridian rotate-keys --new-key`"


class FernetBox:
    """Implements `bot.ports.installations.SecretsBox`.

    `keys` are urlsafe base64 of 32 bytes, the newest first; raises ConfigError for any other.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ConfigError(f"MERIDIAN_ENCRYPTION_KEYS is missing; {_HOW}.")
        # Here and below: a bot of one workspace keeps no secrets and starts without it.
        from cryptography.fernet import Fernet, MultiFernet

        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:
            raise ConfigError(f"MERIDIAN_ENCRYPTION_KEYS holds what is no key; {_HOW}.") from None

    def seal(self, secret: str) -> Sealed:
        """Encrypt with the newest key."""
        return Sealed(self._fernet.encrypt(secret.encode()).decode()) if secret else NO_SECRET

    def open(self, sealed: Sealed) -> str:
        """Decrypt with any of the keys."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet.decrypt(sealed).decode() if sealed else ""
        except InvalidToken:
            raise SecretsError(
                "A kept Slack token can't be opened: MERIDIAN_ENCRYPTION_KEYS lacks the key that "
                "it was stored under. Put that key back behind the newest one."
            ) from None

    def rotate(self, sealed: Sealed) -> Sealed:
        """The same secret under the newest key."""
        return self.seal(self.open(sealed))
