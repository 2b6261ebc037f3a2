"""What a pillar report says: one loader, official figures only in the counts, nothing lost between database and snapshot."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.utils.html import strip_tags

from budgets.models import Costing
from frameworks.models import Indicator
from monitoring.models import CoLeadRating, IndicatorResult, Submission
from monitoring.models.submission import SubmissionState
from monitoring.reports import data
from monitoring.reports.build import build_pillar_report
from monitoring.reports.present import filename, presented
from monitoring.reports.snapshot import SnapshotError, checksum, from_snapshot, to_snapshot
from monitoring.results import refresh_results
from tests.monitoring.report_world import CUT_OFF, give, make_year
from tests.world import make_activity, make_indicator

#: Whatever the size of the pillar.
QUERIES = 30


@pytest.fixture
def year(world):
    return make_year(world)


def build(year, **options):
    return build_pillar_report(
        plan=year.world.plan,
        round=year.round,
        pillar=year.world.participation,
        **({"cut_off": CUT_OFF} | options),
    )


def indicator(report, code):
    return next(one for one in report.indicators if one.code == code)


def activity(report, code):
    return next(one for one in report.activities if one.code == code)


def counts(pairs):
    return {one.key: one.count for one in pairs if one.count}


def test_cover(year):
    report = build(year, version=3)
    assert (report.plan.code, report.pillar.name, report.round.label) == (
        "TL-NAP-2024-2028",
        "Participation",
        "2024",
    )
    assert (report.version, report.approval, report.cut_off) == (3, "draft", CUT_OFF)
    assert report.previous_round == "2023"
    assert [(one.side, one.institution, one.holder) for one in report.co_leads] == [
        ("government", "SEI", "gov_lead"),
        ("cso", "BA-FUTURU", "cso_lead"),
    ]


def test_a_co_leads_vacant_seat_is_shown_as_vacant(year):
    year.world.seats["cso_lead"].memberships.update(ends_on=CUT_OFF.date() - timedelta(days=1))
    assert [one.holder for one in build(year).co_leads] == ["gov_lead", ""]


def test_completeness_says_who_is_missing_and_how_late(year):
    report = build(year)
    assert (report.summary.received, report.summary.expected) == (3, 5)
    assert report.summary.missing == ("BA-FUTURU", "MJ")
    late = {one.institution: one.days_late(report.round.due_on, report.cut_off_day) for one in report.reports}
    assert late == {"BA-FUTURU": 9, "MAE": 4, "MJ": 0, "PNTL": 0, "SEI": 0}
    assert {one.institution: one.state for one in report.reports}["BA-FUTURU"] == ""


def test_activities_count_by_the_accountable_institutions_official_status(year):
    report = build(year)
    assert counts(report.summary.activities) == {"not_due": 1, "on_track": 1, "delayed": 1, "unconfirmed": 1}
    told = activity(report, "1.1.1")
    assert (told.standing, told.provenance) == ("on_track", "endorsed")  # not MAE's "completed"
    assert [one.institution for one in told.accounts] == ["SEI", "MAE"]
    assert told.accounts[0].what_did_not == "Transport from Ataúro failed."
    waiting = activity(report, "1.2.1")
    assert (waiting.standing, waiting.status, waiting.provenance) == (
        "unconfirmed",
        "continuous",
        "reported",
    )
    assert activity(report, "1.2.2").is_scheduled is False


def test_what_was_returned_or_is_a_draft_is_not_read(year):
    Submission.objects.filter(pk=year.submissions["pntl"].pk).update(state=SubmissionState.DRAFT)
    report = build(year)
    assert activity(report, "1.2.1").standing == data.NOT_REPORTED
    assert "SECRET-DRAFT" not in json.dumps(to_snapshot(report))
    assert "Recruitment goes on" not in json.dumps(to_snapshot(report))


def test_indicators_count_only_when_official(year):
    report = build(year)
    assert counts(report.summary.indicators) == {"achieved": 1, "moved_backwards": 1, "unconfirmed": 2}
    assert report.summary.achieved_indicators == ("1.1.2a",)
    assert report.summary.slipped_indicators == ("1.1.1a",)
    shown = indicator(report, "1.2.1a")
    assert (shown.standing, shown.status, shown.provenance) == ("unconfirmed", "off_track", "reported")
    assert shown.actual == data.Number(Decimal(630), Decimal(4200), None, Decimal(15))


def test_indicator_row_holds_every_figure_of_its_table(year):
    one = indicator(build(year), "1.1.1a")
    assert (one.baseline.numerator, one.baseline.denominator, one.baseline_year) == (21, 442, 2023)
    assert (one.previous.numerator, one.previous_provenance) == (21, "endorsed")
    assert (one.target, one.target_is_interpolated) == (10, False)
    assert (one.endline, one.endline_year) == (30, 2028)
    assert (one.actual.numerator, one.actual.denominator) == (18, 452)
    assert one.actual.measured == Decimal("3.982300884956")
    assert (one.achievement_shown, one.basis) == (Decimal("-14.6"), "baseline_to_target")
    count = indicator(build(year), "1.1.2a")
    assert count.target_is_interpolated
    assert (count.target, count.achievement_shown, count.has_dissent) == (5004, 100, True)
    assert count.achievement > 400


def test_achievement_is_never_shown_over_the_bound_of_its_status(year):
    IndicatorResult.objects.filter(indicator__code="1.1.2a").update(achievement=Decimal("99.96"))
    assert indicator(build(year), "1.1.2a").achievement_shown == Decimal("99.96")


def test_no_data_keeps_its_reason_and_a_zero_stays_zero(year):
    report = build(year)
    silent = indicator(report, "1.2.1b")
    assert silent.no_data_reason == "The register of cases is on paper only."
    assert silent.actual.is_blank
    assert presented(report)["without_figure"] == [silent]
    year.submissions["mae"].values.filter(indicator__code="1.1.2a").update(value=0)
    refresh_results(Indicator.objects.all(), at=CUT_OFF)
    nought = indicator(build(year), "1.1.2a")
    assert nought.actual.value == 0
    assert not nought.actual.is_blank
    assert nought.status == "moved_backwards"


def test_a_breakdown_shows_blanks_and_what_does_not_add_up(year):
    level, place = indicator(build(year), "1.1.1a").breakdowns
    assert [(row.label, row.number.numerator) for row in level.rows] == [
        ("Aldeia Chief", 2),
        ("Suco Chief", 15),
        ("Administrative Post", None),
        ("Municipality", None),
    ]
    assert (level.unknown.numerator, level.unknown.denominator, level.unknown.measured) == (1, 10, None)
    assert (place.kind, place.rows[0].label, place.rows[0].number.denominator) == ("place", "Díli", 31)


def test_cells_of_few_people_are_marked_as_not_for_the_public(year):
    assert not presented(build(year))["has_private_cells"]
    Indicator.objects.filter(code="1.1.1a").update(counts_people=True)
    refresh_results(Indicator.objects.all(), at=CUT_OFF)
    report = build(year)
    assert indicator(report, "1.1.1a").breakdowns[0].rows[0].is_private
    assert presented(report)["has_private_cells"]


def test_a_figure_handed_in_beside_accepted_ones_is_named_and_not_in_the_total(year):
    make_it = year.world.indicators["i112a"]
    make_it.responsible.set([year.world.mae, year.world.pntl])
    give(year.submissions["pntl"], make_it, value=400)
    refresh_results(Indicator.objects.all(), at=CUT_OFF)
    one = indicator(build(year), "1.1.2a")
    assert one.actual.value == 12980
    assert (one.reported_by, one.waiting) == (("MAE",), ("PNTL",))


def test_both_co_leads_words_stand_side_by_side_and_a_dissent_stays_for_ever(year):
    report = build(year)
    assert report.summary.dissents == 1
    said = [(one.institution, one.side, one.verdict) for one in report.statements]
    assert said == [
        ("MAE", "government", "endorsed"),
        ("MAE", "cso", "dissent"),
        ("SEI", "government", "endorsed"),
        ("SEI", "cso", "endorsed"),
    ]
    Submission.objects.filter(pk=year.submissions["mae"].pk).update(cycle=2)
    again = [(one.institution, one.verdict, one.is_current) for one in build(year).statements]
    assert again[0] == ("MAE", "dissent", False)
    assert (
        "MAE",
        "endorsed",
        True,
    ) not in again  # an endorsement of what was there before falls with the return


def test_not_costed_is_not_zero_and_currencies_are_not_added(year):
    Costing.objects.create(
        activity=year.world.activities["a121"], year=2024, amount=Decimal(300), currency="EUR"
    )
    report = build(year)
    assert activity(report, "1.1.1").costed_plan == (data.Money("USD", Decimal("32500.5")),)
    assert activity(report, "1.1.1").costed_round == (data.Money("USD", Decimal("12500.5")),)
    assert activity(report, "1.1.2").costed_round == (data.Money("USD", Decimal(0)),)
    assert activity(report, "1.2.2").costed_plan == ()
    assert report.summary.costed_plan == (
        data.Money("EUR", Decimal(300)),
        data.Money("USD", Decimal("32500.5")),
    )
    assert report.summary.activities_costed == 3


def test_an_override_keeps_what_was_computed_and_says_who_and_why(year):
    IndicatorResult.objects.filter(indicator__code="1.1.1a", round=year.round).update(
        override_status="at_risk", status="at_risk", override_reason="Elections moved.",
        override_by=year.world.secretariat,
    )  # fmt: skip
    one = indicator(build(year), "1.1.1a")
    assert (one.status, one.computed_status) == ("at_risk", "moved_backwards")
    assert (one.override_reason, one.override_by) == ("Elections moved.", "secretariat")


def test_an_empty_pillar_makes_a_report(year):
    report = build_pillar_report(
        plan=year.world.plan, round=year.round, pillar=year.world.prevention, cut_off=CUT_OFF
    )
    assert (report.summary.received, report.summary.expected) == (0, 1)
    assert activity(report, "2.1.1").standing == data.NOT_REPORTED
    assert indicator(report, "2.1.1a").standing == "no_data"


@pytest.mark.parametrize("more", [0, 2, 150])
def test_queries_do_not_grow_with_the_pillar(year, more, django_assert_num_queries):
    for n in range(more):
        if n % 10 == 0:
            made = make_activity(
                year.world.participation, f"1.{3 + n // 10}.1", [year.world.sei, year.world.mae]
            )
        give(year.submissions["sei"], make_indicator(made, f"{made.code}.{n}", target="20"), n, 200)
    refresh_results(Indicator.objects.all(), at=CUT_OFF)
    with django_assert_num_queries(QUERIES):
        report = build(year)
    assert len(report.indicators) == 4 + more


def test_snapshot_comes_back_whole(year):
    report = build(year)
    stored = json.loads(json.dumps(to_snapshot(report)))
    assert from_snapshot(stored) == report
    assert checksum(from_snapshot(stored)) == checksum(report)


def test_the_same_data_has_the_same_checksum_whenever_it_is_read(year):
    first = build(year)
    later = build(year, cut_off=CUT_OFF + timedelta(hours=7), version=2)
    assert first != later
    assert checksum(first) == checksum(later)
    year.submissions["sei"].values.filter(category=None, place=None).update(numerator=19)
    refresh_results(Indicator.objects.all(), at=CUT_OFF)
    assert checksum(build(year)) != checksum(first)


def test_the_checksum_covers_every_word(year):
    report = build(year)
    changed = replace(report, statements=(replace(report.statements[0], text="x"), *report.statements[1:]))
    assert checksum(changed) != checksum(report)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda plain: plain | {"format": 0},
        lambda plain: {"format": data.FORMAT, "report": {}},
        lambda plain: {"format": data.FORMAT, "report": plain["report"] | {"version": "three"}},
        lambda plain: None,
    ],
)
def test_a_snapshot_of_another_form_is_refused(year, spoil):
    with pytest.raises(SnapshotError):
        from_snapshot(spoil(to_snapshot(build(year))))


def test_file_names_hold_nothing_to_trip_over():
    assert filename(plan="TL-NAP-2024-2028", pillar="Participation", round="2024", number=3) == (
        "TL-NAP-2024-2028_Participation_2024_draft-3.pdf"
    )
    odd = filename(plan="X", pillar='Relief & "Recovery"/../é\r\n', round="2024-H1", number=1)
    assert odd == "X_Relief-Recovery-..-é_2024-H1_draft-1.pdf"


def test_both_sides_ratings_stand_beside_the_status(year):
    """Those of the version that counts, the government's first; the template says both."""
    mae, shared = year.submissions["mae"], year.world.activities["a112"]
    for side, status, note, by, cycle in (
        ("cso", "delayed", "Half of it was held.", year.world.cso_lead, 1),
        ("government", "on_track", "", year.world.gov_lead, 1),
        ("cso", "cancelled", "Of another version.", year.world.cso_lead, 7),
    ):
        CoLeadRating.objects.create(
            submission=mae,
            activity=shared,
            side=side,
            status=status,
            note=note,
            by=by,
            cycle=cycle,
            at=CUT_OFF,
        )
    report = build(year)
    ratings = activity(report, "1.1.2").ratings
    assert [(one.side, one.status, one.note) for one in ratings] == [
        ("government", "on_track", ""),
        ("cso", "delayed", "Half of it was held."),
    ]
    assert from_snapshot(json.loads(json.dumps(to_snapshot(report)))) == report
    page = render_to_string(
        "reports/sections/activities.html", {"report": report, "words": year.world.plan.words}
    )
    words = " ".join(strip_tags(page).split())
    assert "Government co-lead: On track" in words
    assert "CSO co-lead: Delayed. Half of it was held." in words
    assert "Of another version." not in words
