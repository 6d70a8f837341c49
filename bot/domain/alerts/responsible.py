"""Who answers for what a rule watches."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Responsible:
    """Whom its alerts ask, by user id: the owner ("" if everybody concerned has left), then the
    deputies in their order; and the address of its runbook ("" if there is none)."""

    owner: str = ""
    deputies: tuple[str, ...] = ()
    runbook: str = ""
