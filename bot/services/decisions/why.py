"""Why a version is under its alias: the chain of decisions that put it there."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from bot.domain.decisions import chain as chains
from bot.domain.decisions.chain import Chain, Move, Standing, Told
from bot.domain.decisions.detail import DecisionDetail
from bot.domain.decisions.measure import ALIAS
from bot.domain.decisions.promotion import Promotion, PromotionState
from bot.domain.decisions.record import DecisionRecord, DecisionStatus, is_reference, number_of
from bot.domain.decisions.sight import Sight, Unseen, Viewer
from bot.domain.experiments.records import ModelVersion, RegisteredModel
from bot.domain.wording import one_line
from bot.errors import NotFound
from bot.ports.repositories import UnitOfWork
from bot.services.alerts.version_samples import version_under
from bot.services.decisions import details, promotions, sight
from bot.services.experiments.pages import source

PAGE = 4
"""How many moves are told at once."""

_LINEAGE = 12
_WAITING = 3
_INCIDENTS = 200
_NAMES = 8
_NAME_LIMIT = 60
_ON_ITS_WAY = (PromotionState.PENDING, PromotionState.FAILED)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """An alias of a model; the story begins with the latest move of `version` or of decision
    `number`, where one is named."""

    model: str
    alias: str
    version: int | None = None
    number: int | None = None


def subject(uow: UnitOfWork, viewer: Viewer, typed: str) -> Subject | None:
    """What is meant by a model, a version, an alias or a decision that promotes one.

    None for a decision that promotes nothing. Raises NotFound with the nearest names, and for a
    decision that this person may not see.
    """
    if is_reference(typed):
        record = sight.record(uow, viewer, number_of(typed))
        moved = record.body.promotion
        return _of(moved, number=record.number) if moved else None
    said = chains.taken_apart(typed)
    log = _Log(uow, viewer)
    if not said.rest and said.version is not None:
        return _of_version(log, said.version)
    model, alias = _named(log, said.rest)
    return Subject(model=model, alias=alias or _usual(log, model), version=said.version)


def chain(uow: UnitOfWork, viewer: Viewer, asked: Subject, offset: int | None) -> Chain:
    """The story of an alias from move `offset` on, or from the one that was asked for.

    It has every move, and those decisions and alerts only that this person may see.
    """
    workspace = viewer.workspace
    version = version_under(uow, workspace, asked.model, asked.alias)
    done = promotions.moves(uow, workspace, asked.model, asked.alias)
    moves = chains.moves(done, version)
    first = _first(moves, asked) if offset is None else offset
    first = max(0, min(first, len(moves) - 1))
    return Chain(
        model=asked.model,
        alias=asked.alias,
        version=version,
        told=_told(uow, viewer, asked.model, moves, first),
        moves=len(moves),
        offset=first,
        waiting=[] if first else _waiting(uow, viewer, asked),
        source=source(uow),
    )


def lineage(uow: UnitOfWork, viewer: Viewer, number: int) -> list[DecisionDetail | Unseen]:
    """A decision that promotes nothing with all that it replaced and that replaced it, newest
    first; raises NotFound, also where this person may not see it."""
    record = sight.record(uow, viewer, number)
    newer = list(_followed(uow, record, lambda each: each.superseded_by))
    older = list(_followed(uow, record, lambda each: each.supersedes))
    seen = sight.of(uow, viewer)
    return [
        details.detail(uow, viewer.workspace, each.number, viewer.now)
        if seen.sees(each)
        else Unseen(number=each.number)
        for each in (*newer[::-1], record, *older)
    ]


def standings(uow: UnitOfWork, viewer: Viewer) -> list[Standing]:
    """Every model with a decision that promotes it, by name, and where its usual alias stands."""
    found = []
    workspace, log = viewer.workspace, _Log(uow, viewer)
    for model in log.models():
        alias = _usual(log, model)
        version = version_under(uow, workspace, model, alias)
        done = promotions.moves(uow, workspace, model, alias)
        ours = bool(done) and done[-1].promotion.version == version
        found.append(
            Standing(
                model=model, alias=alias, version=version, number=done[-1].number if ours else None
            )
        )
    return found


class _Log:
    """Of the decisions that promote something, what one person may know: those that they see, and
    those that moved an alias, which is told of everybody's."""

    def __init__(self, uow: UnitOfWork, viewer: Viewer) -> None:
        self._uow, self._workspace = uow, viewer.workspace
        self._sight = sight.of(uow, viewer)

    def models(self) -> list[str]:
        """Of which models there is one, by name."""
        return [m for m in self._uow.decisions.models(self._workspace) if self.promotions(m)]

    def promotions(self, model: str) -> list[Promotion]:
        """What those of one model promote, by number."""
        done = {
            status.number
            for status in self._uow.promotions.of_model(self._workspace, model)
            if status.state is PromotionState.DONE
        }
        return [
            each.body.promotion
            for each in self._uow.decisions.promoting(self._workspace, model)
            if each.body.promotion and (each.number in done or self._sight.sees(each))
        ]

    def registered(self) -> Sequence[RegisteredModel]:
        """The registered models."""
        return self._uow.experiments.models(self._workspace)

    def versions(self, model: str) -> Sequence[ModelVersion]:
        """The registered versions of one."""
        return self._uow.experiments.versions(self._workspace, model)


def _of(moved: Promotion, *, number: int | None = None, version: int | None = None) -> Subject:
    return Subject(model=moved.model, alias=moved.alias, number=number, version=version)


