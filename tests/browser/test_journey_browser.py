"""The main job in Chromium (issue A, steps 2 to 9): from the ministry's workbook to the signed report and its data.

The database is empty at first but for an administrator and some people with accounts. All else goes through the pages.
"""

import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from frameworks.models import Membership, Role
from monitoring.models import ReportRun, Submission
from tests.monitoring.report_world import real_transactions
from tests.world import PASSWORD, give_seat, make_user

pytestmark = [pytest.mark.browser, pytest.mark.slow, real_transactions]

WORKBOOK = Path(__file__).parents[1] / "data" / "timor-leste-nap1325-2024-2028-logframe.xlsx"
CODE = "TL-NAP-2024-2028"
NEW_PASSWORD = "bread-roses-and-mediators"
NOTE = "How many of them were from the sucos?"
DISSENT = "The figure leaves out two municipalities."
NARRATIVE = "Two rounds of training were held."
#: Code → numerator, denominator, and the percentage that the page shows while they are typed.
FIGURES = {
    "1.1.2a": ("120", "480", "25.0%"),
    "1.1.2b": ("125", "2854", "4.4%"),
    "1.1.2c": ("24", "65", "36.9%"),
}


@pytest.fixture
def people():
    administrator = make_user("administrator", display_name="Administrator")
    give_seat(administrator, Role.ADMINISTRATOR)
    names = {
        "focal_sei": "Focal point, SEI",
        "focal_mae": "Focal point, MAE",
        "focal_mj": "Focal point, MJ",
        "gov_lead": "Co-lead, SEI",
        "cso_lead": "Co-lead, Ba Futuru",
    }
    made = {name: make_user(name, display_name=shown) for name, shown in names.items()}
    return {"administrator": administrator} | made


def enter(open_window, person, **options):
    return open_window(**options).sign_in(person.email, PASSWORD)


def test_the_main_job(people, open_window, start_worker, settings):
    settings.REPORT_SILENCE_SECONDS = 120  # the worker of this test is well
    administrator = enter(open_window, people["administrator"])
    link = make_the_plan(administrator)
    secretariat = set_a_password(open_window(), link)
    import_the_logframe(secretariat)
    read_the_plan(secretariat)
    seat_the_people(secretariat, people)
    open_the_round(secretariat)

    focal = enter(open_window, people["focal_sei"])
    report_figures(focal)
    submit(focal)
    government = enter(open_window, people["gov_lead"])
    society = enter(open_window, people["cso_lead"])
    return_with_a_note(government)
    correct_and_resubmit(focal)
    accept_and_dissent(government, society)
    other = enter(open_window, people["focal_mj"])
    report_on_one_activity(other)
    endorse_on_both_sides(government, society)

    start_worker()
    generate_the_report(secretariat)
    read_the_pdf(secretariat)
    see_the_dashboard(secretariat)
    pull_the_data(secretariat)
    for window in (administrator, secretariat, focal, government, society, other):
        assert window.is_clean()


# Step 2 and 3: the plan


def make_the_plan(administrator):
    """Makes the plan and its secretariat; the link with which the secretary sets a password."""
    administrator.open("/plans/").press("New plan")
    administrator.fill(
        title="National Action Plan 1325",
        code=CODE,
        country="TL",
        start_year="2024",
        end_year="2028",
        generation="2",
        pillars="P1 Participation\nP2 Prevention\nP3 Protection\nP4 Peacebuilding",
    )
    administrator.look("01-new-plan").press("Make the plan").says("The framework is empty")
    administrator.press("People", exact=True).press("Add a secretariat seat").press("Make the seat")
    administrator.fill(email="ana@moi.test.example", name="Ana Soares", post="Head of the secretariat, DNPCC")
    administrator.look("02-assign").press("Give the seat").says("Ana Soares").look("03-link")
    return administrator.page.locator("main code").filter(has_text="/set-password/").inner_text()


