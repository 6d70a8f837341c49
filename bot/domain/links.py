"""Addresses of the outside systems that links may point to."""

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, kw_only=True)
class Links:
    """Builds links from configured base addresses; None where a system isn't configured."""

    jira_url: str | None = None
    mlflow_url: str | None = None

    def issue(self, key: str) -> str | None:
        """An issue's page."""
        return f"{self.jira_url}/browse/{quote(key)}" if self.jira_url else None

    def experiment(self, experiment_id: str) -> str | None:
        """An experiment's page."""
        if not self.mlflow_url:
            return None
        return f"{self.mlflow_url}/#/experiments/{quote(experiment_id)}"

    def run(self, experiment_id: str, run_id: str) -> str | None:
        """A run's page."""
        page = self.experiment(experiment_id)
        return f"{page}/runs/{quote(run_id)}" if page else None

    def model_version(self, model: str, version: int) -> str | None:
        """A registered version's page."""
        if not self.mlflow_url:
            return None
        return f"{self.mlflow_url}/#/models/{quote(model, safe='')}/versions/{version}"
