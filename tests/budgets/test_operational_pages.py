"""The pages of operational plans: the desk, the plan, its forms, its steps; nobody reads another institution's draft."""

from decimal import Decimal

import pytest
from django.utils import timezone

from budgets.models import AnnualPlan, BudgetLine, CostItem, OperationalAction, OperationalPlan
from frameworks.models import Lead
from frameworks.workflow import transition
from tests.budgets.money_world import make_line, make_operational_plan, make_source
from tests.pages import Visitor
from tests.world import NOW, give_seat, make_activity, make_institution, make_user

pytestmark = pytest.mark.django_db

YEAR = 2026


@pytest.fixture
def source(world):
    return make_source(world.plan, name="State budget")


@pytest.fixture
def mine(world):
    """SEI's draft on Participation."""
    return make_operational_plan(world.activities["a111"], world.sei, YEAR, state="draft")


def at(world, path=""):
    return f"/plans/{world.plan.code}/operational-plans/{path}"


def visit(world, who="focal_sei", path=f"?year={YEAR}"):
    return Visitor(world.users[who]).open(at(world, path))


def open_plan(world, one, who="focal_sei", path="", status=200):
    return Visitor(world.users[who]).open(at(world, f"{one.pk}/{path}"), status=status)


def make_action(one, activity, *costs, **fields):
    fields = {"title": "Hold a course", "months": [3, 4, 5]} | fields
    action = OperationalAction.objects.create(operational_plan=one, activity=activity, **fields)
    for number, (amount, source, *currency) in enumerate(costs):
        CostItem.objects.create(
            action=action,
            order=number,
            description=f"Cost {number + 1}",
            quantity=1,
            unit_cost=Decimal(amount),
            currency=currency[0] if currency else "USD",
            funding_source=source,
        )
    return action


def hand_in(world, one, who="focal_sei"):
    return transition(subject=one, action="submit", by=world.users[who], at=NOW)


# The desk


def test_the_desk_asks_for_what_the_institution_leads_and_begins_it(world):
    page = visit(world)
    assert "1.1.1 (accountable)" in page.text
    assert "Not begun" in page.text
    page.press("Begin the plan on Participation")
    made = OperationalPlan.objects.get()
    assert (made.institution, made.pillar, made.year, made.state) == (
        world.sei,
        world.participation,
        YEAR,
        "draft",
    )
    assert "Nothing is planned for it this year." in page.text
    visit(world).press("Begin one on Prevention")
    assert OperationalPlan.objects.filter(pillar=world.prevention).exists()


def test_a_member_of_a_group_is_asked_too(world):
    group = make_institution("CSOS", "group")
    group.members.add(world.sei)
    Lead.objects.create(activity=world.activities["a211"], institution=group, role="support")
    page = visit(world)
    assert "2.1.1 (as a member of CSOS)" in page.text
    assert "Begin the plan on Prevention" in page.buttons()


def test_only_what_is_scheduled_that_year(world):
    world.activities["a111"].years = [2024]
    world.activities["a111"].save()
    page = visit(world)
    assert "Your institution is named in none of the activities of 2026." in page.text
    assert "Begin one on Participation" in page.buttons()


@pytest.mark.parametrize(
    "data",
    [
        {"institution": "MAE", "pillar": "P1", "year": "2026"},
        {"institution": "SEI", "pillar": "P9", "year": "2026"},
        {"institution": "SEI", "pillar": "P1", "year": "2031"},
        {"institution": "SEI", "pillar": "P1", "year": "²026"},
        {},
    ],
)
def test_nothing_is_begun_for_others_or_for_years_outside(world, client, data):
    client.force_login(world.focal_sei)
    client.post(at(world, "begin/"), data)
    assert not OperationalPlan.objects.exists()


@pytest.mark.parametrize("year", ["2031", "x", "20260", "²026"])
def test_a_year_that_is_none_of_the_plan(world, year):
    Visitor(world.focal_sei).open(at(world, f"?year={year}"), status=404)
    Visitor(world.focal_sei).open(at(world, f"gaps/?year={year}"), status=404)


