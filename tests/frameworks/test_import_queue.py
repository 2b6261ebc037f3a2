"""Saving by the worker: queued one at a time, in one transaction, watched, rescued, and safe to repeat."""

import io
from datetime import timedelta

import psutil
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import OperationalError, connection
from django.utils import timezone

from frameworks import tasks
from frameworks.imports import run, saving
from frameworks.imports.apply import preview, rows_to_write
from frameworks.imports.run import run_import
from frameworks.models import Activity, FrameworkImport, Goal, Indicator, Membership
from frameworks.models.upload import ImportState
from frameworks.operations import importing
from frameworks.operations.importing import (
    ImportLost,
    asked_by,
    beat,
    claim_import,
    finish_import,
    keep_upload,
    outcomes,
    queue_import,
    rescue_stopped,
)
from frameworks.permissions import forget_seats
from frameworks.views import importing as pages
from frameworks.workflow import StateConflict
from tests.benchmarks.matrix import make_workbook
from tests.frameworks.imports.books import FIRST, REAL, book, saved, sheet_as_csv
from tests.monitoring.report_world import real_transactions
from tests.monitoring.test_worker import (  # noqa: F401 (broker is a fixture)
    broker,
    kill_all,
    left_of,
    wait_until,
    worker_process,
)
from tests.pages import Visitor
from tests.world import make_plan, make_round, make_world

AT = timezone.now()
SILENCE = 2  # seconds, in the tests with a real worker


@pytest.fixture
def sent(monkeypatch):
    """The ids that were handed to the worker."""
    ids = []
    monkeypatch.setattr(tasks.apply_import, "delay", ids.append)
    return ids


def keep(world, content=None, name="plan.xlsx"):
    content = saved(book(FIRST)) if content is None else content
    return keep_upload(plan=world.plan, file=ContentFile(content, name), by=world.secretariat, at=AT)


def fingerprint_of(upload):
    return preview(upload, upload.plan)[1].fingerprint()


def queue(upload, world, at=AT, **options):
    values = {
        "fingerprint": fingerprint_of(upload),
        "reason": "",
        "by": world.secretariat,
        "at": at,
    } | options
    return queue_import(upload=upload, **values)


def now():
    return timezone.now()


def state(upload):
    return FrameworkImport.objects.values_list("state", flat=True).get(pk=upload.pk)


def words(world):
    return list(Activity.objects.filter(plan=world.plan).values_list("title", flat=True))


# Asking


def test_the_worker_is_told_once_the_row_is_there(world, sent, django_capture_on_commit_callbacks):
    upload = keep(world)
    with django_capture_on_commit_callbacks(execute=True):
        queued = queue(upload, world, reason="agreed", remove_missing=True)
        assert sent == []
    assert sent == [upload.pk]
    assert (queued.state, queued.step, queued.progress, queued.reason, queued.remove_missing) == ("queued", "", 0, "agreed", True)  # fmt: skip
    assert asked_by(queued) == world.secretariat


def test_one_at_a_time_and_the_second_is_told(world, sent):
    first, second = keep(world, name="first.xlsx"), keep(world)
    queue(first, world)
    with pytest.raises(StateConflict, match=r"“first\.xlsx” is being saved to this plan just now"):
        queue(second, world)
    with pytest.raises(StateConflict, match=r"“first\.xlsx” is being saved"):
        queue(first, world)
    assert state(second) == ImportState.PREVIEWED
    other = keep_upload(plan=world.other_plan, file=ContentFile(b"x", "y.csv"), by=world.outsider, at=AT)
    queue_import(
        upload=other, fingerprint="", reason="", by=world.outsider, at=AT
    )  # another plan's is no matter


def test_only_the_secretariat_queues_and_only_what_is_undecided(world, sent):
    upload = keep(world)
    with pytest.raises(PermissionDenied):
        queue(upload, world, by=world.focal_sei)
    importing.close_import(upload=upload, state=ImportState.DISCARDED, by=world.secretariat, at=AT)
    with pytest.raises(StateConflict, match="Discarded"):
        queue_import(upload=upload, fingerprint="", reason="", by=world.secretariat, at=AT)
    with pytest.raises(StateConflict, match="no longer waiting"):
        importing.close_import(upload=upload, state=ImportState.APPLIED, by=world.secretariat, at=AT)


