"""What a validation collects, and what it must know about the workspace."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The surface (message, modal, home) and the workspace's answers a validation needs."""

    surface: str
    native_charts: bool
    file_ready: Callable[[Any], bool]


@dataclass(frozen=True, kw_only=True)
class Report:
    """Collects problems; each reads ``reason [json-pointer:/place]`` as in Slack's answers."""

    rules: Rules
    problems: list[str] = field(default_factory=list)

    def add(self, pointer: str, reason: str) -> None:
        """Note one problem at a JSON pointer."""
        self.problems.append(f"{reason} [json-pointer:{pointer}]")
