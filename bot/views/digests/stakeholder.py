"""A channel's digest for people without the jargon: goals first, then risks, then the rest."""

from collections.abc import Sequence

from bot.domain.digests.content import Digest
from bot.domain.digests.stakeholder import StakeholderReading
from bot.domain.experiments.goals import GoalState, Progress
from bot.domain.links import Links
from bot.ports.chat import Block, Message
from bot.views.blocks import bullets, context, header, lines, message, roomiest
from bot.views.digests import stakeholder_words as say
from bot.views.experiments.goal_words import capital, goal_words
from bot.views.experiments.names import linked
from bot.views.standups import day_name
from bot.views.text import Line, moment_token, words

_ROOMS = (3, 2, 1)
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
    """The digest in plain words; `below` are buttons that stand before the footer.

    A preview also says how to set a goal where there is none.
    """
    variants = (_blocks(content, reading, links, room, preview, below) for room in _ROOMS)
    return message(_summary(reading, content), roomiest(variants))


def sections(content: Digest, reading: StakeholderReading, links: Links, room: int) -> list[Line]:
    """Its lines, at most `room` goals and risks each; what has nothing to say is left out."""
    now, zone = content.window.whole.until, reading.zone
    told: list[Line] = [_goal(state, links) for state in reading.goals[:room]]
    if (left := len(reading.goals) - room) > 0:
        told.append([f"and {left} more {'goal' if left == 1 else 'goals'}"])
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
    if content.sprint is not None and (behind := say.sprint_words(content.sprint, now)):
        told.append(capital(behind))
    left = len(told) - room
    return [*told[:room], *([f"And {left} more"] if left > 0 else [])]


def _blocks(
    content: Digest,
    reading: StakeholderReading,
    links: Links,
    room: int,
    preview: bool,
    below: Sequence[Block],
) -> list[Block]:
    blocks: list[Block] = [header(f"Where we are · {day_name(content.day)}")]
    if preview and not reading.goals:
        blocks.append(context(_HOW_TO))
    told = sections(content, reading, links, room)
    goals = min(len(reading.goals), room) + (len(reading.goals) > room)
    blocks += [lines(one) for one in told[:goals]]
    blocks += _risk_blocks(risks(content, reading, room))
    blocks += [lines(*told[goals:])] if told[goals:] else []
    blocks += below
    return [*blocks, *_footer(content)]


def _risk_blocks(told: Sequence[str]) -> list[Block]:
    if not told:
        return []
    if len(told) == 1:
        return [lines([words("Risk: ", bold=True), words(f"{told[0]}.")])]
    return [lines([words("Risks", bold=True)]), bullets([[words(f"{one}.")] for one in told])]


def _goal(state: GoalState, links: Links) -> Line:
    told = goal_words(state)
    channel, ts = state.page
    page = links.message(channel, ts) if ts else None
    mark = _MARK.get(state.progress, "")
    return [
        words(f"{mark}Goal: ", bold=True),
        linked(told.objective, page, bold=True),
        words(f". {told.sentences}"),
    ]


def _titled(label: str, text: str) -> list[Line]:
    return [[words(f"{label}: ", bold=True), words(f"{text}.")]] if text else []


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