def test_a_broker_that_is_down_loses_nothing(world, monkeypatch, django_capture_on_commit_callbacks):
    def down(_pk):
        raise ConnectionError("no broker")

    monkeypatch.setattr(tasks.apply_import, "delay", down)
    upload = keep(world)
    with django_capture_on_commit_callbacks(execute=True):
        queue(upload, world)
    assert state(upload) == ImportState.QUEUED


# Working


def test_it_is_saved_as_it_was_seen(world, sent, django_capture_on_commit_callbacks):
    upload = keep(world)
    queue(upload, world)
    with django_capture_on_commit_callbacks(execute=True):
        assert run_import(upload.pk, clock=now)
    done = FrameworkImport.objects.get(pk=upload.pk)
    assert (done.state, done.progress, done.step, done.attempts, done.error) == ("applied", 100, "", 1, "")
    assert not done.file.storage.exists(done.file.name)
    assert Activity.objects.get(plan=world.plan, code="1.1.1").title == "Train women."
    who, written = outcomes([done])[done.pk]
    assert who == world.secretariat
    assert written["activity"] == {"new": 0, "changed": 1}
    event = Activity.pgh_event_model.objects.filter(title="Train women.").get()
    assert event.pgh_context.metadata["user"] == world.secretariat.pk


def test_a_message_that_comes_twice_changes_nothing(world, sent):
    upload = keep(world)
    queue(upload, world)
    assert run_import(upload.pk, clock=now)
    assert not run_import(upload.pk, clock=now)
    assert FrameworkImport.objects.get(pk=upload.pk).attempts == 1
    assert not run_import(0, clock=now)


def test_what_is_in_hand_is_not_taken_until_it_is_silent(world, sent):
    upload = keep(world)
    queue(upload, world)
    assert claim_import(upload.pk, at=AT).attempts == 1
    assert claim_import(upload.pk, at=AT + timedelta(seconds=60)) is None
    assert claim_import(upload.pk, at=AT + timedelta(seconds=121)).attempts == 2


def test_who_was_thought_dead_saves_nothing(world, sent):
    upload = keep(world)
    queue(upload, world)
    old = claim_import(upload.pk, at=AT)
    claim_import(upload.pk, at=AT + timedelta(seconds=121))
    with pytest.raises(ImportLost):
        beat(old, progress=50, step="saving", at=AT)
    with pytest.raises(ImportLost):
        finish_import(old, written={}, at=AT)
    assert state(upload) == ImportState.QUEUED
    assert not importing.fail_import(old, error="x", at=AT)


def test_one_that_was_taken_over_meanwhile_is_taken_back_whole(world, sent, monkeypatch):
    upload = keep(world)
    queue(upload, world)
    before = words(world)

    def meanwhile(**_told):
        FrameworkImport.objects.filter(pk=upload.pk).update(attempts=7)

    monkeypatch.setattr(saving, "announce", meanwhile)
    assert not run_import(upload.pk, clock=now)
    assert words(world) == before


def test_beats_are_no_history(world, sent):
    upload = keep(world)
    queue(upload, world)
    claimed = claim_import(upload.pk, at=AT)
    events = FrameworkImport.pgh_event_model.objects.filter(pgh_obj=upload)
    before = events.count()
    beat(claimed, progress=40, step="saving", at=AT)
    assert FrameworkImport.objects.get(pk=upload.pk).progress == 40
    assert events.count() == before


# Failing, in words


