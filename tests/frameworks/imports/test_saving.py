"""From the real workbook into the database: preview, save all or nothing, save again without change."""

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from frameworks.gaps import find_gaps
from frameworks.imports import read_logframe
from frameworks.imports.difference import compare
from frameworks.imports.existing import known_institutions, load_existing
from frameworks.imports.saving import ImportRefused, save_logframe
from frameworks.models import (
    Activity,
    Category,
    Goal,
    Indicator,
    Institution,
    InstitutionAlias,
    Lead,
    Membership,
    Output,
    Pillar,
    Plan,
    Seat,
    WorkingGroup,
)
from tests.world import (
    make_activity,
    make_indicator,
    make_institution,
    make_pillar,
    make_plan,
    make_round,
    make_user,
)

pytestmark = pytest.mark.django_db
WORKBOOK = Path(__file__).resolve().parents[2] / "data" / "timor-leste-nap1325-2024-2028-logframe.xlsx"
AT = datetime(2024, 2, 1, tzinfo=UTC)
CODE = "TL-NAP-2024-2028"


def parsed(change=None):
    """The real workbook, read; `change(workbook)` alters it first."""
    if change is None:
        with WORKBOOK.open("rb") as file:
            return read_logframe(file, filename=WORKBOOK.name, known=known_institutions())
    workbook = openpyxl.load_workbook(WORKBOOK)
    change(workbook)
    file = BytesIO()
    workbook.save(file)
    file.seek(0)
    return read_logframe(file, filename="changed.xlsx", known=known_institutions())


def save(plan, change=None, **options):
    return save_logframe(parsed=parsed(change), plan=plan, by=None, at=AT, **options)


@pytest.fixture
def imported():
    plan = make_plan(CODE)
    save(plan)
    return plan


def test_the_real_workbook_gives_what_the_issue_says(imported):
    assert Goal.objects.get().code == "1"
    assert [one.code for one in Output.objects.all()] == ["1.1", "1.2"]
    assert {one.code: one.years for one in Activity.objects.all()} == {
        "1.1.2": [2024, 2025, 2026, 2027, 2028],
        "1.1.3": [2024, 2025, 2026, 2027, 2028],
        "1.2.1": [2024, 2025, 2026, 2027],
    }
    assert [one.code for one in Indicator.objects.all()] == [
        "1.1.2a",
        "1.1.2b",
        "1.1.2c",
        "1.1.2d",
        "1.1.3a",
        "1.2.1a",
    ]
    assert {one.type for one in Indicator.objects.all()} == {"number_and_percentage"}
    assert Indicator.objects.get(code="1.1.2c").direction == "maintain_or_increase"


def test_the_bulleted_list_is_a_breakdown_of_one_indicator(imported):
    names = list(Category.objects.values_list("dimension__indicator__code", "dimension__name", "name"))
    assert names == [
        ("1.1.2b", "Position level", name)
        for name in ("Aldeia Chief", "Suco Chief", "Administrative Post", "Municipality")
    ]


def test_three_leads_the_first_accountable_and_csos_a_group(imported):
    leads = Lead.objects.filter(activity__code="1.1.2").order_by("order")
    assert [(one.institution.code, one.is_accountable) for one in leads] == [
        ("SEI", True),
        ("MAE", False),
        ("CSOS", False),
    ]
    group = Institution.objects.get(code="CSOS")
    assert group.kind == "group"
    assert {"BA-FUTURU", "ALFELA", "ACBIT"} <= set(group.members.values_list("code", flat=True))


def test_working_groups_have_both_co_leads_and_their_members(imported):
    assert list(Pillar.objects.values_list("code", "name")) == [
        ("P1", "Participation"), ("P2", "Prevention"), ("P3", "Protection"), ("P4", "Peacebuilding"),
    ]  # fmt: skip
    group = WorkingGroup.objects.get(pillar__code="P1")
    assert group.seats.get(role="government_co_lead").institution.code == "SEI"
    assert group.seats.get(role="cso_co_lead").institution.code == "BA-FUTURU"
    members = set(group.seats.filter(role="group_member").values_list("institution__code", flat=True))
    assert {"MD", "PATRIA", "GMPTL"} <= members  # "MD no 4 NGOs": MD is a member
    assert len(members) == 13
    assert "printed the same" in WorkingGroup.objects.get(pillar__code="P2").data_note


def test_framework_gaps_are_listed(imported):
    gaps = {kind.key: len(rows) for kind, rows in find_gaps(imported)}
    assert gaps["no_baseline"] == gaps["no_target"] == gaps["no_denominator"] == gaps["no_source"] == 6
    assert gaps["no_cost"] == 3


def test_importing_again_changes_nothing(imported):
    before = {
        model: model.objects.count()
        for model in (Goal, Output, Activity, Indicator, Lead, Seat, Institution, Category)
    }
    again = save(imported)
    assert not again.changes_anything
    assert {model: model.objects.count() for model in before} == before


