"""Alerts: the one message of an incident, its thread, and what `/alert` answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.domain.alerts.engine import Finding
from bot.domain.alerts.incidents import Incident
from bot.domain.alerts.rules import (
    Regression,
    Rule,
    Threshold,
)
from bot.domain.alerts.states import AlertState, Phase, Point, Sample, StoredState, Transition
from bot.domain.chart import Chart, Series
from bot.domain.decisions.promotion import PromotedBy
from bot.domain.decisions.record import reference
from bot.domain.links import Links
from bot.domain.metrics import figure
from bot.domain.person import Person
from bot.ports.chat import Block, Message, Modal
from bot.views.alerts.wording import span, subject, wish
from bot.views.blocks import (
    actions,
    bullets,
    button,
    chart_slot,
    context,
    header,
    lines,
    message,
    note,
)
from bot.views.forms import modal
from bot.views.text import (
    Line,
    Piece,
    clean,
    count,
    cut,
    escape,
    link,
    moment,
    moment_token,
    words,
)

ACTION_ACKNOWLEDGE = "alert.acknowledge"
ACTION_ROLLBACK = "alert.rollback"
CALLBACK_CREATED = "alert.created"

_LABEL = 20
# As many as fit into one message (`bot.views.blocks.MESSAGE_SIZE`) with long names.
_LIST_LIMIT = 16
_SUBJECT_LIMIT = 100
_NAME_LIMIT = 80

People = Mapping[str, Person]


def card(
    incident: Incident,
    rule: Rule,
    points: Sequence[Point],
    people: People,
    links: Links,
    promoted: PromotedBy | None = None,
) -> Message:
    """An incident's message as of now; it never mentions anybody.

    `promoted` is the decision that made the champion what it is.
    """
    over_now = "Over: " if incident.resolved_at is not None else ""
    heading: Line = [f"{dot(incident)} {over_now}", words(clean(incident.title), bold=True)]
    sources = [*_sources(incident, rule, links), *_promoted(promoted, people, links)]
    body = [heading, *sources, *_progress(incident, people)]
    blocks: list[Block] = [lines(*body)]
    chart = _chart(rule, points)
    if chart is not None:
        blocks.append(chart_slot())
    if buttons := _buttons(incident, rule):
        blocks.append(actions("alert", *buttons))
    blocks.append(
        context(
            f"{rule.label} · {incident.severity.value} · set up by "
            f"{escape(clean(_name(people, rule.author)))} · since "
            f"{moment_token(incident.opened_at, '{date_short_pretty} {time}')}"
        )
    )
    return message(heading, blocks, chart=chart)


def thread(incident: Incident, what: str, people: People) -> Message:
    """A line in the incident's thread: `what` is acknowledged or resolved."""
    if what == "acknowledged":
        line: Line = [words(clean(_name(people, incident.acknowledged_by))), " is looking at it."]
    else:
        line = _ending(incident)
    return message(line, [lines(line)])


def watches(rule: Rule, people: People) -> Message:
    """The line that tells a channel about a new rule."""
    by = words(clean(_name(people, rule.author)))
    line: Line = [
        words(rule.label, bold=True),
        f" ({rule.severity.value}) watches ",
        words(clean(subject(rule)), bold=True),
        f" and speaks up here {clean(wish(rule))}. Set up by ",
        by,
        ".",
    ]
    return message(line, [lines(line)])


def created(rule: Rule, latest: Sample | None, finding: Finding | None) -> Modal:
    """The confirmation of a new rule, with how things stand."""
    told: Line = [
        words(rule.label, bold=True),
        f" watches {clean(subject(rule))} and speaks up {clean(wish(rule))}.",
    ]
    return modal(
        CALLBACK_CREATED,
        f"{rule.label} is set up",
        [lines(told), lines(_now(latest, finding))],
        close="Close",
    )


