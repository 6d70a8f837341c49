"""Evidence as people type it, one piece a line, and the text that means the same again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote, urlsplit


class EvidenceKind(StrEnum):
    """What a piece of evidence points to."""

    RUN = "run"
    VERSION = "version"
    DATASET = "dataset"
    COMMIT = "commit"
    ISSUE = "issue"
    LINK = "link"


_K = EvidenceKind

# An address ends at a blank, or where a comma or semicolon brings the next one. Slack's own
# notation of a link is an address in angle brackets.
_ADDRESS = re.compile(
    r"<(https?://[^\s<>|]+)(?:\|[^<>]*)?>|(https?://(?:(?![,;]https?://)[^\s<>])+)", re.IGNORECASE
)
_ISSUE_KEY = r"[A-Za-z][A-Za-z0-9_]+-[1-9][0-9]{0,9}"
_ISSUE_ADDRESS = re.compile(rf"(?:/browse/|[?&]selectedIssue=)({_ISSUE_KEY})(?![\w-])")
_RUN_ADDRESS = re.compile(r"/experiments/[\w-]+/runs/([\w-]+)")
_VERSION_ADDRESS = re.compile(r"#/models/([^/?#]+)/versions/([0-9]{1,9})(?!\w)")
_WRITTEN_ISSUE = re.compile(r"[A-Z][A-Z0-9_]+-[1-9][0-9]{0,9}")
_KINDS = {
    "run": _K.RUN,
    "dataset": _K.DATASET,
    "data": _K.DATASET,
    "commit": _K.COMMIT,
    "sha": _K.COMMIT,
    "issue": _K.ISSUE,
    "model": _K.VERSION,
    "version": _K.VERSION,
    "link": _K.LINK,
}
_CALLED = re.compile(rf"({'|'.join(_KINDS)})(?:\s*:\s*|\s+)(\S.*)", re.IGNORECASE)
_LONE_KIND = re.compile(rf"(?:{'|'.join(_KINDS)})\s*:?", re.IGNORECASE)
_MODEL_URI = re.compile(r"models:/+([^/]+?)(?:/([0-9]{1,9})|@(\S+))", re.IGNORECASE)
_VERSION = re.compile(r"(\S.*?)(?:\s+v(?:er(?:sion)?)?\.?\s*|\s*/\s*v?)([0-9]{1,9})", re.IGNORECASE)
_ALIASED = re.compile(r"(\S+?)@([^\s@/]+)")
_BULLET = re.compile(r"\s*[-*•–]\s+")
_COMMENT = re.compile(r"\s+#(?:\s.*)?$")
_HEX = re.compile(r"[0-9a-fA-F]{7,64}")


@dataclass(frozen=True, kw_only=True)
class Typed:
    """A piece as somebody typed it: `text` is all of it.

    `key` is a run's id, its beginning or its name; `<model>/<version>` or `<model>@<alias>`; an
    issue's key; a data set's or a commit's name; or an address. Without a kind the text alone
    doesn't say what it is: a run, an issue or a commit.
    """

    kind: EvidenceKind | None
    key: str
    text: str


def pieces(text: str) -> Iterator[Typed]:
    """What a text names, in its order: a piece a line, or several with commas or semicolons."""
    for line in map(_printable, text.splitlines()):
        at = bullet.end() if (bullet := _BULLET.match(line)) else 0
        for address in _ADDRESS.finditer(line, at):
            before = line[at : address.start()]
            yield from _split(before, lone_kind=True)
            yield _address((address[1] or address[2]).rstrip(".,;:!?"))
            at = address.end()
        yield from _split(line[at:])


def is_commit(text: str) -> bool:
    """Whether this looks like the id of a commit, whole or its beginning."""
    return _HEX.fullmatch(text) is not None


def is_issue(text: str) -> bool:
    """Whether this may be an issue's key, in any case."""
    return re.fullmatch(_ISSUE_KEY, text) is not None


def _printable(line: str) -> str:
    """Without control, zero-width and direction characters."""
    return "".join(" " if c.isspace() else c for c in line if c.isspace() or c.isprintable())


def _split(text: str, *, lone_kind: bool = False) -> Iterator[Typed]:
    """With `lone_kind` an address follows, and the last word may only say what it is."""
    parts = [" ".join(part.split()) for part in re.split(r"[,;]", text)]
    if lone_kind and _LONE_KIND.fullmatch(parts[-1]):
        parts.pop()
    return (_read(part) for part in parts if part)


def _read(text: str) -> Typed:
    called = _CALLED.fullmatch(text)
    if called:
        kind, rest = _KINDS[called[1].lower()], called[2]
        return _called(kind, rest, text)
    if found := _version(text):
        return Typed(kind=_K.VERSION, key=found, text=text)
    kind_of_key = _K.ISSUE if _WRITTEN_ISSUE.fullmatch(text) else None
    return Typed(kind=kind_of_key, key=text, text=text)


def _called(kind: EvidenceKind, rest: str, text: str) -> Typed:
    if kind is _K.RUN:
        return Typed(kind=kind, key=_COMMENT.sub("", rest), text=text)
    if kind is _K.VERSION and (found := _version(rest) or _version(text)):
        return Typed(kind=kind, key=found, text=text)
    if kind is _K.ISSUE and is_issue(rest):
        return Typed(kind=kind, key=rest.upper(), text=text)
    if kind is _K.COMMIT:
        return Typed(kind=kind, key=rest.lower() if is_commit(rest) else rest, text=text)
    if kind is _K.DATASET:
        return Typed(kind=kind, key=rest, text=text)
    return Typed(kind=None, key=text, text=text)


def _version(text: str) -> str:
    if uri := _MODEL_URI.fullmatch(text):
        model = unquote(uri[1])
        return f"{model}@{uri[3]}" if uri[3] else f"{model}/{int(uri[2])}"
    if found := _VERSION.fullmatch(text):
        return f"{found[1]}/{int(found[2])}"
    if aliased := _ALIASED.fullmatch(text):
        return f"{aliased[1]}@{aliased[2]}"
    return ""


def _address(url: str) -> Typed:
    if found := _ISSUE_ADDRESS.search(url):
        return Typed(kind=_K.ISSUE, key=found[1].upper(), text=url)
    if found := _RUN_ADDRESS.search(url):
        return Typed(kind=_K.RUN, key=found[1], text=url)
    if found := _VERSION_ADDRESS.search(url):
        return Typed(kind=_K.VERSION, key=f"{unquote(found[1])}/{int(found[2])}", text=url)
    return Typed(kind=_K.LINK if link_to(url) else None, key=link_to(url) or url, text=url)


def link_to(url: str) -> str:
    """The address in ASCII as far as its path and query go; empty for one that isn't safe.

    What hides where it leads, or carries a password, before an `@` is never shown to a channel.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = parts.hostname or ""
    plain = re.fullmatch(r"[\w.-]*\w|\[[0-9a-f:.]+\]", host) or ":" in host
    if parts.scheme.lower() not in ("http", "https") or not plain or "@" in parts.netloc:
        return ""
    at = parts.netloc.lower() if port != 0 else host
    rest = url[url.index(parts.netloc) + len(parts.netloc) :]
    return f"{parts.scheme.lower()}://{at}{quote(rest, safe=_KEPT)}"


_KEPT = "/?#[]@!$&'()*+,;=:%-._~"
