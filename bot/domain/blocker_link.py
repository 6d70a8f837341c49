"""What people type to say what they wait for: an issue, a run or a decision."""

import re
from collections.abc import Iterator

from bot.domain.activity import Reference, ReferenceKind
from bot.domain.decisions.record import reference

_KEY = r"[A-Za-z][A-Za-z0-9_]+-[1-9][0-9]{0,9}"
_ISSUE = re.compile(_KEY)
_ISSUE_ADDRESS = re.compile(rf"https?://\S+?(?:/browse/|[?&]selectedIssue=)({_KEY})")
_RUN_ADDRESS = re.compile(r"https?://\S+?/experiments/([\w-]+)/runs/([\w-]+)")
_DECISION = re.compile(r"[Dd]-0*([1-9][0-9]{0,8})")
# In running text only what is written as Jira writes it, and not a part of something longer.
_IN_TEXT = re.compile(r"(?<![\w/.-])(?:D-[1-9][0-9]{0,8}|[A-Z][A-Z0-9_]+-[1-9][0-9]{0,9})(?![\w-])")


def read(typed: str) -> Reference | None:
    """What a key, a pasted address or a decision's number means; None for anything else, such as
    a run's name, which only the mirror knows."""
    typed = typed.strip().strip("<>")
    if address := _ISSUE_ADDRESS.search(typed):
        return issue(address[1])
    if address := _RUN_ADDRESS.search(typed):
        return run(address[1], address[2], address[2][:8])
    if number := _DECISION.fullmatch(typed):
        return _decision(int(number[1]))
    return issue(typed) if _ISSUE.fullmatch(typed) else None


def mentioned(text: str) -> Iterator[Reference]:
    """What a text names, in order: UTF-8 looks like a key too, so the mirror has the last word."""
    for address in _RUN_ADDRESS.finditer(text):
        yield run(address[1], address[2], address[2][:8])
    for address in _ISSUE_ADDRESS.finditer(text):
        yield issue(address[1])
    for found in _IN_TEXT.findall(text):
        yield _decision(int(found[2:])) if found.startswith("D-") else issue(found)


def issue(key: str) -> Reference:
    """An issue by its key."""
    return Reference(kind=ReferenceKind.ISSUE, key=key.upper(), anchor=key.upper())


def run(experiment_id: str, run_id: str, name: str) -> Reference:
    """A run by its ids."""
    return Reference(kind=ReferenceKind.RUN, key=f"{experiment_id}/{run_id}", anchor=name)


def run_id(what: Reference) -> str:
    """The id of the run that a reference points to."""
    return what.key.rpartition("/")[2]


def _decision(number: int) -> Reference:
    ref = reference(number)
    return Reference(kind=ReferenceKind.DECISION, key=str(number), anchor=ref)
