"""Two weeks of a team's life, in its own words."""

from datetime import date

from bot.domain.standup import Answer

QUESTIONS = ("What moved since last time?", "What is next?")

MOVED = {
    "U01YUKI": (
        "Swept the learning rate, 12 runs; 0.03 wins on every seed",
        "Froze feature set 5 and wrote down why",
        "Reviewed Ananya's data checks",
        "Repeated the best run with five seeds: 0.930 to 0.938",
    ),
    "U02ANANYA": (
        "Validated churn-v7: no leakage left in the tenure columns",
        "Found 214 duplicated customers in the January export",
        "Moved the data checks into CI",
        "Started to collect churn-v8",
    ),
    "U03LENA": (
        "Nightly evaluation of the champion runs and logs to MLflow",
        "Calibration is fine for all segments but new EU customers",
        "Wrote the runbook for a rollback",
        "Cut the scoring job from 9 to 4 minutes",
    ),
    "U04MARCUS": (
        "Talked to support: they need the reasons beside the score",
        "Wrote the explanation endpoint, behind a flag",
        "Load test: p95 is 38 ms at 50 requests a second",
        "Cleaned up the feature store's permissions",
    ),
    "U05BEATRIZ": (
        "Tried focal loss on the digits; it made calibration worse",
        "Baseline for diabetes progression: RMSE 57",
        "Killed the wide network, it diverged at step 900",
        "Compared boosting with a plain linear model: close",
    ),
}

NEXT = (
    "Tune the regularisation",
    "Pair with Lena on the evaluation slices",
    "Write the decision down",
    "Retrain on churn-v8 when it is complete",
    "Review CHURN-41",
)

BLOCKED = {
    "U02ANANYA": "GPU quota is used up until Thursday; I could use four hours of Lena's share",
}


def report(user_id: str, day: date, *, latest: bool) -> tuple[tuple[Answer, ...], str]:
    """What this person wrote on that day, and what blocked them; the latest day has a blocker."""
    turn = day.toordinal()
    lines = MOVED[user_id]
    answers = (
        Answer(question=QUESTIONS[0], text=lines[turn % len(lines)]),
        Answer(question=QUESTIONS[1], text=NEXT[(turn + len(user_id)) % len(NEXT)]),
    )
    return answers, BLOCKED.get(user_id, "") if latest else ""
