"""Which fact belongs in which card, written down by hand and independent of the bot's code."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.acceptance.harness import ANANYA, BEATRIZ, LENA, MARCUS, PEOPLE, YUKI
from tests.trials.handover.cards import Seen

YOU, CHANGED, NOWHERE = "For you", "Changed", ""
_SHORT = {YOU: "you", CHANGED: "chg", NOWHERE: "-"}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact: words that only its line holds, and below which heading whose card has it."""

    name: str
    words: str
    belongs: Mapping[str, str]


FACTS = (
    Fact(
        name="Lena solved what blocks Yuki, Mon 14:00Z",
        words="GPU quota is used up",
        belongs={YUKI: YOU, ANANYA: CHANGED},  # Lena did it; the others' nights began later
    ),
    Fact(
        name="Lena decided, Mon 07:00Z",
        words="Keep the old threshold",
        belongs={},  # while or before everybody's working day, so in nobody's night
    ),
    Fact(
        name="Marcus asks Yuki's and Lena's consent",
        words="Use data v8",
        belongs={YUKI: YOU, LENA: YOU},
    ),
    Fact(
        name="Marcus decided, Mon 19:00Z",
        words="Freeze the feature set",
        belongs={YUKI: CHANGED, ANANYA: CHANGED, LENA: CHANGED},
    ),
    Fact(
        name="Beatriz is blocked and asks Ananya, Mon 20:00Z",
        words="Labels of October miss",
        belongs={YUKI: CHANGED, ANANYA: YOU, LENA: CHANGED},
    ),
    Fact(
        name="Ananya's runs, Mon 20:10-22:00Z",
        words="2 finished, 1 failed, best val_auc of churn 0.914, 0.008 above champion",
        belongs={ANANYA: YOU},
    ),
    Fact(
        name="Marcus closed CHURN-38, Mon 20:30Z",
        words="CHURN-38 Clean labels",
        belongs={YUKI: CHANGED, ANANYA: CHANGED, LENA: CHANGED},
    ),
    Fact(
        name="Beatriz refuted H-9, Mon 22:30Z",
        words="Focal loss helps: refuted",
        belongs={YUKI: CHANGED, ANANYA: CHANGED, LENA: CHANGED, MARCUS: CHANGED},
    ),
    Fact(
        name="Yuki rolled churn back, Mon 23:30Z",
        words="champion of churn is now v13, was v14",
        belongs={ANANYA: CHANGED, LENA: CHANGED, BEATRIZ: CHANGED, MARCUS: CHANGED},
    ),
    Fact(
        name="A-1 fired Tue 01:00Z, recovered 04:00Z",
        words="val_auc of churn is 0.871, below 0.9",
        belongs={ANANYA: CHANGED, LENA: CHANGED, BEATRIZ: CHANGED, MARCUS: YOU},  # his rule
    ),
    Fact(
        name="Yuki moved Lena's CHURN-41, Tue 02:00Z",
        words="CHURN-41 Calibrate scores",
        belongs={ANANYA: CHANGED, LENA: YOU, BEATRIZ: CHANGED, MARCUS: CHANGED},
    ),
    Fact(
        name="Beatriz moved CHURN-50 there and back",
        words="CHURN-50",
        belongs={},
    ),
    Fact(
        name="Marcus's run, Tue 03:00Z",
        words="1 finished, best val_auc of churn 0.905, 0.001 below champion",
        belongs={MARCUS: YOU},
    ),
    Fact(
        name="Lena decided in a private channel, Tue 05:00Z",
        words="Hire for labelling",
        belongs={MARCUS: CHANGED},  # the only other one in it
    ),
)


def where(fact: Fact, sections: Mapping[str, list[str]]) -> list[str]:
    """The headings below which a card has it, once for each line."""
    return [head for head, lines in sections.items() for line in lines if fact.words in line]


def is_right(fact: Fact, user: str, sections: Mapping[str, list[str]]) -> bool:
    """Whether a card has it once below its heading, or not at all where it doesn't belong."""
    expected = fact.belongs.get(user, NOWHERE)
    return where(fact, sections) == ([expected] if expected else [])


def verdict(fact: Fact, user: str, seen: Seen) -> str:
    """Where the message has it, and what is wrong with that."""
    found = where(fact, seen.told)
    shown = "+".join(_SHORT[head] for head in found) or "-"
    return shown if is_right(fact, user, seen.told) else f"{shown} WRONG"


def misplaced(fact: Fact, found: Mapping[str, Seen]) -> list[str]:
    """In whose message or App Home it is out of place."""
    return [
        user
        for user in PEOPLE
        if not (is_right(fact, user, found[user].told) and is_right(fact, user, found[user].home))
    ]


def unforeseen(seen: Seen) -> list[str]:
    """Lines of which no fact knows."""
    return [
        line
        for lines in seen.told.values()
        for line in lines
        if not any(fact.words in line for fact in FACTS)
    ]