def listing(rules: Sequence[tuple[Rule, AlertState]]) -> Message:
    """All rules with their states, each on one line, those that fire first."""
    if not rules:
        return note("No alert rules yet. `/alert new` makes one for this channel.")
    heading: Line = [words(count(len(rules), "alert rule"), bold=True)]
    first = sorted(rules, key=lambda entry: not entry[1].phase.is_open)[:_LIST_LIMIT]
    blocks = [lines(heading), bullets(_row(rule, state) for rule, state in first)]
    if len(rules) > _LIST_LIMIT:
        blocks.append(context(f"and {len(rules) - _LIST_LIMIT} more; `/alert show A-n` shows one"))
    return message(heading, blocks)


def shown(rule: Rule, stored: StoredState, log: Sequence[Transition], people: People) -> Message:
    """One rule, where it stands and what happened lately."""
    state = stored.state
    rule_line: Line = [f"{_verb(rule)} {clean(wish(rule))}."]
    where: Line = [
        words(_phase(state.phase), bold=True),
        " since ",
        moment(state.since),
        f": {clean(state.reason)}",
    ]
    if rule.ended_at is not None:
        where = ["Ended ", moment(rule.ended_at), f": {clean(state.reason)}"]
    blocks = [header(f"{rule.label} · {subject(rule)}"), lines(rule_line, where)]
    if log:
        blocks.append(bullets(_log_line(entry) for entry in log))
    name = escape(clean(_name(people, rule.author)))
    blocks.append(context(f"{rule.severity.value} · <#{rule.channel}> · set up by {name}"))
    now = "ended" if rule.ended_at is not None else _phase(state.phase)
    return message([f"{rule.label}: ", now], blocks)


def already(incident: Incident, people: People) -> Message:
    """What the second person hears who clicks *Acknowledge*."""
    name = escape(clean(_name(people, incident.acknowledged_by)))
    return note(f"Already acknowledged by {name}{_at(incident.acknowledged_at)}.")


def over(incident: Incident) -> Message:
    """What a person hears who acknowledges something that has ended."""
    return note(f"This is over already{_at(incident.resolved_at)}; nothing to acknowledge.")


def nothing_to_watch(mlflow_is_configured: bool) -> str:
    """Why there is nothing to make a rule on (plain mrkdwn of our own)."""
    if mlflow_is_configured:
        return "MLflow has no experiment and no registered model that I can see yet."
    return (
        "MLflow isn't connected, so there is no metric to watch. Whoever runs Meridian sets "
        "`MLFLOW_TRACKING_URI` to the address of the MLflow server and starts it again."
    )


def dot(incident: Incident) -> str:
    """The state in one character."""
    if incident.resolved_at is not None:
        return "✅"
    return "🟡" if incident.acknowledged_at is not None else "🔴"


def _sources(incident: Incident, rule: Rule, links: Links) -> list[Line]:
    sample, base = incident.sample, incident.baseline
    line: Line = []
    if sample is not None:
        run = links.run(sample.experiment_id, sample.key)
        line = ["Run ", _linked(run, sample.name)]
        if sample.version is not None and not isinstance(rule.condition, Threshold):
            page = links.model_version(rule.condition.model, sample.version)
            line += [" · version ", _linked(page, f"v{sample.version}")]
    if base is not None and isinstance(rule.condition, Regression):
        page = links.model_version(rule.condition.model, base.version)
        line += [" · champion ", _linked(page, f"v{base.version}"), f" {figure(base.value)}"]
    return [line] if line else []


def _promoted(promoted: PromotedBy | None, people: People, links: Links) -> list[Line]:
    if promoted is None:
        return []
    ref = reference(promoted.number)
    page = links.message(promoted.channel, promoted.ts) if promoted.ts else None
    name = words(clean(_name(people, promoted.author), _NAME_LIMIT))
    at = moment(promoted.at, "{date_short_pretty}")
    return [["Promoted by ", _linked(page, ref), " (", name, ", ", at, ")"]]


def _buttons(incident: Incident, rule: Rule) -> list[dict[str, Any]]:
    if incident.resolved_at is not None:
        return []
    found = []
    if incident.acknowledged_at is None:
        found.append(button("Acknowledge", ACTION_ACKNOWLEDGE, incident.id))
    if isinstance(rule.condition, Regression):
        found.append(button("Propose rollback", ACTION_ROLLBACK, incident.id))
    return found


