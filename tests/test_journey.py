"""The main job from end to end (issue A, steps 2 to 9), page by page, with a real Celery worker.

Nothing is put into the database by hand but the people: everything else goes through the pages that people use.
"""

import json
import time
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.utils import timezone

from frameworks.models import Goal, Indicator, Plan, Role, Seat
from monitoring.models import ReportRun, Submission
from tests.monitoring.report_world import real_transactions
from tests.monitoring.test_worker import broker, start_worker  # noqa: F401 (fixtures)
from tests.pages import Visitor
from tests.world import give_seat, make_user

WORKBOOK = Path(__file__).parent / "data" / "timor-leste-nap1325-2024-2028-logframe.xlsx"
CODE = "TL-NAP-2024-2028"

pytestmark = [pytest.mark.slow, real_transactions]


def test_from_the_ministrys_workbook_to_the_report_and_the_data(start_worker):  # noqa: F811
    administrator = make_user("administrator")
    give_seat(administrator, Role.ADMINISTRATOR)
    people = {
        name: make_user(name)
        for name in ("secretariat", "focal_sei", "focal_mae", "focal_mj", "gov_lead", "cso_lead")
    }

    _make_the_plan(Visitor(administrator), people["secretariat"])
    secretariat = Visitor(people["secretariat"])
    _import_the_logframe(secretariat)
    _read_the_plan(secretariat)
    _seat_the_people(secretariat, people)
    _open_the_round(secretariat)
    focal = Visitor(people["focal_sei"])
    _report(focal)
    _review(focal, Visitor(people["gov_lead"]), Visitor(people["cso_lead"]))
    run = _generate_the_report(secretariat, start_worker)
    _read_the_report(secretariat, run)
    _see_the_dashboard(secretariat)
    _pull_the_data(secretariat)


def _make_the_plan(administrator, secretary):
    administrator.open("/plans/new/").press(
        "Make the plan",
        code=CODE,
        title="National Action Plan 1325",
        country="TL",
        start_year="2024",
        end_year="2028",
    )
    assert Plan.objects.get(code=CODE).seats.filter(role="secretariat").exists()
    give_seat(secretary, Role.SECRETARIAT, plan=Plan.objects.get(code=CODE))


def _import_the_logframe(secretariat):
    file = BytesIO(WORKBOOK.read_bytes())
    file.name = WORKBOOK.name
    secretariat.open(f"/plans/{CODE}/import/").press("Show the preview", file=file)
    assert "Participation!C6" in secretariat.text
    assert not Goal.objects.exists(), "a preview saves nothing"
    secretariat.press("Save all of this")
    assert Indicator.objects.count() == 6


def _read_the_plan(secretariat):
    secretariat.open(f"/plans/{CODE}/?open=all")
    for words in ("1.1.2", "1.2.1a", "SEI", "CSOs", "2027"):
        assert words in secretariat.text
    secretariat.open(f"/plans/{CODE}/?open=all&institution=MJ")
    assert "1.2.1" in secretariat.text
    assert "1.1.3" not in secretariat.text
    secretariat.open(f"/plans/{CODE}/gaps/")
    assert "No baseline" in secretariat.text


def _seat_the_people(secretariat, people):
    plan = Plan.objects.get(code=CODE)
    today = str(timezone.localdate() - timedelta(days=1))
    for institution, name in (("SEI", "focal_sei"), ("MAE", "focal_mae"), ("MJ", "focal_mj")):
        secretariat.open(f"/plans/{CODE}/people/seats/new/?role=focal_point")
        choice = next(
            option.get("value")
            for option in secretariat.page.xpath("//select[@name='institution']/option")
            if (option.text or "").strip().startswith(institution)
        )
        secretariat.press("Make the seat", institution=choice)
        seat = Seat.objects.get(plan=plan, role="focal_point", institution__code=institution)
        _assign(secretariat, seat, people[name], today)
    for role, name in (("government_co_lead", "gov_lead"), ("cso_co_lead", "cso_lead")):
        _assign(
            secretariat,
            Seat.objects.get(role=role, working_group__pillar__name="Participation"),
            people[name],
            today,
        )


def _assign(secretariat, seat, person, day):
    secretariat.open(f"/plans/{CODE}/people/seats/{seat.pk}/assign/").press(
        "Give the seat", email=person.email, starts_on=day
    )
    assert seat.memberships.filter(user=person).exists()


def _open_the_round(secretariat):
    today = timezone.localdate()
    secretariat.open(f"/plans/{CODE}/rounds/new/").press(
        "Plan the round",
        label="2024",
        opens_on=str(today),
        due_on=str(today),
        closes_on=str(today + timedelta(days=30)),
    )
    secretariat.open(f"/plans/{CODE}/rounds/2024/").press("Open the round")
    # SEI, MAE and MJ lead activities of 2024; "CSOs" is a group and reports nothing itself.
    assert set(Submission.objects.values_list("institution__code", "state")) == {
        (code, "draft") for code in ("SEI", "MAE", "MJ")
    }


