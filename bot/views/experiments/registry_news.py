"""New versions and moved aliases in words, and the button that makes a decision of one."""

from collections.abc import Sequence

from bot.domain.decisions.record import reference
from bot.domain.experiments.registry_news import FactKind, RegistryFact
from bot.domain.experiments.told import FactNews
from bot.domain.experiments.version_standing import VersionStanding
from bot.domain.links import Links
from bot.domain.metrics import figure
from bot.ports.chat import Block
from bot.views.blocks import actions, button
from bot.views.experiments.names import VALUE, linked, run_piece
from bot.views.experiments.standing_words import gap, hint, meaning
from bot.views.text import Line, Piece, clean, words

ACTION_LOG = "experiment.log_move"

_MODEL = 60
_ALIAS = 40


def fact_line(news: FactNews, links: Links) -> Line:
    """One change, with the number of the version beside the one that people use or used."""
    fact = news.fact
    if fact.kind is FactKind.VERSION:
        return [*_registered(news, links), *_standing(news, links)]
    line: Line = [words(clean(fact.alias, _ALIAS)), " of ", words(clean(fact.model, _MODEL))]
    if not fact.version:
        return [*line, " was taken off ", _version(fact, fact.before, links), _by(news, links)]
    before: Line = [_version(fact, fact.before, links), " → "] if fact.before else []
    verb = " moved " if fact.before else " is now "
    line += [verb, *before, _version(fact, fact.version, links)]
    if fact.decision:
        return [*line, _by(news, links)]
    return [*line, *_standing(news, links), "; ", "by hand in MLflow: no decision says so"]


def log_button(facts: Sequence[FactNews]) -> list[Block]:
    """*Log as decision* for the latest alias that somebody moved by hand."""
    by_hand = [news.fact for news in facts if news.fact.alias and not news.fact.decision]
    moved = [fact for fact in by_hand if fact.version]
    if not moved:
        return []
    return [actions("experiment.move", button("Log as decision", ACTION_LOG, _value(moved[-1])))]


def read_move(value: str) -> tuple[str, str, int]:
    """Model, alias and version of the button; raises ValueError for what no button says."""
    version, alias, model = value.split(":", 2)
    return model, alias, int(version)


def _value(fact: RegistryFact) -> str:
    """An alias has no colon (MLflow allows letters, digits, `_` and `-`)."""
    return f"{fact.version}:{fact.alias}:{fact.model}"


def _registered(news: FactNews, links: Links) -> Line:
    fact = news.fact
    page = links.model_version(fact.model, fact.version)
    line: Line = [linked(f"{clean(fact.model, _MODEL)} v{fact.version}", page, bold=True)]
    line.append(" registered")
    if news.run is None:
        return line
    whose: Line = [words(clean(news.who, VALUE)), "'s "] if news.who else []
    return [*line, " from ", *whose, run_piece(news.run, links)]


def _standing(news: FactNews, links: Links) -> Line:
    standing = news.standing
    if standing is None:
        return []
    line: Line = [": ", words(clean(standing.metric, VALUE)), f" {figure(standing.value)}"]
    if standing.beside and standing.other is not None:
        label = "champion " if standing.is_champion else ""
        other = _version(news.fact, standing.beside, links)
        line += [f", {gap(standing.value, standing.other)} {label}", other]
        line.append(f" {figure(standing.other)}{hint(standing.direction)}")
    return [*line, f" ({'; '.join(_fairness(standing))})"]


def _fairness(standing: VersionStanding) -> list[str]:
    """Whether the two can be compared, on which data, with how many seeds."""
    data = clean(standing.dataset, VALUE)
    judgement = standing.judgement
    said = meaning(judgement) if judgement is not None else ""
    fair = judgement is not None and judgement.winner is not None
    seeds = f"{standing.seeds.runs} seeds" if standing.seeds else "one seed"
    words_of_data = f"data {data}" if data else "doesn't say which data it saw"
    if fair:
        return [said, f"fair: same data {data}, {seeds}" if data else f"fair, {seeds}"]
    return [part for part in (said, words_of_data, seeds) if part]


def _version(fact: RegistryFact, number: int, links: Links) -> Piece:
    return linked(f"v{number}", links.model_version(fact.model, number))


def _by(news: FactNews, links: Links) -> Piece:
    if not news.fact.decision:
        return words("; by hand in MLflow: no decision says so")
    page = (
        links.message(news.decision_channel, news.decision_ts)
        if news.decision_channel and news.decision_ts
        else None
    )
    return linked(f" by {reference(news.fact.decision)}", page)
