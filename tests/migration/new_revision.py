"""`make migration ARGS='"what it does"'`: writes the next revision from what the tables say.

With `--first`, until the first release, the first revision is written anew instead.
"""

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from alembic import command
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.operations.ops import MigrateOperation, MigrationScript
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from migrations import upgrade
from storage import tables

FIRST = "First tables"


class SearchOp(MigrateOperation):
    """What full-text search needs beyond tables, by database; Alembic has no words for it."""

    def __init__(self, statements: Mapping[str, Sequence[str]]) -> None:
        self.statements = statements


@renderers.dispatch_for(SearchOp)
def _render(_context: AutogenContext, search: SearchOp) -> list[str]:
    written = ["dialect = op.get_context().dialect.name"]
    for dialect, statements in search.statements.items():
        if statements:
            executed = "".join(f"\n    op.execute({statement!r})" for statement in statements)
            written.append(f"if dialect == {dialect!r}:{executed}")
    return written


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
            process_revision_directives=partial(_finish, first=options.first),
        )
    print(f"storage/schema.py must say: HEAD = {f'{number:04}'!r}")


def _finish(
    _context: MigrationContext,
    _revision: object,
    directives: list[MigrationScript],
    *,
    first: bool,
) -> None:
    upgrade_ops, downgrade_ops = directives[0].upgrade_ops, directives[0].downgrade_ops
    assert upgrade_ops is not None
    assert downgrade_ops is not None
    if upgrade_ops.is_empty():
        directives.clear()
        print("The tables are as the migrations make them: nothing to write.")
        raise SystemExit(0)
    if first:
        upgrade_ops.ops.append(SearchOp(tables.SEARCH_CREATED))
        downgrade_ops.ops.insert(0, SearchOp(tables.SEARCH_DROPPED))


if __name__ == "__main__":
    main()
