"""Merging two institutions: what moves, what stays, what is refused; all of it or nothing."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from frameworks.forms.activities import institution_choices
from frameworks.imports.existing import known_institutions
from frameworks.imports.names import KnownInstitutions
from frameworks.mergers import plan_merger
from frameworks.models import (
    Indicator,
    Institution,
    InstitutionAlias,
    Lead,
    Membership,
    Plan,
    RoundGroup,
    Seat,
)
from frameworks.operations.merging import merge
from monitoring.dashboards import pillar_counts
from monitoring.models import ActivityProgress, IndicatorValue, Submission
from monitoring.models.submission import ActivityStatus
from monitoring.reports.build import build_pillar_report
from monitoring.sheets import load_sheet
from tests.pages import Visitor
from tests.world import NOW, give_seat, make_activity, make_institution, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(world):
    """MI, a second entry of MAE: it leads 2.1.2 alone and 1.1.2 beside MAE, reports 2.1.1a, and has seats and names."""
    world.institutions["mi"] = mi = make_institution(
        "MI", name="Ministry of Interior", contact_email="mi@tl.example"
    )
    make_activity(world.prevention, "2.1.2", [mi])
    Lead.objects.filter(activity=world.activities["a112"]).update(
        order=3, role="support", is_accountable=False
    )
    Lead.objects.create(
        activity=world.activities["a112"], institution=mi, role="co_lead", is_accountable=True, order=1
    )
    world.indicators["i211a"].responsible.add(mi)
    InstitutionAlias.objects.create(institution=mi, name="Interior")
    world.seats["mi_committee"] = give_seat(
        world.nobody, "steering_committee", plan=world.plan, institution=mi, category="ministry"
    )
    return world


def into(world, *, source="mi", target="mae", by="secretariat", **values):
    return merge(
        source=world.institutions[source],
        target=world.institutions[target],
        reason=values.pop("reason", "Entered twice."),
        by=world.users[by],
        at=values.pop("at", NOW),
        **values,
    )


def preview(world, query="?into=MAE", who="secretariat"):
    return Visitor(world.users[who]).open(f"/institutions/MI/merge/{query}")


# What moves


def test_dates_of_a_round_to_come_go_along_those_of_an_opened_one_stay(pair):
    def group(year, opened, *institutions):
        round = make_round(pair.plan, year, opened=opened)
        dates = {name: getattr(round, name) for name in ("opens_on", "due_on", "closes_on")}
        made = RoundGroup.objects.create(round=round, name="Later", **dates)
        for institution in institutions:
            made.memberships.create(round=round, institution=institution)
        return made

    past = group(2023, True, pair.mi)
    alone, both = group(2025, False, pair.mi), group(2026, False, pair.mi, pair.mae)
    into(pair)
    assert list(past.institutions.all()) == [pair.mi]
    assert list(alone.institutions.all()) == list(both.institutions.all()) == [pair.mae]


def test_leads_move_and_doubles_become_one(pair):
    into(pair)
    assert not Lead.objects.filter(institution=pair.mi).exists()
    assert Lead.objects.get(activity__code="2.1.2").institution == pair.mae
    one = Lead.objects.get(activity=pair.activities["a112"])
    # Accountable, because MI was; the stronger role and the lower place of the two.
    assert (one.institution, one.is_accountable, one.role, one.order) == (pair.mae, True, "co_lead", 1)


def test_who_reports_a_figure_moves(pair):
    pair.indicators["i112a"].responsible.add(pair.mi, pair.mae)
    into(pair)
    for name in ("i211a", "i112a"):
        assert list(pair.indicators[name].responsible.all()) == [pair.mae]


def test_seats_move_with_their_people(pair):
    into(pair)
    seat = Seat.objects.get(pk=pair.seats["mi_committee"].pk)
    assert (seat.institution, seat.category, seat.closed_on) == (pair.mae, "ministry", None)
    assert seat.memberships.get().user == pair.nobody


def test_a_second_focal_point_goes_on_as_an_alternate(pair):
    seat = give_seat(pair.nobody, "focal_point", plan=pair.plan, institution=pair.mi)
    into(pair)
    seat.refresh_from_db()
    assert (seat.institution, seat.title, seat.closed_on) == (pair.mae, "Alternate", None)
    assert seat.memberships.get().ends_on is None


def test_a_vacant_seat_beside_a_held_one_is_abolished(pair):
    vacant = give_seat(None, "focal_point", plan=pair.plan, institution=pair.mi)
    into(pair)
    vacant.refresh_from_db()
    assert (vacant.closed_on, vacant.institution) == (date(2025, 1, 20), pair.mi)
    assert Seat.objects.filter(institution=pair.mae, role="focal_point", closed_on=None).count() == 1


def test_the_held_one_of_two_seats_stays_and_takes_the_chair_over(pair):
    chair = give_seat(None, "steering_committee", plan=pair.plan, institution=pair.mae, is_coordinator=True)
    into(pair)
    chair.refresh_from_db()
    kept = Seat.objects.get(pk=pair.seats["mi_committee"].pk)
    assert chair.closed_on == date(2025, 1, 20)
    assert (kept.institution, kept.is_coordinator) == (pair.mae, True)


def test_somebody_who_is_to_begin_keeps_the_seat(pair):
    coming = give_seat(
        pair.nobody, "focal_point", plan=pair.plan, institution=pair.mi, starts_on=date(2025, 6, 1)
    )
    into(pair)
    coming.refresh_from_db()
    assert (coming.institution, coming.closed_on) == (pair.mae, None)


def test_a_member_of_a_working_group_is_there_once(pair):
    group = pair.participation.working_group
    common = {"role": "group_member", "plan": pair.plan, "working_group": group}
    mine, theirs = (give_seat(None, institution=one, **common) for one in (pair.mi, pair.mae))
    into(pair)
    assert list(Seat.objects.filter(role="group_member", closed_on=None)) == [theirs]
    mine.refresh_from_db()
    assert mine.closed_on == date(2025, 1, 20)


def test_groups_members_and_directorates_move(pair):
    group = make_institution("ALL", "group")
    group.members.add(pair.mi, pair.sei)
    make_institution("DNPCC", parent=pair.mi)
    into(pair)
    assert set(group.members.all()) == {pair.mae, pair.sei}
    assert Institution.objects.get(code="DNPCC").parent == pair.mae
    pair.mae.refresh_from_db()
    assert pair.mae.contact_email == "mi@tl.example"


def test_two_groups_become_one(pair):
    csos, ngos = make_institution("CSOS", "group"), make_institution("NGOS", "group")
    csos.members.add(pair.ba_futuru, pair.sei)
    ngos.members.add(pair.ba_futuru, pair.mssi)
    merge(source=ngos, target=csos, reason="The same.", by=pair.secretariat, at=NOW)
    assert set(csos.members.all()) == {pair.ba_futuru, pair.sei, pair.mssi}
    assert not ngos.members.exists()


@pytest.mark.parametrize("depth", [1, 2])
def test_merging_into_one_s_own_part_makes_no_circle(pair, depth):
    """MI is part of SEI, and MAE, one or two steps down, is part of MI."""
    Institution.objects.filter(pk=pair.mi.pk).update(parent=pair.sei)
    between = pair.mi
    if depth == 2:
        between = make_institution("BETWEEN", parent=pair.mi)
    Institution.objects.filter(pk=pair.mae.pk).update(parent=between)
    into(pair)
    pair.mae.refresh_from_db()
    assert pair.mae.parent == pair.sei
    if depth == 2:
        between.refresh_from_db()
        assert between.parent == pair.mae


def test_a_directorate_is_merged_into_its_ministry(pair):
    Institution.objects.filter(pk=pair.mi.pk).update(parent=pair.mae)
    into(pair)
    pair.mae.refresh_from_db()
    assert pair.mae.parent is None


def test_what_it_was_part_of_goes_along(pair):
    Institution.objects.filter(pk=pair.mi.pk).update(parent=pair.sei)
    into(pair)
    pair.mae.refresh_from_db()
    assert pair.mae.parent == pair.sei


def test_all_its_names_find_the_other(pair):
    InstitutionAlias.objects.create(institution=pair.mae, name="ministry of interior")
    into(pair)
    assert sorted(one.name for one in pair.mae.aliases.all()) == ["Interior", "MI", "ministry of interior"]
    known = KnownInstitutions(known_institutions())
    for name in ("MI", "Ministry of Interior", "Interior", "MAE"):
        assert known.resolve(name).institution.key == pair.mae
    assert pair.mi.pk not in institution_choices(pair.plan)


def test_a_name_that_stands_for_a_third_is_left_out_and_said(pair):
    InstitutionAlias.objects.create(institution=pair.sei, name="MI")
    assert "Names that will not: they stand for another institution 1 MI (SEI)" in preview(pair).text
    into(pair)
    assert sorted(one.name for one in pair.mae.aliases.all()) == ["Interior", "Ministry of Interior"]
    assert InstitutionAlias.objects.get(name="MI").institution == pair.sei


def test_what_was_merged_before_leads_on(pair):
    into(pair)
    into(pair, source="mae", target="mssi")
    assert Institution.objects.get(code="MI").merged_into == pair.mssi
    assert sorted(one.name for one in pair.mssi.aliases.all()) == [
        "Interior",
        "MAE",
        "MI",
        "Ministry of Interior",
    ]


# What stays


def test_what_is_over_stays(pair):
    retired = make_activity(pair.prevention, "2.1.9", [pair.mi])
    retired.retired_on = "2024-12-31"
    retired.save()
    Indicator.objects.filter(code="2.1.1a").update(retired_on="2024-12-31")
    abolished = give_seat(
        None, "monitoring_team", plan=pair.plan, institution=pair.mi, closed_on="2024-12-31"
    )
    old = Plan.objects.create(
        code="TL-OLD",
        title="Old",
        country="TL",
        start_year=2016,
        end_year=2020,
        generation=1,
        status="expired",
    )
    seat = give_seat(None, "steering_committee", plan=old, institution=pair.mi)
    into(pair)
    assert retired.leads.get().institution == pair.mi
    assert list(pair.indicators["i211a"].responsible.all()) == [pair.mi]
    for one in (abolished, seat):
        one.refresh_from_db()
        assert one.institution == pair.mi


def reported(world, institution, state="endorsed", *, year=2023, activity="a112"):
    """What an institution handed in for a round that is over and published."""
    round = make_round(world.plan, year, published_at=NOW)
    submission = Submission.objects.create(
        round=round,
        institution=institution,
        pillar=world.participation,
        state=state,
        submitted_at=NOW,
        submitted_by=world.nobody,
    )
    ActivityProgress.objects.create(
        submission=submission, activity=world.activities[activity], status="completed", narrative="Done."
    )
    IndicatorValue.objects.create(submission=submission, indicator=world.indicators["i112a"], value=12980)
    return submission


def test_what_was_reported_stays_and_is_still_found(pair):
    submission = reported(pair, pair.mi)
    Plan.objects.filter(pk=pair.plan.pk).update(is_public=True)
    into(pair)
    submission.refresh_from_db()
    assert submission.institution == pair.mi
    # The status that MI reported is still the activity's, now that MAE answers for it.
    text = Visitor(pair.secretariat).open(f"/plans/{pair.plan.code}/activities/1.1.2/?round=2023").text
    assert "Completed" in text
    counts = dict(pillar_counts(round=submission.round)[0].activities)
    assert counts[ActivityStatus.COMPLETED] == 1
    # MAE's focal point reads what was handed in, and nobody else's.
    Visitor(pair.focal_mae).open(f"/submissions/{submission.pk}/")
    Visitor(pair.focal_sei).open(f"/submissions/{submission.pk}/", status=404)


def test_the_report_of_a_round_before_the_merger(pair):
    """MI gave what is asked of MAE today: MAE is not missing, and the activity is reported."""
    pair.activities["a112"].years = [2023]
    pair.activities["a112"].save()
    submission = reported(pair, pair.mi)
    into(pair)
    report = build_pillar_report(
        plan=pair.plan, round=submission.round, pillar=pair.participation, cut_off=NOW
    )
    assert [(one.institution, one.is_expected, one.is_received) for one in report.reports] == [
        ("MI", True, True)
    ]
    activity = next(one for one in report.activities if one.code == "1.1.2")
    assert (activity.status, activity.accounts[0].institution, activity.accounts[0].is_accountable) == (
        "completed", "MI", True,
    )  # fmt: skip


def test_an_activity_has_one_status_where_both_had_reported(pair):
    submission = reported(pair, pair.mi)
    own = Submission.objects.create(
        round=submission.round, institution=pair.mae, pillar=pair.participation, state="endorsed",
        submitted_at=NOW, submitted_by=pair.nobody,
    )  # fmt: skip
    ActivityProgress.objects.create(submission=own, activity=pair.activities["a112"], status="delayed")
    into(pair)
    rows = ActivityProgress.objects.filter(activity=pair.activities["a112"]).of_accountable()
    assert [row.status for row in rows] == ["delayed"]


def test_last_year_s_value_stands_beside_the_empty_box(pair):
    reported(pair, pair.mi)
    into(pair)
    now = Submission.objects.create(
        round=make_round(pair.plan, 2024), institution=pair.mae, pillar=pair.participation
    )
    sheet = load_sheet(now, context=True)
    line = next(line for entry in sheet.entries for line in entry.lines if line.indicator.code == "1.1.2a")
    assert [row.value for row in line.last.values()] == [12980]
    entry = next(entry for entry in sheet.entries if entry.activity.code == "1.1.2")
    assert entry.last_progress.narrative == "Done."


def test_its_page_says_where_it_went(pair):
    into(pair)
    page = Visitor(pair.focal_sei).open("/institutions/MI/")
    assert "Merged into MAE" in page.text
    assert page.links("Go to MAE") == ["/institutions/MAE/"]
    assert "Merged into it Ministry of Interior" in page.open("/institutions/MAE/").text
    assert "MI" not in [link.split("/")[2] for link in page.open("/institutions/").links("M")]
    for path in ("edit/", "merge/"):
        Visitor(pair.secretariat).open(f"/institutions/MI/{path}", status=404)


def test_the_reason_stands_in_the_history_of_both(pair):
    preview(pair).press("Merge MI into MAE", reason="The same ministry, entered twice.")
    for code in ("MI", "MAE"):
        text = Visitor(pair.secretariat).open(f"/institutions/{code}/").text
        assert "“The same ministry, entered twice.”" in text
    text = Visitor(pair.secretariat).open(f"/plans/{pair.plan.code}/activities/2.1.2/").text
    assert "Lead institution: Institution MI MAE" in text


# What is refused


@pytest.mark.parametrize(
    ("state", "over", "words"),
    [
        ("draft", False, "its submission is draft. Wait until the round is closed."),
        ("endorsed", False, "its submission is endorsed. Wait until the round is closed."),
        ("returned", False, "its submission is returned. Wait until both co-leads have endorsed it"),
        ("submitted", True, "its submission is submitted. Wait until both co-leads have endorsed it"),
        ("returned", True, "its submission is returned."),
        ("draft", True, ""),  # never handed in, and too late
        ("endorsed", True, ""),
    ],
)
def test_open_submissions_hold_it_up(pair, state, over, words):
    today = timezone.localdate()
    closes = today - timedelta(days=3) if over else today + timedelta(days=9)
    round = make_round(
        pair.plan, opens_on=today - timedelta(days=30), due_on=today - timedelta(days=5), closes_on=closes
    )
    Submission.objects.create(
        round=round, institution=pair.mi, pillar=pair.participation, state=state, submitted_at=NOW,
        submitted_by=pair.nobody, return_note="Why?" if state == "returned" else "",
    )  # fmt: skip
    page = preview(pair)
    if not words:
        page.press("Merge MI into MAE", reason="Twice.")
        assert "MI is merged into MAE." in page.text
        return
    assert f"Round 2024 of {pair.plan.code}, Participation: {words}" in page.text
    assert "Merge MI into MAE" not in page.buttons()
    with pytest.raises(ValidationError, match="Round 2024"):
        into(pair, at=timezone.now())
    assert Institution.objects.get(code="MI").merged_into is None


def test_two_people_for_one_place_in_a_working_group(pair):
    group = pair.participation.working_group
    for one, person in ((pair.mi, pair.nobody), (pair.mae, pair.steering)):
        give_seat(person, "group_member", plan=pair.plan, institution=one, working_group=group)
    words = f"Both have somebody in the Working group Participation ({pair.plan.code})"
    assert words in preview(pair).text
    with pytest.raises(ValidationError):
        into(pair)


def test_what_does_not_fit(pair):
    group = make_institution("CSOS", "group")
    for source, target, words in (
        (pair.mi, pair.mi, "into itself"),
        (pair.mi, group, "only be merged with another group"),
    ):
        with pytest.raises(ValidationError, match=words):
            merge(source=source, target=target, reason="x", by=pair.secretariat, at=NOW)
    into(pair)
    for source, target in (("mi", "sei"), ("sei", "mi")):
        with pytest.raises(ValidationError, match="MI was merged into MAE"):
            into(pair, source=source, target=target)


def test_a_reason_is_needed(pair):
    page = preview(pair).press("Merge MI into MAE", reason=" ")
    assert page.page.xpath("//*[@id='id_reason_error']")
    with pytest.raises(ValidationError, match="Say why the two are one"):
        into(pair, reason=" ")
    assert Institution.objects.get(code="MI").merged_into is None


def test_what_changed_since_the_preview_is_shown_first(pair):
    page = preview(pair)
    make_activity(pair.prevention, "2.1.3", [pair.mi])
    page.press("Merge MI into MAE", reason="Typed")
    assert "What would move has changed since you looked." in page.text
    assert "2.1.3" in page.text
    assert page.page.get_element_by_id("id_reason").value.strip() == "Typed"
    page.press("Merge MI into MAE")
    assert "MI is merged into MAE." in page.text


def test_all_of_it_or_nothing(pair, monkeypatch):
    def fail(*args, **values):
        raise RuntimeError

    monkeypatch.setattr("frameworks.operations.merging.changes.announce", fail)
    with pytest.raises(RuntimeError):
        into(pair)
    assert Lead.objects.filter(institution=pair.mi).count() == 2
    assert pair.mi.aliases.count() == 1
    assert Institution.objects.get(code="MI").merged_into is None


def test_the_preview_says_what_would_move(pair):
    make_institution("DNPCC", parent=pair.mi)
    text = preview(pair).text
    for words in (
        f"What it leads or supports 2 {pair.plan.code} 1.1.2 (accountable): both lead it, one stays",
        f"{pair.plan.code} 2.1.2 (accountable)",
        f"Indicators whose figure it reports 1 {pair.plan.code} 2.1.1a",
        f"Seats 1 {pair.plan.code}, Steering committee: MI",
        "What is part of it 1 DNPCC",
        "Names that will stand for MAE 3 MI Ministry of Interior Interior",
    ):
        assert words in text
    assert Lead.objects.filter(institution=pair.mi).count() == 2  # looking moves nothing


def test_whom_it_can_be_merged_into(pair):
    make_institution("CSOS", "group")
    Institution.objects.create(code="PCW", acronym="PCW", name="PCW", kind="government", country="PH")
    page = preview(pair, "")
    offered = page.page.xpath("//select[@name='into']/option/@value")
    assert "MAE" in offered and not {"MI", "CSOS", "PCW"} & set(offered)
    for wrong in ("PCW", "none", ""):
        page = preview(pair, f"?into={wrong}")
        assert page.page.xpath("//*[@id='id_into_error']")
        assert page.client.post(f"/institutions/MI/merge/?into={wrong}", {"reason": "x"}).status_code == 200
    assert Institution.objects.get(code="MI").merged_into is None


def test_only_those_who_may(pair, client):
    address = "/institutions/MI/merge/?into=MAE"
    assert client.get(address).status_code == 302
    for name in ("focal_sei", "gov_lead", "nobody", "outsider"):
        client.force_login(pair.users[name])
        assert client.get(address).status_code == client.post(address, {"reason": "x"}).status_code == 403
        with pytest.raises(PermissionDenied):
            into(pair, by=name)


def test_a_regional_body_named_in_another_country_s_plan(pair):
    regional, double = (
        Institution.objects.create(code=code, acronym=code, name=f"UN Women {code}", kind="partner")
        for code in ("UNW", "UNW2")
    )
    give_seat(None, "technical_partner", plan=pair.other_plan, institution=double)
    common = {"source": double, "target": regional, "reason": "The same.", "at": NOW}
    with pytest.raises(ValidationError, match=f"plans of other countries .{pair.other_plan.code}."):
        merge(by=pair.secretariat, **common)
    merge(by=pair.administrator, **common)
    assert Seat.objects.get(role="technical_partner").institution == regional


def test_an_open_round_asks_who_leads_now(pair):
    """MI has handed nothing in; MAE is asked for what MI led."""
    today = timezone.localdate()
    round = make_round(
        pair.plan,
        opens_on=today - timedelta(days=3),
        due_on=today + timedelta(days=3),
        closes_on=today + timedelta(days=9),
    )
    into(pair, at=timezone.now())
    assert Submission.objects.filter(round=round, institution=pair.mae, pillar=pair.prevention).exists()
    assert not Submission.objects.filter(round=round, institution=pair.mi).exists()


def test_looking_costs_the_same_for_many(pair, django_assert_num_queries):
    common = {"source": pair.mi, "target": pair.mae, "on": date(2025, 1, 20)}
    with django_assert_num_queries(14):
        plan_merger(**common)
    for number in range(3, 9):
        make_activity(pair.prevention, f"2.1.{number}", [pair.mi, pair.mae])
        give_seat(None, "steering_committee", plan=pair.plan, institution=pair.mi)
        make_institution(f"D{number}", parent=pair.mi)
    Membership.objects.filter(user=pair.nobody).update(starts_on="2024-01-01")
    with django_assert_num_queries(14):
        plan_merger(**common)
