"""Roles and retention: what admins read and type."""

from collections.abc import Sequence

from bot.domain.person import Person
from bot.domain.privacy.retention import ALWAYS, FOREVER, TERMS, Area, Kept
from bot.domain.privacy.roles import Grant, Role, Standing
from bot.errors import InvalidInput
from bot.ports.chat import Block, Message
from bot.views.blocks import context, header, lines, message
from bot.views.text import Line, clean, words

_NAME = 60
_SHOWN = 12


def blocks(leading: Sequence[Standing], kept: Sequence[Kept]) -> list[Block]:
    """Who has which role, and what is kept for how long."""
    return [
        header("Roles"),
        lines(*_roles(leading)),
        header("Kept for"),
        lines(*(_kept(each) for each in kept)),
        context(
            f"Change one with `/meridian admin keep {kept[0].area.value} 365`, or `forever`; "
            f"{ALWAYS}."
        ),
    ]


def given(grant: Grant, person: Person) -> Message:
    """The answer to a given role."""
    name = clean(person.name, _NAME)
    return message(
        f"{name} is {grant.role.word} now",
        [lines([words(name, bold=True), f" is {grant.role.word} now."])],
    )


def chosen(kept: Kept) -> Message:
    """The answer to a chosen time."""
    return message("What is kept", [lines(["From now on: ", *_kept(kept)])])


def read_role(typed: str) -> Role:
    """`admin` and the like; raises InvalidInput."""
    for role in (Role.OWNER, Role.ADMIN, Role.MEMBER):
        if typed.strip().lower() == role.word:
            return role
    raise InvalidInput("Type `/meridian admin role @colleague owner`, or `admin`, or `member`.")


def read_kept(typed: str) -> tuple[Area, int]:
    """`reports 365` or `reports forever`; raises InvalidInput."""
    name, _, days = typed.strip().lower().partition(" ")
    days = days.removesuffix("days").removesuffix("day").strip()
    number = (
        FOREVER if days == "forever" else int(days) if days.isdecimal() and days != "0" else None
    )
    if name not in {area.value for area in Area} or number is None:
        raise InvalidInput(
            "Type what and how long, for example `/meridian admin keep reports 365` or "
            f"`… forever`. There is {', '.join(area.value for area in Area)}."
        )
    return Area(name), number


def _roles(leading: Sequence[Standing]) -> list[Line]:
    rows: list[Line] = []
    for role in (Role.OWNER, Role.ADMIN):
        names = [clean(each.person.name, _NAME) for each in leading if each.role is role]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        said = ", ".join(names[:_SHOWN]) + more
        rows.append([words(f"{role.word.capitalize()}s", bold=True), words(f": {said or 'none'}")])
    rows.append(
        ["Owners change that with ", words("/meridian admin role @colleague admin", code=True)]
    )
    return rows


def _kept(kept: Kept) -> Line:
    term = TERMS[kept.area]
    time = "for ever" if kept.days == FOREVER else f"{kept.days} days"
    usual = "" if kept.chosen else " (unless somebody chooses otherwise)"
    return [words(kept.area.value, bold=True), f" {time}{usual}: {term.holds}"]
