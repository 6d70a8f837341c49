"""Addresses of the outside systems that links may point to."""

from dataclasses import dataclass
from urllib.parse import quote

from bot.domain.activity import Reference, ReferenceKind


@dataclass(frozen=True, kw_only=True)
class Links:
    """Builds links from configured base addresses; None where a system isn't configured.

    `slack_url` is the workspace's own address and ends with a slash, as `auth.test` gives it.
    """

    jira_url: str | None = None
    mlflow_url: str | None = None
    slack_url: str | None = None

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

    def message(self, channel: str, ts: str, *, thread_ts: str = "") -> str | None:
        """A message in Slack, or a reply in the thread of another
        (https://docs.slack.dev/reference/methods/chat.getPermalink shows both forms)."""
        if not self.slack_url:
            return None
        page = f"{self.slack_url}archives/{quote(channel)}/p{ts.replace('.', '')}"
        return f"{page}?thread_ts={thread_ts}&cid={quote(channel)}" if thread_ts else page

    def reference(self, reference: Reference) -> str | None:
        """What a line of a report points to; a decision's page is its message, where one stands."""
        match reference.kind:
            case ReferenceKind.ISSUE:
                return self.issue(reference.key)
            case ReferenceKind.EXPERIMENT:
                return self.experiment(reference.key)
            case ReferenceKind.RUN:
                experiment_id, _, run_id = reference.key.partition("/")
                return self.run(experiment_id, run_id)
            case ReferenceKind.DECISION:
                _, channel, ts = [*reference.key.split("/"), "", ""][:3]
                return self.message(channel, ts) if ts else None
