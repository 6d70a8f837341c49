"""The form of a digest's settings, and what people filled in."""

from collections.abc import Sequence

from bot.domain import calendar
from bot.domain.digests.settings import DigestChoice, DigestSettings, split_names, split_projects
from bot.domain.schedule import Schedule
from bot.errors import InvalidForm, InvalidInput
from bot.ports.chat import Block, Modal
from bot.views.blocks import mrkdwn
from bot.views.digests.card import when
from bot.views.forms import FormState, modal, select, text_input, time_input, weekday_boxes
from bot.views.text import clean, escape, moment_token

CALLBACK_SETTINGS = "digest.settings"

_ON, _OFF = "on", "off"
_PROJECTS_LIMIT = 20


def form(settings: DigestSettings, *, notice: str = "") -> Modal:
    """The settings with their present values; the plain sentence `notice` stands on top."""
    choice = settings.choice
    blocks: list[Block] = [
        *([mrkdwn(escape(clean(notice)))] if notice else []),
        select(
            "active",
            "Daily digest",
            [("On", _ON), ("Off", _OFF)],
            initial=_ON if choice.active else _OFF,
        ),
        time_input("time", "At", initial=choice.wall_time),
        weekday_boxes("weekdays", "On", initial=choice.weekdays),
        text_input(
            "zone",
            "Time zone of this channel",
            initial=choice.zone,
            limit=60,
            hint="An IANA name such as Europe/Berlin.",
        ),
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
        text_input(
            "experiments",
            "Experiments",
            initial="\n".join(choice.experiments),
            optional=True,
            multiline=True,
            hint="Names in MLflow, one a line. Empty means all.",
        ),
    ]
    hidden = {"channel": settings.channel, "version": settings.version}
    return modal(CALLBACK_SETTINGS, "Daily digest", blocks, submit="Save", hidden=hidden)


def channel_of(state: FormState) -> str:
    """The channel that the form is about."""
    return str(state.hidden["channel"])


def version_of(state: FormState) -> int:
    """The version that the person saw."""
    return int(state.hidden["version"])


def read(state: FormState) -> DigestChoice:
    """What was filled in; raises InvalidForm with a sentence per field."""
    projects, bad = split_projects(state.text("projects"))
    if bad:
        listed = ", ".join(clean(word, 40) for word in bad)
        sentence = f"{listed}: a project key looks like CHURN, two or more letters or digits."
        raise InvalidForm({"projects": sentence})
    if len(projects) > _PROJECTS_LIMIT:
        raise InvalidForm({"projects": f"Name at most {_PROJECTS_LIMIT} projects."})
    try:
        zone = calendar.find_zone(state.text("zone")).key
    except InvalidInput as error:
        raise InvalidForm({"zone": str(error)}) from None
    return DigestChoice(
        zone=zone,
        wall_time=state.time("time"),
        weekdays=state.weekdays("weekdays"),
        projects=projects,
        experiments=split_names(state.text("experiments")),
        active=state.choice("active") != _OFF,
    )


def refuse_unknown(unknown: Sequence[str]) -> InvalidForm:
    """The error for projects that Jira doesn't show us."""
    sentence = f"I can't see {', '.join(unknown)} in Jira. Check the key, or ask a Jira admin."
    return InvalidForm({"projects": sentence})


def saved(schedule: Schedule, choice: DigestChoice, *, checked: bool) -> Modal:
    """What was saved, and in a word if Jira could not be asked (`checked` False)."""
    rows = [_saved_line(schedule)]
    if choice.active and choice.projects:
        rows.append(f"From Jira: {escape(', '.join(choice.projects))}.")
        if not checked:
            rows.append("Jira didn't answer in time, so I haven't checked these keys.")
    return modal("digest.saved", "Daily digest", [mrkdwn("\n".join(rows))], close="Close")


def _saved_line(schedule: Schedule) -> str:
    if not schedule.active:
        return "Saved. The daily digest is off."
    at = moment_token(schedule.next_run_at, "{date_short_pretty} at {time}")
    return (
        f"Saved. The digest comes {when(schedule)}, next {at}; "
        "on a day with nothing to report it stays away."
    )
