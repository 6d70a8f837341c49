"""Compares what Slack holds with what the oracle says."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tests.standins.slack import FakeSlack, Json, text_of
from tests.trials.life import eyes
from tests.trials.life.diary import Diary, Direct, Kind, Turn
from tests.trials.life.eyes import Card
from tests.trials.life.oracle import CohortDay, Oracle
from tests.trials.life.population import WORKDAYS

# Pacing puts a second between the posts of a channel.
_PUNCTUAL = timedelta(minutes=2)


@dataclass(kw_only=True)
class Found:
    """What one stand-up's days came to; every list holds sentences about broken promises."""

    turns: int = 0
    prompts: int = 0
    free: int = 0
    cut: list[int] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unwanted: list[str] = field(default_factory=list)
    unpunctual: list[str] = field(default_factory=list)
    near_changes: int = 0
    shifted: list[str] = field(default_factory=list)
    directs: int = 0
    reminders: int = 0
    outside_hours: list[str] = field(default_factory=list)
    needless: list[str] = field(default_factory=list)
    reports: int = 0
    cards: int = 0
    wrong_cards: list[str] = field(default_factory=list)
    wrong_threads: list[str] = field(default_factory=list)
    posts: list[int] = field(default_factory=list)
    replies: list[int] = field(default_factory=list)

    @property
    def broken(self) -> list[str]:
        """Every broken promise."""
        return [
            *self.missing,
            *self.doubled,
            *self.unwanted,
            *self.unpunctual,
            *self.shifted,
            *self.outside_hours,
            *self.needless,
            *self.wrong_cards,
            *self.wrong_threads,
        ]


