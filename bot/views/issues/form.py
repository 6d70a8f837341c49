"""The form of a new issue, whatever it is asked from, and what people filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from bot.domain.issues.drafts import (
    SUMMARY_LIMIT,
    FieldValue,
    NewIssue,
    Origin,
    Source,
    origin_of,
    project_key,
)
from bot.domain.issues.screens import CreateScreen, FieldKind
from bot.errors import InvalidForm
from bot.ports.chat import Block, Modal
from bot.views.blocks import context, lines
from bot.views.forms import FormState, lightest, modal, select, text_input
from bot.views.issues import asked_fields
from bot.views.person_field import person_input, person_of
from bot.views.text import Line, clean, cut, link, words

CALLBACK = "issue.new"

_DESCRIPTION_SHOWN = 3000
_TYPED_LIMIT = 60
_USUAL_TYPE = "Task"
_ASSIGNEE = "assignee"
_PROBLEM = 500
_NAMED = 8

# How many fields are asked for, where the form with more of them would be too large for Slack.
_ROOMS = (40, 10, 4, 0)

# The types that fit what they are created from, best first.
_FITTING: Mapping[Source, tuple[str, ...]] = {
    Source.ALERT: ("bug", "task"),
    Source.BLOCKER: ("task", "bug"),
    Source.MESSAGE: ("task", "story"),
    Source.COMMAND: ("task", "story"),
}

_ANSWERS: Mapping[Source, str] = {
    Source.ALERT: "the key comes to the alert's thread",
    Source.BLOCKER: "the blocker then waits for it",
    Source.MESSAGE: "the key comes to the message's thread",
    Source.COMMAND: "the key comes in a direct message",
}


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What the form shows: `draft` is what it is filled with.

    Without `projects` the key is typed, without `types` the name of the issue type; `screen` is
    None as long as Jira hasn't said what it asks for, and `page` is its own form. `also` are fields
    that Jira asked for when it refused, for the reason `problem`. `slow` says that Jira was asked.
    """

    origin: Origin
    draft: NewIssue
    projects: Sequence[str] = ()
    types: Sequence[str] = ()
    screen: CreateScreen | None = None
    page: str = ""
    problem: str = ""
    also: frozenset[str] = frozenset()
    slow: bool = False

    def with_types(self, types: Sequence[str]) -> "Sheet":
        """With the project's types, the chosen one or the one that fits best among them."""
        return replace(
            self, types=types, draft=replace(self.draft, issue_type=self._fitting(types))
        )

    def _fitting(self, types: Sequence[str]) -> str:
        named = {name.casefold(): name for name in types}
        usual = _FITTING[self.origin.source]
        wanted = (self.draft.issue_type.casefold(), *usual)
        found = (named[name] for name in wanted if name in named)
        return next(found, types[0] if types else self.draft.issue_type)


def form(sheet: Sheet) -> Modal:
    """The form; what was typed stays when it takes the place of an earlier one."""
    return lightest(_drawn(sheet, room) for room in _ROOMS)


def _drawn(sheet: Sheet, room: int) -> Modal:
    """With at most so many of the fields that Jira asks for."""
    draft, screen = sheet.draft, sheet.screen
    blocks: list[Block] = []
    if sheet.problem:
        blocks.append(lines([words(f"Jira refused it: {clean(sheet.problem, _PROBLEM)}")]))
    blocks += [
        _choice("project", "Project", sheet.projects, draft.project, "CHURN"),
        _choice("type", "Issue type", sheet.types, draft.issue_type or _USUAL_TYPE, _USUAL_TYPE),
        text_input(
            "summary", "Summary", initial=cut(draft.summary, SUMMARY_LIMIT), limit=SUMMARY_LIMIT
        ),
        text_input(
            "description",
            "Description",
            initial=cut(draft.description, _DESCRIPTION_SHOWN),
            limit=_DESCRIPTION_SHOWN,
            multiline=True,
            optional=screen is None or not screen.wants("description"),
        ),
        *_assignee_field(sheet),
        *_asked(sheet, room),
        context(_note(sheet)),
    ]
    hidden = {**sheet.origin.packed(), "also": sorted(sheet.also)}
    return modal(CALLBACK, "Create a Jira issue", blocks, submit="Create", hidden=hidden)


