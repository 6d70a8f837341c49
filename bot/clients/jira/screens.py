"""What Jira says of its forms: fields of new issues and of steps, and values as it takes them.

Cloud: https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issues/ (createmeta by
project and issue type); Data Center answers the same paths since 8.4.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.clients.jira.reads import Fetch, Site
from bot.domain.issues.drafts import FieldValue
from bot.domain.issues.screens import CreateField, CreateScreen, FieldKind, Transition
from bot.errors import JiraError

_PAGE = 50
_MOST_PAGES = 20

Raw = Mapping[str, Any]

_PLAIN = {
    "string": FieldKind.TEXT,
    "number": FieldKind.NUMBER,
    "date": FieldKind.DATE,
    "user": FieldKind.PERSON,
}


async def issue_types(fetch: Fetch, site: Site, project: str) -> list[Raw]:
    """A project's issue types, subtasks left out: they need a parent."""
    named = "issueTypes" if site.cloud else "values"
    found = await _pages(fetch, f"issue/createmeta/{project}/issuetypes", named)
    return [each for each in found if not each.get("subtask")]


async def create_screen(fetch: Fetch, site: Site, project: str, issue_type: str) -> CreateScreen:
    """The form of one issue type; raises `JiraError` where the project has no such type."""
    types = await issue_types(fetch, site, project)
    wanted = [t for t in types if str(t["name"]).casefold() == issue_type.casefold()]
    if not wanted:
        raise JiraError(f"{project} has no issue type of that name in Jira.", code="400")
    type_id = str(wanted[0]["id"])
    path = f"issue/createmeta/{project}/issuetypes/{type_id}"
    raw = await _pages(fetch, path, "fields" if site.cloud else "values")
    told = await fetch(f"project/{project}")
    fields = tuple(create_field(each) for each in raw)
    return CreateScreen(project_id=str(told["id"]), type_id=type_id, fields=fields)


def create_field(raw: Raw) -> CreateField:
    """One field of a form for new issues."""
    schema = raw.get("schema") or {}
    options = tuple(_options(raw))
    return CreateField(
        field_id=str(raw.get("fieldId") or raw["key"]),
        name=str(raw["name"]),
        kind=_kind(schema, options),
        required=_must_be_asked(raw),
        many=schema.get("type") == "array",
        options=options,
    )


def transition(raw: Raw) -> Transition:
    """One step of a workflow, with the names of the fields that its screen wants."""
    asked = [str(f["name"]) for f in (raw.get("fields") or {}).values() if _must_be_asked(f)]
    return Transition(
        transition_id=str(raw["id"]),
        name=str(raw["name"]),
        to=str(raw["to"]["name"]),
        asks=tuple(asked),
    )


def wire(value: FieldValue, person: Mapping[str, str] | None = None) -> Any:
    """A value as Jira takes it; `person` is how this Jira calls somebody."""
    match value.kind:
        case FieldKind.LABELS:
            return value.value.split()
        case FieldKind.NUMBER:
            one: Any = float(value.value)
        case FieldKind.CHOICE:
            one = {"id": value.value}
        case FieldKind.PERSON:
            one = dict(person or {})
        case _:
            one = value.value
    return [one] if value.many else one


def _must_be_asked(raw: Raw) -> bool:
    return bool(raw.get("required")) and not raw.get("hasDefaultValue")


def _kind(schema: Raw, options: tuple[tuple[str, str], ...]) -> FieldKind:
    kind = schema.get("items") if schema.get("type") == "array" else schema.get("type")
    custom = str(schema.get("custom") or "")
    if schema.get("system") == "labels" or custom.endswith(":labels"):
        return FieldKind.LABELS
    if options:
        return FieldKind.CHOICE
    if custom.endswith(":textarea") or schema.get("system") in ("description", "environment"):
        return FieldKind.LONG_TEXT
    return _PLAIN.get(str(kind), FieldKind.OTHER)


def _options(raw: Raw) -> Iterator[tuple[str, str]]:
    """Ids and names of what a field allows; what has no id can't be chosen by it."""
    for each in raw.get("allowedValues") or ():
        name = each.get("name") or each.get("value")
        if each.get("id") and name and not each.get("archived") and not each.get("disabled"):
            yield str(each["id"]), str(name)


async def _pages(fetch: Fetch, path: str, named: str) -> list[Raw]:
    found: list[Raw] = []
    for _ in range(_MOST_PAGES):
        params = {"startAt": len(found), "maxResults": _PAGE}
        page = await fetch(path, params=params)
        found += page[named]
        if not page[named] or len(found) >= int(page.get("total") or 0):
            break
    return found
