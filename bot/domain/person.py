"""A member of a workspace."""

from dataclasses import dataclass, field

from bot.domain.working_time import WorkingTime


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What a person chose about themselves.

    `zone` is empty where Slack's counts. `weekdays` are empty where a stand-up's own count; the
    hours hold on those days. `country` (ISO 3166-1) and `region` (ISO 3166-2 without the country)
    say which public holidays are theirs. `jira_account` (an account id) and `mlflow_user` say who
    they are there; `jira_name` is how Jira shows them. `jira_found` is the account that Jira
    itself found by their e-mail address, whatever they say. `handover` asks for a message at the
    start of their day beside App Home.
    """

    zone: str = ""
    hours: WorkingTime = field(default_factory=WorkingTime)
    weekdays: frozenset[int] = frozenset()
    country: str = ""
    region: str = ""
    jira_account: str = ""
    jira_name: str = ""
    jira_found: str = ""
    mlflow_user: str = ""
    handover: bool = False

    @property
    def proven_account(self) -> str:
        """Their account where Jira knows it for theirs, which lets them see what is assigned to it;
        empty where there is only their own word for it, which anybody could give."""
        return self.jira_account if self.jira_account == self.jira_found else ""


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member as Slack describes them, with what they chose themselves.

    `zone` is the IANA name they live by: their choice, else `slack_zone` (UTC where Slack gives
    none). Admins are those of the workspace, its owners among them.
    """

    workspace: str
    user_id: str
    name: str
    zone: str = "UTC"
    slack_zone: str = ""
    email: str = ""
    is_bot: bool = False
    is_guest: bool = False
    is_external: bool = False
    is_admin: bool = False
    deleted: bool = False
    choices: Choices = field(default_factory=Choices)

    @property
    def can_take_part(self) -> bool:
        """Whether this member may be asked for reports: a living, own, human colleague."""
        return not (self.is_bot or self.is_guest or self.is_external or self.deleted)

    def working_time(self, weekdays: frozenset[int] = frozenset()) -> WorkingTime:
        """Their hours on the days that they chose, else on `weekdays`, else Monday to Friday."""
        return self.choices.hours.on(self.choices.weekdays or weekdays)