def _report(focal):
    focal.open("/")
    assert "1.1.2" in focal.text
    sei = Submission.objects.get(institution__code="SEI")
    ids = dict(Indicator.objects.values_list("code", "pk"))
    focal.open(f"/submissions/{sei.pk}/activities/1.1.2/")
    focal.press("Save draft", narrative="Two rounds of training were held.")
    assert "Two rounds of training were held." in focal.page.xpath("//textarea[@name='narrative']")[0].text
    wrong = {f"i{ids['1.1.2a']}-n": "190", f"i{ids['1.1.2a']}-d": "180"}
    focal.press("Save draft", status=422, **wrong)
    assert focal.page.xpath(f"//input[@name='i{ids['1.1.2a']}-n']")[0].value == "190", "nothing typed is lost"
    figures = {
        f"i{ids['1.1.2a']}-n": "120",
        f"i{ids['1.1.2a']}-d": "480",
        f"i{ids['1.1.2b']}-n": "125",
        f"i{ids['1.1.2b']}-d": "2854",
        f"i{ids['1.1.2c']}-n": "24",
        f"i{ids['1.1.2c']}-d": "65",
        f"i{ids['1.1.2d']}-why": "The registry is being rebuilt.",
    }
    # The page has a field of that name: status of the activity, not of the answer.
    focal.page.xpath("//input[@name='status'][@value='on_track']")[0].set("checked", "checked")
    focal.press("Save draft", **figures)
    focal.open(f"/submissions/{sei.pk}/activities/1.1.3/")
    focal.page.xpath("//input[@name='status'][@value='delayed']")[0].set("checked", "checked")
    focal.press(
        "Save draft",
        narrative="The modules are drafted.",
        **{f"i{ids['1.1.3a']}-n": "0", f"i{ids['1.1.3a']}-d": "1000", "spent-amount": "1.250,50"},
    )
    focal.open(f"/submissions/{sei.pk}/").press("Submit", status=422)
    assert "it is delayed: add a course correction" in focal.text
    correction = {
        "corr-1-cause": "The translators left.",
        "corr-1-measure": "Translate with the university.",
        "corr-1-owner": "Directorate of training",
        "corr-1-due": "2025-06-30",
    }
    focal.open(f"/submissions/{sei.pk}/activities/1.1.3/").press("Save draft", **correction)
    focal.open(f"/submissions/{sei.pk}/").press(
        "Submit", status=422, officer_name="Ana Ximenes", officer_post="Director-General"
    )
    assert "The part of MAE on 1.1.2, 1.1.3 has not come in" in focal.text
    focal.press("Submit without this part").open(f"/submissions/{sei.pk}/")
    assert "Answered for by Ana Ximenes, Director-General" in focal.text
    sei.refresh_from_db()
    assert sei.state == "submitted"
    focal.open(f"/submissions/{sei.pk}/activities/1.1.2/")
    assert "Save draft" not in " ".join(focal.buttons()), "submitting locks it"


def _review(focal, government, society):
    sei = Submission.objects.get(institution__code="SEI")
    address = f"/submissions/{sei.pk}/"
    government.open("/")
    assert "SEI" in government.text
    government.open(address).press("Return with a note", status=422)
    assert "note" in government.text.lower()
    government.open(address).press("Return with a note", comment="How many were from the sucos?")
    society.open(address, status=404)  # it is the ministry's to change again
    focal.open(f"/plans/{CODE}/my-report/")
    assert "How many were from the sucos?" in focal.text
    focal.open(f"/submissions/{sei.pk}/activities/1.1.2/").press(
        "Save draft", narrative="Two rounds of training were held, one of them in the sucos."
    )
    focal.open(address).press("Submit", status=422).press("Submit without this part")
    society.open(address).press("Accept")
    society.open(address).press("Record a dissent", comment="The figure leaves out two municipalities.")
    government.open(address).press("Endorse")
    sei.refresh_from_db()
    assert sei.state == "accepted", "endorsement needs both"
    society.open(address).press("Endorse")
    sei.refresh_from_db()
    assert sei.state == "endorsed"
    assert "The figure leaves out two municipalities." in society.text, "a dissent stays"


def _generate_the_report(secretariat, start_worker):  # noqa: F811
    secretariat.open(f"/plans/{CODE}/reports/").press("Generate report")
    run = ReportRun.objects.get()
    assert run.state == "queued"
    assert "Waiting for the worker" in secretariat.text
    worker = start_worker()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        run.refresh_from_db()
        if not run.is_active:
            break
        time.sleep(0.2)
    assert run.state == "done", worker.log.read_text()[-3000:]
    return run


def _read_the_report(secretariat, run):
    answer = secretariat.client.get(f"/reports/{run.public_id}/file/")
    content = b"".join(answer.streaming_content)
    assert answer["Content-Type"] == "application/pdf"
    with pikepdf.open(BytesIO(content)) as pdf:
        assert "/StructTreeRoot" in pdf.Root
    secretariat.open(f"/reports/{run.public_id}/")
    for words in (
        "The figure leaves out two municipalities.",
        "MAE",
        "MJ",
        "1.1.2a",
        "The registry is being rebuilt.",
    ):
        assert words in secretariat.text, words


def _see_the_dashboard(secretariat):
    secretariat.open(f"/plans/{CODE}/dashboard/")
    for words in ("Endorsed", "Not started", "Ready", "The figure leaves out two municipalities."):
        assert words in secretariat.text, words


def _pull_the_data(secretariat):
    secretariat.open("/account/tokens/").press("Make a token", name="R", days="30")
    secret = secretariat.page.get_element_by_id("new-token").text.removeprefix("Authorization: ")
    answer = secretariat.client.get("/api/v1/indicator-data/?round=2024", HTTP_AUTHORIZATION=secret)
    rows = {row["indicator"]: row for row in json.loads(answer.content)["results"] if row["category"] is None}
    assert (rows["1.1.2a"]["numerator"], rows["1.1.2a"]["denominator"], rows["1.1.2a"]["value"]) == (
        120,
        480,
        25,
    )
    assert rows["1.1.3a"]["value"] == 0, "a reported zero stays zero"
    assert rows["1.1.2d"]["value"] is None
    assert rows["1.1.2d"]["no_data_reason"] == "The registry is being rebuilt."
    assert rows["1.1.2a"]["provenance"] == "endorsed"
    assert rows["1.1.2a"]["dissent"] is True