def test_a_plan_that_changed_since_the_preview_is_not_touched(world, sent):
    upload = keep(world)
    queue(upload, world)
    Activity.objects.filter(code="1.1.1").update(title="Changed meanwhile")
    assert not run_import(upload.pk, clock=now)
    failed = FrameworkImport.objects.get(pk=upload.pk)
    assert failed.state == "failed" and "changed since this preview" in failed.error
    assert Activity.objects.get(code="1.1.1").title == "Changed meanwhile"
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/import/{upload.public_id}/progress/")
    assert "The file could not be saved" in page.text and "changed since this preview" in page.text
    page.follow("Look at the preview again")
    assert "It could not be saved" in page.text
    page.press("Save all of this")
    assert state(upload) == ImportState.APPLIED
    assert Activity.objects.get(code="1.1.1").title == "Train women."


def test_a_person_who_lost_the_seat_meanwhile(world, sent):
    upload = keep(world)
    queue(upload, world)
    Membership.objects.filter(user=world.secretariat).update(ends_on=AT.date() - timedelta(days=1))
    forget_seats(world.secretariat)
    assert not run_import(upload.pk, clock=now)
    assert state(upload) == ImportState.FAILED
    assert FrameworkImport.objects.get(pk=upload.pk).error


def test_a_crash_in_the_middle_leaves_nothing_behind(world, sent, monkeypatch):
    upload = keep(world)
    queue(upload, world)
    before = words(world)

    def crash(*_args):
        raise RuntimeError("a bug")

    monkeypatch.setattr(saving, "_save_indicators", crash)
    assert not run_import(upload.pk, clock=now)
    failed = FrameworkImport.objects.get(pk=upload.pk)
    assert failed.state == "failed" and str(upload.public_id) in failed.error and "a bug" not in failed.error
    assert words(world) == before


def test_a_file_that_is_gone(world, sent):
    upload = keep(world)
    queue(upload, world)
    upload.file.storage.delete(upload.file.name)
    assert not run_import(upload.pk, clock=now)
    assert "no longer on the server" in FrameworkImport.objects.get(pk=upload.pk).error


def test_a_database_that_stumbles_leaves_it_queued(world, sent, monkeypatch):
    upload = keep(world)
    queue(upload, world)

    def stumble(*_args, **_options):
        raise OperationalError("deadlock detected")

    monkeypatch.setattr(run, "import_string", lambda _name: stumble)
    with pytest.raises(OperationalError):
        run_import(upload.pk, clock=now)
    assert state(upload) == ImportState.QUEUED


# Watching


def test_a_dead_workers_import_goes_back_and_is_given_up_after_three_attempts(
    world, sent, django_capture_on_commit_callbacks
):
    upload, at = keep(world), AT
    queue(upload, world)
    for attempt in (1, 2, 3):
        assert claim_import(upload.pk, at=at).attempts == attempt
        assert rescue_stopped(at=at + timedelta(seconds=100)) == 0
        at += timedelta(seconds=130)
        with django_capture_on_commit_callbacks(execute=True):
            assert rescue_stopped(at=at) == 1
        assert rescue_stopped(at=at) == 0
    assert sent == [upload.pk, upload.pk]
    failed = FrameworkImport.objects.get(pk=upload.pk)
    assert failed.state == "failed" and "stopped 3 times" in failed.error
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/import/{upload.public_id}/progress/")
    page.press("Try again")
    assert "Waiting to be started again." in page.text
    assert run_import(upload.pk, clock=now)
    assert FrameworkImport.objects.get(pk=upload.pk).attempts == 4


def test_a_message_that_waits_is_not_lost_until_long_after(world, sent, django_capture_on_commit_callbacks):
    upload = keep(world)
    queue(upload, world)
    with django_capture_on_commit_callbacks(execute=True):
        assert rescue_stopped(at=AT + timedelta(seconds=300)) == 0
        assert rescue_stopped(at=AT + timedelta(seconds=601)) == 1
    assert sent == [upload.pk]


def test_beat_and_workers_know_the_tasks(settings):
    from napwps.celery import app

    app.loader.import_default_modules()
    names = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert "frameworks.tasks.rescue_stopped_imports" in names <= set(app.tasks)
    assert app.tasks["frameworks.tasks.apply_import"].acks_late


# In the browser


