"""How experiments, runs and champions are called in messages."""

from bot.domain.experiments.leaderboard import Champion
from bot.domain.experiments.records import Experiment, Run
from bot.domain.links import Links
from bot.domain.source import SourceHealth
from bot.views.text import Piece, clean, link, moment_token, words

NAME = 60
VALUE = 24


def experiment_name(experiment: Experiment) -> str:
    """Names of invisible characters exist; then the id stands for them."""
    return clean(experiment.name, NAME) or experiment.experiment_id


def run_piece(run: Run, links: Links, *, bold: bool = False, limit: int = NAME) -> Piece:
    """A run's name, linked to its page."""
    name = clean(run.name, limit) or run.run_id[:8]
    return linked(name, links.run(run.experiment_id, run.run_id), bold=bold)


def champion_piece(champion: Champion, experiment: Experiment, links: Links) -> Piece:
    """`champion v13`, with the model's name where it isn't the experiment's."""
    label = f"champion v{champion.version}"
    if champion.model.casefold() != experiment.name.casefold():
        label += f" of {clean(champion.model, VALUE)}"
    return linked(label, links.model_version(champion.model, champion.version))


def linked(text: str, url: str | None, *, bold: bool = False) -> Piece:
    """A link where there is an address, else the text."""
    return link(url, text, bold=bold) if url else words(text, bold=bold)


def outage(source: SourceHealth) -> str:
    """That MLflow doesn't answer and since when, mrkdwn."""
    since = f" since {moment_token(source.failed_at)}" if source.failed_at else ""
    return f"MLflow hasn't answered{since}. This is what I knew then."


def as_of(source: SourceHealth | None) -> list[str]:
    """`MLflow as of 08:58`, mrkdwn; nothing where it was never read."""
    known = source.read_at if source else None
    return [f"MLflow as of {moment_token(known)}"] if known else []
