"""The form of a digest's settings, and what people filled in."""

from collections.abc import Sequence
from datetime import time

from bot.domain import calendar
from bot.domain.digests.settings import (
    Audience,
    DigestChoice,
    DigestSettings,
    Weekly,
    split_names,
    split_projects,
)
from bot.domain.issues.naming import Unfurl
from bot.domain.issues.sharing import IssueField
from bot.domain.schedule import Schedule
from bot.errors import InvalidForm, InvalidInput
from bot.ports.chat import Block, Modal
from bot.views.blocks import mrkdwn
from bot.views.digests.status import audience, weekly, when
from bot.views.forms import (
    WEEKDAYS,
    FormState,
    checkboxes,
    modal,
    select,
    text_input,
    time_input,
    weekday_boxes,
)
from bot.views.text import clean, escape, moment_token

CALLBACK_SETTINGS = "digest.settings"

_ON, _OFF = "on", "off"
_PROJECTS_LIMIT = 20
_YES = "yes"
_FIELDS = (
    ("Titles", IssueField.SUMMARY),
    ("Who has it", IssueField.ASSIGNEE),
    ("Priority", IssueField.PRIORITY),
    ("Due date", IssueField.DUE),
)
_UNFURLS = (
    ("Where a link to it is pasted", Unfurl.LINKS),
    ("Where its link or its key is written", Unfurl.KEYS),
    ("Never", Unfurl.NONE),
)
_AUDIENCES = (
    ("The team, in its own terms", Audience.TECHNICAL),
    ("Stakeholders, in plain words", Audience.STAKEHOLDER),
)


def form(settings: DigestSettings, *, shared: bool = False, notice: str = "") -> Modal:
    """The settings with their present values; the plain sentence `notice` stands on top.

    `shared` says that people of another company are in the channel: only then they are asked about.
    """
    choice = settings.choice
    blocks: list[Block] = [
        *([mrkdwn(escape(clean(notice)))] if notice else []),
        *_daily(choice),
        *_jira(choice, shared=shared),
        text_input(
            "experiments",
            "Experiments",
            initial="\n".join(choice.experiments),
            optional=True,
            multiline=True,
            hint="Names in MLflow, one a line. Empty means all.",
        ),
        *_weekly(choice.weekly),
    ]
    hidden = {"channel": settings.channel, "version": settings.version}
    return modal(CALLBACK_SETTINGS, "Digest", blocks, submit="Save", hidden=hidden)


def _daily(choice: DigestChoice) -> list[Block]:
    on_off = [("On", _ON), ("Off", _OFF)]
    audiences = [(label, each.value) for label, each in _AUDIENCES]
    return [
        select("active", "Daily digest", on_off, initial=_ON if choice.active else _OFF),
        time_input("time", "At", initial=choice.wall_time),
        weekday_boxes("weekdays", "On", initial=choice.weekdays),
        text_input(
            "zone",
            "Time zone of this channel",
            initial=choice.zone,
            limit=60,
            hint="An IANA name such as Europe/Berlin.",
        ),
        select("audience", "Written for", audiences, initial=choice.audience.value),
    ]


def _jira(choice: DigestChoice, *, shared: bool) -> list[Block]:
    blocks = [
        text_input(
            "projects",
            "Jira projects",
            initial=", ".join(choice.projects),
            optional=True,
            limit=300,
            placeholder="CHURN, DATA",
            hint="Only these are shown here, to everybody who can read this channel. "
            "Empty shows nothing of Jira.",
        ),
        checkboxes(
            "fields",
            "Shown of each issue beside its key and status",
            [(label, each.value) for label, each in _FIELDS],
            initial=[each.value for each in choice.fields],
            optional=True,
        ),
        select(
            "unfurl",
            "A line about an issue that somebody names here",
            [(label, each.value) for label, each in _UNFURLS],
            initial=choice.unfurl.value,
            hint="In the thread, of these projects only, once in half an hour for each issue.",
        ),
    ]
    if shared:
        blocks.append(
            checkboxes(
                "shared_ok",
                "People of another company are in this channel",
                [("Let them see these issues too", _YES)],
                initial=[_YES] if choice.shared_ok else [],
                optional=True,
                hint="Without this, nothing of Jira is shown here.",
            )
        )
    return blocks


