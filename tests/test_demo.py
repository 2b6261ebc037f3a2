"""manage.py load_demo: loaded once for the whole file (some ten seconds), and looked at from all sides."""

import re
import time
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F, Q
from django.test import override_settings
from django.utils import timezone

from budgets.models import Costing
from frameworks.gaps import find_gaps
from frameworks.imports import read_logframe
from frameworks.imports.difference import compare
from frameworks.imports.existing import known_institutions, load_existing
from frameworks.models import (
    Activity,
    Indicator,
    Institution,
    Membership,
    Place,
    Plan,
    ReportingRound,
    Role,
    Seat,
    StateChange,
    Target,
    User,
    WorkingGroup,
)
from frameworks.permissions import held_seats
from monitoring.due import institutions_without_focal_point
from monitoring.gate import submission_problems
from monitoring.models import ActivityProgress, IndicatorResult, IndicatorValue, SignOff, Submission
from monitoring.models.result import Performance, Provenance
from monitoring.models.review import Side, Verdict
from monitoring.models.submission import SubmissionState
from napwps.demo import plans
from napwps.demo.files import LOGFRAME, rows, tables
from napwps.demo.load import load
from napwps.demo.people import ACCOUNTS, DEFAULT_PASSWORD, DOMAIN, STEERING_COMMITTEE
from napwps.demo.schedule import CURRENT, EARLIEST, FIRST, LAST, rounds_around
from napwps.demo.story import REVISION_REASON

