"""What goes wrong in peer systems (DOMAIN.md, the last section): one test for each line of it, in its order.

Most of it is tested from more sides where it belongs; this page shows that no line was forgotten.
"""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from frameworks.models import FrameworkImport, StateChange, Target
from frameworks.workflow import transition
from monitoring.models import ActivityProgress, IndicatorResult, IndicatorValue
from monitoring.operations.reporting import submit_all
from monitoring.operations.reviewing import act_on_all
from monitoring.progress import Basis, Performance, Problem, combine_reporters, share
from monitoring.waiting import to_write, waiting_for
from tests.frameworks.imports.books import FIRST, book, read, saved
from tests.frameworks.workbook.books import Book
from tests.monitoring.figures import (
    ANNUAL,
    AVERAGE,
    COUNT,
    DECREASE,
    INCREASE,
    KEEP_OR_RAISE,
    MAXIMUM,
    NUMBER_AND_PERCENTAGE,
    ORDINAL,
    SUM,
    judged,
    pair,
    value,
)
from tests.monitoring.reported import (
    accept,
    endorse,
    fill,
    hand_in,
    open_round,
    send_back,
    submission_of,
    total,
    val,
)
from tests.pages import Visitor
from tests.world import NOW, TODAY


def result_of(indicator, round):
    return IndicatorResult.objects.totals().get(indicator=indicator, round=round)


def report(world, indicator, round, said, by="focal_mae", institution="mae"):
    submission = submission_of(round, world.institutions[institution])
    return hand_in(submission, world.users[by], {total(indicator): said})


# a reported zero turned blank


def test_a_reported_zero_stays_zero(world):
    indicator, round = world.indicators["i112a"], open_round(world)
    submission = report(world, indicator, round, val(0))
    assert IndicatorValue.objects.totals().get(submission=submission, indicator=indicator).value == 0
    assert result_of(indicator, round).measured == 0
    assert result_of(indicator, round).no_data_reason == ""
    page = Visitor(world.focal_mae).open(f"/submissions/{submission.pk}/")
    assert "not counted" not in page.text


# a decreasing indicator shown as 0%


def test_a_decrease_on_its_way_is_not_zero_percent():
    """Average days of a case: from 200 to 100 wanted, 150 reached."""
    half_way = judged("150", "200", "100", DECREASE)
    assert half_way.achievement.raw == 50
    assert half_way.status is Performance.OFF_TRACK
    assert judged("100", "200", "100", DECREASE).status is Performance.ACHIEVED
    assert judged("220", "200", "100", DECREASE).status is Performance.MOVED_BACKWARDS


# totals always summed whatever the method


@pytest.mark.parametrize(("how", "combined"), [(SUM, "60"), (AVERAGE, "20"), (MAXIMUM, "30")])
def test_figures_combine_as_declared(how, combined):
    figures = [value("10"), value("20"), value("30")]
    assert combine_reporters(figures, type=COUNT, how=how).figure.value == D(combined)


def test_shares_are_pooled_and_scales_never_summed():
    pooled = combine_reporters([pair("1", "2"), pair("1", "8")], type=NUMBER_AND_PERCENTAGE, how=SUM).figure
    assert (pooled.numerator, pooled.denominator, pooled.value) == (
        2,
        10,
        20,
    )  # not the mean of 50% and 12.5%
    steps = combine_reporters([value("2"), value("3")], type=ORDINAL, how=SUM)
    assert (steps.figure, steps.problem) == (None, Problem.SCALE_NOT_ADDITIVE)


# a crash on baseline = target or on a zero denominator


def test_baseline_that_is_the_target_is_the_maintain_rule():
    assert judged("50", "50", "50", INCREASE).status is Performance.ON_TRACK
    assert judged("49", "50", "50", INCREASE).status is Performance.MOVED_BACKWARDS
    assert judged("50", "50", "50", INCREASE).achievement.basis is Basis.MAINTAIN
    assert judged("50", "50", None, KEEP_OR_RAISE).status is Performance.ON_TRACK


