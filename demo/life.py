"""Some weeks of a team's life, in its own words.

Days are counted back from somebody's latest working day (0), so that the demo looks the same on
every day of the week.
"""

from datetime import time

from bot.domain.report import Answer

QUESTIONS = ("What moved since last time?", "What is next?")

MOVED = {
    "U01YUKI": (
        "Repeated the best run with five seeds: 0.930 to 0.938",
        "Reviewed Ananya's data checks",
        "Froze feature set 5 and wrote down why",
        "Swept the learning rate, 12 runs; 0.1 wins on every seed",
    ),
    "U02ANANYA": (
        "Started to collect churn-v8",
        "Moved the data checks into CI",
        "Found 214 duplicated customers in the January export",
        "Validated churn-v7: no leakage left in the tenure columns",
    ),
    "U03LENA": (
        "Nightly evaluation of the champion runs and logs to MLflow",
        "Calibration is fine for all segments but new EU customers",
        "Wrote the runbook for a rollback",
        "Cut the scoring job from 9 to 4 minutes",
    ),
    "U04MARCUS": (
        "Load test: p95 is 38 ms at 50 requests a second",
        "Wrote the explanation endpoint, behind a flag",
        "Talked to support: they need the reasons beside the score",
        "Cleaned up the feature store's permissions",
    ),
    "U05BEATRIZ": (
        "Compared boosting with a plain linear model: close",
        "Killed the wide network, it diverged at step 900",
        "Baseline for diabetes progression: RMSE 57",
        "Tried focal loss on the digits; it made calibration worse",
    ),
}

NEXT = (
    "Tune the regularisation",
    "Pair with Lena on the evaluation slices",
    "Write the decision down",
    "Retrain on churn-v8 when it is complete",
    "Clean up the old runs",
)

PUT_OFF = "Review the model card, CHURN-47"
BLOCKER = "GPU quota is used up until Thursday; I could use four hours of Lena's share"

WATCH_QUESTIONS = ("What did you look at?", "What is next?")
WATCHED = "Scores of version 2 against version 1, side by side: no surprise"
PLANNED = "Search the learning rate once more\nFreeze the evaluation set of churn-v7"

_FORGOTTEN = {("U01YUKI", 6), ("U04MARCUS", 3), ("U04MARCUS", 8), ("U05BEATRIZ", 7)}
_LATE = {("U02ANANYA", 4), ("U05BEATRIZ", 2)}
_SKIPPED = {("U05BEATRIZ", 0), ("U03LENA", 2)}


def moment(user_id: str, back: int) -> time | None:
    """When this person reports, by their own clock; None where they forget to."""
    if (user_id, back) in _FORGOTTEN:
        return None
    return time(15, 20) if (user_id, back) in _LATE else time(9, 7 + 5 * list(MOVED).index(user_id))


def skips(user_id: str, back: int) -> bool:
    """Whether they press *Skip today* instead."""
    return (user_id, back) in _SKIPPED


def report(user_id: str, back: int) -> tuple[Answer, ...]:
    """What they write."""
    lines = MOVED[user_id]
    following = NEXT[(back + len(user_id)) % len(NEXT)]
    if (user_id, back) == ("U01YUKI", 2):
        following = PUT_OFF
    return answers(QUESTIONS, lines[back % len(lines)], following)


def blocker(user_id: str, back: int) -> str:
    """What blocks them, or nothing."""
    return BLOCKER if (user_id, back) == ("U02ANANYA", 0) else ""


def answers(questions: tuple[str, ...], *texts: str) -> tuple[Answer, ...]:
    """These texts as answers."""
    return tuple(Answer(question=q, text=text) for q, text in zip(questions, texts, strict=True))
