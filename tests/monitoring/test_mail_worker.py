"""Mail by real Celery workers over a real SMTP server: one mail for each event, however often and by however many."""

import threading
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.utils import timezone

from frameworks.models import Notice, OutgoingMail, User
from frameworks.operations.mail import gather, send_waiting
from frameworks.tasks import write_and_send_mail
from monitoring.operations.reminding import remind_by_hand
from monitoring.reminders import remind as make_reminders
from monitoring.tasks import remind
from tests import smtp
from tests.monitoring.report_world import real_transactions
from tests.monitoring.reported import open_round
from tests.monitoring.test_worker import broker, kill_all, left_of, wait_until, worker_process  # noqa: F401
from tests.world import make_user, make_world

pytestmark = [pytest.mark.slow, real_transactions]


@pytest.fixture
def server(settings):
    with smtp.smtp_server() as (port, mailbox):
        smtp.use(settings, port)
        yield mailbox


@pytest.fixture
def two_workers(broker, server, settings, tmp_path):  # noqa: F811
    """Two `celery worker` beside the test database, that send to the server."""
    environment = {
        "EMAIL_HOST": settings.EMAIL_HOST,
        "EMAIL_PORT": str(settings.EMAIL_PORT),
        "SITE_URL": "http://testserver",
    }
    environment |= dict.fromkeys(("EMAIL_USE_TLS", "EMAIL_USE_SSL", "DEMO"), "0")
    started = [
        worker_process(
            tmp_path, broker, settings.MEDIA_ROOT, app="napwps.celery:app", queues="celery",
            environment=environment,
        )
        for _number in range(2)
    ]  # fmt: skip
    yield started
    for process in started:
        kill_all(process)
    assert left_of(*started) == []


def awake_zone():
    """A time zone in which it is day now, so that digests are written."""
    return next(
        zone
        for zone in ("Asia/Dili", "Europe/Lisbon", "America/New_York")
        if 8 <= timezone.now().astimezone(ZoneInfo(zone)).hour < 19
    )


def test_one_mail_for_each_event_by_two_workers(two_workers, server):
    world = make_world()
    today = timezone.localdate()
    round = open_round(
        world, opens_on=today - timedelta(days=30), due_on=today + timedelta(days=7),
        closes_on=today + timedelta(days=30), opened_at=timezone.now() - timedelta(days=30),
    )  # fmt: skip
    User.objects.update(time_zone=awake_zone())
    for _again in range(8):  # beat, on a bad day
        remind.delay()
    wait_until(lambda: Notice.objects.filter(kind="due").count() == 3, seconds=40, process=two_workers[0])
    for _again in range(12):
        write_and_send_mail.delay()
    wait_until(lambda: len(server.messages) >= 3, seconds=30, process=two_workers[0])
    # An urgent one goes out by itself, without beat.
    remind_by_hand(round=round, institution=world.sei, by=world.secretariat, at=timezone.now())
    wait_until(lambda: len(server.messages) >= 4, seconds=30, process=two_workers[1])
    for _again in range(12):
        remind.delay()
        write_and_send_mail.delay()
    last = make_user("last")
    OutgoingMail.objects.create(
        user=last, to=last.email, subject="Last", text="x", html="x", created_at=timezone.now(),
        next_try_at=timezone.now(),
    )  # fmt: skip
    write_and_send_mail.delay()
    wait_until(lambda: server.to(last.email), seconds=30, process=two_workers[0])
    assert {address: len(server.to(address)) for one in server.messages for address in one.recipients} == {
        world.focal_sei.email: 2,
        world.focal_mae.email: 1,
        world.focal_mssi.email: 1,
        last.email: 1,
    }
    message = server.to(world.focal_mssi.email)[0]
    assert message["Subject"].startswith("MSSI: the report for round 2024 is due on")
    assert "Not handed in yet: Prevention." in smtp.part(message, "plain")
    assert f"http://testserver/plans/{world.plan.code}/rounds/2024/my-report/" in smtp.part(message, "html")
    assert set(OutgoingMail.objects.values_list("attempts", flat=True)) == {1}


def at_once(function, number=4):
    """Runs the function in that many threads, which begin together; what each returned."""
    begin, results, errors = threading.Barrier(number), [], []

    def run():
        try:
            begin.wait(10)
            results.append(function())
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(number)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert errors == []
    return results


def test_nobody_gets_a_mail_twice_when_many_write_and_send_at_the_same_time(server):
    world = make_world()
    open_round(world)
    at = timezone.now().replace(year=2025, month=2, day=14, hour=1)
    assert sum(at_once(lambda: make_reminders(at=at))) >= 3
    assert Notice.objects.count() == 3
    assert sum(at_once(lambda: gather(at=at))) == 3
    assert OutgoingMail.objects.count() == 3
    for number in range(20):
        OutgoingMail.objects.create(
            to=f"p{number}@test.example", subject="S", text="T", html="H", created_at=at, next_try_at=at
        )
    assert sum(at_once(lambda: send_waiting(at=at))) == 23
    assert len(server.messages) == 23
    assert len({message["Message-ID"] for message in server.messages}) == 23


def test_the_other_worker_does_not_wait_for_a_mail_that_is_being_sent(server):
    """The first mail is in somebody's hands: the second goes out meanwhile."""
    at = timezone.now()
    rows = [
        OutgoingMail.objects.create(
            to=f"p{number}@test.example", subject="S", text="T", html="H", created_at=at, next_try_at=at
        )
        for number in range(2)
    ]
    with transaction.atomic():
        OutgoingMail.objects.select_for_update().get(pk=rows[0].pk)
        assert at_once(lambda: send_waiting(at=at), number=1) == [1]
    assert [one.recipients for one in server.messages] == [["p1@test.example"]]
    assert send_waiting(at=at) == 1
