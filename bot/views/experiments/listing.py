"""Which experiments there are, and what to type for one."""

from collections.abc import Sequence

from bot.domain.experiments.records import Activity, Experiment
from bot.domain.links import Links
from bot.domain.source import SourceHealth
from bot.ports.chat import Block, Message
from bot.views.blocks import bullets, context, lines, message, roomiest
from bot.views.experiments.names import NAME, experiment_name, linked, outage
from bot.views.text import Line, clean, count, moment, plain, words

# Long names and addresses make fewer of them fit into one message.
_LISTED = (25, 12, 6)

Listed = Sequence[tuple[Experiment, Activity]]


def listing(listed: Listed, source: SourceHealth | None, links: Links) -> Message:
    """Every experiment with its number of runs and when the last of them moved."""
    if not listed:
        return message("MLflow has shown me no experiment yet.", [lines(_nothing(source))])
    variants = (_list_blocks(listed, source, links, most) for most in _LISTED)
    return message(f"{count(len(listed), 'experiment')} in MLflow", roomiest(variants))


def which(listed: Listed) -> Message:
    """The answer to `show` without a name."""
    names = [experiment_name(experiment) for experiment, _ in listed[:8]]
    line: Line = ["Which experiment? Type ", words("/experiment show", code=True), " and its name"]
    line += [": ", ", ".join(names), "."] if names else ["."]
    return message(line, [lines(line)])


def unknown(typed: str, guesses: Sequence[str], source: SourceHealth | None, live: bool) -> Message:
    """The answer to a name that isn't there; `live` says whether MLflow itself was asked."""
    line: Line = ["I don't know an experiment ", words(clean(typed, NAME), bold=True), "."]
    if guesses:
        line.append(" Did you mean ")
        for index, guess in enumerate(guesses):
            line += [" or " if index else "", words(f"/experiment show {clean(guess)}", code=True)]
        line.append("?")
    line += [" ", words("/experiment list", code=True), " shows all."]
    told: list[Line] = [line]
    if not live:
        told.append(["MLflow didn't answer just now, so it may be there without my knowing."])
    blocks = [lines(*told)]
    if source and source.down:
        blocks.append(context(outage(source)))
    return message("\n".join(plain(one) for one in told), blocks)


def _list_blocks(
    listed: Listed, source: SourceHealth | None, links: Links, most: int
) -> list[Block]:
    blocks = [
        bullets(_listed(experiment, activity, links) for experiment, activity in listed[:most])
    ]
    if len(listed) > most:
        rest = f"{len(listed) - most} more; `/experiment show` with a name knows them too"
        blocks.append(context(rest))
    if source and source.down:
        blocks.append(context(outage(source)))
    return blocks


def _listed(experiment: Experiment, activity: Activity, links: Links) -> Line:
    page = links.experiment(experiment.experiment_id)
    line: Line = [linked(experiment_name(experiment), page), f" · {count(activity.runs, 'run')}"]
    if activity.last_at:
        line += [" · last activity ", moment(activity.last_at)]
    return line


def _nothing(source: SourceHealth | None) -> Line:
    if source is None:
        return ["I have not read MLflow yet. If it is connected, ask again in a minute."]
    if source.down:
        return ["MLflow doesn't answer, and I have not seen it before."]
    return ["MLflow has no experiment yet."]
