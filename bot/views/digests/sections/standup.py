"""Who reported and who is awaited."""

from bot.domain.digests.content import Digest
from bot.domain.links import Links
from bot.views.digests.parts import NAME, Part, listed
from bot.views.text import Line, clean, words

_SHORT = 6


def parts(content: Digest, _links: Links) -> list[Part]:
    """`Stand-up`: who reported, who hasn't (yet); all of them one by one in the details."""
    missing = "Didn't report" if content.past else "Not yet"
    groups = (("Reported", content.standup.reported), (missing, content.standup.awaited))
    shown = [(label, names) for label, names in groups if names]
    rows = [(label, name) for label, names in shown for name in names]

    def draw(start: int, stop: int) -> list[Line]:
        return [
            [words(clean(name, NAME)), words(f" · {label.casefold()}", italic=True)]
            for label, name in rows[start:stop]
        ]

    brief: list[Line] = [
        [words(label, italic=True), words(f" {listed(names, _SHORT)}")] for label, names in shown
    ]
    made = Part(
        key="standup", title="Stand-up", size=len(rows), draw=draw, inline=True, brief=brief
    )
    return [made] if rows else []