def set_a_password(window, link):
    window.open(link.removeprefix(window.home)).look("04-set-password")
    window.fill(new_password1=NEW_PASSWORD, new_password2=NEW_PASSWORD)
    window.press("Set the password").says("Your password is set")
    return window.sign_in("ana@moi.test.example", NEW_PASSWORD)


def import_the_logframe(secretariat):
    secretariat.open(f"/plans/{CODE}/").press("Import a logframe")
    secretariat.page.locator('[name="file"]').set_input_files(WORKBOOK)
    secretariat.press("Show the preview")
    secretariat.says("Please check", "Participation!C6", "Working groups!C3", "Nothing is saved yet")
    secretariat.look("05-import-preview").press("Save all of this").says("The file is saved")


def read_the_plan(secretariat):
    tree = secretariat.open(f"/plans/{CODE}/?open=all").look("06-logframe").page.locator(".tree")
    counts = {kind: tree.locator(f".node-{kind}").count() for kind in ("goal", "output", "activity")}
    assert counts == {"goal": 1, "output": 2, "activity": 3}
    assert tree.locator(".indicator").count() == 6
    first = tree.locator(".node-activity").filter(has_text="1.1.2")
    assert [" ".join(chip.split()) for chip in first.locator(".chip").all_inner_texts()] == [
        "SEI accountable",
        "MAE co-lead",
        "CSOs co-lead",
    ]
    secretariat.choose("institution", "MJ").press("Apply").says("1.2.1", "1 activity")
    assert "1.1.3" not in secretariat.text()
    secretariat.press("Gaps", exact=True).says("baseline", "target", "1.1.2a").look("07-gaps")


def seat_the_people(secretariat, people):
    yesterday = timezone.localdate() - timedelta(days=1)

    def give_to(name):
        secretariat.fill(email=people[name].email, starts_on=str(yesterday)).press("Give the seat")
        secretariat.says("holds the seat", people[name].display_name)

    secretariat.press("People", exact=True).look("08-people")
    for institution in ("SEI", "MAE", "MJ"):
        secretariat.press(f"a focal point of {institution}").press("Make the seat")
        give_to(f"focal_{institution.lower()}")
    # The seats of the co-leads came with the workbook: of four groups, Participation's are meant.
    group = secretariat.page.locator("article").filter(has_text="Participation").first
    secretariat.press("Assign Government co-lead", within=group)
    give_to("gov_lead")
    secretariat.press("Assign CSO co-lead", within=group)
    give_to("cso_lead")
    assert Membership.objects.count() == 8  # with the administrator (twice) and the secretary


# Step 4: the round


def open_the_round(secretariat):
    """The deadline was yesterday, so that everybody is a day late; late reports are taken for another month."""
    today = timezone.localdate()
    secretariat.press("Rounds", exact=True).press("Plan a round")
    secretariat.fill(
        label="2024",
        opens_on=str(today - timedelta(days=20)),
        due_on=str(today - timedelta(days=1)),
        closes_on=str(today + timedelta(days=30)),
    )
    secretariat.look("09-plan-a-round").press("Plan the round")
    secretariat.press("Open the round").says("Late reports are taken").look("10-round")


# Step 5: the focal point


def box(window, code, part):
    """The box of an indicator's total: part is n, d, why…"""
    fieldset = window.page.locator("fieldset.group").filter(has=window.page.locator("legend", has_text=code))
    return fieldset.locator(f'.nd input[name$="-{part}"], [name$="-{part}"]').first


def type_figures(window, code, numerator, denominator):
    box(window, code, "n").fill(numerator)
    box(window, code, "d").fill(denominator)


def shown_share(window, code):
    fieldset = window.page.locator("fieldset.group").filter(has=window.page.locator("legend", has_text=code))
    return fieldset.locator(".nd output").inner_text()


