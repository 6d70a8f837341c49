"""`make bench`, or `make bench ARGS=decision_search`: the benchmarks of these names, or all."""

import sys

from tests.benchmarks import commands, decision_search, detectors, digest, polling

BENCHMARKS = {
    "commands": commands.run,
    "decision_search": decision_search.run,
    "detectors": detectors.run,
    "digest": digest.run,
    "polling": polling.run,
}

for name in sys.argv[1:] or BENCHMARKS:
    BENCHMARKS[name]()
