"""A channel's digest for people without the jargon: goals first, then risks, then the rest."""

from collections.abc import Sequence

from bot.domain.digests.content import Digest
from bot.domain.digests.stakeholder import StakeholderReading
from bot.domain.experiments.goals import GoalState, Progress
from bot.domain.links import Links
from bot.ports.chat import Block, Message
from bot.views.blocks import context, header, message, roomiest
from bot.views.digests import stakeholder_words as say
from bot.views.digests.parts import Paragraph
from bot.views.digests.screen import drawn, left_out, screens
from bot.views.experiments.goal_words import capital, goal_words
from bot.views.experiments.names import linked
from bot.views.issues import sprint
from bot.views.standups import day_name
from bot.views.text import Line, moment_token, words

_ROOMS = (3, 2, 1)
_ROOMS_OF_ONE = (30, 10, *_ROOMS)
_MARK = {Progress.REACHED: "✅ ", Progress.AT_RISK: "🟡 ", Progress.BEHIND: "🔴 "}
_HOW_TO = "No goal is set here. `/experiment goal new` ties what the business wants to a number."
_KNOWN = {"Jira": "Work", "MLflow": "Numbers"}


def stakeholder(
    content: Digest,
    reading: StakeholderReading,
    links: Links,
    *,
    preview: bool = False,
    below: Sequence[Block] = (),
) -> Message:
    """The channel's digest in plain words, on one phone's screen; `below` are the buttons that
    lead to the rest. A preview of today also says how to set a goal where there is
    none."""
    variants = [paragraphs(content, reading, links, room) for room in _ROOMS]
    head = [header(f"Where we are · {day_name(content.day)}")]
    if preview and not reading.goals and not content.past:
        head.append(context(_HOW_TO))
    foot = [*below, *_footer(content)]
    shown = ([*head, *drawn(told), *left_out(left), *foot] for told, left in screens(variants))
    return message(_summary(reading, content), roomiest(shown))


def whole(content: Digest, reading: StakeholderReading, links: Links) -> Message:
    """All of it, as far as Slack takes it: for one person, who asked for it."""
    head, foot = header(f"Where we are · {day_name(content.day)}"), _footer(content)
    told = (drawn(paragraphs(content, reading, links, room)) for room in _ROOMS_OF_ONE)
    return message(_summary(reading, content), roomiest([head, *each, *foot] for each in told))


def paragraphs(
    content: Digest, reading: StakeholderReading, links: Links, room: int
) -> list[Paragraph]:
    """Its parts, at most `room` goals and risks each, the goals at risk first; what has nothing to
    say is left out."""
    now, zone = content.window.whole.until, reading.zone
    goals = sorted(reading.goals, key=lambda state: not state.progress.is_risk)
    told = [_goal(state, links) for state in goals[:room]]
    if (left := len(reading.goals) - room) > 0:
        told.append(Paragraph(title=[f"and {left} more {'goal' if left == 1 else 'goals'}"]))
    told += _risks(risks(content, reading, room))
    told += _titled("Decided", say.decided_words(reading.decided) if reading.decided else "")
    told += _titled("Decided against", say.decided_words(reading.refused))
    if reading.next is not None:
        label = "Next" if reading.next.again_on else "Next decision"
        told += _titled(label, say.next_words(reading.next, reading.more_next, now, zone))
    if reading.lesson is not None:
        told += _titled("Learned", say.lesson_words(reading.lesson, reading.learned))
    return told + _titled("Work", say.work_words(reading.work))


def risks(content: Digest, reading: StakeholderReading, room: int) -> list[str]:
    """What may go wrong, each a sentence without its full stop: alerts, late models, the sprint."""
    now = content.window.whole.until
    told = [capital(say.risk_words(each, reading, now)) for each in reading.risks]
    for plan in content.late:
        state = plan.state
        late = say.late_words(state.plan.model, state.days_overdue, plan.owner)
        told.append(capital(late))
    if content.sprint is not None and (behind := sprint.risk(content.sprint)):
        told.append(capital(behind))
    left = len(told) - room
    return [*told[:room], *([f"And {left} more"] if left > 0 else [])]


def _risks(told: Sequence[str]) -> list[Paragraph]:
    if not told:
        return []
    if len(told) == 1:
        return [Paragraph(title=[words("Risk: ", bold=True), words(f"{told[0]}.")])]
    title: Line = [words("Risks", bold=True)]
    return [Paragraph(title=title, rows=[[words(f"{one}.")] for one in told])]


def _goal(state: GoalState, links: Links) -> Paragraph:
    told = goal_words(state)
    channel, ts = state.page
    page = links.message(channel, ts) if ts else None
    mark = _MARK.get(state.progress, "")
    return Paragraph(
        title=[
            words(f"{mark}Goal: ", bold=True),
            linked(told.objective, page, bold=True),
            words(f". {told.sentences}"),
        ]
    )


def _titled(label: str, text: str) -> list[Paragraph]:
    return [Paragraph(title=[words(f"{label}: ", bold=True), words(f"{text}.")])] if text else []


def _summary(reading: StakeholderReading, content: Digest) -> str:
    said = [goal_words(state).sentences for state in reading.goals[:1]]
    said += [f"{one}." for one in risks(content, reading, 1)[:1]]
    if reading.decided:
        said.append(f"Decided: {say.decided_words(reading.decided)}.")
    return f"Where we are, {day_name(content.day)}. {' '.join(said)}".rstrip()


def _footer(content: Digest) -> list[Block]:
    """How old it is, in words that name no tool."""
    told = []
    for source in content.sources:
        name = _KNOWN.get(source.name.split(" ")[0], source.name)
        if source.down_since is not None:
            since = moment_token(source.down_since, "{date_short_pretty} {time}")
            told.append(f"{name} couldn't be looked up since {since}")
        elif source.as_of is not None:
            told.append(f"{name} as of {moment_token(source.as_of)}")
    return [context(" · ".join(dict.fromkeys(told)))] if told else []
