"""Publishing a year's budget: who may, what the public reads then, and taking it back."""

from decimal import Decimal as D

import pytest
from django.urls import reverse

from budgets.models import BudgetYear, Costing
from budgets.operations.publication import publish_year, unpublish_year
from frameworks.workflow import StateConflict
from tests.budgets.money_world import make_line, make_source, report_spending
from tests.pages import Visitor
from tests.world import NOW, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def money(world):
    world.plan.is_public = True
    world.plan.save()
    a111 = world.activities["a111"]
    state = make_source(world.plan, name="State budget")
    secret = make_source(world.plan, "SECRET", "partner", name="Secret donor")
    Costing.objects.create(activity=a111, year=2025, amount=D(9999), currency="USD")
    make_line(a111, world.sei, state, 2025, proposed="3333", approved="2000", released="1555", spent="444")
    make_line(a111, world.mae, secret, 2025, proposed="6666")
    make_line(a111, world.mae, secret, 2026, proposed="7777", approved="7777")
    world.round = make_round(world.plan, 2025)
    report_spending(a111, world.sei, world.round, "1234")
    return world


def page(world, name="budget", query="", **more):
    return reverse(name, args=[world.plan.code], **more) + query


def of_year(world, step, year=2025):
    return reverse(f"budget_{step}", args=[world.plan.code, year])


def texts(world, user=None):
    """Everything that a reader is told of the budget: pages and files."""
    visitor = Visitor(user)
    found = [
        visitor.open(page(world, "budget", query)).answer.content.decode()
        for query in ("", "?rows=source", "?show=proposed")
    ]
    found += [
        visitor.open(page(world, "budget_lines", query)).answer.content.decode()
        for query in ("", "?measure=proposed")
    ]
    for name in ("budget_file", "budget_lines_file"):
        found.append(b"".join(visitor.client.get(page(world, name)).streaming_content).decode())
    return "\n".join(found)


def test_the_public_reads_nothing_before_a_year_is_published(money):
    visitor = Visitor().open(page(money))
    assert "No budget of this plan has been published yet." in visitor.text
    for figure in ("3,333", "2,000", "1,234", "9,999", "7,777", "2000.00", "1234.00", "Secret donor"):
        assert figure not in texts(money)
    assert not Visitor().open(money.plan.get_absolute_url()).links("What was approved and spent")


def test_the_secretariat_publishes_and_the_public_reads_approved_and_spent(money):
    secretariat = Visitor(money.secretariat).open(page(money)).follow("Publish 2025")
    assert "1 of 2" in secretariat.text
    assert "1 line stays inside" in secretariat.text
    assert "Round 2025 is not published: its spending stays inside until it is." in secretariat.text
    secretariat.press("Publish the budget of 2025")
    assert "The budget of 2025 is public." in secretariat.text

    visitor = Visitor().open(money.plan.get_absolute_url()).follow("What was approved and spent")
    assert "2,000" in visitor.text
    assert "What was spent in 2025 is not published yet" in visitor.text
    hidden = (
        "3,333",
        "1,555",
        "444",
        "9,999",
        "7,777",
        "6,666",
        "Secret donor",
        "3333",
        "1555",
        "6666",
        "7777",
    )
    for figure in (*hidden, "1,234", "1234"):
        assert figure not in texts(money), figure

    money.round.published_at = NOW
    money.round.save()
    told = texts(money)
    assert "1,234" in told
    assert "61.7%" in told
    # By source: 444 of it was paid by the state, as its line says; the line itself is not told otherwise.
    for figure in ("3,333", "1,555", "9,999", "7,777", "6,666", "Secret donor"):
        assert figure not in told, figure


def test_others_do_not_publish(money):
    for who in ("focal_sei", "gov_lead", "steering", "monitoring"):
        visitor = Visitor(money.users[who]).open(page(money))
        assert not visitor.links("Publish 2025")
        assert visitor.client.post(of_year(money, "publish")).status_code == 403
    assert not BudgetYear.objects.exists()


def test_a_year_without_approval_is_not_published(money):
    secretariat = Visitor(money.secretariat).open(of_year(money, "publish", 2027))
    assert "there is nothing to publish" in secretariat.text
    secretariat.client.post(of_year(money, "publish", 2027))
    assert "Nothing has been approved for 2027 yet" in secretariat.open(page(money)).text
    assert not BudgetYear.objects.exists()
    secretariat.open(of_year(money, "publish", 1999), status=404)


def test_who_is_slower_is_told(money):
    publish_year(plan=money.plan, year=2025, by=money.administrator, at=NOW)
    with pytest.raises(StateConflict, match="administrator published the budget of 2025"):
        publish_year(plan=money.plan, year=2025, by=money.secretariat, at=NOW)
    secretariat = Visitor(money.secretariat)
    secretariat.client.post(of_year(money, "publish"))
    assert "administrator published the budget of 2025" in secretariat.open(page(money)).text
    with pytest.raises(StateConflict):
        unpublish_year(plan=money.plan, year=2026, reason="Why.", by=money.secretariat)


def test_taking_it_back_needs_a_reason_and_stays_in_the_history(money):
    publish_year(plan=money.plan, year=2025, by=money.secretariat, at=NOW)
    secretariat = Visitor(money.secretariat).open(page(money)).follow("Take it back 2025")
    secretariat.press("Take it back", reason=" ")
    assert "Say why: it stands in the history." in secretariat.text
    assert BudgetYear.objects.published().exists()
    secretariat.press("Take it back", reason="The amounts of MAE were wrong.")
    assert "“The amounts of MAE were wrong.”" in secretariat.text
    assert "No budget of this plan has been published yet." in Visitor().open(page(money)).text
    assert BudgetYear.objects.get().published_by is None
    # And again: the same row, a new day.
    publish_year(plan=money.plan, year=2025, by=money.secretariat, at=NOW)
    assert "2,000" in Visitor().open(page(money)).text


def test_a_stranger_reads_what_a_visitor_reads_and_of_a_plan_that_is_not_public_nothing(money):
    publish_year(plan=money.plan, year=2025, by=money.secretariat, at=NOW)
    told = Visitor(money.outsider).open(page(money)).text
    assert "2,000" in told
    assert "3,333" not in told
    money.plan.is_public = False
    money.plan.save()
    for name in ("budget", "budget_lines"):
        Visitor(money.outsider).open(page(money, name), status=404)


def test_the_entry_of_the_navigation(money):
    def entry(user=None, address=None):
        visitor = Visitor(user).open(address or money.plan.get_absolute_url())
        return visitor.page.xpath("//nav//a[normalize-space()='Budget']")

    assert not entry()
    assert not entry(money.outsider)
    assert entry(money.focal_sei)
    publish_year(plan=money.plan, year=2025, by=money.secretariat, at=NOW)
    assert entry()
    for address in (
        page(money),
        page(money, "budget_lines"),
        of_year(money, "publish", 2026),
        page(money, "costings"),
    ):
        assert entry(money.secretariat, address)[0].get("aria-current")
