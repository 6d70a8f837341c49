"""What became of issues, and which of them stand as they stood."""

from bot.domain.digests.content import Digest
from bot.domain.issues.summary import IssueLine, IssueSummary
from bot.domain.links import Links
from bot.views.digests.parts import Part, part
from bot.views.digests.sections.needs import STANDING
from bot.views.issues.summary import headline, row
from bot.views.text import Line


def parts(content: Digest, links: Links) -> list[Part]:
    """`Jira: 2 done, 1 moved`; what needs someone is told above, and what stood there yesterday
    only in the details."""
    groups = {g: lines for g, lines in content.issues.groups.items() if g not in STANDING}
    moved = IssueSummary(groups=groups)
    news = [line for line in moved.lines if line.is_news]

    def show(line: IssueLine) -> Line:
        return row(line, links)

    return part("jira", f"Jira: {headline(moved)}", news, show, least=0, says=True)


def standing(content: Digest, links: Links) -> list[Part]:
    """`Jira: as it stood before`, for the details."""
    still = [line for line in content.issues.lines if not line.is_news]
    return part("still", "Jira: as it stood before", still, lambda line: row(line, links))