def test_nothing_of_nothing_is_no_data():
    assert share(D(0), D(0)) is None
    assert judged(None, "20", "30").status is Performance.NO_DATA


# bands with a gap (99.5% shown as no data)


@pytest.mark.parametrize(
    ("actual", "status"),
    [
        ("100", "achieved"),
        ("99.99999999", "on_track"),
        ("99.5", "on_track"),
        ("90", "on_track"),
        ("89.99999999", "at_risk"),
        ("70", "at_risk"),
        ("69.99999999", "off_track"),
        ("0", "off_track"),
        ("-0.00000001", "moved_backwards"),
    ],
)
def test_every_achievement_has_one_status(actual, status):
    assert judged(actual, "0", "100").status == status


def test_the_example_of_the_european_commission():
    judgement = judged("12980", "2505", "15000")
    assert judgement.shown() == D("83.8")
    assert judgement.status is Performance.AT_RISK


# bulk approval that skips validation and audit


def test_bulk_goes_through_the_door(world):
    round = open_round(world)
    sei = hand_in(submission_of(round, world.sei), world.focal_sei)
    mae = fill(submission_of(round, world.mae), world.focal_mae)
    ActivityProgress.objects.filter(submission=mae).update(narrative="")
    (refused,) = submit_all(submissions=[mae], by=world.focal_mae, at=NOW)
    assert "describe the progress" in refused.problem
    outcomes = act_on_all(submissions=[(sei, 1), (mae, 0)], action="accept", by=world.cso_lead, at=NOW)
    assert {one.subject.institution.code: bool(one.error) for one in outcomes} == {"SEI": False, "MAE": True}
    step = StateChange.objects.get(action="accept")
    assert (step.subject_id, step.by, step.from_state, step.to_state) == (
        sei.pk,
        world.cso_lead,
        "submitted",
        "accepted",
    )
    with pytest.raises(PermissionDenied):
        act_on_all(submissions=[(sei, 1)], action="accept", by=world.other_cso_lead, at=NOW)


# permission checks missing on file upload


@pytest.mark.parametrize(
    "who", ["focal_sei", "gov_lead", "cso_lead", "steering", "monitoring", "outsider", "nobody"]
)
@pytest.mark.parametrize("page", ["import", "workbook"])
def test_an_upload_asks_for_permission(world, who, page):
    upload = SimpleUploadedFile("plan.xlsx", saved(book(FIRST)))
    visitor = Visitor(world.users[who])
    answer = visitor.client.post(f"/plans/{world.plan.code}/{page}/", {"file": upload})
    assert answer.status_code == (404 if who in {"outsider", "nobody"} else 403)
    assert not FrameworkImport.objects.exists()


# decimals truncated on import


def test_decimals_of_a_workbook_are_kept(world):
    indicator = world.indicators["i112a"]
    Target.objects.filter(indicator=indicator).update(value=D("12.345678"))
    downloaded = Book(world.plan)
    row = downloaded.row("indicators", code=indicator.code)
    downloaded.cell("indicators", row, "baseline_value").value = 0.1
    downloaded.applied(world.secretariat)
    indicator.refresh_from_db()
    assert indicator.baseline_value == D("0.1")
    assert Target.objects.get(indicator=indicator).value == D("12.345678")


# the last row of a sheet skipped


def test_the_last_row_is_read():
    rows = [["", f"1.1.{n}. Train women.", f"# of women {n}", "x", None, "SEI"] for n in range(1, 5)]
    rows[0][0] = "1.1. Women decide."
    activities = [
        activity.code
        for pillar in read(book(*rows)).pillars
        for goal in pillar.goals
        for output in goal.outputs
        for activity in output.activities
    ]
    assert activities == ["1.1.1", "1.1.2", "1.1.3", "1.1.4"]


