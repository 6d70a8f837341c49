"""What Meridian asks of an issue tracker and of an experiment tracker."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.experiments.records import (
    Experiment,
    MetricPoint,
    ModelVersion,
    RegisteredModel,
    Run,
)
from bot.domain.issues.drafts import NewIssue
from bot.domain.issues.records import Issue, IssuePage
from bot.domain.issues.screens import CreateScreen, Transition
from bot.domain.issues.sprints import Board, Sprint, SprintReading
from bot.domain.issues.token import TokenFacts


class IssueTracker(Protocol):
    """Jira, Cloud or Data Center. Every call ends within its timeout or raises `JiraError`."""

    @property
    def base_url(self) -> str:
        """Where links to issues start, without a trailing slash."""
        ...

    async def updated_issues(self, projects: Sequence[str], since: datetime) -> IssuePage:
        """Every issue of `projects` updated at or after `since` (aware UTC), with its changes since
        then.

        Complete to the last page; each issue once, in its newest state. Changes are those at or
        after `since`, each once, oldest first. Issues with a security level are left out and their
        ids are `hidden`. However many pages there are, each ends within the timeout.
        """
        ...

    async def open_issues(self, project: str, before: datetime) -> IssuePage:
        """Every issue of a project that is not done and was last updated before then (aware UTC),
        without its changes; otherwise as `updated_issues`."""
        ...

    async def issues_by_id(self, ids: Sequence[str], since: datetime | None = None) -> IssuePage:
        """Those of `ids` (Jira's numbers) that this account can see now, wherever they belong, with
        their changes at or after `since`; without it no changes and no `status_since`.

        `hidden` are those that have a security level or that Jira surely doesn't show us; of what
        it could not tell, the page has nothing.
        """
        ...

    @property
    def latency(self) -> float:
        """How many seconds the last request of a search for issues took."""
        ...

    @property
    def token_facts(self) -> TokenFacts:
        """What is known of the token that we log in with; asks nobody."""
        ...

    async def check(self) -> str:
        """One line that names the account and site; raises `JiraError` where they don't answer."""
        ...

    async def unknown_projects(self, projects: Sequence[str]) -> list[str]:
        """Those of `projects` (keys) that this account cannot see."""
        ...

    async def issue_types(self, project: str) -> list[str]:
        """The names of the issue types of a project; raises `JiraError`."""
        ...

    async def create_issue(self, draft: NewIssue, mark: str) -> str:
        """The key of the new issue, which carries the label `mark`; sent once, never repeated.

        A `JiraError` that is `ambiguous` leaves open whether there is one: ask `marked_issue`.
        """
        ...

    async def marked_issue(self, project: str, mark: str) -> str | None:
        """The key of the issue of a project that carries the label `mark`, or None.

        Jira's index lags behind its writes by seconds to minutes.
        """
        ...

    async def create_screen(self, project: str, issue_type: str) -> CreateScreen:
        """What a new issue of that project and type can and must say; raises `JiraError`."""
        ...

    async def issue(self, key: str) -> Issue | None:
        """One issue as it is now; None where there is none that everybody may see."""
        ...

    async def transitions(self, key: str) -> list[Transition]:
        """The steps that an issue can take now."""
        ...

    async def transition(self, key: str, transition_id: str) -> None:
        """Let an issue take a step; sent once. Where that is `ambiguous`, ask how it stands."""
        ...

    async def comment(self, key: str, text: str, mark: str) -> str:
        """The id of the new comment, which carries `mark`; sent once, never repeated.

        A `JiraError` that is `ambiguous` leaves open whether there is one: ask `comment_marked`.
        """
        ...

    async def comment_marked(self, key: str, mark: str) -> str | None:
        """The id of the comment on an issue that carries `mark`, or None; without any lag."""
        ...

    async def assign(self, key: str, account: str) -> None:
        """Give an issue to an account; repeating it changes nothing."""
        ...

    async def account_of(self, email: str) -> tuple[str, str] | None:
        """The account id and display name of the one person with this e-mail address, or None."""
        ...

    async def boards(self, project: str) -> tuple[Board, ...]:
        """The boards that show issues of a project (its key), by id; none where Jira has none."""
        ...

    async def sprints(self, board: Board) -> tuple[Sprint, ...]:
        """The running sprints of a board."""
        ...

    async def sprint_issues(self, sprint: Sprint) -> SprintReading:
        """The issues of a sprint with their estimates; those with a security level are left out."""
        ...

    async def done_statuses(self) -> dict[str, bool]:
        """Whether a status means done, by its name; a name that means both is left out."""
        ...


class ExperimentTracker(Protocol):
    """MLflow, one server or several. Every call ends within its timeout, a search of many pages
    within it for each page, or raises `MlflowError`."""

    @property
    def name(self) -> str:
        """What this server is called among several; empty for the default one, and for all."""
        ...

    @property
    def servers(self) -> Sequence["ExperimentTracker"]:
        """A tracker for each server that this one stands for, the default one first; only itself
        where it stands for one."""
        ...

    @property
    def latency(self) -> float:
        """How many seconds the last search of runs took; of several servers the slowest's."""
        ...

    @property
    def base_url(self) -> str:
        """Where links to runs start, without a trailing slash; the default server's."""
        ...

    async def experiments(self) -> list[Experiment]:
        """All active experiments."""
        ...

    async def ended_runs(
        self, experiment_ids: Sequence[str], since: datetime, until: datetime | None = None
    ) -> list[Run]:
        """Active runs whose `end_time` is at or after `since` and before `until` (aware UTC),
        earliest end first."""
        ...

    async def running_runs(
        self, experiment_ids: Sequence[str], since: datetime | None = None
    ) -> list[Run]:
        """Active runs whose status is RUNNING or SCHEDULED and that started at or after `since`.

        A run without a start counts as started in 1970.
        """
        ...

    def started_runs(
        self, experiment_ids: Sequence[str], since: datetime, until: datetime | None = None
    ) -> AsyncIterator[Sequence[Run]]:
        """Runs whose `start_time` is at or after `since` and before `until`, deleted ones too, page
        by page: the sweep that catches runs whose client gave no, or a false, end time.

        A run without a start counts as started in 1970.
        """
        ...

    async def several(self, experiment_ids: Sequence[str], run_ids: Sequence[str]) -> list[Run]:
        """Those of `run_ids` that these experiments hold, deleted ones too."""
        ...

    async def registered_models(self) -> list[RegisteredModel]:
        """All registered models with their alias maps."""
        ...

    async def model_versions(self, model: str) -> list[ModelVersion]:
        """All versions of one registered model, newest first."""
        ...

    async def all_versions(self) -> list[ModelVersion]:
        """All versions of all registered models."""
        ...

    async def alias(self, model: str, alias: str) -> int | None:
        """The version that an alias of a registered model points to, None where there is no such
        alias; raises `MlflowError` with code RESOURCE_DOES_NOT_EXIST for an unknown model."""
        ...

    async def set_alias(self, model: str, alias: str, version: int) -> None:
        """Point an alias at a version; repeating it changes nothing. Raises `MlflowError` with code
        RESOURCE_DOES_NOT_EXIST for an unknown version, INVALID_PARAMETER_VALUE for a bad alias."""
        ...

    async def tag_version(self, model: str, version: int, key: str, value: str) -> None:
        """Give a version a tag, in the place of its older value; raises as `set_alias`."""
        ...

    async def run(self, run_id: str) -> Run:
        """One run; raises `MlflowError` with code RESOURCE_DOES_NOT_EXIST where there is none."""
        ...

    async def terminate(self, run_id: str, ended_at: datetime) -> None:
        """Mark a run as KILLED with this end (aware UTC), whatever it does; repeating it changes
        only the end. Raises `MlflowError` with code RESOURCE_DOES_NOT_EXIST where there is none."""
        ...

    async def metric_history(self, run_id: str, metric: str, limit: int) -> list[MetricPoint]:
        """At most `limit` points in step order, one per (step, time), the last written kept."""
        ...

    async def check(self) -> str:
        """One line that names the server; raises `MlflowError` where it doesn't answer."""
        ...