def test_the_desk_says_what_is_missing_and_each_currency_by_itself(world, mine, source):
    make_action(mine, world.activities["a111"], ("100", source), ("7", None, "EUR"), months=[])
    make_line(world.activities["a111"], world.sei, source, YEAR, drafted="90")
    text = visit(world).text
    assert "EUR 7 + USD 100" in text.replace("\xa0", " ")
    assert "3 things are not finished" in text
    assert "Actions without months: Hold a course." in text
    assert "Cost lines without a funding source (EUR 7): Cost 2." in text.replace("\xa0", " ")
    assert "State budget: the cost lines come to USD 100, the budget lines propose USD 90." in text.replace(
        "\xa0", " "
    )


def test_the_board_counts_drafts_and_opens_what_was_handed_in(world, mine, source):
    make_line(world.activities["a112"], world.mae, source, YEAR, proposed="1250")  # MAE's plan, handed in
    page = visit(world, "gov_lead")
    (row,) = page.page.xpath("//table//tr[th/a[text()='SEI']]")
    assert "Draft" in row.text_content()
    assert not row.xpath(".//td//a")
    (row,) = page.page.xpath("//table//tr[th/a[text()='MAE']]")
    assert "Handed in" in row.text_content() and "1,250" in row.text_content()
    assert page.links("Handed in") == [at(world, f"{OperationalPlan.objects.get(institution=world.mae).pk}/")]
    (row,) = page.page.xpath("//table//tr[th/a[text()='MSSI']]")
    assert "Not begun" in row.text_content()
    # A focal point sees what others have handed in, and not how far they are.
    page = visit(world, "focal_mssi")
    (row,) = page.page.xpath("//table//tr[th/a[text()='SEI']]")
    assert "Not handed in" in row.text_content() and "Draft" not in row.text_content()


def test_amounts_without_a_rate_are_named_on_the_board(world, source):
    make_line(world.activities["a112"], world.mae, source, YEAR, proposed="40", currency="EUR")
    text = visit(world, "steering").text.replace("\xa0", " ")
    assert "EUR 40 of 2026 (Proposed) is in no total: no rate from EUR to USD" in text
    assert "USD 40" not in text


# Who reads it


@pytest.mark.parametrize(
    "who", ["secretariat", "administrator", "focal_mae", "gov_lead", "cso_lead", "steering", "monitoring"]
)
def test_a_draft_is_its_institutions_alone(world, mine, source, who):
    action = make_action(mine, world.activities["a111"], ("100", source), title="Secret plan")
    line = make_line(world.activities["a111"], world.sei, source, YEAR, drafted="777")
    for path in (
        "", "note/", "actions/new/", f"actions/{action.pk}/", f"actions/{action.pk}/remove/", "lines/new/",
        "lines/from-costs/", f"lines/{line.pk}/", f"lines/{line.pk}/remove/",
    ):  # fmt: skip
        page = Visitor(world.users[who])
        page.open(at(world, f"{mine.pk}/{path}"), status=404)
        assert page.client.post(at(world, f"{mine.pk}/{path}")).status_code in (404, 405)
    for step in ("submit", "withdraw", "return"):
        assert page.client.post(at(world, f"{mine.pk}/steps/{step}/"), {"comment": "x"}).status_code == 404
    for path in (f"?year={YEAR}", f"gaps/?year={YEAR}", f"gaps/?year={YEAR}&format=csv"):
        body = page.client.get(at(world, path)).content.decode()
        assert "Secret plan" not in body and "777" not in body


def test_rows_of_others_are_not_reached_through_ones_own_plan(world, mine, source):
    theirs = make_operational_plan(world.activities["a112"], world.mae, YEAR, state="draft")
    action = make_action(theirs, world.activities["a112"])
    line = make_line(world.activities["a112"], world.mae, source, YEAR, drafted="5")
    for path in (
        f"actions/{action.pk}/",
        f"actions/{action.pk}/remove/",
        f"lines/{line.pk}/",
        f"lines/{line.pk}/remove/",
    ):
        page = open_plan(world, mine, path=path, status=404)
        assert page.client.post(at(world, f"{mine.pk}/{path}")).status_code == 404
    open_plan(world, mine, path="9" * 30 + "/", status=404)


