"""Twenty thousand budget lines: as many queries as for three, on the page, behind its amounts and in its files."""

from decimal import Decimal
from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from budgets.models import BudgetLine, OperationalPlan, OperationalState
from tests.budgets.money_world import make_line, make_source
from tests.world import make_activity, make_institution

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

PAGES = (
    ("budget", "?rows=activity"),
    ("budget", "?rows=institution"),
    ("budget_lines", ""),
    ("budget_file", ""),
    ("budget_lines_file", ""),
)


def counts(world, client):
    """How many queries each page asks."""
    client.force_login(world.steering)
    found = {}
    for name, query in PAGES:
        address = reverse(name, args=[world.plan.code]) + query
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            response = client.get(address)
            assert response.status_code == 200
            if response.streaming:
                b"".join(response.streaming_content)
        found[name, query] = len(asked)
    return found


def many(world, sources):
    """20,000 lines: 40 activities × 10 institutions × 5 sources × 5 years × 2 references."""
    activities = [make_activity(world.participation, f"1.{n // 5 + 3}.{n % 5 + 1}") for n in range(40)]
    institutions = [make_institution(f"INST-{n}") for n in range(10)]
    plans = {
        (one.institution_id, one.year): one
        for one in OperationalPlan.objects.bulk_create(
            OperationalPlan(
                plan=world.plan,
                institution=institution,
                pillar=world.participation,
                year=year,
                state=OperationalState.SUBMITTED,
            )
            for institution, year in product(institutions, world.plan.years)
        )
    }
    BudgetLine.objects.bulk_create(
        (
            BudgetLine(
                operational_plan=plans[institution.pk, year],
                activity=activity,
                funding_source=source,
                reference=reference,
                currency="USD",
                drafted=Decimal("100.50"),
                proposed=Decimal("100.50"),
                approved=Decimal("90"),
            )
            for activity, institution, source, year, reference in product(
                activities, institutions, sources, world.plan.years, "AB"
            )
        ),
        batch_size=2_000,
    )


def test_as_many_queries_for_twenty_thousand_lines_as_for_three(world, client):
    sources = [make_source(world.plan, f"S{n}") for n in range(5)]
    for source in sources[:3]:
        make_line(world.activities["a111"], world.sei, source, proposed="100", approved="90")
    few = counts(world, client)
    many(world, sources)
    assert BudgetLine.objects.count() == 20_003
    assert counts(world, client) == few
    page = client.get(reverse("budget", args=[world.plan.code]))
    assert page.context["totals"].total.proposed == 20_000 * Decimal("100.50") + 300
