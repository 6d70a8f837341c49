"""YAML front matter: written so that it reads well, read so that every value knows its line."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import yaml

from bot.domain.decisions.archive import FileRefused

Path = tuple[Hashable, ...]

_FENCE = "---"
_DEEPEST = 20


@dataclass(frozen=True, kw_only=True)
class Front:
    """The front matter's values, the line of each by its path, and the lines of the rest.

    `begin` is the line, from 1, on which the rest begins.
    """

    values: Mapping[str, Any]
    lines: Mapping[Path, int]
    rest: list[str]
    begin: int

    def line(self, *path: Hashable) -> int:
        """Where a value stands, or the nearest one that holds it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def dump(values: Mapping[str, Any]) -> str:
    """The front matter with its two fences; aware datetimes only."""
    text: str = yaml.dump(
        values,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=float("inf"),
    )
    return f"{_FENCE}\n{text}{_FENCE}\n"


def load(text: str) -> Front:
    """What stands between the two fences, and the lines after it; none is no front matter."""
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        return Front(values={}, lines={}, rest=lines, begin=1)
    ends = [i for i, line in enumerate(lines) if i and line.rstrip() == _FENCE]
    if not ends:
        raise FileRefused("The front matter isn't closed: a line --- is missing.", 1)
    node = _composed("\n".join(lines[1 : ends[0]]))
    places: dict[Path, int] = {}
    values: Any = {}
    if node is not None:
        _collect(node, (), places)
        values = _constructed(node)
    if not isinstance(values, dict):
        raise FileRefused("The front matter is to be a list of keys with values.", 2)
    return Front(values=values, lines=places, rest=lines[ends[0] + 1 :], begin=ends[0] + 2)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _instant(dumper: yaml.SafeDumper, value: datetime) -> yaml.ScalarNode:
    text = value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return dumper.represent_scalar("tag:yaml.org,2002:timestamp", text)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = '"' if "\n" in value or "\r" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style=style)


_Dumper.add_representer(datetime, _instant)
_Dumper.add_representer(str, _text)
_Dumper.add_multi_representer(StrEnum, _text)
_Dumper.add_multi_representer(tuple, yaml.SafeDumper.represent_list)


class _Loader(yaml.SafeLoader):
    """Takes neither references, by which a short file means gigabytes, nor endless nesting."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            self._refuse("a reference such as *name isn't taken")
        self._depth += 1
        if self._depth > _DEEPEST:
            self._refuse("values are nested too deeply")
        node: yaml.Node | None = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def _refuse(self, problem: str) -> None:
        loader: Any = self
        mark = loader.peek_event().start_mark
        raise yaml.composer.ComposerError(problem=problem, problem_mark=mark)

    def construct_aware(self, node: yaml.ScalarNode) -> Any:
        try:
            value = super().construct_yaml_timestamp(node)
        except ValueError as error:
            raise yaml.constructor.ConstructorError(
                problem=f"there is no {node.value}", problem_mark=node.start_mark
            ) from error
        if isinstance(value, datetime):
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        return value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_aware)


def _composed(text: str) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 2 if mark else 1
        raise FileRefused(f"This isn't YAML: {error.problem or error.context}.", line) from error
    except yaml.YAMLError as error:
        raise FileRefused("The front matter holds a character that YAML forbids.", 1) from error
    return node


def _constructed(node: yaml.Node) -> Any:
    loader = _Loader("")
    try:
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark or node.start_mark).line + 2
        raise FileRefused(f"This value can't be read: {error.problem}.", line) from error
    except ValueError as error:
        # A number with more digits than Python reads, say.
        raise FileRefused("A value of the front matter can't be read.", 1) from error
    finally:
        loader.dispose()


def _collect(node: yaml.Node, path: Path, places: dict[Path, int]) -> None:
    """The first line of the file is the fence, and marks count from 0."""
    places.setdefault(path, node.start_mark.line + 2)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise FileRefused("A key is to be a word.", key.start_mark.line + 2)
            places[(*path, key.value)] = key.start_mark.line + 2
            _collect(value, (*path, key.value), places)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _collect(value, (*path, index), places)
