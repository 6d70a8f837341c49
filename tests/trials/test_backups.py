"""A few backups of each database, and the control."""

import pytest

from tests.trials import backups
from tests.trials.databases import KINDS

pytestmark = pytest.mark.trial


@pytest.mark.parametrize("kind", KINDS)
async def test_a_backup_taken_while_others_write_is_whole(kind: str, postgres_url: str) -> None:
    table = await backups.run([kind], backups=2, server=postgres_url)
    assert table.wrong == 0, table.text()
    assert table.rows[0]["good"] == "2/2"


async def test_a_copy_of_the_file_lacks_what_was_acknowledged() -> None:
    table = await backups.control(copies=3)
    assert table.wrong == 0, table.text()