def test_a_blank_never_overwrites_and_an_assumed_direction_neither(imported):
    Indicator.objects.filter(code="1.1.2a").update(data_source="Training lists", direction="maintain")
    again = save(imported)
    assert not again.changes_anything
    assert Indicator.objects.get(code="1.1.2a").data_source == "Training lists"


def test_what_the_workbook_lacks_is_left_and_listed(imported):
    pillar = Pillar.objects.get(code="P1")
    activity = make_activity(pillar, "1.1.10")
    make_indicator(activity, "1.1.10a")
    again = save(imported)
    assert ("activity", "1.1.10", "Activity 1.1.10") in again.left
    assert Activity.objects.filter(code="1.1.10").exists()


def test_a_changed_cell_shows_old_and_new(imported):
    def change(workbook):
        workbook["Participation"]["H10"] = "x"
        workbook["Participation"]["I10"] = "MJ & PNTL"

    difference = compare(parsed(change), imported, load_existing(imported))
    item = next(item for item in difference.items if item.code == "1.2.1")
    assert item.action == "changed"
    assert [(old, new) for _label, old, new in item.changes] == [
        ("2024, 2025, 2026, 2027", "2024, 2025, 2026, 2027, 2028"),
        ("MJ", "MJ, PNTL"),
    ]
    save(imported, change)
    activity = Activity.objects.get(code="1.2.1")
    assert activity.years[-1] == 2028
    assert [lead.institution.code for lead in activity.leads.all()] == ["MJ", "PNTL"]


def test_a_row_put_in_between_does_not_turn_one_indicator_into_another(imported):
    before = dict(Indicator.objects.values_list("statement", "pk"))

    def change(workbook):
        sheet = workbook["Participation"]
        sheet["C5"], sheet["C7"] = sheet["C7"].value, sheet["C5"].value

    save(imported, change)
    assert dict(Indicator.objects.values_list("statement", "pk")) == before


def test_an_error_saves_nothing():
    plan = make_plan(CODE)

    def change(workbook):
        workbook["Participation"]["C10"] = "=cmd|' /C calc'!A0"

    with pytest.raises(ImportRefused) as refused:
        save(plan, change)
    assert any(doubt.cell == "C10" for doubt in refused.value.difference.errors)
    assert not Goal.objects.exists()
    assert not Institution.objects.exists()


def test_what_is_saved_must_be_what_was_seen(imported):
    def change(workbook):
        workbook["Participation"]["H10"] = "x"

    seen = compare(parsed(change), imported, load_existing(imported)).fingerprint()
    Activity.objects.filter(code="1.2.1").update(title="Changed meanwhile")
    with pytest.raises(ImportRefused, match="changed since"):
        save(imported, change, fingerprint=seen)
    assert Activity.objects.get(code="1.2.1").title == "Changed meanwhile"


def test_an_endorsed_plan_wants_a_reason(imported):
    imported.status = "endorsed"
    imported.save()

    def change(workbook):
        workbook["Participation"]["H10"] = "x"

    with pytest.raises(ImportRefused, match="say why"):
        save(imported, change)
    save(imported, change, reason="The council extended the activity.")
    assert 2028 in Activity.objects.get(code="1.2.1").years


def test_aliases_bring_two_names_together():
    moi = make_institution("MOI", name="Ministério do Interior")
    InstitutionAlias.objects.create(institution=moi, name="MI")
    plan = make_plan(CODE)
    save(plan)
    group = WorkingGroup.objects.get(pillar__name="Protection")
    assert group.seats.get(role="government_co_lead").institution == moi
    assert not Institution.objects.filter(code="MI").exists()


def test_a_person_can_say_whom_a_name_means():
    moi = make_institution("MOI", name="Ministério do Interior")
    plan = make_plan(CODE)
    save(plan, answers={"who-mi": "MOI"})
    assert (
        WorkingGroup.objects.get(pillar__name="Protection").seats.get(role="government_co_lead").institution
        == moi
    )


def test_a_misspelling_is_taken_for_the_known_name_with_a_doubt_at_its_cell():
    make_institution("ALOLA", "cso", name="Fundasaun Alola")
    plan = make_plan(CODE)
    difference = save(plan)
    assert Institution.objects.filter(name__contains="Alola").count() == 1
    assert [(doubt.sheet, doubt.cell) for doubt in difference.doubts if "Fundasun" in str(doubt.message)] == [
        ("Working groups", "C2")
    ]


def test_another_plans_secretariat_may_not(world):
    with pytest.raises(PermissionDenied):
        save_logframe(parsed=parsed(), plan=world.plan, by=world.outsider, at=AT)


def test_queries_do_not_grow_with_the_workbook(django_assert_max_num_queries, imported):
    with django_assert_max_num_queries(60):
        save(imported)


def test_the_command_creates_the_plan_and_a_dry_run_does_not(capsys):
    call_command("import_logframe", str(WORKBOOK), plan=CODE, dry_run=True)
    assert not Plan.objects.exists()
    call_command("import_logframe", str(WORKBOOK), plan=CODE)
    plan = Plan.objects.get()
    assert (plan.country, plan.start_year, plan.end_year) == ("TL", 2024, 2028)
    assert "gap: No baseline (6)" in capsys.readouterr().out


