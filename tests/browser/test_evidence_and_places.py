"""Evidence and smaller places in a real browser: a file is chosen on a phone, and sums are told while one types."""

from datetime import timedelta

import pytest
from django.utils import timezone

from frameworks.models import Place
from monitoring.cells import Cell
from monitoring.models import Evidence, Submission
from monitoring.operations.reporting import create_expected_submissions
from tests.browser.window import PHONE
from tests.frameworks.test_documents import EXE_BYTES, PNG_BYTES
from tests.monitoring.report_world import real_transactions
from tests.world import PASSWORD, make_round, make_world

pytestmark = [pytest.mark.browser, real_transactions]


@pytest.fixture
def world():
    made = make_world()
    today, now = timezone.localdate(), timezone.now()
    made.round = make_round(
        made.plan,
        opens_on=today - timedelta(days=9),
        due_on=today + timedelta(days=9),
        closes_on=today + timedelta(days=30),
        opened_at=now,
    )
    create_expected_submissions(round=made.round, by=None, at=now)
    made.submission = Submission.objects.get(
        institution=made.sei, pillar=made.participation, accountable=None
    )
    made.indicator = made.indicators["i111a"]
    return made


def test_a_photo_is_added_on_a_phone_without_scripts(world, open_window):
    window = open_window(javascript=False, width=PHONE)
    window.sign_in(world.focal_sei.email, PASSWORD)
    window.open(f"/submissions/{world.submission.pk}/activities/1.1.1/").fill(narrative="Begun.")
    window.press("Save, and add evidence 1.1.1a")
    window.page.set_input_files(
        "#id_file", {"name": "photo.pdf", "mimeType": "application/pdf", "buffer": EXE_BYTES}
    )
    window.press("Add, and back to 1.1.1a", status=422).says("whatever its name says", "choose it again")
    assert not window.overflow()
    window.page.set_input_files(
        "#id_file", {"name": "photo.png", "mimeType": "image/png", "buffer": PNG_BYTES}
    )
    window.fill(title="The hall in Baucau").press("Add, and back to 1.1.1a")
    window.says("Added: The hall in Baucau.", "Picture (PNG)")
    assert window.page.input_value("#id_narrative") == "Begun."
    assert Evidence.objects.get().media_type == "image/png"
    assert not window.overflow()
    with window.page.expect_download() as download:
        window.page.get_by_role("link", name="The hall in Baucau").click()
    assert download.value.suggested_filename == "photo.png"


def test_what_lies_in_a_reported_place_is_not_added_while_typing(world, open_window):
    dili = Place.objects.create(country="TL", code="DI", name="Díli", kind="municipality")
    post = Place.objects.create(
        country="TL", code="DA", name="Dom Aleixo", kind="administrative_post", parent=dili
    )
    comoro = Place.objects.create(country="TL", code="CO", name="Comoro", kind="suco", parent=post)
    window = open_window()
    window.sign_in(world.focal_sei.email, PASSWORD)
    number = world.indicator.pk
    page = f"/submissions/{world.submission.pk}/activities/1.1.1/"
    window.open(f"{page}?places={number}&place={comoro.pk}")

    def box(place):
        return f"#id_{Cell(number, place_id=place.pk).box('n')}"

    together = window.page.locator(f"#i{number}-places [data-sum=n]")
    window.page.fill(box(comoro), "12")
    assert together.inner_text() == "12"
    window.page.fill(box(dili), "20")
    assert together.inner_text() == "20"  # Comoro is a part of it
    window.page.fill(box(dili), "")
    assert together.inner_text() == "12"
    window.page.fill(box(dili), "0")
    assert together.inner_text() == "0"  # 0 is a figure
    assert window.is_clean()
