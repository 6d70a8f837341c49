"""`make migration ARGS='"what it does"'`: writes the next revision from what the tables say.

With `--first`, until the first release, the first revision is written anew instead.
"""

import argparse
import tempfile
from pathlib import Path

from alembic import command
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from migrations import upgrade

FIRST = "First tables"


def main() -> None:
    """Write the file and say where; nothing is written where nothing changed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("message", nargs="?", default=FIRST)
    parser.add_argument("--first", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        config = upgrade.configuration(f"sqlite:///{folder}/empty.db")
        scripts = ScriptDirectory.from_config(config)
        if options.first:
            for script in scripts.walk_revisions():
                Path(script.path).unlink()
            number = 1
        else:
            command.upgrade(config, "head")
            number = int(scripts.get_current_head() or 0) + 1
        command.revision(
            config,
            message=options.message,
            autogenerate=True,
            rev_id=f"{number:04}",
            process_revision_directives=_unless_empty,
        )
    print(f"storage/schema.py must say: HEAD = {f'{number:04}'!r}")


def _unless_empty(
    _context: MigrationContext, _revision: object, directives: list[MigrationScript]
) -> None:
    upgrade_ops = directives[0].upgrade_ops
    if upgrade_ops is not None and upgrade_ops.is_empty():
        directives.clear()
        print("The tables are as the migrations make them: nothing to write.")
        raise SystemExit(0)


if __name__ == "__main__":
    main()
