"""The cases that the demo holds on purpose (DOMAIN.md, "Rest of the demo logframe")."""

from datetime import date
from decimal import Decimal

import pytest

from frameworks.models import Activity, Indicator, ReportingRound, Role, Seat, Target, User
from frameworks.workflow import history_of
from monitoring.due import institutions_without_focal_point
from monitoring.models import IndicatorResult, SignOff, Submission
from monitoring.models.result import Performance, Provenance
from monitoring.models.review import Side, Verdict
from monitoring.models.submission import SubmissionState
from napwps.demo.people import DOMAIN
from napwps.demo.story import REVISION_REASON
from tests.demo.conftest import ANCHOR
from tests.demo.look import result, submission

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_one_moved_backwards():
    back = IndicatorResult.objects.totals().filter(status=Performance.MOVED_BACKWARDS)
    assert [(row.indicator.code, row.round.label) for row in back.order_by("round__label")] == [
        ("1.1.2c", "2024"),
        ("1.1.2c", "2025"),
        ("1.1.2c", "2026"),
    ]


def test_one_without_data_and_its_reason():
    row = result("1a", 2025)
    assert row.status == Performance.NO_DATA and "No suco election" in row.no_data_reason


def test_one_not_yet_due():
    assert result("4.3.2a", 2026).status == Performance.NOT_YET_DUE
    assert Activity.objects.get(code="4.3.2").years == [2027, 2028]


def test_one_overdue_ministry():
    mine = Submission.objects.overdue(ANCHOR).filter(institution__code="MJ", round__label="2026")
    assert {row.pillar.code for row in mine} == {"P1", "P2"}
    assert not mine.with_start().filter(is_started=True).exists()
    assert {row.days_late(ANCHOR) for row in mine} == {10}


def test_one_returned_submission():
    row = Submission.objects.get(state=SubmissionState.RETURNED)
    assert row == submission("MAE", "P1", 2026, "SEI") and "193" in row.return_note
    total = row.values.get(indicator__code="1.1.2b", category=None)
    parts = row.values.filter(indicator__code="1.1.2b", category__isnull=False)
    assert total.numerator == 193 and sum(part.numerator for part in parts) == 139


def test_joint_leads_stand_as_they_do_in_life():
    """A part that waits for its lead, one that came later, one that never came, and the usual one."""

    def states(part, lead, pillar):
        own, other = submission(lead, pillar, 2026), submission(part, pillar, 2026, lead)
        return own.state, other.state

    state = SubmissionState
    assert states("BELUN", "MSSI", "P2") == (state.DRAFT, state.CONTRIBUTED)
    assert states("JSMP", "MJ", "P2") == (state.DRAFT, state.CONTRIBUTED)
    assert states("ALFELA", "PNTL", "P3") == (state.ENDORSED, state.SUBMITTED)
    assert states("CEPAD", "MJDAC", "P4") == (state.SUBMITTED, state.DRAFT)
    assert states("FOKUPERS", "MSSI", "P3") == (state.SUBMITTED, state.SUBMITTED)
    said = history_of(submission("MJDAC", "P4", 2026)).get(action="submit")
    assert said.comment == "Without the part of CEPAD (4.2.1)."
    both = result("3.2.2a", 2026)
    assert len(both.reporter_ids) == 2 and both.value > 352


def test_one_cso_co_lead_dissents():
    dissent = SignOff.objects.get(verdict=Verdict.DISSENT)
    assert dissent.submission == submission("PNTL", "P3", 2025)
    assert dissent.side == Side.CSO and len(dissent.statement) > 300
    row = result("3.1.1a", 2025)
    assert row.has_dissent and row.provenance == Provenance.PUBLISHED


def test_one_target_revised_with_a_reason():
    target = Target.objects.get(indicator__code="3.2.1a", period_end=date(2026, 12, 31))
    events = Target.pgh_event_model.objects.filter(pgh_obj=target).order_by("pgh_id")
    assert [row.numerator for row in events] == [12, 10]
    context = events.last().pgh_context.metadata
    assert context["reason"] == REVISION_REASON
    assert context["user"] == User.objects.get(email=f"secretariat@{DOMAIN}").pk
    assert round(result("3.2.1a", 2026).target, 6) == round(Decimal(1000) / 14, 6)


def test_one_vacant_focal_point():
    current = ReportingRound.objects.get(label="2026")
    assert [one.code for one in institutions_without_focal_point(current, ANCHOR)] == ["ME"]
    vacant = Seat.objects.needing_holder().with_vacancy(ANCHOR).filter(is_vacant=True)
    assert [(seat.role, seat.institution.code) for seat in vacant] == [(Role.FOCAL_POINT, "ME")]
    assert submission("ME", "P4", 2025).state == SubmissionState.ENDORSED


def test_one_zero_of_zero():
    row = result("1.2.1a", 2025)
    assert (row.numerator, row.denominator, row.measured) == (0, 0, None)
    assert row.status == Performance.NO_DATA and row.provenance == Provenance.PUBLISHED


def test_one_actual_above_100_percent():
    row = result("1.1.3a", 2025)
    assert row.measured > 100 and row.status == Performance.ACHIEVED
    assert not row.indicator.share_of_whole


def test_one_breakdown_does_not_add_up():
    flagged = IndicatorResult.objects.totals().exclude(unknown_difference={})
    assert [(row.indicator.code, row.round.label) for row in flagged] == [("1.1.2b", "2025")]
    assert flagged[0].unknown_difference == {"Position level": {"numerator": "2"}}


def test_small_cells_by_municipality():
    cells = IndicatorResult.objects.filter(indicator__code="1.4.1a", round__label="2025", place__isnull=False)
    small = cells.filter(numerator__lt=5)
    assert (cells.count(), small.count()) == (14, 8)
    assert not small.filter(is_suppressed=False).exists() and cells.filter(is_suppressed=False).exists()


def test_one_falls_and_does_well():
    values = [result("3.1.1b", year).value for year in (2024, 2025, 2026)]
    assert values == sorted(values, reverse=True)
    assert Indicator.objects.get(code="3.1.1b").direction == "decrease"
    assert result("3.1.1b", 2026).status == Performance.ON_TRACK


def test_one_on_a_scale():
    row = result("2.4.1a", 2026)
    assert (row.value, row.status) == (1, Performance.OFF_TRACK)
    assert len(row.indicator.scale_labels) == 4


def test_a_reported_zero_stays_zero():
    assert result("2.2.2a", 2025).value == 0


def test_every_type_and_every_status_is_there():
    types = set(Indicator.objects.values_list("type", flat=True))
    assert types == {"count", "percentage", "number_and_percentage", "ordinal", "yes_no", "qualitative"}
    assert set(IndicatorResult.objects.totals().values_list("status", flat=True)) == set(Performance.values)
