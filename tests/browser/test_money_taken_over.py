"""What the budget lines say was spent, taken over by one press: with scripts it saves itself, without them the page does."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from budgets.models import Expenditure
from monitoring.models import Submission
from monitoring.operations.reporting import create_expected_submissions
from tests.browser.window import PATIENCE, PHONE
from tests.budgets.money_world import make_line, make_source
from tests.monitoring.report_world import real_transactions
from tests.world import PASSWORD, make_round, make_world

pytestmark = [pytest.mark.browser, real_transactions]


@pytest.fixture
def world():
    """SEI reports on 1.1.1; its budget line says that EUR 25,000.50 of 40,000 were spent."""
    made = make_world()
    today, now = timezone.localdate(), timezone.now()
    round = make_round(
        made.plan,
        opens_on=today - timedelta(days=9),
        due_on=today + timedelta(days=9),
        closes_on=today + timedelta(days=30),
        opened_at=now,
    )
    create_expected_submissions(round=round, by=None, at=now)
    submission = Submission.objects.get(institution=made.sei, pillar=made.participation)
    made.address = f"/submissions/{submission.pk}/activities/1.1.1/"
    make_line(
        made.activities["a111"],
        made.sei,
        make_source(made.plan),
        2024,
        approved="40000",
        spent="25000.5",
        currency="EUR",
    )
    return made


def test_with_scripts_it_saves_itself(world, open_window):
    window = open_window().sign_in(world.focal_sei.email, PASSWORD).open(world.address)
    window.fill(**{"spent-why": "Not known yet."})
    window.page.get_by_role("button", name="Take over").click()
    expect(window.page.locator("[name=spent-amount]")).to_have_value("25000.50")
    expect(window.page.locator("[name=spent-currency]")).to_have_value("EUR")
    expect(window.page.locator("[name=spent-why]")).to_have_value("")
    line = window.page.locator("[data-draft-state]")
    expect(line).to_contain_text("saved", timeout=PATIENCE, use_inner_text=True, ignore_case=True)
    row = Expenditure.objects.get()
    assert (row.amount, row.currency, row.no_data_reason) == (D("25000.50"), "EUR", "")
    assert window.is_clean()


def test_without_scripts_on_a_phone(world, open_window):
    window = open_window(javascript=False, width=PHONE).sign_in(world.focal_sei.email, PASSWORD)
    window.open(world.address).press("Take over").says("Saved at", "the same as the budget lines say")
    assert Expenditure.objects.get().amount == D("25000.50")
    assert not window.overflow()
