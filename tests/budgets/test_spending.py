"""What was spent (budgets.Expenditure): not reported, not known and 0 are three things; frozen while it is handed in."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from budgets.currencies import offered
from budgets.models import Expenditure
from budgets.operations.spending import (
    Spent,
    as_spent,
    drop_expenditures,
    freeze_expenditures,
    save_expenditure,
    unfreeze_expenditures,
)
from tests.world import NOW, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(world):
    return make_round(world.plan, 2024)


def save(world, round, spent, *, by=None, institution=None):
    return save_expenditure(
        activity=world.activities["a111"],
        institution=institution or world.sei,
        round=round,
        spent=spent,
        by=by or world.focal_sei,
    )


def usd(amount, **more):
    return Spent(Decimal(amount), "USD", **more)


@pytest.mark.parametrize(
    "spent",
    [usd("0"), usd("1234.56", comment="From the general budget."), Spent(no_data_reason="Not kept apart.")],
)
def test_what_is_said_is_kept(world, round, spent):
    assert save(world, round, spent) is True
    assert as_spent(Expenditure.objects.get()) == spent
    assert save(world, round, spent) is False


def test_a_blank_one_is_not_reported_and_takes_back_what_was(world, round):
    assert save(world, round, Spent()) is False
    save(world, round, usd("10"))
    assert save(world, round, Spent()) is True
    assert not Expenditure.objects.exists()
    labels = Expenditure.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", flat=True)
    assert list(labels) == ["insert", "delete"]


def test_every_change_is_kept_with_who_made_it(world, round):
    save(world, round, usd("10"))
    save(world, round, usd("12.50"))
    events = Expenditure.pgh_event_model.objects.order_by("pgh_id").select_related("pgh_context")
    assert [(one.pgh_label, one.amount, one.pgh_context.metadata["user"]) for one in events] == [
        ("insert", Decimal("10"), world.focal_sei.pk),
        ("update", Decimal("12.50"), world.focal_sei.pk),
    ]


@pytest.mark.parametrize(
    ("spent", "field", "words"),
    [
        (usd("-1"), "amount", "cannot be negative"),
        (usd("5", no_data_reason="Unknown."), "no_data_reason", "not both"),
        (Spent(Decimal(5)), "currency", "Choose the currency"),
        (usd("1.234"), "amount", "2 decimal places"),
        (usd("9" * 17), "amount", "16 digits"),
        (Spent(Decimal(5), "EURO"), "currency", "3 characters"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(world, round, spent, field, words):
    with pytest.raises(ValidationError) as error:
        save(world, round, spent)
    assert words in " ".join(error.value.message_dict[field])
    assert not Expenditure.objects.exists()


@pytest.mark.parametrize(
    "who", ["focal_mae", "gov_lead", "secretariat", "administrator", "outsider", "nobody"]
)
def test_only_its_institution_writes_it(world, round, who):
    with pytest.raises(PermissionDenied):
        save(world, round, usd("10"), by=getattr(world, who))


def test_frozen_it_cannot_be_changed(world, round, django_assert_num_queries):
    save(world, round, usd("10"))
    save(world, round, usd("20"), by=world.focal_mae, institution=world.mae)
    with django_assert_num_queries(1):
        assert freeze_expenditures(Expenditure.objects.filter(round=round), at=NOW) == 2
    assert freeze_expenditures(Expenditure.objects.all(), at=NOW) == 0
    assert drop_expenditures(Expenditure.objects.all())[0] == 0
    with pytest.raises(ValidationError, match="handed in"):
        save(world, round, usd("11"))
    with pytest.raises(ValidationError, match="handed in"):
        save(world, round, Spent())
    assert save(world, round, usd("10")) is False  # nothing to change
    with django_assert_num_queries(1):
        assert unfreeze_expenditures(Expenditure.objects.filter(institution=world.sei)) == 1
    assert save(world, round, usd("11")) is True


def test_who_reads_it(world, round):
    """Its institution always; the reviewers, the secretariat and the monitoring team once the report is handed in."""
    save(world, round, usd("10"))

    def readers():
        return {name for name, user in world.users.items() if Expenditure.objects.visible_to(user).exists()}

    assert readers() == {"focal_sei"}
    freeze_expenditures(Expenditure.objects.all(), at=NOW)
    assert readers() == {"focal_sei", "gov_lead", "cso_lead", "secretariat", "monitoring", "administrator"}


def test_currencies_of_the_plan_come_first_and_none_twice():
    codes = offered("PHP", "", "USD", "PHP")
    assert codes[:3] == ["PHP", "USD", "AUD"]
    assert len(codes) == len(set(codes))
    assert "XYZ" in offered("XYZ")