def test_a_plan_is_found_under_its_own_national_plan_only(world, mine):
    Visitor(world.administrator).open(
        f"/plans/{world.other_plan.code}/operational-plans/{mine.pk}/", status=404
    )


def test_what_is_handed_in_is_read_and_not_written_by_others(world, mine, source):
    make_action(mine, world.activities["a111"], ("100", source))
    line = make_line(world.activities["a111"], world.sei, source, YEAR, drafted="100")
    hand_in(world, mine)
    BudgetLine.objects.filter(pk=line.pk).update(drafted=Decimal("4321"))
    for who in ("focal_mae", "secretariat", "cso_lead", "steering"):
        page = open_plan(world, mine, who)
        assert "Hold a course" in page.text and "4321" not in page.text and "4,321" not in page.text
        for path in ("note/", "actions/new/", "lines/new/", f"lines/{line.pk}/", "lines/from-costs/"):
            Visitor(world.users[who]).open(at(world, f"{mine.pk}/{path}"), status=403)
        assert "Who changed what" not in page.text
    transition(subject=mine, action="return", by=world.cso_lead, at=NOW, comment="Too much.")
    open_plan(world, mine, "cso_lead", status=404)


def test_a_merged_institution_s_plan_is_carried_on(world, mine, source):
    make_action(mine, world.activities["a111"], ("100", source))
    world.sei.merged_into = world.mae
    world.sei.save()
    Lead.objects.filter(institution=world.sei).delete()
    page = visit(world, "focal_mae")
    page.follow("Go on writing")
    assert "Carried on by MAE" in page.text
    page.follow("Add a budget line").press(
        "Save", activity=str(world.activities["a111"].pk), funding_source=str(source.pk), drafted="100"
    )
    page.press("Hand it in", status=422)
    assert "Nothing is planned for 1.1.2" in page.text  # what it leads, not what the other one led
    page.press("Hand it in all the same")
    mine.refresh_from_db()
    assert (mine.state, mine.institution) == ("submitted", world.sei)
    assert "nothing to plan" in visit(world, "focal_mae").text


# Forms


def test_an_action_is_written_with_its_cost_lines(world, mine, source):
    page = open_plan(world, mine).follow("Add an action under 1.1.1")
    page.press(
        "Save",
        title="Courses for candidates",
        months=["3", "4", "5", "8"],
        unit_responsible="Gender directorate",
        **{
            "costs-0-description": "Trainers",
            "costs-0-quantity": "2,5",
            "costs-0-unit": "day",
            "costs-0-unit_cost": "1 234.50",
            "costs-0-funding_source": str(source.pk),
            "costs-2-description": "Rooms",
            "costs-2-quantity": "3",
            "costs-2-unit_cost": "10",
        },
    )
    action = OperationalAction.objects.get()
    assert (action.activity, action.months) == (world.activities["a111"], [3, 4, 5, 8])
    assert [(one.description, one.amount, one.currency) for one in action.cost_items.all()] == [
        ("Trainers", Decimal("3086.25"), "USD"),
        ("Rooms", Decimal(30), "USD"),
    ]
    text = page.text.replace("\xa0", " ")
    assert "March–May, August" in text
    assert "Trainers 2.5 day USD 1,234.50 USD 3,086.25 State budget" in text
    assert "Not found yet" in text
    page.follow("Edit").press("Save", **{"costs-0-remove": "on", "costs-1-quantity": "4"})
    assert [(one.description, one.amount) for one in action.cost_items.all()] == [("Rooms", Decimal(40))]


