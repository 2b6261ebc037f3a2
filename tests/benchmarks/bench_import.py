"""How long it takes to read, compare and save a logframe, and how many queries: 150 and 3,000 indicators.

    .venv/bin/python -m napwps.supervisor run -- .venv/bin/python -m tests.benchmarks.bench_import [INDICATORS …]

Saving includes the results of two opened rounds being worked out anew. "Again" is the same file once more.
"""

import os
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO

import django

SIZES = (150, 3000)


class Counter:
    """Counts queries: an execute_wrapper."""

    def __init__(self):
        self.queries = 0

    def __call__(self, execute, sql, params, many, context):
        self.queries += 1
        return execute(sql, params, many, context)


@contextmanager
def measured(name):
    from django.db import connection

    counter, start = Counter(), time.perf_counter()
    with connection.execute_wrapper(counter):
        yield
    print(f"  {name:<10} {time.perf_counter() - start:7.2f} s {counter.queries:6} queries", flush=True)


def bench(indicators, at):
    """One plan of its own, imported twice."""
    from frameworks.imports import read_logframe
    from frameworks.imports.difference import compare
    from frameworks.imports.existing import known_institutions, load_existing
    from frameworks.imports.saving import save_logframe
    from tests.benchmarks.matrix import make_workbook
    from tests.world import make_plan, make_round

    plan = make_plan(f"TL-BENCH-{indicators}")
    for year in (2024, 2025):
        make_round(plan, year)
    data = make_workbook(indicators)
    print(f"{indicators:,} indicators, {len(data) / 1024:,.0f} KB")

    def read():
        return read_logframe(BytesIO(data), filename="bench.xlsx", known=known_institutions())

    for run in ("", " again"):
        with measured(f"read{run}"):
            parsed = read()
        with measured(f"compare{run}"):
            compare(parsed, plan, load_existing(plan))
        with measured(f"save{run}"):
            difference = save_logframe(parsed=read() if run else parsed, plan=plan, by=None, at=at)
        assert difference.changes_anything is not bool(run), "the second run must change nothing"


def main(arguments):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "napwps.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    for size in map(int, arguments or SIZES):
        bench(size, datetime(2026, 3, 1, tzinfo=UTC))


if __name__ == "__main__":
    main(sys.argv[1:])