# blanks exported as 0


def test_a_blank_is_exported_blank(world):
    downloaded = Book(world.plan)
    row = downloaded.row("indicators", code="2.1.1a")
    for column in ("baseline_value", "baseline_numerator", "baseline_denominator", "baseline_year"):
        assert downloaded.cell("indicators", row, column).value is None
    page = Visitor(world.monitoring)
    assert page.client.get("/api/v1/indicators/").json()["results"][-1]["baseline_value"] is None


# edits to an earlier year not carried into later cumulative totals


def test_a_late_edit_carries_into_later_totals(world):
    indicator = world.indicators["i112a"]
    indicator.round_aggregation = ANNUAL
    indicator.save()
    first, second = open_round(world, 2024), open_round(world, 2025, opens_on=date(2025, 1, 2))
    early = report(world, indicator, first, val(100))
    report(world, indicator, second, val(50))
    assert result_of(indicator, second).running == 150
    hand_in(send_back(world, early), world.focal_mae, {total(indicator): val(70)})
    assert result_of(indicator, first).running == 70
    assert result_of(indicator, second).running == 120


# a return without a reason


def test_a_return_says_why(world):
    submission = hand_in(submission_of(open_round(world), world.sei), world.focal_sei)
    with pytest.raises(ValidationError, match="Write a note"):
        transition(subject=submission, action="return", by=world.gov_lead, at=NOW, comment=" ")
    submission.refresh_from_db()
    assert submission.state == "submitted"


# approved items still listed as due


def test_what_is_accepted_is_no_longer_due(world):
    submission = submission_of(open_round(world), world.sei)
    assert list(to_write(world.focal_sei, TODAY)) == [submission]
    submission = accept(world, hand_in(submission, world.focal_sei))
    assert not to_write(world.focal_sei, TODAY).exists()
    assert waiting_for(world.gov_lead, world.plan, TODAY).to_review == 0
    endorse(world, submission)
    assert waiting_for(world.gov_lead, world.plan, TODAY).to_sign == 0


# import that leaves it unclear whether it adds or overwrites


def test_an_import_says_what_it_adds_and_what_it_changes(world):
    """Uploading only shows; nothing is written before somebody has read what would be added, changed or removed."""
    downloaded = Book(world.plan)
    downloaded.set("indicators", {"code": "2.1.1a"}, statement="Said anew")
    downloaded.add("activities", output="2.1", code="2.1.2", title="A new one", y2025="x")
    told = {(one.sheet, one.action, one.code) for one in downloaded.compared().written}
    assert told == {("indicators", "changed", "2.1.1a"), ("activities", "new", "2.1.2")}
    world.indicators["i211a"].refresh_from_db()
    assert world.indicators["i211a"].statement == "Indicator 2.1.1a"


# spreadsheets that mangle codes (1.10 → 1.1)


def test_a_code_that_a_spreadsheet_shortened_is_told():
    """The sheet says 1.1.10, not 1.1.1, because the code is text; a number 1.1 in the place of a code is doubted."""
    rows = [
        ["1.1. Women decide.", "1.1.10. Train women.", "# of women", "x", None, "SEI"],
        ["1.10. Women lead.", "1.10.1. Train more.", "# of more women", "x", None, "SEI"],
    ]
    outputs = {
        output.code: [activity.code for activity in output.activities]
        for pillar in read(book(*rows)).pillars
        for goal in pillar.goals
        for output in goal.outputs
    }
    assert outputs == {"1.1": ["1.1.10"], "1.10": ["1.10.1"]}


def test_codes_of_our_workbooks_are_text(world):
    sheet = Book(world.plan).pages["indicators"]
    codes = [cell for column in sheet.iter_cols() for cell in column if cell.value in {"1.1.1a", "1.1.2a"}]
    assert codes
    assert all(cell.data_type == "s" and cell.number_format == "@" for cell in codes)