def _of_version(log: "_Log", version: int) -> Subject:
    """The model of which somebody decided on that version, or the only one that has it."""
    decided = [
        moved
        for model in log.models()
        for moved in log.promotions(model)
        if moved.version == version
    ]
    if decided and len({moved.model for moved in decided}) == 1:
        return _of(decided[-1], version=version)
    having = {moved.model for moved in decided} or {
        model.name
        for model in log.registered()
        if any(v.version == version for v in log.versions(model.name))
    }
    if len(having) == 1:
        model = having.pop()
        return Subject(model=model, alias=_usual(log, model), version=version)
    if not having:
        raise NotFound(f"No model has a version {version}. `/decide why` lists the models.")
    names = _listed(sorted(having))
    raise NotFound(
        f"More than one model has a version {version}: {names}. "
        f"Type `/decide why {_shown(min(having))} v{version}`."
    )


def _named(log: "_Log", typed: str) -> tuple[str, str]:
    """The model and the alias that were typed, in this order or the other; the alias may be left
    out."""
    known = {model.name: set(model.aliases) for model in log.registered()}
    decided = log.models()
    for model in decided:
        known.setdefault(model, set()).update(moved.alias for moved in log.promotions(model))
    if model := _model(known, typed):
        return model, ""
    first, _, rest = typed.partition(" ")
    before, _, last = typed.rpartition(" ")
    for name, alias in ((before, last), (rest, first)):
        model = _model(known, name)
        if model and (alias.lower() == ALIAS or alias in known[model]):
            return model, alias.lower() if alias.lower() == ALIAS else alias
    raise _unknown(list(known), typed, decided)


def _model(known: Iterable[str], typed: str) -> str:
    """The model of that name in any case, or the only one of whose name it is a part."""
    wanted = typed.casefold()
    if not wanted:
        return ""
    same = [name for name in known if name.casefold() == wanted]
    alike = [name for name in known if wanted in name.casefold()]
    return (same or (alike if len(alike) == 1 else [""]))[0]


def _unknown(known: Sequence[str], typed: str, decided: Sequence[str]) -> NotFound:
    by_folded = {name.casefold(): name for name in known}
    close = get_close_matches(typed.casefold(), by_folded, n=3, cutoff=0.5)
    alike = [name for name in known if typed.casefold() in name.casefold()]
    guesses = list(dict.fromkeys([*(by_folded[each] for each in close), *sorted(alike)]))[:3]
    sentence = f"I don't know a model called {_shown(typed)}."
    if guesses:
        meant = " or ".join(f"`/decide why {_shown(guess)}`" for guess in guesses)
        return NotFound(f"{sentence} Did you mean {meant}?")
    if decided:
        return NotFound(f"{sentence} Models with a decision: {_listed(decided)}.")
    return NotFound(
        f"{sentence} No decision promotes a model yet: "
        "`/decide` has a part for that, *What it changes*."
    )


def _usual(log: "_Log", model: str) -> str:
    """The alias that is meant where none is named: champion, else that of the latest decision."""
    aliases = [moved.alias for moved in log.promotions(model)]
    return ALIAS if ALIAS in aliases or not aliases else aliases[-1]


def _first(moves: Sequence[Move], asked: Subject) -> int:
    """Which move the story begins with."""
    for index, move in enumerate(moves):
        if asked.number is not None and move.number == asked.number:
            return index
        if asked.number is None and asked.version is not None and move.version == asked.version:
            return index
    return 0


def _told(
    uow: UnitOfWork, viewer: Viewer, model: str, moves: Sequence[Move], first: int
) -> list[Told]:
    workspace, now = viewer.workspace, viewer.now
    seen = sight.of(uow, viewer)
    told = uow.alerts.of_model(workspace, model, _INCIDENTS)
    incidents = chains.meanwhile(moves, [i for i in told if i.channel in seen.channels], now)
    return [
        Told(
            move=move,
            detail=_detail(uow, viewer, seen, move.number),
            incidents=incidents[index],
            back=any(each.version == move.version for each in moves[index + 1 :]),
        )
        for index, move in enumerate(moves[first : first + PAGE], first)
    ]


def _detail(
    uow: UnitOfWork, viewer: Viewer, seen: Sight, number: int | None
) -> DecisionDetail | None:
    record = uow.decisions.get(viewer.workspace, number) if number else None
    if record is None or not seen.sees(record):
        return None
    return details.detail(uow, viewer.workspace, record.number, viewer.now)


def _waiting(uow: UnitOfWork, viewer: Viewer, asked: Subject) -> list[DecisionDetail]:
    workspace, now, seen = viewer.workspace, viewer.now, sight.of(uow, viewer)
    found = []
    for record in uow.decisions.promoting(workspace, asked.model)[::-1]:
        moved = record.body.promotion
        if not moved or moved.alias != asked.alias or not seen.sees(record):
            continue
        if _is_waiting(uow, record):
            found.append(details.detail(uow, workspace, record.number, now))
    return found[:_WAITING]


def _is_waiting(uow: UnitOfWork, record: DecisionRecord) -> bool:
    if record.status is DecisionStatus.PROPOSED:
        return True
    status = uow.promotions.get(record.workspace, record.number)
    return status is not None and status.state in _ON_ITS_WAY


def _followed(
    uow: UnitOfWork, record: DecisionRecord, link: Callable[[DecisionRecord], int | None]
) -> Iterator[DecisionRecord]:
    at: DecisionRecord | None = record
    for _ in range(_LINEAGE):
        number = link(at) if at else None
        at = uow.decisions.get(record.workspace, number) if number else None
        if at is None:
            return
        yield at


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(map(_shown, names[:_NAMES]))
    return shown if len(names) <= _NAMES else f"{shown} and {len(names) - _NAMES} more"


def _shown(name: str) -> str:
    return one_line(name, _NAME_LIMIT)
