"""The form of an issue about an alert, and what people filled in."""

from collections.abc import Sequence

from bot.domain.alerts.incidents import Incident
from bot.domain.issues.drafts import SUMMARY_LIMIT, NewIssue, project_key
from bot.errors import InvalidForm
from bot.ports.chat import Block, Modal
from bot.views.blocks import context
from bot.views.forms import FormState, modal, select, text_input
from bot.views.text import clean, cut

ACTION_ISSUE = "alert.issue"
CALLBACK_ISSUE = "alert.issue"

_DESCRIPTION_SHOWN = 3000
_TYPED_LIMIT = 50
_USUAL_TYPE = "Task"


def form(
    incident: Incident,
    page: str | None,
    projects: Sequence[str],
    types: Sequence[str],
    hidden: dict[str, str],
) -> Modal:
    """The form, filled with what the alert says; `page` is the alert's message.

    Without `projects` the key is typed, without `types` the name of the issue type.
    """
    blocks: list[Block] = [
        _choice("project", "Project", projects, projects[0] if projects else "", "CHURN"),
        _choice("type", "Issue type", types, _usual(types), _USUAL_TYPE),
        text_input(
            "summary",
            "Summary",
            initial=cut(clean(incident.title), SUMMARY_LIMIT),
            limit=SUMMARY_LIMIT,
        ),
        text_input(
            "description",
            "Description",
            initial=cut(_description(incident, page), _DESCRIPTION_SHOWN),
            limit=_DESCRIPTION_SHOWN,
            multiline=True,
            optional=True,
        ),
        context("Jira's account of Meridian creates it; the key comes to the alert's thread."),
    ]
    return modal(CALLBACK_ISSUE, "Create a Jira issue", blocks, submit="Create", hidden=hidden)


def read(state: FormState) -> NewIssue:
    """What was filled in; raises InvalidForm by block id."""
    project = project_key(_value(state, "project"))
    if project is None:
        raise InvalidForm({"project": "Type the project's key, such as CHURN."})
    summary = " ".join(state.text("summary").split())
    if not summary:
        raise InvalidForm({"summary": "Say in a line what the issue is about."})
    return NewIssue(
        project=project,
        issue_type=_value(state, "type") or _USUAL_TYPE,
        summary=summary,
        description=state.text("description").strip(),
    )


def _choice(block: str, label: str, options: Sequence[str], initial: str, hint: str) -> Block:
    """A select where the choices are known; another block than the typed one, which Slack keeps."""
    if options:
        shown = [(name, name) for name in options]
        return select(f"{block}_choice", label, shown, initial=initial)
    return text_input(block, label, limit=_TYPED_LIMIT, hint=f"Such as {hint}")


def _usual(types: Sequence[str]) -> str:
    named = {name.casefold(): name for name in types}
    return named.get("bug") or named.get("task") or (types[0] if types else "")


def _description(incident: Incident, page: str | None) -> str:
    said = [clean(incident.latest)]
    said += [
        f"{suspect.name}: {suspect.before or 'none'} → {suspect.after or 'none'}"
        for suspect in incident.suspects
    ]
    return "\n".join([*said, *([page] if page else [])])


def _value(state: FormState, block: str) -> str:
    return (state.choice(f"{block}_choice") or state.text(block)).strip()
