"""Nothing heavy is imported at the start: it costs memory, and the first answer waits for it."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = {"mlflow", "jira", "PIL", "holidays", "matplotlib", "pandas", "numpy", "alembic"}
SELDOM = {
    *("cryptography", "yaml", "markdown_it", "rapidfuzz", "snowballstemmer"),
    *("procrastinate", "psycopg", "requests"),
}

SCRIPT = """
import asyncio, json, sys

from bot.app import Application
from bot.clients.slack.connect import Identity, web_client
from bot.config import Settings

async def build():
    settings = Settings(
        _env_file=None, slack_bot_token="xoxb-1", database_url=sys.argv[1],
        jira_url="https://jira.example", jira_email="a@example.com", jira_api_token="t",
        mlflow_tracking_uri="https://mlflow.example",
    )
    identity = Identity(
        workspace="T1", workspace_name="One", url="", bot_id="B1", bot_user_id="U1", token="xoxb-1",
        scopes=(),
    )
    app = Application(settings, web_client("xoxb-1", "https://slack.example/api/"), identity)
    assert app.jobs.issue_tracker and app.jobs.experiment_tracker
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
    app.transactions.close()

asyncio.run(build())
"""


def test_building_the_application_imports_nothing_heavy(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, f"sqlite:///{tmp_path}/meridian.db"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    imported = set(json.loads(done.stdout))
    assert "slack_bolt" in imported
    assert imported.isdisjoint(HEAVY | SELDOM), sorted(imported & (HEAVY | SELDOM))