def report_figures(focal):
    """One page for each activity; a draft is saved with some of it missing."""
    focal.says("My report 2024", "2 items due", "1.1.2", "1.1.3").look("11-my-report")
    assert "1.2.1" not in focal.text(), "that one is MJ's"
    focal.press("1.1.2").look("12-activity-empty")
    focal.fill(narrative=NARRATIVE).press("Save draft").says("Saved at")

    # A mistake: all of it is said at once, what was typed stays, and the eyes are led to it.
    type_figures(focal, "1.1.2a", "190", "180")
    box(focal, "1.1.2b", "n").fill("some")
    focal.press("Save draft", status=422)
    summary = focal.page.locator(".error-summary")
    assert summary.evaluate("(one) => one === document.activeElement")
    assert summary.locator("a").count() == 2
    assert box(focal, "1.1.2a", "n").input_value() == "190"
    assert box(focal, "1.1.2b", "n").input_value() == "some"
    focal.look("13-activity-errors")
    assert focal.axe() == []

    focal.choose("status", "on_track")
    for code, (numerator, denominator, share) in FIGURES.items():
        type_figures(focal, code, numerator, denominator)
        assert shown_share(focal, code) == share, "while typing"
    box(focal, "1.1.2d", "why").fill("The registry is being rebuilt.")
    focal.press("Save draft").says("Saved at", "Complete").look("14-activity-complete")
    for code, (numerator, denominator, share) in FIGURES.items():
        assert (box(focal, code, "n").input_value(), box(focal, code, "d").input_value()) == (
            numerator,
            denominator,
        )
        assert shown_share(focal, code) == share, "as saved"

    focal.press("Save and go to 1.1.3").choose("status", "delayed")
    focal.fill(narrative="The modules are drafted.")
    # The boxes opened when "delayed" was chosen: without a correction it could not be submitted.
    focal.fill(
        **{
            "corr-1-cause": "The translators left.",
            "corr-1-measure": "Translate with the university.",
            "corr-1-owner": "Directorate of training",
            "corr-1-due": "2025-06-30",
            "spent-amount": "1.250,50",
        }
    )
    type_figures(focal, "1.1.3a", "0", "1000")
    assert shown_share(focal, "1.1.3a") == "0.0%", "a reported zero is a figure"
    focal.press("Save and go back to the list").says("2/2")


def submit(focal):
    focal.press("Submit Participation", status=422).says("The part of MAE on 1.1.2, 1.1.3 has not come in")
    assert focal.axe() == []
    focal.look("14-without-a-part").press("Submit without this part").says("Submitted").look("15-submitted")
    address = f"/submissions/{Submission.objects.get(institution__code='SEI').pk}/"
    focal.open(f"{address}activities/1.1.2/")
    assert focal.path == address, "there is nothing to write on any more"
    focal.says("It was submitted and is locked")


# Step 6: the two co-leads


def return_with_a_note(government):
    government.open("/").says("SEI").look("16-review").press("Read SEI's submission and decide")
    card = government.page.locator("details").filter(has_text="What should be changed?")
    card.locator("summary").click()
    government.press("Return with a note", within=card.locator("form"), status=422)
    note = card.locator("textarea")
    assert note.evaluate("(one) => one === document.activeElement")
    assert note.get_attribute("aria-invalid") == "true"
    government.look("17-return-without-a-note")
    assert government.axe() == []
    note.fill(NOTE)
    government.press("Return with a note", within=card.locator("form")).says("Returned")


def correct_and_resubmit(focal):
    focal.open(f"/plans/{CODE}/my-report/").says("Returned by Co-lead, SEI", NOTE).look("18-returned")
    focal.press("1.1.2").says(NOTE)
    focal.fill(narrative=f"{NARRATIVE} One of them in the sucos.").press("Save and go back to the list")
    focal.press("Submit Participation", status=422).press("Submit without this part").says("Submitted")


def accept_and_dissent(government, society):
    society.open("/").press("Read SEI's submission and decide").says("One of them in the sucos.")
    society.press("Accept", exact=True).says("Its figures are now official")
    card = society.page.locator("details").filter(has_text="What do you not agree with?")
    card.locator("summary").click()
    card.locator("textarea").fill(DISSENT)
    society.press("Record a dissent", within=card.locator("form")).says(DISSENT, "stays with the figures")
    sign(government, "SEI")
    government.says("The other side has not endorsed it yet", DISSENT).look("19-dissent")
    assert Submission.objects.get(institution__code="SEI").state == "accepted", "endorsement needs both"