@pytest.fixture
def one_at_once(monkeypatch):
    """Already two things are too many to be saved while the person waits."""
    monkeypatch.setattr(pages, "AT_ONCE", 1)


def uploaded(world, content, name="plan.xlsx"):
    file = io.BytesIO(content)
    file.name = name
    return (
        Visitor(world.secretariat)
        .open(f"/plans/{world.plan.code}/import/")
        .press("Show the preview", file=file)
    )


def test_much_is_saved_by_the_worker_and_little_at_once(
    world, sent, one_at_once, django_capture_on_commit_callbacks
):
    page = uploaded(world, saved(book(FIRST)))
    assert "you see how far it is" in page.text
    with django_capture_on_commit_callbacks(execute=True):
        page.press("Save all of this")
    upload = FrameworkImport.objects.get()
    assert sent == [upload.pk] and upload.state == "queued"
    assert "Waiting for its turn." in page.text
    page.open(f"/plans/{world.plan.code}/import/{upload.public_id}/")
    assert "Waiting for its turn." in page.text  # the preview has nothing to decide now
    claimed = claim_import(upload.pk, at=now())
    beat(claimed, progress=45, step="saving", at=now())
    page.open(f"/plans/{world.plan.code}/import/{upload.public_id}/progress/")
    assert page.page.xpath("//progress")[0].get("value") == "45" and "Saving" in page.text
    FrameworkImport.objects.update(step="")
    run_import(upload.pk, clock=now)
    page.open(f"/plans/{world.plan.code}/import/{upload.public_id}/progress/")
    assert "The file is saved" in page.text and page.links("Open the plan") == [f"/plans/{world.plan.code}/"]
    page.open(f"/plans/{world.plan.code}/import/")
    assert "Activities: 0 created, 1 changed" in page.text


def test_while_one_is_saved_the_next_is_told(world, sent, one_at_once):
    first = uploaded(world, saved(book(FIRST)), "first.xlsx").press("Save all of this")
    assert "first.xlsx" in first.text
    second = uploaded(world, saved(book(FIRST)), "second.xlsx")
    second.press("Save all of this", status=409)
    assert "“first.xlsx” is being saved to this plan just now." in second.text
    assert sent == []  # nothing is committed in this test


def test_without_a_reason_nothing_of_an_endorsed_plan_is_queued(world, sent, one_at_once):
    world.plan.status = "endorsed"
    world.plan.save()
    page = uploaded(world, saved(book(FIRST)))
    page.press("Save all of this", status=409, reason="  ")
    assert "say why it is changed" in page.text
    assert FrameworkImport.objects.get().state == "previewed"
    page.press("Save all of this", reason="agreed on 3 March")
    upload = FrameworkImport.objects.get()
    assert (upload.state, upload.reason) == ("queued", "agreed on 3 March")
    assert run_import(upload.pk, clock=now)
    event = Activity.pgh_event_model.objects.filter(title="Train women.").get()
    assert event.pgh_context.metadata["reason"] == "agreed on 3 March"


def test_much_that_the_page_did_not_know_of_is_queued_all_the_same(world, sent, monkeypatch):
    """Between the preview and the button somebody changed what is too much (or the page was made by hand)."""
    page = uploaded(world, saved(book(FIRST)))
    monkeypatch.setattr(pages, "AT_ONCE", 1)
    page.press("Save all of this")
    assert FrameworkImport.objects.get().state == "queued"
    FrameworkImport.objects.update(state="previewed")
    Activity.objects.filter(code="1.1.1").update(title="Changed meanwhile")
    address = f"/plans/{world.plan.code}/import/{FrameworkImport.objects.get().public_id}/"
    answer = page.client.post(address, {"action": "save", "fingerprint": "0" * 64})
    assert answer.status_code == 409 and "changed since this preview" in answer.content.decode()


