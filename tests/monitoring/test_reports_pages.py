"""The pages of reports: who sees and does what, live progress, the file, and what happens when something is missing."""

import re

import pytest
from django.conf import settings as project_settings
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from frameworks.tasks import apply_import, rescue_stopped_imports, write_and_send_mail
from monitoring import tasks
from monitoring.models import ReportRun
from monitoring.models.report import RunState
from monitoring.operations.reports import beat, claim_run, fail_run
from monitoring.report_runs import Step
from monitoring.reports.pdf import render_pdf
from monitoring.reports.run import write_report
from monitoring.reports.snapshot import checksum
from tests.monitoring.report_world import CUT_OFF, make_year

INSIDERS = (
    "administrator", "secretariat", "focal_sei", "focal_mssi", "gov_lead", "cso_lead", "other_gov_lead", "steering",
    "monitoring",
)  # fmt: skip
STRANGERS = ("outsider", "nobody")


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    ids = []
    monkeypatch.setattr(tasks.build_report, "delay", ids.append)
    return ids


@pytest.fixture
def year(world):
    return make_year(world)


@pytest.fixture
def sign_in(world):
    def signed_in(name):
        client = Client()
        if name:
            client.force_login(getattr(world, name))
        return client

    return signed_in


def make_run(year, *, pillar=None, state=RunState.QUEUED, at=None, **fields):
    at = at or timezone.now()
    return ReportRun.objects.create(
        plan=year.world.plan, round=year.round, pillar=pillar or year.world.participation, state=state,
        requested_by=year.world.secretariat, created_at=at, heartbeat_at=at, **fields,
    )  # fmt: skip


@pytest.fixture(scope="module")
def laid_out():
    """Documents by the checksum of their data: the same data gives the same bytes (test_reports_pdf.py), so once is enough."""
    return {}


@pytest.fixture
def done(year, laid_out, monkeypatch):
    def once(report, on_page=None):
        key = checksum(report)
        if key not in laid_out:
            laid_out[key] = render_pdf(report, on_page=on_page)
        return laid_out[key]

    monkeypatch.setattr("monitoring.reports.run.render_pdf", once)
    run = make_run(year)
    write_report(run.pk, clock=lambda: CUT_OFF)
    run.refresh_from_db()
    assert run.state == RunState.DONE
    return run


def list_address(year):
    return reverse("reports", args=[year.world.plan.code])


def new_address(year):
    return reverse("report_new", args=[year.world.plan.code])


def choice(year, pillar=None):
    return {"round": year.round.pk, "pillar": (pillar or year.world.participation).pk}


# Who


@pytest.mark.parametrize("name", ["reports", "report", "report_status", "report_file"])
def test_visitors_are_sent_to_sign_in_strangers_find_nothing_insiders_read(year, done, sign_in, name):
    address = reverse(name, args=[year.world.plan.code if name == "reports" else done.public_id])
    answer = sign_in(None).get(address)
    assert (answer.status_code, answer["Location"]) == (302, f"/sign-in/?next={address}")
    for who in STRANGERS:
        assert sign_in(who).get(address).status_code == 404, who
    for who in INSIDERS:
        assert sign_in(who).get(address).status_code == 200, who


@pytest.mark.parametrize("name", ["report_new", "report_retry"])
def test_what_changes_something_takes_posts_only_and_a_token(year, done, sign_in, name):
    address = reverse(name, args=[year.world.plan.code if name == "report_new" else done.public_id])
    assert sign_in("secretariat").get(address).status_code == 405
    assert sign_in(None).post(address).status_code == 302
    for who in STRANGERS:
        assert sign_in(who).post(address, choice(year)).status_code == 404, who
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(year.world.secretariat)
    assert strict.post(address, choice(year)).status_code == 403
    assert ReportRun.objects.count() == 1


def test_the_form_offers_only_what_one_may_generate(year, sign_in):
    for who, pillars in {
        "secretariat": ["Participation", "Prevention"],
        "gov_lead": ["Participation"],
        "other_cso_lead": ["Prevention"],
    }.items():
        form = sign_in(who).get(list_address(year)).context["form"]
        assert [str(one) for one in form.fields["pillar"].queryset] == pillars
        assert [str(one) for one in form.fields["round"].queryset] == ["2024", "2023"]
    for who in ("focal_sei", "steering", "monitoring"):
        page = sign_in(who).get(list_address(year))
        assert page.context["form"] is None
        assert "Generate report" not in page.content.decode()
        assert sign_in(who).post(new_address(year), choice(year)).status_code == 403


