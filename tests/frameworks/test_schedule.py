"""The schedule: activities by years, read by everybody, edited in place by the secretariat."""

import pytest
from django.core.exceptions import PermissionDenied

from frameworks.history import changes_of
from frameworks.models import Activity, Indicator, Plan
from frameworks.operations.activities import activity_history
from frameworks.operations.schedule import YearsMoved, save_schedule
from frameworks.views import schedule
from tests.monitoring.reported import open_round
from tests.pages import Visitor
from tests.world import NOW, make_activity

pytestmark = pytest.mark.django_db


def address(world, query=""):
    return f"/plans/{world.plan.code}/schedule/{query}"


def visit(world, who="secretariat", query=""):
    return Visitor(world.users[who]).open(address(world, query))


def ticks(world, code):
    return f"y-{Activity.objects.get(plan=world.plan, code=code).pk}"


def years(world, code):
    return Activity.objects.get(plan=world.plan, code=code).years


def shown(page):
    return [
        " ".join(one.split()) for one in page.page.xpath("//tbody//th[@scope='row']//*[@class='code']/text()")
    ]


def test_everybody_who_may_read_the_plan_reads_it(world):
    Plan.objects.filter(pk=world.plan.pk).update(is_public=True)
    Activity.objects.filter(code="1.1.1").update(years=[2024])
    for page in (Visitor().open(address(world)), visit(world, "focal_sei")):
        assert "1.1.1 Activity 1.1.1 SEI planned not planned not planned not planned not planned" in page.text
        assert "Save" not in page.buttons()
        assert not page.page.xpath("//input[@type='checkbox']")


def test_ticks_are_saved_and_only_what_changed_is_written(world):
    page = visit(world).press("Save", **{ticks(world, "1.1.1"): ["2025", "2024"]})
    assert "Saved: 1.1.1." in page.text
    assert years(world, "1.1.1") == [2024, 2025]
    assert len(changes_of(*activity_history(world.activities["a111"])[:1])) == 2
    assert len(changes_of(*activity_history(world.activities["a112"])[:1])) == 1
    assert "Nothing was changed." in page.press("Save").text


def test_all_ticks_may_go(world):
    visit(world).press("Save", **{ticks(world, "1.1.1"): []})
    assert years(world, "1.1.1") == []
    assert years(world, "1.1.2") == [2024, 2025, 2026, 2027, 2028]


def test_results_follow(world):
    round = open_round(world)
    visit(world).press("Save", **{ticks(world, "2.1.1"): ["2027"]})
    result = Indicator.objects.get(code="2.1.1a").results.get(round=round, category=None, place=None)
    assert result.status == "not_yet_due"


def test_an_endorsed_plan_asks_once_for_the_page(world):
    Plan.objects.filter(pk=world.plan.pk).update(status="endorsed")
    one, two = ticks(world, "1.1.1"), ticks(world, "1.1.2")
    page = visit(world).press("Save", **{one: ["2024"], two: ["2025"]})
    assert "The plan is endorsed: say why this is changed." in page.text
    assert years(world, "1.1.1") == [2024, 2025, 2026, 2027, 2028]
    page.press("Save", reason="Moved by the committee")  # the ticks are still there
    assert (years(world, "1.1.1"), years(world, "1.1.2")) == ([2024], [2025])
    for code in ("a111", "a112"):
        assert changes_of(*activity_history(world.activities[code])[:1])[0].reason == "Moved by the committee"


def test_filters_show_less_and_leave_the_rest_alone(world):
    page = visit(world, query="?pillar=P1&institution=MAE")
    assert shown(page) == ["1.1.1", "1.1.2"]
    assert shown(visit(world, query="?pillar=P2")) == ["2.1.1"]
    page.press("Save", **{ticks(world, "1.1.2"): ["2026"]})
    assert years(world, "1.1.2") == [2026]
    assert years(world, "2.1.1") == [2024, 2025, 2026, 2027, 2028]
    assert page.answer.request["QUERY_STRING"] == "pillar=P1&institution=MAE"  # the filters are still set
    assert shown(page) == ["1.1.1", "1.1.2"]


def test_a_row_that_left_the_filter_meanwhile_keeps_its_tick(world):
    page = visit(world, query="?institution=SEI")
    world.activities["a111"].leads.filter(institution=world.sei).delete()
    page.press("Save", **{ticks(world, "1.1.1"): ["2028"]})
    assert years(world, "1.1.1") == [2028]


def test_what_was_retired_meanwhile_is_left_alone_and_that_is_said(world):
    page = visit(world)
    name = ticks(world, "1.1.1")
    Activity.objects.filter(code="1.1.1").update(retired_on="2025-01-01")
    page.press("Save", **{name: ["2028"], ticks(world, "1.1.2"): ["2027"]})
    assert "Something on this page is no longer in use: its ticks were left alone." in page.text
    assert (years(world, "1.1.1"), years(world, "1.1.2")) == ([2024, 2025, 2026, 2027, 2028], [2027])


def test_unknown_filters_filter_nothing_and_no_match_is_said(world):
    assert shown(visit(world, query="?pillar=P77")) == ["1.1.1", "1.1.2", "2.1.1"]
    assert "Nothing fits these filters." in visit(world, query="?pillar=P2&institution=SEI").text
    Activity.objects.filter(plan=world.plan).update(retired_on="2025-01-01")
    assert "Nothing is planned yet." in visit(world).text


