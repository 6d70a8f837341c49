"""What is kept encrypted: opened by any key, sealed with the newest."""

import pytest
from cryptography.fernet import Fernet

from bot.clients.secrets import FernetBox
from bot.domain.installation import Sealed
from bot.errors import ConfigError, SecretsError

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()
TOKEN = "xoxe.xoxb-1-" + "t" * 150


def test_a_secret_comes_back_and_is_nowhere_to_be_read() -> None:
    sealed = FernetBox([OLD]).seal(TOKEN)
    assert TOKEN not in sealed
    assert FernetBox([OLD]).open(sealed) == TOKEN
    assert FernetBox([OLD]).seal(TOKEN) != sealed


def test_no_secret_stays_none() -> None:
    box = FernetBox([OLD])
    assert box.seal("") == ""
    assert box.open(Sealed("")) == ""
    assert box.rotate(Sealed("")) == ""


def test_a_rotated_secret_needs_the_new_key_only() -> None:
    sealed = FernetBox([OLD]).seal(TOKEN)
    rotated = FernetBox([NEW, OLD]).rotate(sealed)
    assert FernetBox([NEW]).open(rotated) == TOKEN
    with pytest.raises(SecretsError, match="MERIDIAN_ENCRYPTION_KEYS"):
        FernetBox([NEW]).open(sealed)


@pytest.mark.parametrize("keys", [[], ["short"], [OLD, "no key"]])
def test_what_is_no_key_is_refused_by_name(keys: list[str]) -> None:
    with pytest.raises(ConfigError, match="MERIDIAN_ENCRYPTION_KEYS"):
        FernetBox(keys)


def test_a_tampered_secret_is_refused() -> None:
    sealed = FernetBox([OLD]).seal(TOKEN)
    with pytest.raises(SecretsError):
        FernetBox([OLD]).open(Sealed(sealed[:-4] + "AAA="))