def sign(window, institution):
    window.open("/").press(f"Read {institution}'s submission and decide")
    card = window.page.locator("details").filter(has_text="Statement (optional)")
    card.locator("summary").click()
    window.press("Endorse", within=card.locator("form"))


def report_on_one_activity(focal):
    focal.says("1 item due", "1.2.1").press("1.2.1")
    focal.choose("status", "completed").fill(narrative="The decree-law was adopted in May.")
    type_figures(focal, "1.2.1a", "3", "5")
    focal.press("Save and go back to the list").press("Submit Participation").says("Submitted")


def endorse_on_both_sides(government, society):
    government.open("/").press("Read MJ's submission and decide").press("Accept", exact=True)
    sign(government, "MJ")
    sign(society, "MJ")
    society.says("Both sides have now endorsed this submission").look("20-endorsed")


# Step 7: the report


def generate_the_report(secretariat):
    """The page shows how far the worker is without being asked, and turns into the report when it is there."""
    secretariat.press("Reports", exact=True).press("Generate report").says("The report is being written")
    asked = []
    secretariat.page.on("request", lambda request: asked.append(request.url))
    secretariat.page.locator("#statements").wait_for(timeout=60_000)
    assert any(url.endswith("/status/?whole") for url in asked), "the page asked for the progress by itself"
    assert ReportRun.objects.get().state == "done"
    secretariat.says(DISSENT, "MAE", "1.1.2a", "The registry is being rebuilt.").look("21-report")


def read_the_pdf(secretariat):
    link = secretariat.page.get_by_role("link", name="Open the PDF")
    answer = secretariat.context.request.get(secretariat.home + link.get_attribute("href"))
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    pdf = answer.body()
    assert pdf.startswith(b"%PDF")
    (secretariat.artifacts / "report.pdf").write_bytes(pdf)
    told = subprocess.run(
        ["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True, timeout=60
    ).stdout
    text = " ".join(told.decode().split())
    assert DISSENT in text
    assert "Received 2 of 3 reports." in text
    assert "MAE: 1 day late, not handed in" in text, "who did not report is named"


# Steps 8 and 9


def see_the_dashboard(secretariat):
    secretariat.press("Dashboard", exact=True).says("Round 2024 at a glance", DISSENT, "Ready")
    board = secretariat.page.locator("table").filter(has_text="Days late").first
    states = {
        code: board.locator("tr")
        .filter(has=secretariat.page.locator("th", has_text=re.compile(rf"^\s*{code}\b")))
        .first.inner_text()
        for code in ("SEI", "MAE", "MJ")
    }
    assert "Accepted" in states["SEI"]
    assert "Endorsed" in states["MJ"]
    assert "Overdue" in states["MAE"]
    assert all(re.search(r"\b1\b", state) for state in states.values()), f"a day late, all of them: {states}"
    secretariat.look("22-dashboard")


def pull_the_data(secretariat):
    secretariat.open("/account/tokens/").fill(name="R of the statistics office").press("Make a token")
    header = secretariat.look("23-token").page.locator("#new-token").inner_text()
    name, _colon, token = header.partition(": ")
    address = f"{secretariat.home}/api/v1/indicator-data/?plan={CODE}&round=2024"
    # Another program: no cookies, only the token.
    answer = secretariat.context.browser.new_context().request.get(address, headers={name: token})
    assert answer.status == 200
    rows = {row["indicator"]: row for row in answer.json()["results"] if row["category"] is None}
    first = rows["1.1.2a"]
    assert (first["numerator"], first["denominator"], first["value"]) == (120, 480, 25)
    assert rows["1.1.3a"]["value"] == 0
    assert rows["1.1.2d"]["value"] is None
    assert rows["1.1.2d"]["no_data_reason"] == "The registry is being rebuilt."
    anonymous = secretariat.context.browser.new_context().request.get(address)
    assert anonymous.json()["results"] == [], "nothing is published yet"
