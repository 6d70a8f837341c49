"""What may be asked of an issue that is done: whether anything shows what came of it."""

from bot.domain.issues.records import Issue

# Whoever labels an issue like this, or gives it such a type, says that it is to find something out.
MARKS = frozenset({"experiment", "ml", "model"})


def is_experiment(issue: Issue, *, has_runs: bool) -> bool:
    """Whether something must show what came of it: it has, or had, a run, or its label or type is
    one of `MARKS`. A chore is done when it is done."""
    marks = {label.casefold() for label in (*issue.labels, issue.issue_type)}
    return has_runs or bool(marks & MARKS)
