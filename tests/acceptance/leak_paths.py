"""Every path by which an issue's text can reach Slack, and how to drive each.

A path's `modules` are those of the bot that read issues for it, or show them; a guard sees to it
that no module that does is without a path. `shows` is which word of the issue the path tells where
it may. Of one with `posts_only` the answers to who posts it are another path's. What is `personal`
is read by one colleague only, who may see what a shared channel may not.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.acceptance.harness import CHURN, World, instant, latest
from tests.standins.slack import Json

KEY = "CHURN-1"
SUMMARY = "Zanzibar"
"""Stands in the title of the issue, and nowhere else in the world."""
STATUS = "In review"
"""The status of the issue, which no other thing in this world has."""
ASSIGNEE = "Quetzal"
"""Part of the name of the person whom Jira says it is assigned to."""

SPRINT = "Okapi"
"""The name of the running sprint."""


@dataclass(frozen=True, kw_only=True)
class Path:
    """One way out; `drive` lets people do what makes the bot tell."""

    name: str
    drive: Callable[[World], Awaitable[None]]
    modules: tuple[str, ...]
    shows: str = SUMMARY
    personal: bool = False
    posts_only: bool = False


async def preview(world: World) -> None:
    """Only for who asks, of what the channel may see."""
    await world.lena.command("/digest", "preview", channel=CHURN)


async def digest(world: World) -> None:
    """The channel's message, and what its buttons open."""
    await world.lena.command("/digest", "now", channel=CHURN)
    await world.deliver()
    posted = [m for m in world.slack.messages(CHURN) if m["text"].startswith("Digest")]
    if posted:
        for block in latest(posted)["blocks"]:
            for element in block.get("elements", ()) if block["type"] == "actions" else ():
                await world.lena.click(latest(posted), element["action_id"], element.get("value"))
                await world.app.listeners.drain()


async def past(world: World) -> None:
    """Another day's digest."""
    await _next_morning(world)
    await world.lena.command("/digest", "preview 2026-10-20", channel=CHURN)
    await world.app.listeners.drain()


async def weekly(world: World) -> None:
    """The week in review."""
    await world.lena.command("/digest", "weekly", channel=CHURN)
    await world.app.listeners.drain()
    await world.deliver()


async def home(world: World) -> None:
    """App Home on the morning after, with the hand-over of somebody who works on it."""
    await _next_morning(world)
    await world.lena.open_home()
    await world.app.listeners.drain()


async def report(world: World) -> None:
    """The prefilled form of who moved it, sent as it is; its wrap-up, and the history of it."""
    yuki = world.yuki
    await yuki.command("/standup", "", channel=CHURN)
    await world.app.listeners.drain()
    errors = await yuki.submit(yuki.modal, answer_0=_prefilled(yuki.modal) or "Nothing")
    assert errors is None, errors
    await world.deliver()
    await yuki.command("/standup", "history", channel=CHURN)
    await world.app.listeners.drain()


async def blocker(world: World) -> None:
    """What somebody waits for, in the channel and in lists."""
    ananya = world.ananya
    await ananya.command("/standup", "blocker", channel=CHURN)
    values = {"blocker": "No data", "blocker_link": KEY}
    assert await ananya.submit(ananya.modal, **values) is None
    await world.deliver()
    await world.ananya.command("/standup", "blocker list", channel=CHURN)
    await world.app.listeners.drain()


async def decision(world: World) -> None:
    """Evidence of a decision: on its card, in its details, where it is looked up, in its file."""
    lena = world.lena
    await lena.command("/decide", "Use it", channel=CHURN)
    await lena.click(lena.modal, "decision.unfold:evidence")
    errors = await lena.submit(lena.modal, outcome="It wins.", evidence=KEY)
    assert errors is None, errors
    await world.deliver()
    for typed in ("show D-1", f"search {KEY}", "why D-1", "export", "list"):
        await lena.command("/decide", typed, channel=CHURN)
        await world.app.listeners.drain()
    await world.deliver()


async def card(world: World) -> None:
    """One issue, and what can be done with it."""
    await world.lena.command("/meridian", f"issue {KEY}", channel=CHURN)
    await world.app.listeners.drain()


async def trace(world: World) -> None:
    """The chain that leads to it."""
    await world.marcus.command("/meridian", f"trace {KEY}", channel=CHURN)
    await world.app.listeners.drain()