def _weekly(weekly: Weekly) -> list[Block]:
    never = ("Never", _OFF)
    return [
        select(
            "weekly",
            "Weekly digest",
            [never, *WEEKDAYS],
            initial=str(weekly.weekday) if weekly.weekday else _OFF,
            hint="What the week taught: hypotheses, failures worth knowing, decisions.",
        ),
        time_input("weekly_time", "Weekly digest at", initial=weekly.wall_time),
    ]


def channel_of(state: FormState) -> str:
    """The channel that the form is about."""
    return str(state.hidden["channel"])


def version_of(state: FormState) -> int:
    """The version that the person saw."""
    return int(state.hidden["version"])


def read(state: FormState) -> DigestChoice:
    """What was filled in; raises InvalidForm with a sentence per field."""
    projects = _projects(state)
    try:
        zone = calendar.find_zone(state.text("zone")).key
    except InvalidInput as error:
        raise InvalidForm({"zone": str(error)}) from None
    return DigestChoice(
        zone=zone,
        wall_time=state.time("time"),
        weekdays=state.weekdays("weekdays"),
        projects=projects,
        fields=frozenset(map(IssueField, state.checked("fields"))),
        unfurl=Unfurl(state.choice("unfurl") or Unfurl.LINKS),
        shared_ok=_YES in state.checked("shared_ok"),
        experiments=split_names(state.text("experiments")),
        audience=Audience(state.choice("audience") or Audience.TECHNICAL),
        weekly=_read_weekly(state.choice("weekly"), state.time("weekly_time")),
        active=state.choice("active") != _OFF,
    )


def _projects(state: FormState) -> tuple[str, ...]:
    projects, bad = split_projects(state.text("projects"))
    if bad:
        listed = ", ".join(clean(word, 40) for word in bad)
        sentence = f"{listed}: a project key looks like CHURN, two or more letters or digits."
        raise InvalidForm({"projects": sentence})
    if len(projects) > _PROJECTS_LIMIT:
        raise InvalidForm({"projects": f"Name at most {_PROJECTS_LIMIT} projects."})
    return projects


def _read_weekly(day: str, wall_time: time) -> Weekly:
    return Weekly(weekday=int(day) if day.isdigit() else None, wall_time=wall_time)


def refuse_unknown(unknown: Sequence[str]) -> InvalidForm:
    """The error for projects that Jira doesn't show us."""
    sentence = f"I can't see {', '.join(unknown)} in Jira. Check the key, or ask a Jira admin."
    return InvalidForm({"projects": sentence})


def saved(schedule: Schedule, choice: DigestChoice, *, checked: bool) -> Modal:
    """What was saved, and in a word if Jira could not be asked (`checked` False)."""
    rows = [_saved_line(schedule)]
    if choice.active:
        rows.append(audience(choice))
    if choice.active and choice.projects:
        rows.append(f"From Jira: {escape(', '.join(choice.projects))}, {_shown_fields(choice)}.")
        if not checked:
            rows.append("Jira didn't answer in time, so I haven't checked these keys.")
    if choice.active:
        rows.append(weekly(choice.weekly))
    return modal("digest.saved", "Digest", [mrkdwn("\n".join(rows))], close="Close")


def _shown_fields(choice: DigestChoice) -> str:
    shown = [label.casefold() for label, each in _FIELDS if each in choice.fields]
    return f"with {', '.join(shown)}" if shown else "only keys and states"


def _saved_line(schedule: Schedule) -> str:
    if not schedule.active:
        return "Saved. The daily digest is off."
    at = moment_token(schedule.next_run_at, "{date_short_pretty} at {time}")
    return (
        f"Saved. The digest comes {when(schedule)}, next {at} your time; "
        "on a day with nothing to report it stays away."
    )
