"""The page of an indicator (its metadata sheet), and the form that changes it."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from frameworks.forms.indicators import figure_problem
from frameworks.history import changes_of
from frameworks.models import Category, Dimension, Indicator, Plan, Target
from frameworks.operations.indicators import Breakdown, TargetLine, indicator_history, save_indicator
from tests.monitoring.reported import (
    accept,
    add_breakdown,
    fill,
    hand_in,
    nd,
    open_round,
    submission_of,
    total,
    val,
)
from tests.pages import Visitor
from tests.world import NOW, make_round

pytestmark = pytest.mark.django_db


def address(world, code="1.1.1a", page=""):
    return f"/plans/{world.plan.code}/indicators/{code}/{page}"


def form(world, code="1.1.1a", who="secretariat"):
    return Visitor(world.users[who]).open(address(world, code, "edit/"))


def stored(code="1.1.1a"):
    return Indicator.objects.get(code=code)


def targets(code="1.1.1a"):
    return {one.period_end.year: one.value for one in Target.objects.filter(indicator__code=code)}


# The sheet


def test_the_sheet_says_everything_and_what_is_missing(world):
    Indicator.objects.filter(code="1.1.1a").update(
        definition="Women chiefs in office on 31 December",
        denominator_label="All suco chiefs",
        data_source="STAE",
    )
    add_breakdown(world.indicators["i111a"])
    text = Visitor(world.focal_mae).open(address(world)).text
    for words in (
        "1.1.1a Indicator 1.1.1a", "# and %", "Women chiefs in office", "Numerator not given", "Denominator All suco chiefs",
        "21/442 = 4.8% (2023)", "2028 (end-line): 30%", "position level : Aldeia Chief, Suco Chief", "Data source STAE",
        "Who reports it SEI (accountable lead)", "Nothing has been reported yet.",
    ):  # fmt: skip
        assert words in text.replace(" , ", ", ")


def test_named_reporters_go_before_the_accountable_lead(world):
    world.indicators["i111a"].responsible.add(world.mae)
    assert "Who reports it MAE" in Visitor(world.focal_mae).open(address(world)).text


def test_results_over_the_rounds(world):
    first, second = open_round(world, 2024), open_round(world, 2025)
    for round, figure in ((first, nd(21, 452)), (second, nd(100, 450))):
        at = round.opened_at
        sei = hand_in(
            submission_of(round, world.sei),
            world.focal_sei,
            {total(world.indicators["i111a"]): figure},
            at=at,
        )
        accept(world, sei, at=at)
    page = Visitor(world.focal_mae).open(address(world))
    rows = [
        " ".join(" ".join(row.itertext()).split())
        for row in page.page.xpath("//table[caption='Results by round']/tbody/tr")
    ]
    assert rows[0].startswith("2024 21/452 4.6%")
    assert "Moved backwards" in rows[0]
    assert rows[1].startswith("2025 100/450 22.2%")
    assert "between two targets" in rows[1]
    assert "2024: 4.6%, target" in page.text  # the chart in words
    assert page.page.xpath("//figure//*[local-name()='svg']")


def test_a_blank_has_its_reason_and_a_zero_is_a_zero(world):
    round = open_round(world)
    hand_in(submission_of(round, world.mae), world.focal_mae, {total(world.indicators["i112a"]): val(0)})
    hand_in(submission_of(round, world.sei), world.focal_sei)
    assert "No data: not counted" in Visitor(world.steering).open(address(world)).text
    text = Visitor(world.steering).open(address(world, "1.1.2a")).text
    assert "Figure 0 " in text


def test_drafts_are_not_shown(world):
    fill(
        submission_of(open_round(world), world.sei),
        world.focal_sei,
        {total(world.indicators["i111a"]): nd(77, 450)},
    )
    assert "77/450" not in Visitor(world.secretariat).open(address(world)).text


def test_history_is_for_insiders(world):
    Plan.objects.filter(pk=world.plan.pk).update(is_public=True)
    assert "History" in Visitor(world.focal_mae).open(address(world)).text
    assert "History" not in Visitor().open(address(world)).text


def test_the_sheet_costs_the_same_for_many(world, client, django_assert_num_queries):
    client.force_login(world.secretariat)
    open_round(world)
    add_breakdown(world.indicators["i111a"])
    with django_assert_num_queries(25):
        client.get(address(world))
    for year in (2025, 2026, 2027):
        open_round(world, year)
        Target.objects.create(indicator=world.indicators["i111a"], period_end=date(year, 6, 30), value=year)
    add_breakdown(world.indicators["i111a"], "sex", ("women", "men"))
    add_breakdown(world.indicators["i111a"], "age", ("young", "old"))
    with django_assert_num_queries(25):
        client.get(address(world))


def test_unknown_and_foreign_codes_are_not_found(world, client):
    client.force_login(world.secretariat)
    assert client.get(address(world, "9a")).status_code == 404
    assert client.get(address(world, "9a", "edit/")).status_code == 404
    assert client.get(f"/plans/{world.other_plan.code}/indicators/1.1.1a/").status_code == 404


# The form


def test_everything_can_be_changed(world):
    form(world).press(
        "Save",
        statement="Women who are suco chiefs",
        definition="In office on 31 December",
        unit="chiefs",
        numerator_label="Women chiefs",
        denominator_label="All chiefs",
        direction="maintain_or_increase",
        round_aggregation="level",
        baseline_numerator="18",
        baseline_denominator="452",
        baseline_year="2023",
        baseline_source="STAE",
        data_source="STAE",
        means_of_verification="List of chiefs",
        frequency="Every 7 years",
        responsible=[str(world.mae.pk), str(world.mssi.pk)],
        **{"targets-0-value": "5", "targets-2-numerator": "45", "targets-2-denominator": "450"},
    )
    one = stored()
    assert (one.statement, one.direction, one.baseline_numerator, one.frequency) == (
        "Women who are suco chiefs",
        "maintain_or_increase",
        18,
        "Every 7 years",
    )
    assert {str(institution) for institution in one.responsible.all()} == {"MAE", "MSSI"}
    assert targets() == {2024: Decimal(5), 2026: None, 2028: Decimal(30)}
    pair = Target.objects.get(period_end=date(2026, 12, 31))
    assert (pair.numerator, pair.denominator, pair.is_endline) == (45, 450, False)


def test_an_empty_target_is_removed_and_a_zero_is_kept(world):
    form(world).press("Save", **{"targets-0-value": "0", "targets-4-value": ""})
    assert targets() == {2024: Decimal(0)}


def test_the_last_year_is_the_end_line(world):
    form(world, "2.1.1a").press("Save", **{"targets-4-value": "9"})
    assert Target.objects.get(indicator__code="2.1.1a").is_endline


def test_half_yearly_rounds_have_targets_of_their_own(world):
    make_round(world.plan, 2024, label="2024-H1", periodicity="half_year", period_end=date(2024, 6, 30))
    page = form(world)
    assert "30 June 2024" in page.text
    page.press("Save", **{"targets-0-value": "2"})
    assert Target.objects.filter(period_end=date(2024, 6, 30), value=2).exists()


def test_breakdowns_are_added_renamed_and_removed(world):
    page = form(world).press(
        "Save",
        **{"breakdowns-0-name": "position level", "breakdowns-0-categories": "Aldeia Chief\n\nSuco Chief\n"},
    )
    assert list(Category.objects.values_list("code", "name", "order")) == [
        ("aldeia-chief", "Aldeia Chief", 0),
        ("suco-chief", "Suco Chief", 1),
    ]
    suco = Category.objects.get(code="suco-chief").pk
    page = form(world)
    assert page.page.get_element_by_id("id_breakdowns-0-categories").value.split("\n")[1:] == [
        "aldeia-chief: Aldeia Chief",
        "suco-chief: Suco Chief",
    ]
    page.press(
        "Save",
        **{
            "breakdowns-0-name": "level",
            "breakdowns-0-categories": "suco-chief: Chief of suco\nMunicipality",
            "breakdowns-1-name": "sex",
            "breakdowns-1-categories": "women\nmen",
        },
    )
    assert dict(Category.objects.filter(dimension__name="level").values_list("code", "name")) == {
        "suco-chief": "Chief of suco",
        "municipality": "Municipality",
    }
    assert Category.objects.get(code="suco-chief").pk == suco  # the same category, whatever it is called
    form(world).press("Save", **{"breakdowns-0-remove": "on"})
    assert list(Dimension.objects.values_list("name", flat=True)) == ["sex"]


def test_a_category_with_figures_stays(world):
    aldeia, suco = add_breakdown(world.indicators["i111a"])
    submission_of(open_round(world), world.sei).values.create(
        indicator=world.indicators["i111a"], category=suco, numerator=1, denominator=2
    )
    page = form(world).press(
        "Save", **{"breakdowns-0-categories": "c0: Aldeia Chief", "reason": "Not needed"}
    )
    assert "“Suco Chief” cannot be removed: figures were reported for it." in page.text
    page = form(world).press("Save", **{"breakdowns-0-remove": "on", "reason": "Not needed"})
    assert "cannot be removed" in page.text
    assert Category.objects.filter(pk__in=[aldeia.pk, suco.pk]).count() == 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"code": "1.1.2a"}, "Another indicator of this plan has this code."),
        ({"code": "a b"}, "A code holds letters, digits"),
        ({"statement": ""}, "This field is required."),
        ({"baseline_numerator": "443"}, "The numerator is larger than its denominator."),
        ({"baseline_denominator": ""}, "The denominator is missing."),
        ({"baseline_numerator": ""}, "The numerator is missing."),
        ({"baseline_denominator": "0"}, "A denominator of 0 gives no percentage."),
        ({"baseline_value": "5"}, "Give numerator and denominator, or the percentage; not both."),
        ({"baseline_numerator": "-1"}, "Neither numerator nor denominator can be negative."),
        ({"baseline_numerator": "a few"}, "“a few” is not a number: write it in digits"),
        ({"baseline_year": "23"}, "greater than or equal to 1900"),
        ({"targets-1-value": "120"}, "Target 2025: "),
        ({"targets-1-value": "1,234"}, "can be read in two ways"),
        ({"baseline_numerator": "18%"}, "without the % sign"),
        ({"targets-1-value": "-"}, "Leave this empty when there is none."),
        ({"targets-1-numerator": "5"}, "Target 2025: The denominator is missing."),
        ({"breakdowns-0-name": "sex"}, "A breakdown needs at least one category."),
        ({"breakdowns-0-categories": "women"}, "Say by what it is broken down."),
        (
            {"breakdowns-0-name": "sex", "breakdowns-0-categories": "w: women\nw: men"},
            "Line 2: “w: men” is there twice.",
        ),
    ],
)
def test_bad_input_keeps_what_was_typed(world, values, words):
    page = form(world).press("Save", **({"definition": "Typed", "targets-3-value": "25"} | values))
    assert words in page.text
    assert stored().definition == ""
    assert targets() == {2028: Decimal(30)}
    assert page.page.get_element_by_id("id_definition").value.strip() == "Typed"
    assert page.page.get_element_by_id("id_targets-3-value").value == "25"


def test_a_form_that_hides_the_pair_still_refuses_a_leftover(world):
    """From a share to a count: numerator and denominator of the baseline must go, in words."""
    page = form(world)
    page.page.get_element_by_id("id_type").value = "count"
    page.press("Save")
    assert "Only percentages have a numerator and a denominator" in page.text


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("ordinal", {}, "A scale needs at least two labels"),
        (
            "ordinal",
            {"scale_labels": "none\ndraft\nlaw", "targets-1-value": "3"},
            "Write a level of the scale, from 0 to 2.",
        ),
        (
            "ordinal",
            {"scale_labels": "none\nlaw", "reporter_aggregation": "sum"},
            "Levels and answers cannot be added up",
        ),
        (
            "yes_no",
            {"targets-1-value": "2", "reporter_aggregation": "maximum"},
            "Write 1 for yes or 0 for no.",
        ),
        ("qualitative", {"targets-1-value": "2"}, "A qualitative indicator is answered in words"),
    ],
)
def test_figures_follow_the_type(world, kind, values, words):
    page = form(world, "2.1.1a")
    page.page.get_element_by_id("id_type").value = kind
    page.press("Save", **values)
    assert words in page.text
    assert stored("2.1.1a").type == "number_and_percentage"


def test_a_scale_with_labels(world):
    page = form(world, "2.1.1a")
    page.page.get_element_by_id("id_type").value = "ordinal"
    page.press(
        "Save",
        scale_labels="not begun\ndrafted\nin force",
        reporter_aggregation="maximum",
        baseline_value="0",
        **{"targets-4-value": "2"},
    )
    text = Visitor(world.focal_sei).open(address(world, "2.1.1a")).text
    assert "0 – not begun 1 – drafted 2 – in force" in text
    assert "2028 (end-line): 2 – in force" in text


def test_a_target_on_the_wrong_side_is_saved_with_a_doubt(world):
    page = form(world).press("Save", **{"targets-0-value": "1"})
    assert "The target 2024 lies on the wrong side of the baseline" in page.text
    assert targets()[2024] == 1


# Change under control


def test_before_endorsement_no_reason_is_asked(world):
    assert "reason" not in form(world).field_names("Save")


def test_an_endorsed_plan_wants_a_reason_for_a_target(world):
    Plan.objects.filter(pk=world.plan.pk).update(status="endorsed")
    page = form(world).press("Save", **{"targets-4-value": "35"})
    assert "The plan is endorsed: say why this is changed." in page.text
    page.press("Save", reason="Raised by the steering committee")
    change = changes_of(*indicator_history(stored()))[0]
    assert change.reason == "Raised by the steering committee"
    assert [(line.label, line.old, line.new) for line in change.lines] == [
        ("Target 2028: Target", "30", "35")
    ]


def test_filling_a_blank_needs_no_reason_but_rewriting_does(world):
    Plan.objects.filter(pk=world.plan.pk).update(status="endorsed")
    assert "Saved." in form(world).press("Save", data_source="STAE").text
    assert "say why this is changed" in form(world).press("Save", data_source="Census").text


@pytest.mark.parametrize(
    "values",
    [
        {"direction": "decrease"},
        {"round_aggregation": "annual"},
        {"baseline_numerator": "20"},
        {"targets-1-value": "12"},
        {"breakdowns-0-name": "sex", "breakdowns-0-categories": "women"},
    ],
)
def test_an_indicator_with_values_is_not_rejudged_silently(world, values):
    """DOMAIN.md, "Arithmetic": changing either axis on an indicator with values needs a reason; drafts count."""
    fill(
        submission_of(open_round(world), world.sei),
        world.focal_sei,
        {total(world.indicators["i111a"]): nd(1, 450)},
    )
    page = form(world).press("Save", **values)
    assert "Figures were already reported: say why they are to be judged differently." in page.text
    assert "Saved." in page.press("Save", reason="Agreed").text


def test_its_words_stay_free_until_endorsement(world):
    fill(
        submission_of(open_round(world), world.sei),
        world.focal_sei,
        {total(world.indicators["i111a"]): nd(1, 450)},
    )
    assert "Saved." in form(world).press("Save", statement="Clearer words").text


def test_results_follow_a_new_target(world):
    round = open_round(world)
    accept(
        world,
        hand_in(
            submission_of(round, world.mae), world.focal_mae, {total(world.indicators["i112a"]): val(12980)}
        ),
    )
    form(world, "1.1.2a").press("Save", **{"targets-0-value": "15000", "reason": "Annual targets"})
    # Accepted before: the target that applied then stays with the figure.
    result = stored("1.1.2a").results.get(round=round, category=None, place=None)
    assert result.target != 15000
    later = open_round(world, 2025)
    form(world, "1.1.2a").press("Save", **{"targets-1-value": "15000", "reason": "Annual targets"})
    assert stored("1.1.2a").results.get(round=later, category=None, place=None).target == 15000


def test_who_was_slower_is_told_also_of_a_target(world):
    slow, quick = form(world), form(world, who="administrator")
    quick.press("Save", **{"targets-0-value": "5"})
    slow.press("Save", definition="Mine")
    assert "administrator changed this on" in slow.text
    assert stored().definition == ""
    slow.press("Save")
    assert stored().definition == "Mine"


# A new one


def test_a_new_indicator_of_an_activity(world):
    page = (
        Visitor(world.secretariat)
        .open(f"/plans/{world.plan.code}/activities/1.1.1/")
        .follow("Add an indicator")
    )
    assert page.page.get_element_by_id("id_code").value == "1.1.1b"
    page.page.get_element_by_id("id_type").value = "count"
    page.press("Save", statement="Women trained", **{"targets-4-value": "900"})
    one = stored("1.1.1b")
    assert (one.activity, one.pillar, one.plan) == (world.activities["a111"], world.participation, world.plan)
    assert targets("1.1.1b") == {2028: Decimal(900)}


def test_a_new_indicator_of_an_endorsed_plan_wants_a_reason(world):
    Plan.objects.filter(pk=world.plan.pk).update(status="active")
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/activities/1.1.1/indicators/new/")
    page.page.get_element_by_id("id_type").value = "count"
    page.press("Save", statement="Women trained")
    assert "The plan is endorsed: say why an indicator is added." in page.text
    page.press("Save", reason="Asked for by civil society")
    assert changes_of(*indicator_history(stored("1.1.1b")))[0].reason == "Asked for by civil society"


def test_two_of_the_same_code(world):
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/activities/1.1.1/indicators/new/")
    page.press("Save", code="1.1.2a", statement="x")
    assert "Another indicator of this plan has this code." in page.text


# Who may, and the operation itself


def test_only_those_who_may(world, client):
    new = f"/plans/{world.plan.code}/activities/1.1.1/indicators/new/"
    for one in (address(world, page="edit/"), new):
        client.logout()
        assert client.get(one).status_code == 302
        client.force_login(world.focal_sei)
        assert client.get(one).status_code == client.post(one).status_code == 403
        client.force_login(world.outsider)
        assert client.get(one).status_code == 404


def save(world, by=None, **values):
    defaults = {
        "indicator": stored(),
        "changed": [],
        "responsible": [],
        "targets": [],
        "breakdowns": [],
        "reason": "",
        "by": by or world.secretariat,
        "at": NOW,
    }
    return save_indicator(**(defaults | values))


def test_the_operation_refuses(world):
    with pytest.raises(PermissionDenied):
        save(world, by=world.gov_lead)
    Plan.objects.filter(pk=world.plan.pk).update(status="active")
    line = TargetLine(date(2026, 12, 31), value=Decimal(9))
    with pytest.raises(ValidationError, match="say why"):
        save(world, targets=[line])
    assert targets() == {2028: Decimal(30)}


def test_the_operation_leaves_other_periods_alone(world):
    save(world, targets=[TargetLine(date(2026, 12, 31), value=Decimal(9))])
    assert targets() == {2026: 9, 2028: 30}


def test_categories_of_the_same_name_get_different_codes(world):
    save(world, breakdowns=[Breakdown(None, "place", (("", "Díli"), ("dili", "Dili town"), ("", "Dili 2")))])
    codes = Category.objects.order_by("order").values_list("code", flat=True)
    assert list(codes) == ["dili-2", "dili", "dili-2-2"]


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (("count", 5, None, None), None),
        (("count", None, 1, 2), "numerator"),
        (("percentage", 50, None, None), None),
        (("percentage", 101, None, None), "value"),
        (("percentage", -1, None, None), "value"),
        (("number_and_percentage", None, 0, 5), None),
        (("number_and_percentage", None, 0, 0), "denominator"),
        (("number_and_percentage", None, 6, 5), "numerator"),
        (("yes_no", 1, None, None), None),
        (("yes_no", Decimal("0.5"), None, None), "value"),
        (("qualitative", None, None, None), None),
    ],
)
def test_figure_problem(arguments, where):
    numbers = [None if one is None else Decimal(one) for one in arguments[1:]]
    problem = figure_problem(arguments[0], *numbers)
    assert (problem and problem[0]) == where


def test_more_than_planned_is_fine_where_the_numerator_is_no_part(world):
    assert figure_problem("percentage", Decimal(120), None, None, part_of_whole=False) is None
    assert figure_problem("percentage", None, Decimal(6), Decimal(5), part_of_whole=False) is None