def test_two_people_on_different_rows_do_not_disturb_each_other(world):
    slow, quick = visit(world), visit(world, "administrator")
    quick.press("Save", **{ticks(world, "1.1.1"): ["2024"]})
    slow.press("Save", **{ticks(world, "1.1.2"): ["2025"]})
    assert (years(world, "1.1.1"), years(world, "1.1.2")) == ([2024], [2025])


def test_two_people_on_one_row_do_not_overwrite_each_other(world):
    slow, quick = visit(world), visit(world, "administrator")
    quick.press("Save", **{ticks(world, "1.1.1"): ["2024"]})
    slow.press("Save", **{ticks(world, "1.1.1"): ["2026"], ticks(world, "1.1.2"): ["2025"]})
    assert "Somebody else changed the years of 1.1.1 (now 2024) while you were editing." in slow.text
    assert years(world, "1.1.1") == [2024]
    assert years(world, "1.1.2") == [2024, 2025, 2026, 2027, 2028]  # all or nothing
    slow.press("Save")
    assert (years(world, "1.1.1"), years(world, "1.1.2")) == ([2026], [2025])


def test_another_change_of_the_activity_is_no_conflict(world):
    page = visit(world)
    Activity.objects.filter(code="1.1.1").update(title="Clearer")
    page.press("Save", **{ticks(world, "1.1.1"): ["2026"]})
    activity = Activity.objects.get(code="1.1.1")
    assert (activity.title, activity.years) == ("Clearer", [2026])


def test_years_outside_the_plan_are_refused_but_old_ones_may_stay(world):
    pk = world.activities["a111"].pk
    all_years = [2024, 2025, 2026, 2027, 2028]
    client = Visitor(world.secretariat).client
    answer = client.post(
        address(world), {f"was-{pk}": "2024 2025 2026 2027 2028", f"y-{pk}": ["2024", "2031"]}
    )
    assert "1.1.1: 2031 lies outside the plan&#x27;s years 2024–2028." in answer.content.decode()
    assert years(world, "1.1.1") == all_years
    Activity.objects.filter(pk=pk).update(years=[2023, 2024])
    visit(world).press("Save", **{f"y-{pk}": ["2023", "2025"]})
    assert years(world, "1.1.1") == [2023, 2025]


def test_what_a_machine_may_send_breaks_nothing(world):
    client = Visitor(world.secretariat).client
    other = make_foreign(world)
    for data in ({"was-x": "1"}, {"was-²": "1"}, {f"was-{other.pk}": "2024", f"y-{other.pk}": ["2026"]}, {}):
        assert client.post(address(world), data).status_code == 302
    assert Activity.objects.get(pk=other.pk).years == [2024]


def make_foreign(world):
    from tests.world import make_pillar

    return make_activity(make_pillar(world.other_plan, "P1", "P"), "1.1.1", years=[2024])


def test_only_the_secretariat_saves(world, client):
    Plan.objects.filter(pk=world.plan.pk).update(is_public=True)
    assert client.post(address(world)).url.startswith("/sign-in/")
    for who in ("focal_sei", "gov_lead", "steering", "outsider", "nobody"):
        client.force_login(world.users[who])
        assert client.post(address(world)).status_code == 403
        with pytest.raises(PermissionDenied):
            save_schedule(plan=world.plan, lines={}, reason="", by=world.users[who], at=NOW)
    with pytest.raises(YearsMoved):
        save_schedule(
            plan=world.plan,
            lines={world.activities["a111"].pk: ({2024}, {2025})},
            reason="",
            by=world.secretariat,
            at=NOW,
        )


def test_a_long_schedule_comes_in_pages(world, monkeypatch):
    monkeypatch.setattr(schedule, "ACTIVITIES_PER_PAGE", 2)
    page = visit(world)
    assert shown(page) == ["1.1.1", "1.1.2"]
    second = visit(world, query="?page=2")
    assert shown(second) == ["2.1.1"]
    second.press("Save", **{ticks(world, "2.1.1"): ["2027"]})
    assert years(world, "2.1.1") == [2027]
    assert years(world, "1.1.1") == [2024, 2025, 2026, 2027, 2028]
    assert shown(second) == ["2.1.1"]


def test_it_costs_the_same_for_many(world, client, django_assert_num_queries):
    client.force_login(world.secretariat)
    with django_assert_num_queries(10):
        client.get(address(world))
    for number in range(3, 20):
        make_activity(world.participation, f"1.{number}.1", [world.sei])
    with django_assert_num_queries(10):
        client.get(address(world))


def test_saving_costs_the_same_for_many(world):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for number in range(3, 20):
        make_activity(world.participation, f"1.{number}.1", [world.sei])

    def save(rows, new):
        lines = {row.pk: (set(years(world, row.code)), new) for row in rows}
        with CaptureQueriesContext(connection) as queries:
            save_schedule(plan=world.plan, lines=lines, reason="", by=world.secretariat, at=NOW)
        return len(queries)

    rows = list(Activity.objects.filter(plan=world.plan))
    save(rows, {2026})  # the seats of the person are read once
    one = save(rows[:1], {2024})
    assert save(rows[1:], {2025}) == one