ANCHOR = date(2026, 11, 24)
FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]
APPS = ("frameworks", "budgets", "monitoring", "pghistory")

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def empty():
    """Takes everything out of the tables of the project's own apps."""
    with connection.cursor() as cursor:
        names = [
            name
            for name in connection.introspection.table_names(cursor)
            if name.partition("_")[0] in APPS
        ]
        cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo as of ANCHOR, for all tests of this file. Gives how much processor time it took (seconds)."""
    with django_db_blocker.unblock():
        try:
            with override_settings(DEMO=True, PASSWORD_HASHERS=FAST):
                started = time.process_time()
                call_command("load_demo", on=ANCHOR.isoformat(), stdout=StringIO())
                yield time.process_time() - started
        finally:
            empty()


@pytest.fixture(autouse=True)
def loaded(demo, settings):
    settings.DEMO, settings.PASSWORD_HASHERS = True, FAST


def run(name, **options):
    out = StringIO()
    call_command(name, stdout=out, **options)
    return out.getvalue()


def plan():
    return Plan.objects.get(code=plans.PLAN)


def result(code, year):
    return IndicatorResult.objects.totals().get(indicator__code=code, round__label=str(year))


def submission(institution, pillar, year):
    return Submission.objects.get(
        institution__code=institution, pillar__code=pillar, round__label=str(year)
    )


# The command


def test_it_is_quick(demo):
    assert demo < 15


def test_a_second_time_changes_nothing():
    before = digest()
    assert "already" in run("load_demo", on="2027-05-01")
    assert digest() == before


def test_the_same_day_gives_the_same_demo():
    before = digest()
    empty()
    load(anchor=ANCHOR)
    after = digest()
    assert [name for name in before if before[name] != after[name]] == []
    assert sum(map(len, before.values())) > 1000


def test_it_is_all_or_nothing(monkeypatch):
    empty()

    def fail(self, dates, *, until):
        raise RuntimeError("the power is gone")

    monkeypatch.setattr("napwps.demo.story.Story.tell", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        load(anchor=ANCHOR)
    assert not Plan.objects.exists() and not User.objects.exists() and not Institution.objects.exists()


@pytest.mark.parametrize(
    ("options", "environment", "words"),
    [
        ({"on": "24.11.2026"}, {}, "write YYYY-MM-DD"),
        ({"on": "2025-01-31"}, {}, "no finished round"),
        ({}, {"DEMO_PASSWORD": "12345"}, "too weak"),
    ],
)
def test_it_says_what_is_wrong(monkeypatch, options, environment, words):
    empty()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(CommandError, match=words):
        run("load_demo", **options)
    assert not Plan.objects.exists()


def test_it_is_loaded_in_demo_mode_only(settings):
    settings.DEMO = False
    for command in ("load_demo", "demo_accounts"):
        with pytest.raises(CommandError, match="DEMO=1"):
            run(command)


def test_it_never_mixes_with_what_somebody_entered():
    empty()
    Institution.objects.create(code="MJ", name="Ministry of Justice", kind="government")
    with pytest.raises(CommandError, match="MJ"):
        run("load_demo")
    assert Institution.objects.count() == 1


def test_accounts_are_printed_in_columns():
    lines = run("demo_accounts").splitlines()
    head = lines[0]
    for account in ACCOUNTS:
        line = next(line for line in lines if account.email in line)
        assert line.index(account.email) == head.index("E-mail")
        assert line.index(DEFAULT_PASSWORD) == head.index("Password")
        assert line[head.index("What to look at") :] == str(account.look_at)
    assert max(map(len, lines)) <= 130


def test_a_password_changed_since_is_not_printed(monkeypatch):
    monkeypatch.setenv("DEMO_PASSWORD", "another-long-password")
    assert "another-long-password" not in run("demo_accounts")


# People


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.name)
def test_every_account_can_sign_in(client, account):
    assert client.login(username=account.email, password=DEFAULT_PASSWORD)
    assert [seat.role for seat in held_seats(User.objects.get(email=account.email))] == [account.role]


def test_the_roles_that_were_asked_for():
    roles = [account.role for account in ACCOUNTS]
    assert roles.count(Role.FOCAL_POINT) == 5
    assert roles.count(Role.GOVERNMENT_CO_LEAD) == roles.count(Role.CSO_CO_LEAD) == 4
    assert {Role.ADMINISTRATOR, Role.SECRETARIAT, Role.STEERING_COMMITTEE, Role.MONITORING_TEAM} < set(roles)


def test_nobody_else_can_sign_in():
    able = {user.email for user in User.objects.all() if user.has_usable_password()}
    assert able == {account.email for account in ACCOUNTS}


def test_no_name_is_a_persons():
    """Every name is a role, and where it goes on, an institution or a pillar."""
    roles = (
        "Administrator|Secretariat|Focal point|Government co-lead|CSO co-lead|Technical adviser|"
        "Steering committee coordinator|Steering committee member|Monitoring team member"
    )
    of = {str(one) for one in Institution.objects.all()} | {name for _code, name, _of in plans.PILLARS}
    for user in User.objects.all():
        role, _comma, where = user.display_name.partition(", ")
        assert re.fullmatch(roles, role), user.display_name
        assert where == "" or where in of, user.display_name
        assert user.email.endswith(f"@{DOMAIN}")
    assert not Submission.objects.exclude(officer_name="").exists()


def test_steering_committee_as_in_the_guide():
    seats = Seat.objects.filter(role=Role.STEERING_COMMITTEE).select_related("institution")
    kinds = [seat.institution.kind for seat in seats]
    assert (kinds.count("government"), kinds.count("cso"), kinds.count("partner")) == (11, 4, 1)
    assert seats.get(title="Coordinator").institution.code == "MOI"
    assert len(seats) == len(STEERING_COMMITTEE)


def test_working_groups_as_printed():
    leads = {
        (seat.working_group.pillar.name, seat.role): str(seat.institution)
        for seat in Seat.objects.filter(role__in=[Role.GOVERNMENT_CO_LEAD, Role.CSO_CO_LEAD])
    }
    assert leads == {
        ("Participation", "government_co_lead"): "SEI",
        ("Participation", "cso_co_lead"): "Ba Futuru",
        ("Prevention", "government_co_lead"): "MSSI",
        ("Prevention", "cso_co_lead"): "Belun",
        ("Protection", "government_co_lead"): "MOI",
        ("Protection", "cso_co_lead"): "ALFELA",
        ("Peacebuilding", "government_co_lead"): "MJDAC",
        ("Peacebuilding", "cso_co_lead"): "ACbit",
    }
    groups = {group.pillar.name: group for group in WorkingGroup.objects.select_related("pillar")}
    members = {
        name: {seat.institution.code for seat in group.seats.filter(role=Role.GROUP_MEMBER)}
        for name, group in groups.items()
    }
    assert members["Prevention"] == members["Participation"] and len(members["Participation"]) == 13
    assert "MSSI" not in members["Prevention"] and "MSSI" in groups["Prevention"].data_note
    assert all("PNTL" in group for group in members.values())


# The framework


def test_the_real_workbook_changes_nothing():
    with LOGFRAME.open("rb") as file:
        book = read_logframe(file, filename=LOGFRAME.name, known=known_institutions())
    difference = compare(book, plan(), load_existing(plan()))
    assert not difference.changes_anything and difference.can_be_saved
    same = {level: counts["same"] for level, counts in difference.counts()}
    assert (same["goal"], same["output"], same["activity"], same["indicator"]) == (1, 2, 3, 6)
    assert not any(who.is_guess for who in difference.whos.values())


def test_only_what_is_public_is_not_marked_illustrative():
    assert plan().holds_illustrative_data
    real = Indicator.objects.filter(is_illustrative=False)
    assert [one.code for one in real] == ["1.1.2c"]
    assert real.get().baseline_source.startswith("Public record")
    assert not Costing.objects.filter(is_illustrative=False).exists()
    unsourced = Indicator.objects.exclude(baseline_value=None, baseline_numerator=None).filter(
        ~Q(baseline_source__startswith="Illustrative"),
        ~Q(baseline_source__startswith="Public record"),
        ~Q(baseline_source__startswith="Guide"),
    )
    assert not unsourced.exists()


def test_every_definition_holds_its_own_rules():
    for indicator in Indicator.objects.all():
        indicator.full_clean()
    for target in Target.objects.select_related("indicator"):
        target.full_clean()
        assert target.indicator.is_share or target.numerator is None


def test_honest_gaps_are_left():
    gaps = {kind.key: [getattr(row, "code", row) for row in found] for kind, found in find_gaps(plan())}
    assert "1.2.1a" in gaps["no_baseline"] and "1.2.1a" in gaps["no_denominator"]
    assert gaps["no_target"] == ["1.1.2c", "2.2.1b"]
    assert gaps["no_source"] == ["4.2.1a"]
    assert gaps["no_cost"] == ["1.3.2", "2.2.2", "4.3.2"]
    assert "no_lead" not in gaps and "no_indicator" not in gaps


def test_costs_lie_in_the_years_of_their_activities():
    for costing in Costing.objects.select_related("activity"):
        assert costing.year in costing.activity.years
        assert costing.amount > 0 and costing.currency == "USD"


def test_places_add_up_to_the_census():
    assert Place.objects.count() == 14
    assert sum(place.population for place in Place.objects.all()) == 1_341_737


def test_plans_beside_it():
    shown = Plan.objects.filter(is_public=True)
    assert set(shown.values_list("code", flat=True)) == set(plans.ALL_CODES)
    regional = shown.get(code="BARMM-RAP-2023-2028")
    assert (regional.parent.code, regional.level) == ("PH-NAP-2023-2033", "subnational")
    assert plan().predecessor.code == "TL-NAP-2016-2020" and plan().predecessor.status == "expired"
    assert not Indicator.objects.exclude(plan=plan()).exists()


# Figures that are on record (DOMAIN.md, V)


def test_public_figures():
    suco = IndicatorValue.objects.filter(indicator__code="1.1.2b", category__code="suco-chief")
    assert {(row.numerator, row.denominator) for row in suco} == {(18, 452)}
    assert "11 of 442 in 2009, 21 of 442 in 2016, 18 of 452 in 2023" in definition("1.1.2b")
    parliament = Indicator.objects.get(code="1.1.2c")
    assert (parliament.baseline_numerator, parliament.baseline_denominator) == (25, 65)
    reported = IndicatorValue.objects.filter(indicator=parliament)
    assert {(row.numerator, row.denominator) for row in reported} == {(24, 65)}
    candidates = Indicator.objects.get(code="1a")
    assert (candidates.baseline_numerator, candidates.baseline_denominator) == (241, 2117)
    assert candidates.baseline_year == 2023
    for code, baseline, target in (("1.3.1a", 15, 18), ("1.3.2a", 10, 20)):
        indicator = Indicator.objects.get(code=code)
        assert (indicator.baseline_value, indicator.baseline_year) == (baseline, 2022)
        assert indicator.targets.get(is_endline=True).value == target
    assert "18% in 2014" in definition("1.3.1a")
    assert Indicator.objects.get(code="1.4.1a").baseline_value == 30


def definition(code):
    return Indicator.objects.get(code=code).definition


# The deliberate cases (DOMAIN.md, "Rest of the demo logframe")


def test_one_moved_backwards():
    for year in (2024, 2025, 2026):
        assert result("1.1.2c", year).status == Performance.MOVED_BACKWARDS
    back = IndicatorResult.objects.totals().filter(status=Performance.MOVED_BACKWARDS)
    assert set(back.values_list("indicator__code", flat=True)) == {"1.1.2c"}


def test_one_without_data_and_its_reason():
    row = result("1a", 2025)
    assert row.status == Performance.NO_DATA and "No suco election" in row.no_data_reason


def test_one_not_yet_due():
    assert result("4.3.2a", 2026).status == Performance.NOT_YET_DUE
    assert min(Activity.objects.get(code="4.3.2").years) == 2027


def test_one_overdue_ministry():
    mine = Submission.objects.overdue(ANCHOR).filter(institution__code="MJ", round__label="2026")
    assert {row.pillar.code for row in mine.select_related("pillar")} == {"P1", "P2"}
    assert not mine.with_start().filter(is_started=True).exists()
    assert submission("MJ", "P1", 2026).days_late(ANCHOR) == 10


def test_one_returned_submission():
    row = submission("MAE", "P1", 2026)
    assert row.state == SubmissionState.RETURNED and "193" in row.return_note
    assert Submission.objects.filter(state=SubmissionState.RETURNED).count() == 1
    total = row.values.get(indicator__code="1.1.2b", category=None)
    assert total.numerator == 193
    assert sum(part.numerator for part in row.values.filter(category__isnull=False)) == 139


def test_one_cso_co_lead_dissents():
    dissent = SignOff.objects.get(verdict=Verdict.DISSENT)
    assert dissent.submission == submission("PNTL", "P3", 2025)
    assert dissent.side == Side.CSO and len(dissent.statement) > 300
    row = result("3.1.1a", 2025)
    assert row.has_dissent and row.provenance == Provenance.PUBLISHED


def test_one_target_revised_with_a_reason():
    target = Target.objects.get(indicator__code="3.2.1a", period_end=date(2026, 12, 31))
    event = Target.pgh_event_model.objects.filter(pgh_obj=target).order_by("-pgh_id")
    assert [row.numerator for row in event] == [10, 12]
    context = event[0].pgh_context.metadata
    assert context["reason"] == REVISION_REASON
    assert context["user"] == User.objects.get(email=f"secretariat@{DOMAIN}").pk
    assert result("3.2.1a", 2026).target == Decimal(1000) / 14 // Decimal("1e-12") * Decimal("1e-12") or (
        abs(result("3.2.1a", 2026).target - Decimal(1000) / 14) < Decimal("1e-9")
    )


def test_one_vacant_focal_point():
    round = ReportingRound.objects.get(label="2026")
    assert [one.code for one in institutions_without_focal_point(round, ANCHOR)] == ["ME"]
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
    assert result("1.1.2b", 2025).unknown_difference == {"Position level": {"numerator": "2"}}
    others = IndicatorResult.objects.totals().exclude(unknown_difference={})
    assert [row.indicator.code for row in others] == ["1.1.2b"]


def test_small_cells_by_municipality():
    cells = IndicatorResult.objects.filter(indicator__code="1.4.1a", round__label="2025", place__isnull=False)
    assert cells.count() == 14
    small = cells.filter(numerator__lt=5, numerator__gt=0)
    assert small.count() == 8 and not small.filter(is_suppressed=False).exists()


def test_one_falls_and_does_well():
    values = [result("3.1.1b", year).value for year in (2024, 2025, 2026)]
    assert values == sorted(values, reverse=True)
    assert result("3.1.1b", 2026).status == Performance.ON_TRACK


def test_one_on_a_scale():
    row = result("2.4.1a", 2026)
    assert row.value == 1 and row.status == Performance.OFF_TRACK
    assert len(row.indicator.scale_labels) == 4


def test_a_reported_zero_stays_zero():
    assert result("2.2.2a", 2025).value == 0


def test_every_type_and_every_status_is_there():
    assert set(Indicator.objects.values_list("type", flat=True)) == {
        "count", "percentage", "number_and_percentage", "ordinal", "yes_no", "qualitative",
    }  # fmt: skip
    assert set(IndicatorResult.objects.totals().values_list("status", flat=True)) == set(Performance.values)


# The story


def test_everything_in_the_files_was_told():
    sections = [
        told
        for code in ("p1", "p2", "p3", "p4")
        for by_institution in tables(f"story_{code}.toml").values()
        for told in by_institution.values()
    ]
    assert ActivityProgress.objects.count() == sum(len(rounds) for rounds in sections)
    assert IndicatorValue.objects.count() == len(rows("figures.csv"))
    narratives = list(ActivityProgress.objects.values_list("narrative", flat=True))
    assert len(set(narratives)) == len(narratives) and "" not in narratives


def test_each_sign_in_has_something_to_do():
    states = dict(
        Submission.objects.filter(round__label="2026").values_list(
            F("institution__code") + F("pillar__code"), "state"
        )
    ) if False else {
        (row.institution.code, row.pillar.code): row.state
        for row in Submission.objects.filter(round__label="2026").select_related("institution", "pillar")
    }
    assert states["SEI", "P1"] == "submitted"
    assert [states["PNTL", pillar] for pillar in ("P1", "P2", "P3")] == ["accepted", "submitted", "endorsed"]
    for pillar in ("P1", "P2", "P3", "P4"):
        here = {state for (_code, where), state in states.items() if where == pillar}
        assert {"submitted", "accepted", "endorsed"} <= here, pillar
    draft = submission("MSSI", "P2", 2026)
    assert draft.state == "draft" and draft.progress.count() == 1
    assert {problem.code for problem in submission_problems(draft)} == {"2.2.2", "2.2.2a"}