def origin(state: FormState) -> Origin:
    """What the form was opened from: a hint, never a right."""
    return origin_of(state.hidden)


def read(state: FormState) -> NewIssue:
    """What was filled in; raises InvalidForm by block id."""
    found = read_half_filled(state)
    if project_key(found.project) is None:
        raise InvalidForm({_block(state, "project"): "Type the project's key, such as CHURN."})
    if not found.summary:
        raise InvalidForm({"summary": "Say in a line what the issue is about."})
    fields = (*_assignee(state), *asked_fields.read(state))
    return replace(found, issue_type=found.issue_type or _USUAL_TYPE, fields=fields)


def read_half_filled(state: FormState) -> NewIssue:
    """What was filled in so far."""
    typed = _value(state, "project")
    return NewIssue(
        project=project_key(typed) or typed,
        issue_type=_value(state, "type"),
        summary=" ".join(state.text("summary").split()),
        description=state.text("description"),
        fields=(*_assignee(state), *asked_fields.read_half_filled(state)),
    )


def sheet_of(state: FormState, projects: Sequence[str]) -> Sheet:
    """The form as it stands, before Jira says what the chosen project and type ask for."""
    also = frozenset(str(each) for each in state.hidden.get("also", ()))
    return Sheet(origin=origin(state), draft=read_half_filled(state), projects=projects, also=also)


def _assignee_field(sheet: Sheet) -> list[Block]:
    screen, chosen = sheet.screen, sheet.draft.value_of(_ASSIGNEE)
    if screen is not None and not screen.has(_ASSIGNEE):
        return []
    optional = screen is None or not screen.wants(_ASSIGNEE)
    initial = chosen.person if chosen else ""
    return [person_input(_ASSIGNEE, "Assignee", initial=initial, optional=optional)]


def _asked(sheet: Sheet, room: int) -> list[Block]:
    if sheet.screen is None:
        return []
    fields = sheet.screen.asked(sheet.also)
    shown, left = fields[:room], [each.name for each in fields[room:]]
    typed = [asked_fields.block(each, sheet.draft.value_of(each.field_id)) for each in shown]
    return [*typed, *_not_askable(sheet, sheet.screen, left)]


def _assignee(state: FormState) -> tuple[FieldValue, ...]:
    chosen = person_of(state, _ASSIGNEE)
    if not chosen:
        return ()
    kind = FieldKind.PERSON
    return (FieldValue(field_id=_ASSIGNEE, kind=kind, value="", person=chosen),)


def _choice(name: str, label: str, options: Sequence[str], initial: str, hint: str) -> Block:
    """A select where the choices are known; with other choices it is another block."""
    if not options:
        return text_input(name, label, initial=initial, limit=_TYPED_LIMIT, hint=f"Such as {hint}")
    shown = [(option, option) for option in options]
    digest = sha256("\n".join(options).encode()).hexdigest()[:6]
    return select(f"{name}:{digest}", label, shown, initial=initial, dispatch=True)


def _block(state: FormState, name: str) -> str:
    found = (each for each in state.values if each == name or each.startswith(f"{name}:"))
    return next(found, name)


def _value(state: FormState, name: str) -> str:
    block = _block(state, name)
    return (state.choice(block) or state.text(block)).strip()


def _not_askable(sheet: Sheet, screen: CreateScreen, left: Sequence[str]) -> list[Block]:
    """What only Jira's own form can ask for, and the way there."""
    names = [*screen.not_askable(), *left]
    if not screen.has("labels"):
        line = "This form in Jira has no labels, by which I find an issue again; ask a Jira admin."
        return [lines([words(line)], *_way(sheet))]
    if not names:
        return []
    said = ", ".join(clean(name, _TYPED_LIMIT) for name in names[:_NAMED])
    return [lines([words(f"Jira also wants what I can't ask for here: {said}.")], *_way(sheet))]


def _way(sheet: Sheet) -> list[Line]:
    return [[link(sheet.page, "Create it in Jira ↗")]] if sheet.page else []


def _note(sheet: Sheet) -> str:
    told = f"Jira's account of Meridian creates it; {_ANSWERS[sheet.origin.source]}."
    if sheet.slow:
        return f"Jira is slow: if it asks for more than this, I tell you afterwards. {told}"
    return told