async def shown_trace(world: World) -> None:
    """The chain behind a decision that names it, shown to the channel."""
    marcus = world.marcus
    ack = await marcus.command("/meridian", "trace D-1", channel=CHURN)
    assert ack.ephemeral is not None, ack
    try:
        await marcus.click(ack.ephemeral, "trace.show")
    finally:
        await world.deliver()


async def named(world: World) -> None:
    """Somebody pastes its address, and the thread tells how it stands."""
    address = f"{world.app.settings.jira_url}/browse/{KEY}"
    said = world.lena.say(CHURN, f"Look at <{address}>")
    await world.slack.deliver_event({**said, "channel_type": "channel"})
    await world.app.listeners.drain()
    await world.deliver()


async def sprint(world: World) -> None:
    """The running sprint with its picture."""
    await world.lena.command("/digest", "sprint", channel=CHURN)
    await world.app.listeners.drain()


async def doctor(world: World) -> None:
    """How Jira answers: of no issue."""
    await world.lena.command("/meridian", "doctor", channel=CHURN)


PATHS = (
    Path(
        name="/digest preview",
        drive=preview,
        modules=(
            "bot.services.digests.sections.issues",
            "bot.views.digests.sections.issues",
            "bot.services.issues.summary",
            "bot.services.issues.standing",
            "bot.services.issues.stuck",
            "bot.services.issues.evidence",
            "bot.services.issues.runs",
            "bot.views.issues.summary",
        ),
    ),
    Path(
        name="/digest now: the message and its buttons",
        drive=digest,
        modules=(
            "bot.views.digests.sections.needs",
            "bot.services.digests.sections.sources",
            "bot.services.digests.stakeholder",
            "bot.views.digests.stakeholder",
        ),
    ),
    Path(
        name="stand-up: prefilled report, its message and history",
        drive=report,
        modules=("bot.services.activity",),
    ),
    Path(
        name="blocker: card and lists",
        drive=blocker,
        modules=("bot.services.blocker_links",),
        shows=STATUS,
    ),
    Path(
        name="decision: evidence on the card, show, search, why, export",
        drive=decision,
        modules=(
            "bot.services.decisions.evidence",
            "bot.services.decisions.evidence_sources",
            "bot.views.decisions.evidence",
        ),
        shows=STATUS,
    ),
    Path(
        name="/meridian issue",
        drive=card,
        modules=(
            "bot.services.issues.details",
            "bot.services.issues.rights",
            "bot.views.issues.card",
        ),
        personal=True,
    ),
    Path(
        name="/meridian trace",
        drive=trace,
        modules=(
            "bot.services.trace.eyes",
            "bot.services.trace.facts",
            "bot.services.trace.find",
            "bot.services.trace.neighbours",
            "bot.views.trace",
        ),
        personal=True,
    ),
    Path(
        name="/meridian trace, shown here",
        drive=shown_trace,
        modules=("bot.workflows.trace",),
        posts_only=True,
    ),
    Path(
        name="a line below a message that names it",
        drive=named,
        modules=("bot.services.issues.unfurls",),
    ),
    Path(
        name="/digest sprint",
        drive=sprint,
        modules=(
            "bot.services.issues.sprints",
            "bot.services.issues.sprint_readings",
            "bot.views.issues.sprint",
        ),
        shows=SPRINT,
    ),
    Path(name="/meridian doctor", drive=doctor, modules=("bot.views.status",), shows=""),
    Path(
        name="/digest weekly",
        drive=weekly,
        shows=SPRINT,
        modules=("bot.views.digests.weekly_parts",),
    ),
    Path(
        name="App Home: the hand-over",
        drive=home,
        modules=("bot.services.digests.handover.issues", "bot.views.digests.handover.rows"),
        personal=True,
    ),
    Path(name="/digest of a past date", drive=past, modules=("bot.services.digests.days",)),
)
"""In the order in which they are driven in one world."""


async def _next_morning(world: World) -> None:
    """Everybody's prompts and wrap-ups come on the way."""
    if world.clock() < instant("2026-10-20T09:35Z"):
        await world.live_until("2026-10-20T09:35Z")


def _prefilled(modal: Json) -> str:
    """What stands in the first answer."""
    for elements in modal["state"]["values"].values():
        for state in elements.values():
            if isinstance(state.get("value"), str) and KEY in state["value"]:
                return str(state["value"])
    return ""