class Checks:
    """One life, judged."""

    def __init__(self, diary: Diary, slack: FakeSlack, dates: list[date]) -> None:
        self._diary = diary
        self._slack = slack
        self._dates = dates
        self._oracle = Oracle(diary)
        self._names = set(diary.names.values())
        self._ids = {name: user_id for user_id, name in diary.names.items()}

    def standup(self, name: str) -> Found:
        """What became of one stand-up."""
        found = Found()
        for user_id in self._diary.lives:
            for day in self._dates:
                self._prompts(found, (name, user_id, day))
        for direct in self._diary.directs:
            if direct.standup == name:
                self._direct(found, direct)
        for day in self._dates:
            self._channel_day(found, name, day)
        self._count_posts(found, name)
        return found

    def others(self) -> Found:
        """What became of the direct messages that no stand-up sent."""
        found = Found()
        for direct in self._diary.directs:
            if direct.kind is Kind.OTHER:
                self._direct(found, direct)
        return found

    def notified_while_away(self) -> list[str]:
        """Mentions of people who were away, and of whole channels, anywhere."""
        return [
            f"{user_id} was mentioned at {at:%d %b %H:%MZ}"
            for at, user_id in eyes.notified(self._slack)
            if user_id not in self._diary.lives or self._is_away(user_id, at)
        ]

    def mentions(self) -> int:
        """How often anybody was mentioned."""
        return len(eyes.notified(self._slack))

    def _is_away(self, user_id: str, at: datetime) -> bool:
        life = self._diary.lives[user_id]
        return life.is_off(life.local(at).date(), at)

    def _prompts(self, found: Found, turn: Turn) -> None:
        due, came = self._oracle.due(turn), self._diary.prompts.get(turn, [])
        found.turns += due.counts == {1}
        found.prompts += len(came)
        found.free += due.off
        said = f"{_words(turn)}: {[f'{at:%d %b %H:%M:%SZ}' for at in came]}"
        if len(came) > 1:
            found.doubled.append(f"{said} twice")
        elif due.cut:
            found.cut.append(len(came))
        elif len(came) < min(due.counts):
            found.missing.append(f"{said}, due {[f'{at:%d %b %H:%MZ}' for at in due.instants]}")
        elif len(came) > max(due.counts):
            found.unwanted.append(f"{said} unwanted")
        elif came:
            if not (self._diary.down and self._diary.down[1] in due.instants):
                self._near_change(found, turn, came[0])
            if not any(abs(came[0] - at) <= _PUNCTUAL for at in due.instants):
                when = [f"{at:%d %b %H:%MZ}" for at in due.instants]
                found.unpunctual.append(f"{said}, due {when}")

    def _near_change(self, found: Found, turn: Turn, at: datetime) -> None:
        """Where the person's clocks change within three days, they still show the same hour."""
        life = self._diary.lives[turn[1]]
        around = (at + timedelta(days=n) for n in range(-3, 4))
        if len({x.astimezone(life.zone(at)).utcoffset() for x in around}) > 1:
            found.near_changes += 1
            local = life.local(at)
            hour = life.hours.at(at).nearest(self._diary.courses[turn[0]].wall_time.at(at))
            if (local.hour, local.minute) != (hour.hour, hour.minute):
                found.shifted.append(f"{_words(turn)}: asked at {local:%H:%M}, not {hour:%H:%M}")

    def _direct(self, found: Found, direct: Direct) -> None:
        life = self._diary.lives[direct.user_id]
        found.directs += 1
        found.reminders += direct.kind is Kind.REMINDER
        weekdays = WORKDAYS
        if direct.standup:
            weekdays = self._diary.courses[direct.standup].standup.weekdays
        first = text_of(direct.message).splitlines()[0]
        said = f"{direct.user_id} {life.local(direct.at):%a %d %b %H:%M}: {first}"
        if not (direct.wanted or life.works(direct.at, weekdays)):
            found.outside_hours.append(said)
        if direct.kind is Kind.REMINDER and self._is_needless(direct):
            found.needless.append(said)

    def _is_needless(self, direct: Direct) -> bool:
        """Whether somebody was reminded who had answered, or was away."""
        life = self._diary.lives[direct.user_id]
        asked = [
            (at, turn)
            for turn, instants in self._diary.prompts.items()
            for at in instants
            if turn[:2] == (direct.standup, direct.user_id) and at <= direct.at
        ]
        _, turn = max(asked, default=(direct.at, ("", "", direct.at.date())))
        report, skipped = self._diary.reports.get(turn), self._diary.skips.get(turn)
        answered = report is not None and report.at < direct.at
        gone = life.is_off(turn[2], direct.at)
        return not asked or answered or gone or (skipped is not None and skipped < direct.at)

    def _channel_day(self, found: Found, name: str, day: date) -> None:
        course = self._diary.courses[name]
        must = self._oracle.cohort_days(name, day)
        messages = self._slack.messages(course.standup.channel)
        read = (eyes.card(m, self._names) for m in messages)
        cards = [c for c in read if c and (c.standup, c.day) == (name, day)]
        found.cards += len(cards)
        for sentence in self._wrong_cards(cards, must, at_once=course.standup.at_once):
            found.wrong_cards.append(f"{name} {day:%a %d %b}: {sentence}")
        for sentence in self._wrong_thread(found, name, day, cards):
            found.wrong_threads.append(f"{name} {day:%a %d %b}: {sentence}")

    def _wrong_cards(
        self, cards: list[Card], must: dict[str, CohortDay], *, at_once: bool
    ) -> Iterator[str]:
        if at_once:
            must = {"": _together(must.values())} if must else {}
        wanted = {cohort: part for cohort, part in must.items() if part.said}
        alone = [c for c in cards if not c.cohort]
        left = [cohort for cohort in wanted if cohort not in {c.cohort for c in cards}]
        if len(alone) == len(left) == 1:
            alone[0].cohort = left[0]
        for cohort in sorted({c.cohort for c in cards} | set(wanted)):
            mine = [c for c in cards if c.cohort == cohort]
            part = wanted.get(cohort)
            if len(mine) != 1 or part is None:
                yield f"{len(mine)} cards of {cohort or 'the day'}, wanted {part is not None}"
            else:
                yield from self._wrong_card(mine[0], part)
                yield from [] if at_once else self._wrapped_up_early(mine[0], part)

    def _wrapped_up_early(self, card: Card, part: CohortDay) -> Iterator[str]:
        if part.closes and eyes.posted_at(card.message) < part.closes[0] - _PUNCTUAL:
            at, last = part.closes
            yield f"{card.cohort} was wrapped up before {last} was done, {at:%d %b %H:%MZ}"

    def _wrong_card(self, card: Card, must: CohortDay) -> Iterator[str]:
        said = {self._ids[name]: flags[:2] for name, flags in card.said.items()}
        if said != must.said:
            yield f"{card.cohort} tells of {_difference(said, must.said)}"
        ids = self._ids
        for what, shown, wanted in (
            ("absent", {ids[n] for n in card.absent}, must.absent),
            ("missing", {ids[n] for n in card.missing}, must.missing),
        ):
            wrong = (shown ^ wanted) - must.open_ended
            if wrong:
                yield f"{card.cohort} {what}: {sorted(wrong)} (shown {sorted(shown)})"
        counts = card.counted, card.expected
        if counts != (len(card.said), len(card.said) + len(card.missing)) and not card.more:
            yield f"{card.cohort} counts {counts}: {len(card.said)} and {len(card.missing)} shown"
        for name, (_, _, row) in card.said.items():
            turn = card.standup, ids[name], card.day
            report = self._diary.reports.get(turn)
            if report and report.wordings[-1][0] not in row:
                yield f"{card.cohort} shows {row!r} instead of {report.wordings[-1][0]!r}"

    def _wrong_thread(self, found: Found, name: str, day: date, cards: list[Card]) -> Iterator[str]:
        channel = self._diary.courses[name].standup.channel
        threads = [self._slack.thread(channel, card.message["ts"]) for card in cards]
        replies = [reply for thread in threads for reply in thread]
        if sum(bool(thread) for thread in threads) > 1:
            yield "more than one thread"
        reports = {
            self._diary.names[turn[1]]: report
            for turn, report in self._diary.reports.items()
            if (turn[0], turn[2]) == (name, day)
        }
        found.reports += len(reports)
        authors = [eyes.author_of(reply, self._names) for reply in replies]
        if sorted(authors) != sorted(reports):
            yield f"reports of {sorted(authors)} instead of {sorted(reports)}"
        for author, reply in zip(authors, replies, strict=True):
            if author in reports:
                yield from _wrong_reply(author, reply, reports[author].wordings)

    def _count_posts(self, found: Found, name: str) -> None:
        """Of the channel's own messages and of replies, by the date (UTC) of their posting, on the
        dates on which the stand-up asks."""
        standup = self._diary.courses[name].standup
        posts = self._slack.messages(standup.channel)
        asking = [d for d in self._dates if d.isoweekday() in standup.weekdays]
        replies = [r for post in posts for r in self._slack.thread(standup.channel, post["ts"])]
        found.posts = _by_day(posts, asking)
        found.replies = _by_day(replies, asking)


