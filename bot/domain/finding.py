"""What a check of the installation found."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One check: its name, whether all is well, and what was found or what mends it."""

    name: str
    ok: bool
    text: str
