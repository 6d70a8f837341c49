"""Finding in the mirrors what somebody typed as evidence."""

from datetime import datetime, timedelta
from difflib import get_close_matches

from bot.domain.decisions.evidence import Evidence, EvidenceKind
from bot.domain.decisions.evidence_text import Typed, is_commit, is_issue, link_to
from bot.domain.experiments.records import Run
from bot.errors import InvalidInput
from bot.services.decisions.evidence_sources import Mirror

MOST_OF_A_NAME = 250
MOST_OF_AN_ADDRESS = 1000
_SHOWN_OF_A_LINK = 60
# Shorter beginnings of ids are other words too often.
_LEAST_OF_AN_ID = 4
_MANY = 200
_OLD = timedelta(minutes=5)
_HOW = (
    "Type a run's name or id, a version such as churn v14, data churn-v7, commit 3f2a91c, "
    "an issue's key, or an address that begins with https."
)


def find(mirror: Mirror, piece: Typed, now: datetime) -> Evidence:
    """The evidence that a piece means, as it is now; raises InvalidInput with a sentence."""
    match piece.kind:
        case EvidenceKind.RUN:
            return _run(mirror, piece, now)
        case EvidenceKind.VERSION:
            return _version(mirror, piece, now)
        case EvidenceKind.ISSUE:
            return mirror.of_issue(_short(piece.key), now)
        case EvidenceKind.DATASET | EvidenceKind.COMMIT:
            return _plain(piece.kind, _short(piece.key), piece.key, now)
        case EvidenceKind.LINK:
            return _link(piece.key, now)
    return _something(mirror, piece, now)


def advice(mirror: Mirror, now: datetime) -> str:
    """What to type, and how old the copy of MLflow is, for somebody whose run isn't in it."""
    return f"{_HOW} {_freshness(mirror.mlflow_read_at, now)}".rstrip()


def _freshness(read_at: datetime | None, now: datetime) -> str:
    if read_at is None:
        return ""
    if now - read_at < _OLD:
        return "A run that has just started is known a minute later."
    minutes = int((now - read_at).total_seconds() // 60)
    ago = f"{minutes} minutes" if minutes < 120 else f"{minutes // 60} hours"
    return f"MLflow was last read {ago} ago, and what is newer isn't known here yet."


def _something(mirror: Mirror, piece: Typed, now: datetime) -> Evidence:
    """A run first, as its id may look like a commit's, and its name like an issue's key."""
    if run := _run_of(mirror, piece.key):
        return mirror.of_run(run, now)
    if is_issue(piece.key) and (issue := mirror.of_issue(piece.key.upper(), now)).state:
        return issue
    if is_commit(piece.key):
        return _plain(EvidenceKind.COMMIT, piece.key.lower(), piece.key.lower(), now)
    raise _unknown(mirror, piece)


def _run(mirror: Mirror, piece: Typed, now: datetime) -> Evidence:
    if run := _run_of(mirror, piece.key):
        return mirror.of_run(run, now)
    if mirror.mlflow_read_at is None and (address := link_to(piece.text)):
        return _link(address, now)
    raise _unknown(mirror, piece)


def _run_of(mirror: Mirror, key: str) -> Run | None:
    """By its whole id, its name in any case, or how its id begins: never by half a name."""
    if run := mirror.run(key) or mirror.run(key.lower()):
        return run
    found = mirror.runs_called(key, _MANY)
    named = [run for run in found if run.name.lower() == key.lower()]
    begun = [run for run in found if run.run_id.startswith(key.lower())]
    chosen = named or (begun if len(key) >= _LEAST_OF_AN_ID else [])
    if len(chosen) > 1:
        ids = ", ".join(run.run_id for run in chosen[:2])
        raise InvalidInput(
            f"{len(chosen)} runs are called {_quoted(key)}, such as {ids}. "
            "Type the id of the one you mean."
        )
    return chosen[0] if chosen else None


def _version(mirror: Mirror, piece: Typed, now: datetime) -> Evidence:
    model, number = _numbered(mirror, piece.key)
    if version := mirror.version(model, number):
        return mirror.of_version(version, now)
    if run := _run_of(mirror, piece.text):
        return mirror.of_run(run, now)
    if mirror.mlflow_read_at is None and (address := link_to(piece.text)):
        return _link(address, now)
    if model in mirror.models:
        raise InvalidInput(f"{model} has no version {number}.")
    raise _unknown(mirror, piece)


def _numbered(mirror: Mirror, key: str) -> tuple[str, int]:
    """The model and the version, in the model's own spelling; raises for an alias it hasn't got."""
    model, _, number = key.rpartition("/")
    if not number.isdecimal() or not model:
        model, _, alias = key.rpartition("@")
        model = _own_spelling(mirror, model)
        aliases = mirror.models[model].aliases if model in mirror.models else {}
        if model in mirror.models and alias not in aliases:
            raise InvalidInput(f"{model} has no alias {_quoted(alias)}.")
        return model, aliases.get(alias, 0)
    return _own_spelling(mirror, model), int(number)


def _own_spelling(mirror: Mirror, model: str) -> str:
    if model in mirror.models:
        return model
    alike = [name for name in mirror.models if name.lower() == model.lower()]
    return alike[0] if len(alike) == 1 else model


def _plain(kind: EvidenceKind, key: str, label: str, now: datetime) -> Evidence:
    return Evidence(kind=kind, key=key, label=label, frozen_at=now)


def _link(address: str, now: datetime) -> Evidence:
    """The label begins with the host, so that nobody is led elsewhere than it says."""
    if len(address) > MOST_OF_AN_ADDRESS:
        raise InvalidInput(f"Addresses may have at most {MOST_OF_AN_ADDRESS} characters.")
    label = address.partition("://")[2].rstrip("/")
    if len(label) > _SHOWN_OF_A_LINK:
        label = label[: _SHOWN_OF_A_LINK - 1] + "…"
    return _plain(EvidenceKind.LINK, address, label, now)


def _short(name: str) -> str:
    if len(name) > MOST_OF_A_NAME:
        raise InvalidInput(f"Names may have at most {MOST_OF_A_NAME} characters.")
    return name


def _unknown(mirror: Mirror, piece: Typed) -> InvalidInput:
    near = _nearest(mirror, piece.key)
    meant = f" Did you mean {near}?" if near else ""
    return InvalidInput(f"I don't know {_quoted(piece.text)}.{meant}")


def _nearest(mirror: Mirror, key: str) -> str:
    runs = [run.name for run in mirror.runs_called(key[:2], _MANY) if run.name]
    by_fold = {name.lower(): name for name in (*runs, *mirror.models)}
    close = get_close_matches(key.lower(), by_fold, n=1)
    return by_fold[close[0]] if close else ""


def _quoted(text: str) -> str:
    return f'"{text[:59]}…"' if len(text) > 60 else f'"{text}"'