def test_the_command_says_what_is_wrong(tmp_path):
    file = tmp_path / "renamed.xlsx"
    file.write_text("this is no workbook")
    with pytest.raises(CommandError, match=r"renamed\.xlsx"):
        call_command("import_logframe", str(file), plan=CODE)
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_logframe", str(tmp_path / "nowhere.xlsx"), plan=CODE)


# In the browser


@pytest.fixture
def secretariat(client):
    user = make_user("secretariat")
    plan = make_plan(CODE)
    seat = Seat.objects.create(plan=plan, role="secretariat")
    Membership.objects.create(user=user, seat=seat, starts_on=date(2024, 1, 1))
    client.force_login(user)
    return client


def upload(client, content, name="logframe.xlsx"):
    file = BytesIO(content)
    file.name = name
    return client.post(f"/plans/{CODE}/import/", {"file": file}, follow=True)


def test_upload_preview_and_save(secretariat):
    page = upload(secretariat, WORKBOOK.read_bytes())
    assert page.status_code == 200
    text = page.content.decode()
    assert "Participation!C6" in text
    assert not Goal.objects.exists()
    address = page.redirect_chain[-1][0]
    saved = secretariat.post(address, {"action": "save", "fingerprint": page.context["fingerprint"]})
    assert saved.status_code == 302
    assert Indicator.objects.count() == 6
    assert secretariat.get(address).status_code == 404  # decided


def test_a_stale_preview_is_refused_and_shown_anew(secretariat):
    page = upload(secretariat, WORKBOOK.read_bytes())
    make_pillar(Plan.objects.get(), "P9", "Participation")
    answer = secretariat.post(
        page.redirect_chain[-1][0], {"action": "save", "fingerprint": page.context["fingerprint"]}
    )
    assert answer.status_code == 409
    assert "changed since" in answer.content.decode()
    assert not Goal.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no workbook", "logframe.xlsx"),
        (b"", "logframe.xlsx"),
        (b"PK\x03\x04" + b"0" * 200, "logframe.xlsx"),
        (b"0" * (11 * 1024 * 1024), "limit is 10 MB"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused_at_its_field(secretariat, content, words):
    page = upload(secretariat, content)
    assert words in str(page.context["form"].errors["file"])


def test_names_can_be_answered_on_the_preview(secretariat):
    make_institution("MOI", name="Ministério do Interior")
    page = upload(secretariat, WORKBOOK.read_bytes())
    address = page.redirect_chain[-1][0]
    page = secretariat.post(address, {"action": "who", "who-mi": "MOI"}, follow=True)
    secretariat.post(address, {"action": "save", "fingerprint": page.context["fingerprint"]})
    assert not Institution.objects.filter(code="MI").exists()


def test_what_was_retired_stays_retired_and_is_said(imported):
    Activity.objects.filter(code="1.2.1").update(retired_on=date(2025, 3, 1))
    Indicator.objects.filter(code="1.2.1a").update(retired_on=date(2025, 3, 1))
    again = save(imported)
    assert not again.changes_anything
    assert [doubt.cell for doubt in again.doubts if doubt.code == "retired"] == ["B10", "C10"]
    assert Activity.objects.get(code="1.2.1").retired_on

    def without(workbook):
        for column in "ABCDEFGHI":
            workbook["Participation"][f"{column}10"].value = None

    assert [code for _level, code, _label in save(imported, without).left] == [
        "1.2"
    ]  # nobody misses what is retired


def test_an_output_that_moves_to_another_pillar_takes_its_indicators_along(imported):
    other = Pillar.objects.get(code="P2")
    Goal.objects.update(pillar=other)
    Indicator.objects.update(pillar=other)
    difference = save(imported)
    moved = [item for item in difference.items if item.level == "indicator"]
    assert {tuple(map(str, item.changes[0])) for item in moved} == {("Pillar", "Prevention", "Participation")}
    assert set(Indicator.objects.values_list("pillar__code", flat=True)) == {"P1"}
    assert not save(imported).changes_anything


def test_who_becomes_a_lead_in_an_open_round_is_asked_to_report(imported):
    make_round(imported, 2024, closes_on=date(2099, 1, 1))
    make_institution("UNW", "partner")

    def change(workbook):
        workbook["Participation"]["I10"] = "MJ & UNW"

    save_logframe(parsed=parsed(change), plan=imported, by=None, at=datetime(2025, 1, 20, tzinfo=UTC))
    assert imported.rounds.get().submissions.filter(institution__code="UNW").exists()


def test_only_what_was_touched_is_worked_out_anew(imported, monkeypatch):
    told = []
    monkeypatch.setattr(
        "frameworks.imports.saving.announce",
        lambda *, indicators, at: told.append(list(indicators.values_list("code", flat=True))),
    )
    save(imported)
    assert told == []

    def change(workbook):
        workbook["Participation"]["C5"] = "# and % of women trained for office, increased"
        workbook["Participation"]["H10"] = "x"

    save(imported, change)
    assert [sorted(codes) for codes in told] == [["1.1.2e", "1.2.1a"]]