def test_links_from_elsewhere_choose_round_and_pillar(year, sign_in):
    page = sign_in("secretariat").get(list_address(year) + "?round=2023&pillar=P2")
    assert page.context["form"].initial == {"round": year.previous.pk, "pillar": year.world.prevention.pk}
    odd = sign_in("secretariat").get(list_address(year) + "?round=1999&pillar=%00")
    assert odd.status_code == 200
    assert odd.context["form"].initial == {"round": None, "pillar": None}


# Asking


def test_asking_leads_to_the_report_that_is_being_written(
    year, sign_in, sent, django_capture_on_commit_callbacks
):
    client = sign_in("cso_lead")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(new_address(year), choice(year))
    run = ReportRun.objects.get()
    assert answer["Location"] == reverse("report", args=[run.public_id])
    assert sent == [run.pk]
    page = client.get(answer["Location"]).content.decode()
    assert "The report is being written." in page
    assert "Waiting for its turn." in page
    again = client.post(new_address(year), choice(year), follow=True)
    assert "already being written" in again.content.decode()
    assert ReportRun.objects.count() == 1


def test_a_foreign_pillar_or_an_unopened_round_is_refused_with_words(year, sign_in):
    answer = sign_in("gov_lead").post(new_address(year), choice(year, year.world.prevention))
    assert answer.status_code == 422
    assert "Choose one of the pillars in the list" in answer.content.decode()
    assert "error-summary" in answer.content.decode()
    empty = sign_in("secretariat").post(new_address(year), {})
    assert "Choose the round that the report is about." in empty.content.decode()
    assert not ReportRun.objects.exists()


# Live


def test_the_list_shows_progress_and_asks_again_while_a_report_is_written(year, sign_in):
    run = claim_run(make_run(year).pk, at=timezone.now())
    beat(run, progress=40, step=Step.PAGES.value, at=timezone.now())
    page = sign_in("focal_sei").get(list_address(year)).content.decode()
    assert "Laying out the pages: 40%" in page
    assert re.search(
        rf'id="run-{run.public_id}" hx-get="/reports/{run.public_id}/status/" hx-trigger="every 2s"', page
    )
    assert "<noscript>" in page
    fail_run(run, error="The disk may be full.", at=timezone.now())
    part = sign_in("focal_sei").get(
        reverse("report_status", args=[run.public_id]), headers={"HX-Request": "true"}
    )
    assert "hx-get" not in part.content.decode()
    assert "The disk may be full." in part.content.decode()
    assert "Try again" not in part.content.decode()
    assert part["Cache-Control"] == "no-store"


