"""What of frozen evidence is another value by now."""

from collections.abc import Iterator

from bot.domain.decisions.evidence import Drift, Evidence, EvidenceKind
from bot.domain.decisions.promotion import Promotion
from bot.domain.metrics import difference, figure

ALIASES = ", "
"""What stands between the aliases in the state of a version."""

ALIAS = "alias "
"""How the drift of a lost alias begins."""


def drifts(then: Evidence, now: Evidence, moved: Promotion | None = None) -> list[Drift]:
    """What differs, metrics first: the one that counts, then by name.

    What the decision itself moves is no drift: a version's new aliases aren't, nor is the loss of
    the one that is `moved`.
    """
    return [*_metrics(then, now), *_state(then, now, moved), *_tags(then, now)]


def gone(then: Evidence) -> Drift:
    """Its source no longer has it."""
    return Drift(what=then.kind.value, then=then.label, now="")


def in_order(evidence: Evidence) -> list[str]:
    """The names of its metrics, the one that its experiment is judged by first."""
    return sorted(evidence.metrics, key=lambda name: (name != evidence.primary, name))


def _metrics(then: Evidence, now: Evidence) -> Iterator[Drift]:
    for name in in_order(then):
        before, after = then.metrics[name], now.metrics.get(name)
        if after is None:
            yield Drift(what=name, then=figure(before), now="")
        elif after != before:
            yield Drift(what=name, then=figure(before), now=figure(after), by=_by(before, after))


def _by(before: float, after: float) -> str:
    """Empty where one of them is no number, as the difference is none then."""
    amount = abs(after - before)
    if not amount < float("inf"):
        return ""
    return f"{difference(amount, before, after)} {'lower' if after < before else 'higher'}"


def _state(then: Evidence, now: Evidence, moved: Promotion | None) -> Iterator[Drift]:
    if then.kind is EvidenceKind.VERSION:
        kept = now.state.split(ALIASES)
        if moved and moved.model == then.version[0]:
            kept.append(moved.alias)
        for alias in filter(None, then.state.split(ALIASES)):
            if alias not in kept:
                yield Drift(what=f"{ALIAS}{alias}", then=then.label, now="")
    elif then.state and then.state != now.state:
        yield Drift(what="status", then=then.state, now=now.state)


def _tags(then: Evidence, now: Evidence) -> Iterator[Drift]:
    for what, before, after in (
        ("data", then.dataset, now.dataset),
        ("commit", then.commit, now.commit),
    ):
        if before and before != after:
            yield Drift(what=what, then=before, now=after)