def test_the_live_part_asks_again_only_while_it_runs(world, sent):
    upload = keep(world)
    queue(upload, world)
    client = Visitor(world.secretariat).client
    address = f"/plans/{world.plan.code}/import/{upload.public_id}/progress/"
    part = client.get(address, headers={"HX-Request": "true"})
    assert 'hx-trigger="every 2s"' in part.content.decode() and "HX-Refresh" not in part.headers
    assert "<html" not in part.content.decode() and part["Cache-Control"] == "no-store"
    run_import(upload.pk, clock=now)
    part = client.get(address, headers={"HX-Request": "true"})
    assert "hx-trigger" not in part.content.decode() and part["HX-Refresh"] == "true"
    assert client.post(address).status_code == 409  # nothing to try again


def test_each_kind_leads_back_to_its_own_preview(world, sent):
    upload = keep(world)
    client = Visitor(world.secretariat).client
    address = f"/plans/{world.plan.code}/import/{upload.public_id}/progress/"
    for kind, part in (("logframe", "import"), ("workbook", "workbook")):
        FrameworkImport.objects.update(kind=kind, state="previewed")
        preview_url = f"/plans/{world.plan.code}/{part}/{upload.public_id}/"
        assert client.get(address)["Location"] == preview_url
        assert preview_url in client.get(f"/plans/{world.plan.code}/import/").content.decode()
        FrameworkImport.objects.update(state="failed", error="Stopped.")
        assert preview_url in client.get(address).content.decode()


def test_a_silent_worker_is_said_and_can_be_asked_again(world, sent):
    upload = keep(world)
    queue(upload, world, at=now() - timedelta(minutes=9))
    page = Visitor(world.secretariat).open(f"/plans/{world.plan.code}/import/{upload.public_id}/progress/")
    assert "No sign of life since" in page.text
    page.press("Try again")
    assert "No sign of life" not in page.text


def test_the_list_costs_the_same_for_one_and_for_many(world, sent, django_assert_num_queries):
    def applied():
        upload = keep(world)
        queue(upload, world)
        run_import(upload.pk, clock=now)

    client = Visitor(world.secretariat).client
    address = f"/plans/{world.plan.code}/import/"
    applied()
    client.get(address)
    with django_assert_num_queries(LIST_QUERIES):
        client.get(address)
    applied()
    applied()
    with django_assert_num_queries(LIST_QUERIES):
        client.get(address)


#: Session, person, seats, institution of the seats, plan, uploads, who decided and what was written, people.
LIST_QUERIES = 8


# Repeating


@pytest.fixture
def real_plan(world, sent):
    """A plan of its own with the real logframe in it."""
    world.plan = make_plan("TL-REAL")
    world.seats["secretariat"].__class__.objects.create(
        plan=world.plan, role="secretariat"
    ).memberships.create(user=world.secretariat, starts_on="2020-01-01")
    forget_seats(world.secretariat)
    uploaded(world, REAL.read_bytes(), "real.xlsx").press("Save all of this")
    assert Indicator.objects.filter(plan=world.plan).count() == 6
    return world


def test_the_same_file_again_changes_nothing(real_plan):
    for content, name in (
        (REAL.read_bytes(), "real.xlsx"),
        (sheet_as_csv(REAL, "Participation"), "Participation.csv"),
        (sheet_as_csv(REAL, "Participation", ",", "utf-8"), "Participation.csv"),
    ):
        page = uploaded(real_plan, content, name)
        assert "Nothing would change." in page.text, name
        assert "Save all of this" not in page.buttons()


def test_again_after_an_edit_in_the_browser(real_plan):
    """What the file does not hold stays as it was edited; what it holds differently is shown, put back, and then the same."""
    page = Visitor(real_plan.secretariat).open("/plans/TL-REAL/activities/1.2.1/edit/")
    title = Activity.objects.get(plan=real_plan.plan, code="1.2.1").title
    page.press("Save", title=f"{title} (edited)")
    Indicator.objects.filter(plan=real_plan.plan, code="1.1.2a").update(
        data_source="Training lists", unit="women"
    )
    page = uploaded(real_plan, REAL.read_bytes(), "real.xlsx")
    upload = FrameworkImport.objects.filter(plan=real_plan.plan).latest("pk")
    assert rows_to_write(preview(upload, real_plan.plan)[1]) == 1
    page.press("Save all of this")
    assert Activity.objects.get(plan=real_plan.plan, code="1.2.1").title == title
    assert Indicator.objects.get(plan=real_plan.plan, code="1.1.2a").data_source == "Training lists"
    assert "Nothing would change." in uploaded(real_plan, REAL.read_bytes(), "real.xlsx").text