def _by_day(messages: list[Json], dates: list[date]) -> list[int]:
    posted = [eyes.posted_at(m).date() for m in messages]
    return [posted.count(day) for day in dates]


def _wrong_reply(author: str, reply: Json, wordings: list[tuple[str, ...]]) -> Iterator[str]:
    shown = text_of(reply).splitlines()
    lacking = [answer for answer in wordings[-1] if answer not in shown]
    if lacking:
        yield f"{author}'s report lacks {lacking}"
    outdated = {a for wording in wordings[:-1] for a in wording} - set(wordings[-1])
    if left := outdated.intersection(shown):
        yield f"{author}'s report still says {sorted(left)}"


def _together(parts: Iterable[CohortDay]) -> CohortDay:
    whole = CohortDay()
    for part in parts:
        whole.said |= part.said
        whole.absent |= part.absent
        whole.missing |= part.missing
        whole.open_ended |= part.open_ended
    return whole


def _difference(shown: dict[str, tuple[bool, bool]], wanted: dict[str, tuple[bool, bool]]) -> str:
    users = sorted({*shown, *wanted})
    return ", ".join(
        f"{u} {shown.get(u)} instead of {wanted.get(u)}"
        for u in users
        if shown.get(u) != wanted.get(u)
    )


def _words(turn: Turn) -> str:
    return f"{turn[0]}, {turn[1]}, {turn[2]:%a %d %b}"
