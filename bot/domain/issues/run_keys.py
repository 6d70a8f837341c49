"""Which issues a run was made for, as it says itself."""

import re

from bot.domain.experiments.records import Run

TAG = "jira"

_NUMBER = r"-[1-9][0-9]{0,9}(?![A-Za-z0-9])"
# A name holds a key only as Jira writes it: lr-5 and seed-2 are no issues.
_IN_NAME = re.compile(rf"(?<![A-Za-z0-9])[A-Z][A-Z0-9_]+{_NUMBER}")
_IN_TAG = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9_]+{_NUMBER}")


def issue_keys(run: Run) -> frozenset[str]:
    """The keys in its tag `jira` (several between any signs, in any case, or addresses of issues)
    and in its name; nobody says that such issues exist (`V-100` is a machine)."""
    tagged = {key.upper() for key in _IN_TAG.findall(run.tags.get(TAG, ""))}
    return frozenset(tagged | set(_IN_NAME.findall(run.name)))