def queries_of(world, indicators):
    """Queries that saving takes, results worked out anew and all."""
    upload = keep(world, make_workbook(indicators))
    queue(upload, world)
    counted = []

    def count(execute, sql, params, many, context):
        counted.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        assert run_import(upload.pk, clock=now)
    return len(counted)


def test_queries_do_not_grow_with_the_file(world, sent):
    make_round(world.plan)
    queries_of(world, 8)  # institutions and pillars are there from now on
    few = queries_of(world, 40)
    assert queries_of(world, 240) == few
    assert few < 70


# A real worker


@pytest.fixture
def start_worker(broker, settings, tmp_path):  # noqa: F811
    """A function that starts `celery worker` beside the test database; whatever is left of it is killed afterwards."""
    settings.IMPORT_SILENCE_SECONDS = SILENCE
    started = []

    def start(*, slow_seconds=0):
        own = {"IMPORT_SILENCE_SECONDS": str(SILENCE), "SLOW_SECONDS": str(slow_seconds)}
        app = "tests.frameworks.slow_import_worker:app"
        queues = "celery,reports"
        started.append(
            worker_process(tmp_path, broker, settings.MEDIA_ROOT, app=app, queues=queues, environment=own)
        )
        return started[-1]

    yield start
    for process in started:
        kill_all(process)


def is_saving(upload, attempt):
    """In hand, with its steps seen from outside while nothing is committed."""
    return FrameworkImport.objects.filter(
        pk=upload.pk, state="queued", attempts=attempt, step="results", progress=80
    ).exists()


@pytest.mark.slow
@real_transactions
def test_from_the_upload_to_the_plan_by_a_real_worker(start_worker):
    world = make_world()
    page = uploaded(world, make_workbook(400), "matrix.xlsx")
    process = start_worker(slow_seconds=3)
    page.press("Save all of this")
    upload = FrameworkImport.objects.get()
    wait_until(lambda: is_saving(upload, 1), seconds=40, process=process)
    assert not Goal.objects.filter(title__startswith="Women shape").exists()  # all at the end, or nothing
    page.open(f"/plans/{world.plan.code}/import/{upload.public_id}/progress/")
    assert "Working out results anew" in page.text
    wait_until(lambda: state(upload) == "applied", seconds=30, process=process)
    assert Indicator.objects.filter(plan=world.plan, data_source="Ministry records").count() == 400
    page.open(f"/plans/{world.plan.code}/import/{upload.public_id}/progress/")
    assert "The file is saved" in page.text
    again = uploaded(world, make_workbook(400), "matrix.xlsx")
    assert "Nothing would change." in again.text
    kill_all(process)
    assert left_of(process) == []


@pytest.mark.slow
@real_transactions
def test_a_killed_worker_leaves_nothing_half_saved_and_nothing_running_for_ever(start_worker):
    world = make_world()
    upload = keep(world, make_workbook(40))
    process = start_worker(slow_seconds=60)
    queue(upload, world, at=now())
    wait_until(lambda: is_saving(upload, 1), seconds=30, process=process)
    for child in psutil.Process(process.pid).children(recursive=True):
        child.kill()
    kill_all(process)
    assert not Goal.objects.filter(title__startswith="Women shape").exists()
    wait_until(lambda: rescue_stopped(at=now()), seconds=10, process=process)
    assert state(upload) == "queued"
    successor = start_worker()
    wait_until(lambda: state(upload) == "applied", seconds=40, process=successor)
    assert Goal.objects.filter(title__startswith="Women shape").count() == 4
    assert FrameworkImport.objects.get(pk=upload.pk).attempts == 2
    kill_all(successor)
    assert left_of(process, successor) == []