def test_more_rows_without_scripts(world, mine):
    page = open_plan(world, mine, path="actions/new/?activity=1.1.1")
    rows = {f"costs-{n}-{name}": value for n in range(4) for name, value in
            {"description": f"Cost {n}", "quantity": "1", "unit_cost": "5"}.items()}  # fmt: skip
    page.press("Save and add more rows", title="Course", **rows)
    assert {"costs-4-description", "costs-7-description"} <= set(page.field_names("Save"))
    page.press("Save", **{"costs-4-description": "Fifth", "costs-4-quantity": "1", "costs-4-unit_cost": "6"})
    assert CostItem.objects.count() == 5


@pytest.mark.parametrize(
    ("values", "words", "field"),
    [
        ({"title": ""}, "This field is required.", "id_title"),
        ({"costs-0-quantity": "x"}, "“x” is not a number", "id_costs-0-quantity"),
        ({"costs-0-quantity": "-1"}, "greater than or equal to 0", "id_costs-0-quantity"),
        ({"costs-0-unit_cost": ""}, "Say what one costs.", "id_costs-0-unit_cost"),
        ({"costs-0-description": ""}, "Say what is paid for.", "id_costs-0-description"),
        ({"costs-0-unit_cost": "1,234"}, "can be read in two ways", "id_costs-0-unit_cost"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(world, mine, values, words, field):
    good = {"title": "Course", "costs-0-description": "Bus", "costs-0-quantity": "1", "costs-0-unit_cost": "5",
            "costs-1-unit": "kept as typed", "costs-1-quantity": "1"}  # fmt: skip
    page = open_plan(world, mine, path="actions/new/?activity=1.1.1").press("Save", **(good | values))
    assert words in page.text
    assert page.page.xpath(f"//*[@id='{field}_error']")
    assert page.page.get_element_by_id("id_costs-1-unit").value == "kept as typed"
    assert not OperationalAction.objects.exists()


def test_emptying_a_row_does_not_silently_remove_it(world, mine, source):
    action = make_action(mine, world.activities["a111"], ("100", None))
    page = open_plan(world, mine, path=f"actions/{action.pk}/")
    page.press("Save", **{"costs-0-description": "", "costs-0-quantity": "", "costs-0-unit_cost": ""})
    assert "Tick “Remove” to take this cost line out." in page.text
    assert CostItem.objects.count() == 1


def test_an_action_is_removed_after_it_was_asked(world, mine, source):
    make_action(mine, world.activities["a111"], ("100", source))
    page = open_plan(world, mine).follow("Remove")
    assert "Cost 1: USD 100" in page.text.replace("\xa0", " ")
    page.press("Remove")
    assert not OperationalAction.objects.exists()
    assert "Action “Hold a course”" in page.text  # in the history


def test_a_budget_line(world, mine, source):
    page = open_plan(world, mine).follow("Add a budget line")
    page.press(
        "Save",
        activity=str(world.activities["a111"].pk),
        funding_source=str(source.pk),
        reference="01.2",
        drafted="0",
        gender_tag="principal",
    )
    line = BudgetLine.objects.get()
    assert (line.drafted, line.proposed, line.currency, line.gender_tag) == (
        Decimal(0),
        None,
        "USD",
        "principal",
    )
    assert "USD 0" in page.text.replace("\xa0", " ")
    page.follow("Add a budget line").press(
        "Save", activity=str(world.activities["a111"].pk), funding_source=str(source.pk), reference="01.2"
    )
    assert "There is already a line for this activity, source and reference" in page.text
    assert page.page.xpath("//*[@id='id_reference_error']")
    assert page.press("Save", reference="01.3", drafted="-4")
    assert "An amount cannot be negative." in page.text
    assert page.page.xpath("//*[@id='id_drafted_error']")
    assert BudgetLine.objects.count() == 1


def test_the_plans_own_word_for_an_activity(world, mine):
    world.plan.activity_label = "Action point"
    world.plan.save()
    assert "Action point" in open_plan(world, mine, path="lines/new/").text
    assert "No action point" not in visit(world, path="gaps/?year=2026").text


def test_after_handing_in_the_books_only(world, mine, source):
    make_line(world.activities["a111"], world.sei, source, YEAR, drafted="100")
    make_action(mine, world.activities["a111"], ("100", source))
    hand_in(world, mine)
    page = open_plan(world, mine).follow("Write released and spent")
    assert not {"drafted", "activity", "approved", "gender_tag"} & set(page.field_names("Save"))
    page.press("Save", released="80", spent="0", reference="B-7")
    line = BudgetLine.objects.get()
    assert (line.released, line.spent, line.reference, line.drafted) == (
        Decimal(80),
        Decimal(0),
        "B-7",
        Decimal(100),
    )
    # A form that was made by hand changes no more than the page does.
    page.client.post(
        at(world, f"{mine.pk}/lines/{line.pk}/"), {"drafted": "1", "approved": "9", "proposed": "9"}
    )
    line.refresh_from_db()
    assert (line.drafted, line.proposed, line.approved) == (Decimal(100), Decimal(100), None)
    page = open_plan(world, mine, path="actions/new/")  # sent to the plan, and told why
    assert "It is handed in and locked" in page.text and "Hand it in" in page.text


def test_taking_out_a_line_that_was_handed_in(world, mine, source):
    make_action(mine, world.activities["a111"], ("100", source))
    line = make_line(world.activities["a111"], world.sei, source, YEAR, drafted="100")
    hand_in(world, mine)
    transition(subject=mine, action="withdraw", by=world.focal_sei, at=NOW)
    page = open_plan(world, mine).follow("Take out")
    assert "others have read it: the line stays" in page.text
    page.press("Take out")
    line.refresh_from_db()
    assert (line.drafted, line.proposed) == (None, Decimal(100))
    text = page.text.replace("\xa0", " ")
    assert "What you changed since it was handed in" in text and "USD 100 taken out" in text


def test_two_people_at_once(world, mine, source):
    colleague = make_user("colleague")
    give_seat(colleague, "focal_point", plan=world.plan, institution=world.sei, title="Alternate")
    action = make_action(mine, world.activities["a111"], ("100", source))
    line = make_line(world.activities["a111"], world.sei, source, YEAR, drafted="100")
    for path, values, name in (
        (f"actions/{action.pk}/", {"costs-0-quantity": "3"}, "costs-0-quantity"),
        (f"lines/{line.pk}/", {"drafted": "300"}, "drafted"),
        ("note/", {"note": "Mine"}, "note"),
    ):
        slow = open_plan(world, mine, path=path)
        theirs = {key: "Other" if key == "note" else "2" for key in values}
        Visitor(colleague).open(at(world, f"{mine.pk}/{path}")).press("Save", **theirs)
        slow.press("Save", **values)
        assert "colleague changed this on" in slow.text
        assert slow.page.xpath(f"//*[@name='{name}']")[0].value.strip() == values[name]
        slow.press("Save")
        assert "Saved." in slow.text
    assert CostItem.objects.get().quantity == 3
    slow = open_plan(world, mine, path=f"lines/{line.pk}/remove/")
    Visitor(colleague).open(at(world, f"{mine.pk}/lines/{line.pk}/")).press("Save", drafted="1")
    slow.press("Take out", status=422)
    assert "Somebody changed it since you looked." in slow.text
    slow.press("Take out")
    assert not BudgetLine.objects.exists()


# Budget lines from cost lines


def test_lines_are_made_from_cost_lines_after_a_look(world, mine, source):
    other = make_source(world.plan, "FUND", kind="fund", name="Trust fund")
    euro = make_source(world.plan, "EU", kind="partner", name="European Union")
    shared = make_source(world.plan, "CSO", kind="cso", name="Civil society")
    make_action(
        mine, world.activities["a111"],
        ("100", source), ("50.25", source), ("30", other), ("9", None), ("40", euro), ("8", shared), ("1", euro, "EUR"),
    )  # fmt: skip
    known = make_line(world.activities["a111"], world.sei, other, YEAR, drafted="25", reference="old")
    make_line(world.activities["a111"], world.sei, euro, YEAR, drafted="1", currency="EUR")
    for reference in ("a", "b"):
        make_line(world.activities["a111"], world.sei, shared, YEAR, drafted="1", reference=reference)
    page = open_plan(world, mine).follow("Make budget lines from the cost lines")
    text = page.text.replace("\xa0", " ")
    assert "State budget New nothing USD 150.25" in text
    assert "Trust fund Changed old USD 25 USD 30" in text
    assert "Cost 4: USD 9" in text
    assert "1.1.1, European Union: the cost lines come to USD 40, but the budget line is in EUR." in text
    assert "1.1.1, Civil society: USD 8 has to be shared between 2 lines by hand." in text
    assert BudgetLine.objects.count() == 4  # looking writes nothing
    page.press("Write these 2 lines")
    known.refresh_from_db()
    assert known.drafted == Decimal(30)
    assert BudgetLine.objects.get(funding_source=source).drafted == Decimal("150.25")
    assert set(
        BudgetLine.objects.filter(funding_source__in=[euro, shared]).values_list("drafted", flat=True)
    ) == {1}
    assert "There is nothing to change." in open_plan(world, mine, path="lines/from-costs/").text


def test_what_changed_since_the_look_is_shown_first(world, mine, source):
    action = make_action(mine, world.activities["a111"], ("100", source))
    page = open_plan(world, mine, path="lines/from-costs/")
    CostItem.objects.filter(action=action).update(quantity=2)
    page.press("Write this line", status=422)
    assert "is not the same since you looked" in page.text and "USD 200" in page.text.replace("\xa0", " ")
    assert not BudgetLine.objects.exists()
    page.press("Write this line")
    assert BudgetLine.objects.get().drafted == Decimal(200)


def test_two_currencies_without_a_line_are_left_to_people(world, mine, source):
    make_action(mine, world.activities["a111"], ("100", source), ("5", source, "EUR"))
    page = open_plan(world, mine, path="lines/from-costs/")
    assert "the cost lines are in several currencies (EUR 5 and USD 100)" in page.text.replace("\xa0", " ")
    assert "There is nothing to change." in page.text


def test_a_sum_that_is_too_large_is_refused_in_words(world, mine, source):
    for _ in range(2):
        action = make_action(mine, world.activities["a111"], ("99999999999", source))
        CostItem.objects.filter(action=action).update(quantity=Decimal("99999999"))
    page = open_plan(world, mine, path="lines/from-costs/")
    page.press("Write this line", status=422)
    assert "digits" in page.text
    assert not BudgetLine.objects.exists()


# Steps


def test_an_empty_plan_and_a_line_without_amount_are_not_handed_in(world, mine, source):
    page = open_plan(world, mine)
    page.press("Hand it in", status=422)
    assert "It holds no action and no budget line yet." in page.text
    make_line(world.activities["a111"], world.sei, source, YEAR)
    page.press("Hand it in", status=422)
    assert (
        "The line 1.1.1, State budget has no proposed amount. Write it (0 is an amount), or remove the line."
        in page.text
    )
    mine.refresh_from_db()
    assert mine.state == "draft"


def test_what_is_not_finished_is_said_before_it_is_handed_in(world, mine, source):
    make_action(mine, world.activities["a111"], ("100", None), months=[])
    page = open_plan(world, mine)
    page.press("Hand it in", status=422)
    assert "Actions without months: Hold a course." in page.text
    mine.refresh_from_db()
    assert mine.state == "draft"
    make_action(mine, world.activities["a111"], title="Another", months=[])
    page.press("Hand it in all the same", status=422)  # something else is unfinished by now
    assert "Hold a course; Another" in page.text
    page.press("Hand it in all the same")
    mine.refresh_from_db()
    assert (mine.state, mine.submitted_by) == ("submitted", world.focal_sei)
    assert "Handed in. Everybody inside the plan can read it now" in page.text


def test_returned_with_a_note_changed_and_handed_in_again(world, mine, source):
    make_action(mine, world.activities["a111"], ("100", source))
    make_line(world.activities["a111"], world.sei, source, YEAR, drafted="100")
    open_plan(world, mine).press("Hand it in")
    lead = open_plan(world, mine, "cso_lead")
    assert "What changed with the last handing-in" not in lead.text
    lead.press("Return with a note", status=422)
    assert "Write a note" in lead.text
    lead.press("Return with a note", comment="Half of it, please.")
    assert "Returned. SEI can change it again" in lead.text
    page = open_plan(world, mine)
    assert "Returned with this note Half of it, please." in page.text
    page.follow("Edit").press("Save", **{"costs-0-unit_cost": "50"})
    page.follow("Make budget lines").press("Write this line")
    assert "USD 100 USD 50" in page.text.replace("\xa0", " ")
    page.press("Hand it in")
    lead = open_plan(world, mine, "cso_lead")
    text = lead.text.replace("\xa0", " ")
    assert "What changed with the last handing-in" in text and "USD 100 USD 50" in text
    assert "cso_lead returned it “Half of it, please.”" in text
    assert BudgetLine.objects.get().proposed == Decimal(50)


def test_taken_back_while_a_co_lead_returns_it(world, mine, source):
    make_action(mine, world.activities["a111"], ("100", source))
    make_line(world.activities["a111"], world.sei, source, YEAR, drafted="100")
    open_plan(world, mine).press("Hand it in")
    lead = open_plan(world, mine, "cso_lead")
    open_plan(world, mine).press("Take it back")
    lead.press("Return with a note", comment="Typed for nothing?", status=409)
    assert "SEI is changing it again" in lead.text and "Typed for nothing?" in lead.text


def test_a_double_click_hands_in_once(world, mine, source):
    make_action(mine, world.activities["a111"], ("100", source))
    make_line(world.activities["a111"], world.sei, source, YEAR, drafted="100")
    page = open_plan(world, mine)
    hand_in(world, mine)
    page.press("Hand it in", status=409)
    assert "is not possible any more" in page.text


def test_what_the_group_agreed_on_stands_still(world, mine, source):
    make_action(mine, world.activities["a111"], ("100", source))
    make_line(world.activities["a111"], world.sei, source, YEAR, drafted="100")
    hand_in(world, mine)
    AnnualPlan.objects.create(plan=world.plan, pillar=world.participation, year=YEAR, state="agreed")
    page = open_plan(world, mine)
    page.press("Take it back", status=422)
    assert "The annual plan of the working group is agreed on." in page.text
    open_plan(world, mine, "gov_lead").press("Return with a note", comment="x", status=422)


def test_a_retired_activity_stays_readable(world, mine, source):
    make_action(mine, world.activities["a111"], ("100", source))
    world.activities["a111"].retired_on = timezone.localdate()
    world.activities["a111"].save()
    page = open_plan(world, mine)
    assert "Hold a course" in page.text and "Retired" in page.text
    page.follow("Edit").press("Save", title="Hold it nevertheless")
    assert "Hold it nevertheless" in page.text


# Queries


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_many(world, source, rows, client, django_assert_num_queries):
    activities = [world.activities["a111"]]
    activities += [make_activity(world.participation, f"1.{n}.1", [world.sei]) for n in range(2, rows + 1)]
    for number in range(rows):
        name = f"X{number}"
        make_line(activities[number], make_institution(name), source, YEAR, proposed="5")
    mine = make_operational_plan(activities[0], world.sei, YEAR, state="draft")
    for activity in activities:
        make_action(mine, activity, ("100", source))
    client.force_login(world.focal_sei)
    action = OperationalAction.objects.first()
    pages = {
        "list": f"?year={YEAR}",
        "gaps": f"gaps/?year={YEAR}",
        "plan": f"{mine.pk}/",
        "action": f"{mine.pk}/actions/{action.pk}/",
    }
    client.get(at(world, pages["plan"]))  # the kinds of content are asked for once
    for name, path in pages.items():
        with django_assert_num_queries(QUERIES[name], info=name):
            client.get(at(world, path))


QUERIES = {"list": 18, "gaps": 11, "plan": 18, "action": 20}
