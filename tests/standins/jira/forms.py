"""What the forms ask for: new issues by project and type, steps of the workflow by status."""

from dataclasses import dataclass, field
from typing import Any

Fields = dict[str, Any]

_SYSTEM = {
    "summary": {"type": "string", "system": "summary"},
    "issuetype": {"type": "issuetype", "system": "issuetype"},
    "project": {"type": "project", "system": "project"},
    "reporter": {"type": "user", "system": "reporter"},
    "assignee": {"type": "user", "system": "assignee"},
    "description": {"type": "string", "system": "description"},
    "labels": {"type": "array", "items": "string", "system": "labels"},
}
_REQUIRED = ("summary", "issuetype", "project", "reporter")


def described(
    field_id: str,
    name: str,
    kind: str,
    *,
    items: str = "",
    custom: str = "",
    allowed: dict[str, str] | None = None,
    required: bool = True,
) -> Fields:
    """A field as createmeta describes it; `allowed` are names by id."""
    schema = {"type": kind, **({"items": items} if items else {})}
    if custom:
        schema |= {"custom": f"com.atlassian.jira.plugin.system.customfieldtypes:{custom}"}
    raw: Fields = {
        "fieldId": field_id,
        "key": field_id,
        "name": name,
        "required": required,
        "hasDefaultValue": False,
        "schema": schema,
        "operations": ["set"],
    }
    if allowed:
        raw["allowedValues"] = [{"id": key, "value": shown} for key, shown in allowed.items()]
    return raw


@dataclass(kw_only=True)
class Forms:
    """`more` are the fields beside the usual ones, by project and type; `steps` the fields that the
    screen of the step to a status wants, by the status's name; `filled` what new issues brought
    beside the usual fields, by key. `hidden` are usual fields that the screens lack."""

    more: dict[tuple[str, str], list[Fields]] = field(default_factory=dict)
    steps: dict[str, list[Fields]] = field(default_factory=dict)
    filled: dict[str, Fields] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    comment_properties: dict[str, list[Any]] = field(default_factory=dict)

    def asks(self, project: str, issue_type: str, *fields: Fields) -> None:
        """New issues of this type need these too."""
        self.more.setdefault((project, issue_type), []).extend(fields)

    def create_screen(self, project: str, issue_type: str) -> list[Fields]:
        """All fields of the form for a new issue."""
        usual = [_usual(name) for name in _SYSTEM if name not in self.hidden]
        return usual + self.more.get((project, issue_type), [])

    def refusals(self, project: str, issue_type: str, given: Fields) -> dict[str, str]:
        """Jira's sentences by field, for what is missing and for what the screen doesn't have."""
        screen = {each["fieldId"]: each for each in self.create_screen(project, issue_type)}
        wrong = {
            name: f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
            for name in given
            if name not in screen
        }
        for name, each in screen.items():
            if name in _REQUIRED or not each["required"]:
                continue
            if not given.get(name):
                wrong[name] = f"{each['name']} is required."
        return wrong

    def step(self, status: str) -> dict[str, Fields]:
        """The fields of the screen of the step to a status, by id."""
        return {each["fieldId"]: each for each in self.steps.get(status, ())}


def _usual(name: str) -> Fields:
    return {
        "fieldId": name,
        "key": name,
        "name": name.title(),
        "required": name in _REQUIRED,
        "hasDefaultValue": name == "reporter",
        "schema": _SYSTEM[name],
        "operations": ["set"],
    }
