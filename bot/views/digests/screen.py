"""What fits on a phone's screen; the rest of a digest is behind its buttons."""

from collections.abc import Sequence

from bot.ports.chat import Block
from bot.views.blocks import bullets, context, lines
from bot.views.digests.parts import Paragraph
from bot.views.text import count

_LINES = 12
_CHARACTERS = 900


def fits(told: Sequence[Paragraph]) -> bool:
    """Whether all of it does."""
    return (
        sum(each.height for each in told) <= _LINES
        and sum(each.length for each in told) <= _CHARACTERS
    )


def screens(
    variants: Sequence[Sequence[Paragraph]],
) -> list[tuple[Sequence[Paragraph], int]]:
    """Those that fit, the richest first as they were given; where none does, what fits of the last,
    from its beginning, at least one paragraph. Each with how many paragraphs it leaves out."""
    if fitting := [each for each in variants if fits(each)]:
        return [(each, 0) for each in fitting]
    last = variants[-1]
    end = next((end for end in range(len(last) - 1, 1, -1) if fits(last[:end])), 1)
    return [(last[:end], len(last) - end)]


def drawn(told: Sequence[Paragraph]) -> list[Block]:
    """Each paragraph below the one before."""
    blocks: list[Block] = []
    for each in told:
        blocks.append(lines(each.title))
        blocks += [bullets(each.rows)] if each.rows else []
    return blocks


def left_out(paragraphs: int) -> list[Block]:
    """The small line that says where so many further paragraphs are."""
    return [context(f"{count(paragraphs, 'more part')} under *Details*")] if paragraphs else []
