"""What a channel wants to hear: the form, and what people filled in."""

from bot.domain import calendar
from bot.domain.alerts import mute_text
from bot.domain.alerts.silences import DEFAULT_BUDGET, ChannelNoise
from bot.errors import InvalidForm, InvalidInput
from bot.ports.chat import Modal
from bot.views.blocks import mrkdwn
from bot.views.forms import FormState, modal, text_input
from bot.views.text import count, escape

CALLBACK_SETTINGS = "alert.settings"

_MOST = 100
_TEXT_LIMIT = 600


def form(settings: ChannelNoise, zone: str) -> Modal:
    """The settings with their present values; `zone` is proposed where there are no mute times."""
    blocks = [
        text_input(
            "budget",
            "At most this many alert messages in 24 hours",
            initial=str(settings.budget),
            limit=6,
            hint=f"{DEFAULT_BUDGET} is usual. What is above goes to one thread; critical alerts "
            "don't count. 0 has no limit.",
        ),
        text_input(
            "mutes",
            "Mute times",
            initial=mute_text.written(settings.mutes),
            optional=True,
            multiline=True,
            limit=_TEXT_LIMIT,
            placeholder="Mon-Fri 20:00-08:00",
            hint="One a line, such as Mon-Fri 20:00-08:00 or weekend 00:00-24:00. What comes up "
            "then is told afterwards; critical alerts are told at once.",
        ),
        text_input(
            "zone",
            "Time zone of these times",
            initial=settings.mutes[0].zone if settings.mutes else zone,
            limit=60,
            hint="An IANA name such as Europe/Berlin.",
        ),
    ]
    hidden = {"channel": settings.channel}
    return modal(CALLBACK_SETTINGS, "Alerts in this channel", blocks, submit="Save", hidden=hidden)


def channel_of(state: FormState) -> str:
    """The channel that the form is about: a hint."""
    return str(state.hidden["channel"])


def read(state: FormState, workspace: str) -> ChannelNoise:
    """What was filled in; raises InvalidForm with a sentence per field."""
    budget = state.number("budget") or 0.0
    if budget != int(budget) or not 0 <= budget <= _MOST:
        raise InvalidForm({"budget": f"Type a whole number from 0 to {_MOST}."})
    try:
        zone = calendar.find_zone(state.text("zone")).key
    except InvalidInput as error:
        raise InvalidForm({"zone": str(error)}) from None
    try:
        mutes = mute_text.parse(state.text("mutes"), zone)
    except InvalidInput as error:
        raise InvalidForm({"mutes": str(error)}) from None
    return ChannelNoise(
        workspace=workspace, channel=channel_of(state), budget=int(budget), mutes=mutes
    )


def saved(settings: ChannelNoise) -> Modal:
    """What was saved, in words."""
    budget = f"at most {count(settings.budget, 'alert message')} in 24 hours"
    rows = [f"Saved: {budget if settings.budget else 'every alert gets its message'}."]
    if settings.mutes:
        times = mute_text.written(settings.mutes).replace("\n", "; ")
        rows.append(f"Only critical alerts are told {escape(times)} ({settings.mutes[0].zone}).")
    else:
        rows.append("There are no mute times.")
    return modal("alert.settings_saved", "Saved", [mrkdwn("\n".join(rows))], close="Close")
