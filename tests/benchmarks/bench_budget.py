"""How long the plan's money takes to add up, and how many queries: the table, the lines behind it, the files, the API.

    .venv/bin/python -m napwps.supervisor run -- .venv/bin/python -m tests.benchmarks.bench_budget [LINES …]

The lines are of 200 activities, 20 institutions, 8 sources and 5 years, a tenth of them in euros; a third has reported spending.
"""

import os
import sys
from decimal import Decimal
from itertools import product

import django

from tests.benchmarks.bench_import import measured

SIZES = (200, 20_000)
ACTIVITIES, INSTITUTIONS, SOURCES = 200, 20, 8


def fill(plan, lines):
    """A plan of its own with that many budget lines, costings and reports of spending; rows are made all at once."""
    from budgets.models import BudgetLine, Costing, Expenditure, OperationalPlan, OperationalState
    from frameworks.models import Institution
    from tests.budgets.money_world import make_rate, make_source
    from tests.world import NOW, make_activity, make_institution, make_pillar, make_round

    pillars = [make_pillar(plan, f"P{n}", f"Pillar {n}", n) for n in range(1, 5)]
    activities = [
        make_activity(pillars[n % 4], f"{n % 4 + 1}.{n // 4 // 10 + 1}.{n // 4 % 10 + 1}")
        for n in range(ACTIVITIES)
    ]
    institutions = [
        Institution.objects.filter(code=f"BENCH-{n}").first() or make_institution(f"BENCH-{n}")
        for n in range(INSTITUTIONS)
    ]
    sources = [
        make_source(plan, f"S{n}", ("state", "partner", "fund")[n % 3], n % 3 == 0) for n in range(SOURCES)
    ]
    make_rate(plan, "EUR", "1.085")
    held = OperationalPlan.objects.bulk_create(
        OperationalPlan(
            plan=plan, institution=institution, pillar=pillar, year=year, state=OperationalState.SUBMITTED
        )
        for institution, pillar, year in product(institutions, pillars, plan.years)
    )
    held = {(one.institution_id, one.pillar_id, one.year): one for one in held}
    places = product(activities, plan.years, sources, institutions)
    rows = []
    for number, (activity, year, source, institution) in zip(range(lines), places, strict=False):
        amount = Decimal(100 + number % 977)
        rows.append(
            BudgetLine(
                operational_plan=held[institution.pk, activity.output.goal.pillar_id, year],
                activity=activity,
                funding_source=source,
                currency="EUR" if number % 10 == 0 else plan.currency,
                drafted=amount,
                proposed=amount,
                approved=amount if number % 4 else None,
                spent=amount / 2 if number % 3 else None,
            )
        )
    BudgetLine.objects.bulk_create(rows, batch_size=5_000)
    Costing.objects.bulk_create(
        Costing(activity=activity, year=year, amount=Decimal(5000), currency=plan.currency)
        for activity, year in product(activities, plan.years)
    )
    rounds = {year: make_round(plan, year) for year in plan.years}
    reported = {
        (one.activity_id, one.operational_plan.institution_id, one.operational_plan.year) for one in rows[::3]
    }
    Expenditure.objects.bulk_create(
        Expenditure(
            activity_id=activity,
            institution_id=institution,
            round=rounds[year],
            amount=Decimal(777),
            currency=plan.currency,
            frozen_at=NOW,
        )
        for activity, institution, year in sorted(reported)
    )


def bench(lines):
    from django.db import connection
    from django.test import Client

    from frameworks.models import Role, User
    from tests.world import give_seat, make_plan, make_user

    plan = make_plan(f"TL-MONEY-{lines}")
    fill(plan, lines)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as autovacuum does within the minute
    user = User.objects.filter(email="bench@test.example").first() or make_user("bench")
    give_seat(user, Role.STEERING_COMMITTEE, plan=plan)
    client = Client()
    client.force_login(user)
    print(f"{lines:,} budget lines")
    for name, address in (
        ("by pillar", f"/plans/{plan.code}/budget/"),
        ("activities", f"/plans/{plan.code}/budget/?rows=activity&cols=year&show=steps"),
        ("by source", f"/plans/{plan.code}/budget/?rows=source&cols=year"),
        ("lines", f"/plans/{plan.code}/budget/lines/"),
        ("last page", f"/plans/{plan.code}/budget/lines/?page=99999"),
        ("table.csv", f"/plans/{plan.code}/budget/table.csv?rows=activity&cols=source"),
        ("lines.csv", f"/plans/{plan.code}/budget/lines.csv"),
        ("API lines", f"/api/v1/budget-lines/?plan={plan.code}&page_size=1000"),
        ("API totals", f"/api/v1/budget-summary/?plan={plan.code}&by=institution,source,year"),
    ):
        client.get(address)
        with measured(name):
            response = client.get(address)
            assert response.status_code == 200, response.status_code
            size = len(response.getvalue())
        print(f"             {size / 1024:,.0f} KB")


def main(arguments):
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "napwps.settings")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    call_command("migrate", verbosity=0)
    for size in map(int, arguments or SIZES):
        bench(size)


if __name__ == "__main__":
    main(sys.argv[1:])