def _progress(incident: Incident, people: People) -> list[Line]:
    found: list[Line] = []
    if incident.acknowledged_at is not None:
        name = words(clean(_name(people, incident.acknowledged_by)))
        found.append(["acknowledged by ", name, " ", moment(incident.acknowledged_at, "{time}")])
    if incident.resolved_at is not None:
        found.append(_ending(incident))
    elif incident.latest not in incident.title:
        found.append([f"Now: {clean(incident.latest)}"])
    return found


def _ending(incident: Incident) -> Line:
    ended = incident.resolved_at or incident.changed_at
    how = "✅ recovered " if incident.recovered else "✅ closed "
    after = f" after {span(ended - incident.opened_at)}: {clean(incident.latest)}"
    return [how, moment(ended, "{time}"), after]


def _chart(rule: Rule, points: Sequence[Point]) -> Chart | None:
    """The recent evaluations; the band is the one of the newest, marks are the bad ones."""
    if not points:
        return None
    size, last = len(points), points[-1]
    metric = cut(clean(rule.metric), _LABEL)
    series = [Series(name=metric, values=tuple(point.value for point in points))]
    band = None
    if not isinstance(rule.condition, Regression):
        series.append(Series(name="threshold", values=(rule.condition.bound,) * size))
    elif last.expected is not None and last.margin is not None:
        series.append(Series(name="champion", values=(last.expected,) * size))
        band = (last.expected - last.margin, last.expected + last.margin)
    return Chart(
        title=f"{clean(subject(rule))}: last {count(size, 'evaluation')}",
        categories=_labels(points),
        series=tuple(series),
        y_label=metric,
        band=band,
        marks=tuple(index for index, point in enumerate(points) if point.is_bad),
    )


def _labels(points: Sequence[Point]) -> tuple[str, ...]:
    """Run names, made different where two are the same."""
    found: list[str] = []
    for index, point in enumerate(points, 1):
        name = cut(clean(point.name), _LABEL) or str(index)
        found.append(name if name not in found else f"{index} {name}"[:_LABEL])
    return tuple(found)


def _row(rule: Rule, state: AlertState) -> Line:
    mark = "🔴 " if state.phase.is_open else ""
    about = clean(subject(rule), _SUBJECT_LIMIT)
    asks = "" if rule.decision is None else f"asks again for {reference(rule.decision)} "
    said = f" {about} {asks}{clean(wish(rule))}"
    where = f" · {rule.severity.value} · {_phase(state.phase)} since "
    return [words(f"{mark}{rule.label}", bold=True), said, where, moment(state.since)]


def _verb(rule: Rule) -> str:
    """What a rule does; the one of a decision asks its makers."""
    return "Speaks up" if rule.decision is None else f"Asks again for {reference(rule.decision)}"


def _log_line(entry: Transition) -> Line:
    return [moment(entry.at), f" {_phase(entry.after)}: {clean(entry.reason)}"]


def _phase(phase: Phase) -> str:
    """`inactive` would read as if nobody watched any more."""
    return "quiet" if phase is Phase.INACTIVE else phase.value


def _now(latest: Sample | None, finding: Finding | None) -> Line:
    if latest is None or finding is None:
        return ["There is no evaluation besides the champion's yet; the next one is the first."]
    told: Line = [f"The latest evaluation, {clean(latest.name)}: {clean(finding.text)}."]
    if finding.standing.is_bad:
        told.append(" That was before the rule; you hear of the next one that is bad, too.")
    return told


def _linked(url: str | None, text: str) -> Piece:
    return link(url, clean(text)) if url else words(clean(text))


def _name(people: People, user_id: str) -> str:
    return people[user_id].name if user_id in people else "someone"


def _at(moment_of: datetime | None) -> str:
    return f" {moment_token(moment_of)}" if moment_of else ""
