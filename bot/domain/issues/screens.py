"""What a project asks of a new issue, and what a step of its workflow asks."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

# Slack shows at most so many choices: https://docs.slack.dev/reference/block-kit/block-elements
MOST_OPTIONS = 100
# Browsers and proxies cut longer addresses.
_ADDRESS_TEXT = 600

# What the form has a place of its own for, and what Meridian fills in itself.
OWN_FIELDS = frozenset(
    {"project", "issuetype", "summary", "description", "assignee", "reporter", "labels"}
)


class FieldKind(StrEnum):
    """How a field can be asked for; `OTHER` can't be, outside of Jira."""

    TEXT = "text"
    LONG_TEXT = "long"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    PERSON = "person"
    LABELS = "labels"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class CreateField:
    """A field of a project's form for new issues of one type.

    `options` are ids and names in Jira's order; `many` that Jira takes several values. `required`
    ones have no default value.
    """

    field_id: str
    name: str
    kind: FieldKind
    required: bool = True
    many: bool = False
    options: tuple[tuple[str, str], ...] = ()

    @property
    def can_be_asked(self) -> bool:
        """Whether a form in Slack has a field for it."""
        if self.kind is FieldKind.CHOICE:
            return 0 < len(self.options) <= MOST_OPTIONS
        return self.kind is not FieldKind.OTHER


@dataclass(frozen=True, kw_only=True)
class CreateScreen:
    """All fields that Jira takes of a new issue of one type in one project, both by their ids."""

    project_id: str
    type_id: str
    fields: tuple[CreateField, ...]

    def has(self, field_id: str) -> bool:
        """Whether Jira takes this field."""
        return any(each.field_id == field_id for each in self.fields)

    def wants(self, field_id: str) -> bool:
        """Whether Jira refuses an issue without this field."""
        return any(each.field_id == field_id and each.required for each in self.fields)

    def asked(self, also: frozenset[str] = frozenset()) -> list[CreateField]:
        """What must be asked for beside what every form has; `also` are the ids of others."""
        wanted = [e for e in self.fields if e.required or e.field_id in also]
        own = OWN_FIELDS - {"labels"} if self.wants("labels") else OWN_FIELDS
        return [e for e in wanted if e.field_id not in own and e.can_be_asked]

    def not_askable(self) -> list[str]:
        """The names of what Jira wants and a form in Slack can't ask for."""
        return [
            e.name
            for e in self.fields
            if e.required and e.field_id not in OWN_FIELDS and not e.can_be_asked
        ]


@dataclass(frozen=True, kw_only=True)
class Transition:
    """A step that an issue can take now, to the status `to`; `asks` are the names of fields that
    its screen wants to have filled in."""

    transition_id: str
    name: str
    to: str
    asks: tuple[str, ...] = ()


def create_page(jira_url: str, screen: CreateScreen, summary: str, description: str) -> str:
    """Jira's own form, filled in
    (https://confluence.atlassian.com/jirakb/how-to-create-issues-using-direct-html-links-in-jira-server-159474.html).
    """
    query = {
        "pid": screen.project_id,
        "issuetype": screen.type_id,
        "summary": summary,
        "description": description[:_ADDRESS_TEXT],
    }
    return f"{jira_url}/secure/CreateIssueDetails!init.jspa?{urlencode(query)}"