def test_the_reports_own_page_reloads_when_it_is_ready(year, sign_in, done):
    address = reverse("report_status", args=[done.public_id]) + "?whole"
    assert sign_in("steering").get(address, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    active = make_run(year, pillar=year.world.prevention)
    part = sign_in("steering").get(reverse("report_status", args=[active.public_id]) + "?whole")
    assert "HX-Refresh" not in part
    assert f"{active.public_id}/status/?whole" in part.content.decode()


def test_who_was_signed_out_meanwhile_gets_the_whole_page_not_a_form_inside_a_row(done):
    answer = Client().get(reverse("report_status", args=[done.public_id]), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"], answer.content) == (200, "true", b"")


def test_silence_is_said_and_can_be_ended_without_any_beat(
    year, sign_in, sent, settings, django_capture_on_commit_callbacks
):
    settings.REPORT_SILENCE_SECONDS = 120
    run = make_run(year, at=CUT_OFF)
    page = sign_in("secretariat").get(list_address(year)).content.decode()
    assert "No sign of life since 9 March 2025, 12:00:00." in page
    assert reverse("report_retry", args=[run.public_id]) in page
    reader = sign_in("steering").get(list_address(year)).content.decode()
    assert "No sign of life" in reader
    assert "Try again" not in reader
    with django_capture_on_commit_callbacks(execute=True):
        answer = sign_in("secretariat").post(reverse("report_retry", args=[run.public_id]), follow=True)
    assert sent == [run.pk]
    assert "No sign of life" not in answer.content.decode()


def test_retry_needs_the_permission_and_something_to_retry(year, sign_in):
    run = make_run(year)
    address = reverse("report_retry", args=[run.public_id])
    assert sign_in("secretariat").post(address).status_code == 409
    ReportRun.objects.update(state=RunState.FAILED, error="Broken.")
    assert sign_in("focal_sei").post(address).status_code == 403
    assert sign_in("other_gov_lead").post(address).status_code == 403
    assert sign_in("gov_lead").post(address).status_code == 302
    run.refresh_from_db()
    assert run.state == RunState.QUEUED


# Reading


def test_the_page_shows_what_the_file_shows(done, sign_in):
    page = sign_in("steering").get(reverse("report", args=[done.public_id])).content.decode()
    text = re.sub(r"<[^>]+>", " ", page)
    text = " ".join(text.split())
    for words in (
        "Participation: pillar report 2024",
        "Draft 1, not approved by the steering committee",
        "Received 3 of 5 reports.",
        "our members counted 9,400 &amp; hold the lists.",
        "Reported, unconfirmed",
        "9 March 2025, 12:00",
    ):
        assert words in text, words
    assert "SECRET-DRAFT" not in page
    assert reverse("report_file", args=[done.public_id]) in page
    assert "style=" not in page.split("<main")[1]


def test_the_page_is_that_of_the_moment_when_the_data_was_read(done, year, sign_in):
    year.submissions["sei"].values.all().delete()
    year.world.activities["a111"].title = "Renamed"
    year.world.activities["a111"].save()
    page = sign_in("steering").get(reverse("report", args=[done.public_id])).content.decode()
    assert "Activity 1.1.1" in page
    assert "Renamed" not in page


def test_data_of_another_version_is_not_shown_wrongly(done, sign_in):
    ReportRun.objects.update(snapshot={"format": 0})
    page = sign_in("steering").get(reverse("report", args=[done.public_id]))
    assert page.status_code == 200
    assert "made by another version" in page.content.decode()
    assert sign_in("steering").get(reverse("report_file", args=[done.public_id])).status_code == 200


def test_the_file_has_a_name_that_says_what_it_is(done, year, sign_in):
    answer = sign_in("monitoring").get(reverse("report_file", args=[done.public_id]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == (
        'inline; filename="TL-NAP-2024-2028_Participation_2024_draft-1.pdf"'
    )
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private"
    year.world.participation.name = 'Par"ti\r\ncipação; x'
    year.world.participation.save()
    odd = sign_in("monitoring").get(reverse("report_file", args=[done.public_id]))["Content-Disposition"]
    assert odd == "inline; filename*=utf-8''TL-NAP-2024-2028_Par-ti-cipa%C3%A7%C3%A3o-x_2024_draft-1.pdf"


def test_a_file_that_is_gone_or_not_there_yet_is_not_found(done, year, sign_in):
    active = make_run(year, pillar=year.world.prevention)
    assert sign_in("secretariat").get(reverse("report_file", args=[active.public_id])).status_code == 404
    default_storage.delete(done.file.name)
    assert sign_in("secretariat").get(reverse("report_file", args=[done.public_id])).status_code == 404
    for address in (list_address(year), reverse("report", args=[done.public_id])):
        assert "Its file is no longer on the server." in sign_in("secretariat").get(address).content.decode()


@pytest.mark.parametrize("runs", [1, 3, 20])
def test_the_list_needs_the_same_queries_for_any_number_of_reports(
    year, sign_in, runs, django_assert_num_queries
):
    for _n in range(runs):
        make_run(year, state=RunState.FAILED, error="Broken.")
    client = sign_in("secretariat")
    client.get(list_address(year))
    with django_assert_num_queries(11):
        page = client.get(list_address(year))
    assert len(page.context["runs"]) == runs
    assert [run.number for run in page.context["runs"]] == list(range(runs, 0, -1))


def test_one_page_of_the_list_and_the_next(year, sign_in):
    for _n in range(21):
        make_run(year, state=RunState.FAILED, error="Broken.")
    client = sign_in("secretariat")
    assert len(client.get(list_address(year)).context["runs"]) == 20
    assert len(client.get(list_address(year) + "?page=2").context["runs"]) == 1


def test_the_data_of_a_run_is_not_read_for_a_list(done, year, sign_in):
    page = sign_in("secretariat").get(list_address(year))
    assert "snapshot" in page.context["runs"][0].get_deferred_fields()


# Tasks


def test_tasks_are_those_that_the_settings_name():
    names = {entry["task"] for entry in project_settings.CELERY_BEAT_SCHEDULE.values()}
    ours = {
        one.name
        for one in (
            tasks.build_report, tasks.queue_due_reports, tasks.rescue_stopped_reports, tasks.refresh_all_results,
            apply_import, rescue_stopped_imports, tasks.remind, write_and_send_mail,
        )
    }  # fmt: skip
    assert names < ours
    assert set(project_settings.CELERY_TASK_ROUTES) < ours
    assert all(tasks.build_report.app.tasks[name].acks_late for name in ours)


def test_a_report_in_hand_is_not_given_to_a_second_worker():
    timeout = project_settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]
    assert tasks.build_report.soft_time_limit < tasks.build_report.time_limit < timeout


@pytest.mark.slow
def test_the_tasks_do_their_one_thing(year, monkeypatch):
    run = make_run(year)
    tasks.build_report(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.DONE
    tasks.build_report(run.pk)
    tasks.refresh_all_results()
    tasks.rescue_stopped_reports()
    tasks.queue_due_reports()
    run.refresh_from_db()
    assert run.attempts == 1
