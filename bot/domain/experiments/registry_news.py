"""What changed in the model registry since it was last announced."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.experiments.records import ModelVersion, RegisteredModel


class FactKind(StrEnum):
    """A new version, or an alias that points elsewhere."""

    VERSION = "version"
    ALIAS = "alias"


@dataclass(frozen=True, kw_only=True)
class RegistryFact:
    """One change, noticed `at` (aware UTC).

    An alias was moved from version `before` to `version`; 0 stands for none. `decision` is the
    number of the decision that moved it, 0 where it was done by hand.
    """

    kind: FactKind
    model: str
    version: int
    at: datetime
    alias: str = ""
    before: int = 0
    decision: int = 0


@dataclass(frozen=True, kw_only=True)
class Announced:
    """What of a registered model was announced: its aliases, and its newest version.

    `mark` is that of the model when it was looked at; empty: look again.
    """

    model: str
    aliases: Mapping[str, int] = field(default_factory=dict)
    newest: int = 0
    mark: str = ""


def announced(model: RegisteredModel, versions: Sequence[ModelVersion]) -> Announced:
    """What there is to know of a model; `versions` are all of its own."""
    newest = max((version.version for version in versions), default=0)
    return Announced(model=model.name, aliases=dict(model.aliases), newest=newest, mark=model.mark)


def changes(
    before: Announced, after: Announced, versions: Sequence[ModelVersion], now: datetime
) -> Iterator[RegistryFact]:
    """New versions first, lowest number first, then aliases by name."""
    for number in sorted(v.version for v in versions if v.version > before.newest):
        yield RegistryFact(kind=FactKind.VERSION, model=after.model, version=number, at=now)
    for alias in sorted({*before.aliases, *after.aliases}):
        old, new = before.aliases.get(alias, 0), after.aliases.get(alias, 0)
        if old != new:
            yield RegistryFact(
                kind=FactKind.ALIAS, model=after.model, version=new, alias=alias, before=old, at=now
            )


def without(after: Announced, before: Announced, alias: str) -> Announced:
    """`after`, as if the alias had not been looked at: the next look sees it."""
    aliases = {name: version for name, version in after.aliases.items() if name != alias}
    if alias in before.aliases:
        aliases[alias] = before.aliases[alias]
    return replace(after, aliases=aliases, mark="")
