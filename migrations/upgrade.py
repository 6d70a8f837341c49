"""Running Alembic from code."""

from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config

from storage import schema


def configuration(url: str) -> Config:
    """Alembic's configuration for a database URL; no ini file is needed."""
    with as_file(files("migrations")) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder))
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest schema, all in one transaction.

    Leaves alone what a later release brought further. Raises ConfigError where there is no
    database.
    """
    if not schema.is_current(url):
        with schema.reaching_the_database():
            command.upgrade(configuration(url), "head")


def downgrade(url: str, revision: str = "base") -> None:
    """Bring the database at `url` down to `revision`; what only newer tables held is lost."""
    command.downgrade(configuration(url), revision)
