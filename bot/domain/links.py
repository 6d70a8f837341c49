"""Addresses of the outside systems that links may point to."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from bot.domain.activity import Reference, ReferenceKind
from bot.domain.experiments.servers import bare, qualified, server_of

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-[0-9]+")
_EXPERIMENT = r"/\S*?experiments/([^/?#|>\s]+)"


@dataclass(frozen=True, kw_only=True)
class Links:
    """Builds links from configured base addresses; None where a system isn't configured.

    `slack_url` is the workspace's own address and ends with a slash, as `auth.test` gives it.
    `mlflow_urls` are those of further servers by name; `mlflow_url` is the default one's.
    """

    jira_url: str | None = None
    mlflow_url: str | None = None
    slack_url: str | None = None
    mlflow_urls: Mapping[str, str] = field(default_factory=dict)

    def issue(self, key: str) -> str | None:
        """An issue's page; None for what is no key."""
        known = self.jira_url and _KEY.fullmatch(key)
        return f"{self.jira_url}/browse/{quote(key)}" if known else None

    def experiment(self, experiment_id: str) -> str | None:
        """An experiment's page."""
        server = self._server(experiment_id)
        return f"{server}/#/experiments/{quote(bare(experiment_id))}" if server else None

    def run(self, experiment_id: str, run_id: str) -> str | None:
        """A run's page."""
        page = self.experiment(experiment_id)
        return f"{page}/runs/{quote(run_id)}" if page else None

    def model_version(self, model: str, version: int) -> str | None:
        """A registered version's page."""
        server = self._server(model)
        if not server:
            return None
        return f"{server}/#/models/{quote(bare(model), safe='')}/versions/{version}"

    def message(self, channel: str, ts: str, *, thread_ts: str = "") -> str | None:
        """A message in Slack, or a reply in the thread of another
        (https://docs.slack.dev/reference/methods/chat.getPermalink shows both forms)."""
        if not self.slack_url:
            return None
        page = f"{self.slack_url}archives/{quote(channel)}/p{ts.replace('.', '')}"
        return f"{page}?thread_ts={thread_ts}&cid={quote(channel)}" if thread_ts else page

    def unlinked(self, typed: str) -> str:
        """The id of the experiment whose address was pasted, else what was typed.

        With several servers an address of none of them is none that we know: ids repeat. A single
        one may have addresses that nobody told us.
        """
        servers = {**self.mlflow_urls, "": self.mlflow_url or ""}
        # One may be served below another's address.
        for name, url in sorted(servers.items(), key=lambda server: -len(server[1])):
            found = re.search(re.escape(url) + _EXPERIMENT, typed, re.IGNORECASE) if url else None
            if found:
                return qualified(name, found[1])
        found = None if self.mlflow_urls else re.search("https?:/" + _EXPERIMENT, typed)
        return found[1] if found else typed

    def reference(self, reference: Reference) -> str | None:
        """What a line of a report points to; a decision's page is its message, where one stands."""
        match reference.kind:
            case ReferenceKind.ISSUE:
                return self.issue(reference.key)
            case ReferenceKind.EXPERIMENT:
                return self.experiment(reference.key)
            case ReferenceKind.RUN:
                experiment_id, _, run_id = reference.key.rpartition("/")
                return self.run(experiment_id, run_id)
            case ReferenceKind.DECISION:
                _, channel, ts = [*reference.key.split("/"), "", ""][:3]
                return self.message(channel, ts) if ts else None

    def _server(self, qualified: str) -> str | None:
        name = server_of(qualified)
        return self.mlflow_urls.get(name) if name else self.mlflow_url
