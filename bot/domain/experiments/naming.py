"""How people name runs: ids and their beginnings, names, pasted addresses, champion."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.experiments.records import Run

CHAMPION = "champion"
# Shorter beginnings of an id are rather words.
SHORTEST_ID = 4

_QUOTED = re.compile(
    r"""<[^<>]*>|"([^"]*)"|“([^”]*)[”“]|‘([^’]*)’|'([^']*)'(?=\s|$)|`([^`]*)`|(\S+)"""
)
_ADDRESS = re.compile(r"/runs/([0-9a-fA-F]{32})")


@dataclass(frozen=True, kw_only=True)
class Unclear:
    """What was typed for a run and names none, or several: the latest `candidates`."""

    typed: str
    candidates: tuple[Run, ...] = ()


def split_typed(text: str) -> list[str]:
    """The names in what was typed; those with blanks stand in quotes of any kind."""
    found = []
    for match in _QUOTED.finditer(text):
        quoted = next((group for group in match.groups() if group is not None), None)
        name = (match[0] if quoted is None else quoted).strip(" ,")
        if name:
            found.append(name)
    return found


def typed_id(typed: str) -> str:
    """The id in a pasted address of a run, else what was typed."""
    address = _ADDRESS.search(typed)
    return address[1].lower() if address else typed


def pick(typed: str, found: Sequence[Run]) -> Run | Unclear:
    """The run that was meant among `found`, whose ids or names begin with `typed`.

    An id counts before a name, a whole name before a beginning.
    """
    wanted = typed.casefold()
    exact = [run for run in found if run.run_id == wanted]
    named = [run for run in found if run.name.strip().casefold() == wanted]
    by_id = [run for run in found if len(wanted) >= SHORTEST_ID and run.run_id.startswith(wanted)]
    for several in (exact, named, by_id, list(found)):
        if len(several) == 1:
            return several[0]
        if several:
            return Unclear(typed=typed, candidates=tuple(several))
    return Unclear(typed=typed)
