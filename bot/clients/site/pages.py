"""The pages of the site, as markdown with what people wrote already in HTML."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.clients.madr.write import sections
from bot.clients.site.story import happened
from bot.clients.site.text import Renderer, inline, link, mentioned, page_of, tab_title, without_ids
from bot.domain.decisions.archive import ArchivedDecision
from bot.domain.decisions.evidence import EvidenceKind
from bot.domain.decisions.record import DecisionBody, DecisionStatus

_ORDER = (
    DecisionStatus.PROPOSED,
    DecisionStatus.ACCEPTED,
    DecisionStatus.SUPERSEDED,
    DecisionStatus.DEPRECATED,
    DecisionStatus.REJECTED,
)
_SOMEBODY = "somebody"


@dataclass(frozen=True)
class Site:
    """The decisions of the site, by number."""

    decisions: Mapping[int, ArchivedDecision]
    renderer: Renderer

    @classmethod
    def of(cls, decisions: Sequence[ArchivedDecision]) -> "Site":
        """A site of these; whoever has no name is somebody."""
        named = {each.record.number: _named(each) for each in decisions}
        return cls(named, Renderer(named.keys()))

    def pages(self) -> dict[str, str]:
        """Every page by its file name."""
        newest = [each for _, each in sorted(self.decisions.items(), reverse=True)]
        found = {
            "index.md": self._index(newest),
            "timeline.md": self._timeline(newest),
            "tags.md": self._grouped("By tag", _by_tag(newest), "No decision has a tag."),
            "models.md": self._grouped("By model", _by_model(newest), "No decision names a model."),
        }
        backlinks = self._backlinks()
        for number, each in self.decisions.items():
            name = page_of(number).replace(".html", ".md")
            found[name] = self._decision(each, backlinks.get(number, []))
        return found

    def _index(self, newest: Sequence[ArchivedDecision]) -> str:
        parts = ["# Decisions", "What was decided, by whom and why."]
        for status in _ORDER:
            some = [each for each in newest if each.record.status is status]
            if some:
                parts += [f"## {status.value.capitalize()}", self._list(some)]
        return "\n\n".join(parts) + "\n"

    def _timeline(self, newest: Sequence[ArchivedDecision]) -> str:
        months: dict[str, list[ArchivedDecision]] = defaultdict(list)
        for each in sorted(newest, key=lambda d: d.record.created_at, reverse=True):
            months[f"{each.record.created_at:%B %Y}"].append(each)
        return self._grouped("Timeline", months, "Nothing was decided yet.")

    def _grouped(
        self, title: str, groups: Mapping[str, Sequence[ArchivedDecision]], none: str
    ) -> str:
        parts = [f"# {title}"]
        for name, some in groups.items():
            parts += [f"## {inline(name)}", self._list(some)]
        return "\n\n".join(parts if groups else [*parts, none]) + "\n"

    def _list(self, some: Sequence[ArchivedDecision]) -> str:
        return "\n".join(_entry(each) for each in some)

    def _decision(self, archived: ArchivedDecision, backlinks: Sequence[int]) -> str:
        ref, title = archived.record.ref, _clean(archived.record.title, archived)
        head = f"---\ntitle: {json.dumps(f'{ref} · {tab_title(title)}', ensure_ascii=False)}\n---"
        parts = [head, f"# {ref} · {inline(title)}", self._facts(archived, backlinks)]
        for heading, markdown in sections(archived, {}):
            if markdown:
                lines = [line for line in markdown.split("\n") if not line.startswith("<!--")]
                parts += [heading, self.renderer.html(_clean("\n".join(lines), archived))]
        story = "\n".join(f"* {each}" for each in happened(archived))
        if story:
            parts += ["## What happened", self.renderer.html(_clean(story, archived))]
        return "\n\n".join(parts) + "\n"

    def _facts(self, archived: ArchivedDecision, backlinks: Sequence[int]) -> str:
        record, body = archived.record, archived.record.body
        pages = self.decisions.keys()
        named = archived.names
        facts = {
            "Status": f"**{record.status.value}**",
            "Logged": f"{record.created_at:%Y-%m-%d} by {inline(named[record.author])}",
            "Decided": f"{record.decided_at:%Y-%m-%d}" if record.decided_at else "",
            "Decision makers": _people(body.makers, named),
            "Consulted": _people(body.consulted, named),
            "Informed": _people(body.informed, named),
            "Tags": ", ".join(inline(_clean(tag, archived)) for tag in body.tags),
            "Supersedes": link(record.supersedes, pages) if record.supersedes else "",
            "Superseded by": link(record.superseded_by, pages) if record.superseded_by else "",
            "Named by": ", ".join(link(number, pages) for number in backlinks),
        }
        rows = [f"| {name} | {value} |" for name, value in facts.items() if value]
        return "\n".join(["| | |", "| --- | --- |", *rows])

    def _backlinks(self) -> dict[int, list[int]]:
        """Which decisions name a decision in their texts."""
        found: dict[int, list[int]] = defaultdict(list)
        for number, each in sorted(self.decisions.items()):
            for other in mentioned(_texts(each.record.body)) - {number}:
                found[other].append(number)
        return found


def _entry(archived: ArchivedDecision) -> str:
    record = archived.record
    page = page_of(record.number).replace(".html", ".md")
    return (
        f"* [{record.ref} · {inline(_clean(record.title, archived))}]({page}) "
        f"{record.status.value}, {record.created_at:%Y-%m-%d}"
    )


def _by_tag(newest: Sequence[ArchivedDecision]) -> dict[str, list[ArchivedDecision]]:
    found: dict[str, list[ArchivedDecision]] = defaultdict(list)
    for each in newest:
        for tag in each.record.body.tags:
            found[_clean(tag, each)].append(each)
    return dict(sorted(found.items(), key=lambda pair: pair[0].casefold()))


def _by_model(newest: Sequence[ArchivedDecision]) -> dict[str, list[ArchivedDecision]]:
    found: dict[str, list[ArchivedDecision]] = defaultdict(list)
    for each in newest:
        for model in sorted(_models(each.record.body)):
            found[_clean(model, each)].append(each)
    return dict(sorted(found.items()))


def _models(body: DecisionBody) -> set[str]:
    wishes = [wish for wish in (body.expected, body.revisit) if wish]
    versions = [each.key for each in body.evidence if each.kind is EvidenceKind.VERSION]
    found = {wish.measure.model for wish in wishes}
    found |= {key.rpartition("/")[0] for key in versions}
    return found | ({body.promotion.model} if body.promotion else set()) - {""}


def _people(ids: Sequence[str], names: Mapping[str, str]) -> str:
    return ", ".join(inline(names[user_id]) for user_id in ids)


def _named(archived: ArchivedDecision) -> ArchivedDecision:
    ids = archived.people | {archived.record.author}
    return replace(archived, names={each: archived.names.get(each) or _SOMEBODY for each in ids})


def _texts(body: DecisionBody) -> str:
    points = [point.text for option in body.options for point in option.points]
    return "\n".join(
        (body.title, body.outcome, body.context, body.drivers, body.consequences, *points)
    )


def _clean(text: str, archived: ArchivedDecision) -> str:
    return without_ids(text, {**archived.names, archived.record.channel: "the channel"})
