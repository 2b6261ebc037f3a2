"""Budget briefings from asking to the files: who may, the worker's part, what PDF and Word say, what is frozen."""

import hashlib
import io
import zipfile
from dataclasses import replace

import docx
import pikepdf
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from docx.oxml.ns import qn

from budgets.briefing.build import build_briefing
from budgets.briefing.data import Briefing
from budgets.models import BudgetLine
from frameworks.formatting import format_money
from frameworks.models import Activity, Membership
from monitoring import tasks
from monitoring.models import ReportFile, ReportRun
from monitoring.models.report import ReportKind, RunState
from monitoring.operations.reports import claim_run, finish_run, request_briefing, retry_run
from monitoring.reports import run as worker
from monitoring.reports.briefing import presented
from monitoring.reports.briefing.buys import MOST_ACTIVITIES
from monitoring.reports.docx import render_docx
from monitoring.reports.pdf import render_pdf
from monitoring.reports.snapshot import checksum, from_snapshot, to_snapshot
from tests.budgets.briefing_world import CUT_OFF, make_ask
from tests.monitoring.report_world import real_transactions
from tests.monitoring.test_reports_pdf import elements, text_of
from tests.monitoring.test_worker import broker, kill_all, start_worker, state, wait_until  # noqa: F401
from tests.pages import Visitor
from tests.world import make_activity, make_round, make_world


@pytest.fixture
def sent(monkeypatch):
    """The ids that were handed to the worker, instead of handing them over."""
    ids = []
    monkeypatch.setattr(tasks.build_report, "delay", ids.append)
    return ids


@pytest.fixture
def ask(world):
    return make_ask(world)


def build(world, **options):
    return build_briefing(
        plan=world.plan, first_year=2025, last_year=2026, user=world.secretariat, cut_off=CUT_OFF, **options
    )


def request(world, first=2025, last=2026, *, by=None, at=CUT_OFF):
    return request_briefing(
        plan=world.plan, first_year=first, last_year=last, by=by or world.secretariat, at=at
    )


def written(world):
    run = request(world)
    assert worker.write_report(run.pk, clock=lambda: CUT_OFF)
    run.refresh_from_db()
    return run


def cells_of(content):
    """Every text of every table of a Word document."""
    document = docx.Document(io.BytesIO(content))
    return [[cell.text for cell in row.cells] for table in document.tables for row in table.rows]


def words_of(content):
    document = docx.Document(io.BytesIO(content))
    return [one.text for one in document.paragraphs]


# What the files say


@pytest.mark.slow
def test_pdf_and_word_hold_the_numbers_of_the_data(ask):
    briefing = build(ask, version=3)
    text, rows = text_of(render_pdf(briefing).content), cells_of(render_docx(briefing))
    flat = [cell for row in rows for cell in row]
    amounts = [briefing.total, *briefing.years, *(one.total for one in briefing.pillars)]
    amounts += [year.money for pillar in briefing.pillars for year in pillar.years]
    amounts += [one.money for pillar in briefing.pillars for one in pillar.activities]
    wanted = {getattr(one, name) for one in amounts for name in ("ask",)}
    wanted |= {getattr(year.money, name) for p in briefing.pillars for year in p.years
               for name in ("costed", "proposed", "approved", "gap")}  # fmt: skip
    wanted |= {amount for one in briefing.sources for amount in (one.proposed, one.approved)}
    wanted |= {amount for one in briefing.past for amount in (one.approved, one.released, one.spent)}
    wanted.discard(None)
    assert len(wanted) > 20
    for amount in wanted:
        said = format_money(amount, "")
        assert said in text, said
        assert said in flat, said
    assert ["Participation", "23,500", "15,000", "38,500", "14,500", "24,000"] in rows
    assert ["All pillars", "31,500", "24,000", "55,500", "14,500", "41,000"] in rows
    assert "All pillars 31,500 24,000 55,500 14,500 41,000" in text
    sentences = [item.replace("\xa0", " ") for one in presented(briefing)["sections"] for kind, block in one.typed
                 for item in (block.items if kind == "points" else [])]  # fmt: skip
    assert "For 2025–2026 the plan asks for USD 55,500." in sentences
    assert "USD 14,500 of it has been approved (26.1%)." in sentences
    assert any("USD 41,000 is still to be found: for USD 23,000" in one for one in sentences)
    said = " ".join(words_of(render_docx(briefing))).replace("\xa0", " ")
    for one in sentences:
        assert one in said
        assert " ".join(one.split()) in text
    assert "Women" not in said  # the small world has none: nothing is made up
    assert "Indicator 1.1.1a: 4.8% in 2023; 20% by 2026, 30% by 2028." in text
    assert "5 Nov 2024, SC/2024/07" in text
    assert (
        "In no sum, because there is no rate that says what it is worth: GBP 1,000 (proposed, 2026)." in said
    )
    assert "in 2026 1.1 for 1 EUR (Bank, 30 June 2025)" in text


@pytest.mark.slow
def test_the_pdf_is_tagged_short_and_the_same_for_the_same_data(ask):
    document = render_pdf(build(ask))
    assert 3 <= document.pages <= 6
    assert render_pdf(build(ask)).content == document.content
    with pikepdf.open(io.BytesIO(document.content)) as pdf:
        assert str(pdf.docinfo["/Title"]) == "Budget briefing 2025–2026 – TL-NAP-2024-2028"
        tags = [tag for tag, _node in elements(pdf)]
        assert tags.count("/H1") == 1
        assert tags.count("/Table") >= 6
        (figure,) = [node for tag, node in elements(pdf) if tag == "/Figure"]
        assert str(figure.Alt) == "Asked for, approved and still to be found, in USD"
        with pdf.open_outline() as outline:
            chapters = [item.title for item in outline.root[0].children]
    assert chapters == [one.heading for one in presented(build(ask))["sections"]]


def test_word_has_styles_headings_repeated_heads_a_language_and_a_title(ask):
    content = render_docx(build(ask))
    document = docx.Document(io.BytesIO(content))
    assert document.core_properties.title == "Budget briefing 2025–2026 – TL-NAP-2024-2028"
    assert document.core_properties.language == "en-GB"
    assert {one.get(qn("w:val")) for one in document.styles.element.iter(qn("w:lang"))} == {"en-GB"}
    headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]
    assert headings == [one.heading for one in presented(build(ask))["sections"]]
    for table in document.tables:
        first = table.rows[0]._tr.trPr
        assert first.find(qn("w:tblHeader")) is not None
        assert table._tbl.tblPr.find(qn("w:tblCaption")) is not None
    assert render_docx(build(ask)) == content
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None


def test_word_takes_whatever_people_wrote(ask):
    Activity.objects.filter(code="1.1.1").update(title="Train <b>women</b> & men\x0b\x1f")
    assert any(
        "1.1.1 Train <b>women</b> & men" in cell for row in cells_of(render_docx(build(ask))) for cell in row
    )


@pytest.mark.slow
def test_invented_figures_are_marked_in_every_format(ask):
    plain = build(ask)
    marked = replace(plain, plan=replace(plain.plan, is_illustrative=True))
    assert "Do not quote them." in text_of(render_pdf(marked).content)
    assert any("Do not quote them." in one for one in words_of(render_docx(marked)))
    assert not any("Do not quote them." in one for one in words_of(render_docx(plain)))


def test_a_large_plan_stays_short_and_nothing_is_lost_from_the_sums(ask):
    for number in range(60):
        make_activity(ask.participation, f"1.5.{number + 1}", [ask.sei])
    briefing = build(ask)
    section = next(one for one in presented(briefing)["sections"] if one.anchor == "buys")
    table = next(block for kind, block in section.typed if kind == "table")
    assert len(table.rows) == MOST_ACTIVITIES // 2 + 2  # the rest in one row, and the sum
    assert "44 activities more" in table.rows[-2].cells[0][0]
    assert table.rows[-1].cells[1] == (format_money(briefing.pillars[0].total.ask, ""),)


def test_a_plan_without_money_says_so(world):
    words = " ".join(words_of(render_docx(build(world))))
    assert "Nobody has given an amount for 2025–2026 yet" in words
    assert "No budget names a source for these years yet." in words


# Frozen


def test_the_snapshot_keeps_every_digit_and_the_checksum_is_that_of_the_data(ask):
    briefing = build(ask, version=1)
    assert from_snapshot(to_snapshot(briefing), Briefing) == briefing
    again = build(ask, version=2)
    assert checksum(again) == checksum(briefing)
    BudgetLine.objects.filter(proposed=12000).update(proposed=12001)
    assert checksum(build(ask)) != checksum(briefing)


@pytest.mark.slow
def test_the_worker_writes_both_files_and_what_is_done_stays(ask, sent):
    run = written(ask)
    assert (run.state, run.progress, run.attempts, run.error) == (RunState.DONE, 100, 1, "")
    assert run.file.read().startswith(b"%PDF-1.7")
    (word,) = ReportFile.objects.filter(run=run)
    content = word.file.read()
    assert (word.format, word.sha256) == ("docx", hashlib.sha256(content).hexdigest())
    assert checksum(from_snapshot(run.snapshot, Briefing)) == run.data_sha256
    BudgetLine.objects.update(proposed=1)
    page = Visitor(ask.steering).open(reverse("report", args=[run.public_id]))
    assert "For 2025–2026 the plan asks for USD 55,500." in page.text
    other = written(ask)
    assert other.data_sha256 != run.data_sha256
    assert [from_snapshot(one.snapshot, Briefing).version for one in (run, other)] == [1, 2]
    page = Visitor(ask.focal_mae).open(reverse("briefings", args=[ask.plan.code]))
    assert (page.text.count("Version 1"), page.text.count("Version 2")) == (1, 1)
    answer = Visitor(ask.focal_mae).client.get(reverse("report_further_file", args=[run.public_id, "docx"]))
    assert answer["Content-Disposition"] == (
        'attachment; filename="TL-NAP-2024-2028_budget-briefing_2025-2026_1.docx"'
    )
    assert b"".join(answer.streaming_content) == content


def test_who_lost_the_seat_meanwhile_gets_no_other_figures(ask, sent):
    run = request(ask)
    Membership.objects.filter(user=ask.secretariat).update(ends_on=CUT_OFF.date())
    assert worker.write_report(run.pk, clock=lambda: CUT_OFF) is False
    run.refresh_from_db()
    assert run.state == RunState.FAILED
    assert "may not read the budgets of the plan any more" in run.error


def test_files_that_came_too_late_are_not_left_lying(ask, sent, settings):
    run = request(ask)
    first = claim_run(run.pk, at=CUT_OFF)
    ReportRun.objects.update(attempts=2)
    with pytest.raises(worker.RunLost):
        finish_run(
            first, content=b"%PDF", pages=1, snapshot={}, data_sha256="0" * 64, cut_off=CUT_OFF, at=CUT_OFF,
            further=[("docx", b"PK")],
        )  # fmt: skip
    assert not ReportFile.objects.exists()
    assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


# Asking


@pytest.mark.parametrize("who", ["secretariat", "administrator"])
def test_who_may_ask(ask, sent, who):
    run = request(ask, by=getattr(ask, who))
    assert (run.kind, run.round, run.pillar, run.first_year) == (ReportKind.BRIEFING, None, None, 2025)


@pytest.mark.parametrize("who", ["gov_lead", "cso_lead", "focal_sei", "steering", "outsider", "nobody"])
def test_who_may_not(ask, sent, who):
    with pytest.raises(PermissionDenied):
        request(ask, by=getattr(ask, who))


def test_one_at_a_time_for_the_same_years_of_the_same_plan(ask, sent):
    first = request(ask)
    assert request(ask, by=ask.administrator) == first
    assert request(ask, 2026, 2026) != first
    elsewhere = request_briefing(
        plan=ask.other_plan, first_year=2025, last_year=2026, by=ask.outsider, at=CUT_OFF
    )
    assert elsewhere.plan == ask.other_plan
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportRun.objects.create(
            plan=ask.plan, kind="briefing", first_year=2025, last_year=2026, created_at=CUT_OFF,
            heartbeat_at=CUT_OFF,
        )  # fmt: skip


@pytest.mark.parametrize(("first", "last"), [(2023, 2025), (2026, 2025), (2026, 2029)])
def test_years_that_are_not_the_plans_are_refused(ask, sent, first, last):
    with pytest.raises(ValidationError, match="years of this plan"):
        request(ask, first, last)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "briefing"},
        {"kind": "briefing", "first_year": 2026, "last_year": 2025},
        {"kind": "briefing", "first_year": 2026},
        {"kind": "pillar"},
        {"kind": "pillar", "round": True, "first_year": 2025, "last_year": 2025},
        {"kind": "briefing", "round": True, "first_year": 2025, "last_year": 2025},
    ],
)
def test_a_run_is_about_a_round_or_about_years(world, wrong):
    fields = dict(wrong)
    if fields.get("round"):
        fields["round"] = make_round(world.plan)
    run = ReportRun(plan=world.plan, created_at=CUT_OFF, heartbeat_at=CUT_OFF, **fields)
    with pytest.raises(ValidationError, match="about years of the plan"):
        run.validate_constraints()
    with pytest.raises(IntegrityError, match="report_of_a_round_or_of_years"), transaction.atomic():
        run.save()


# The pages


def test_the_secretariat_asks_in_the_browser(ask, sent, django_capture_on_commit_callbacks):
    visitor = Visitor(ask.secretariat).open(reverse("briefings", args=[ask.plan.code]))
    assert "No briefing has been made yet." in visitor.text
    visitor.press("Make the briefing", status=422, first_year="2027", last_year="2026")
    assert "The last year cannot lie before the first." in visitor.text
    assert visitor.page.xpath("//select[@name='first_year']/option[@selected]/@value") == ["2027"]
    with django_capture_on_commit_callbacks(execute=True):
        visitor.press("Make the briefing", first_year="2025", last_year="2026")
    run = ReportRun.objects.get()
    assert sent == [run.pk]
    assert "The briefing is being written." in visitor.text
    assert "Waiting for its turn." in visitor.text
    visitor.open(reverse("briefings", args=[ask.plan.code]))
    visitor.press("Make the briefing", first_year="2025", last_year="2026")
    assert "already being written" in visitor.text
    assert ReportRun.objects.count() == 1


def test_the_form_begins_with_the_years_to_come(world):
    from datetime import date

    from monitoring.forms.briefing import BriefingForm

    for today, first in ((2023, 2024), (2025, 2026), (2028, 2028), (2031, 2028)):
        form = BriefingForm(plan=world.plan, today=date(today, 6, 1))
        assert (form["first_year"].initial, form["last_year"].initial) == (first, 2028)


def test_others_read_the_list_and_find_no_form(ask):
    for who in ("gov_lead", "focal_sei", "steering"):
        page = Visitor(getattr(ask, who)).open(reverse("briefings", args=[ask.plan.code]))
        assert "The secretariat makes them." in page.text
        assert "Make the briefing" not in page.buttons()


def test_a_failed_one_says_why_and_is_tried_again(ask, sent, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(worker, "render_pdf", full)
    run = request(ask)
    assert worker.write_report(run.pk, clock=lambda: CUT_OFF) is False
    page = Visitor(ask.secretariat).open(reverse("briefings", args=[ask.plan.code]))
    assert "the disk may be full" in page.text
    page.press("Try again")
    run.refresh_from_db()
    assert run.state == RunState.QUEUED
    with pytest.raises(PermissionDenied):
        retry_run(run=run, by=ask.gov_lead, at=CUT_OFF)


def test_briefings_and_pillar_reports_are_listed_apart(ask, sent):
    request(ask)
    ReportRun.objects.create(
        plan=ask.plan, round=make_round(ask.plan), pillar=ask.participation, created_at=CUT_OFF,
        heartbeat_at=CUT_OFF,
    )  # fmt: skip
    visitor = Visitor(ask.secretariat)
    lists = [len(visitor.open(reverse(name, args=[ask.plan.code])).answer.context["runs"])
             for name in ("briefings", "reports")]  # fmt: skip
    assert lists == [1, 1]


def test_a_format_that_is_not_there_is_not_found(ask, sent):
    run = request(ask)
    client = Visitor(ask.secretariat).client
    for format in ("docx", "exe", "pdf"):
        address = reverse("report_further_file", args=[run.public_id, format])
        assert client.get(address).status_code == 404


@pytest.mark.parametrize("runs", [1, 3])
def test_the_list_needs_the_same_queries_for_any_number(ask, runs, django_assert_num_queries):
    for _n in range(runs):
        made = ReportRun.objects.create(
            plan=ask.plan, kind="briefing", first_year=2025, last_year=2026, state="failed", error="Broken.",
            created_at=CUT_OFF, heartbeat_at=CUT_OFF, requested_by=ask.secretariat,
        )  # fmt: skip
        ReportFile.objects.create(run=made, format="docx", file="x.docx", sha256="0" * 64)
    client = Visitor(ask.secretariat).client
    address = reverse("briefings", args=[ask.plan.code])
    client.get(address)
    with django_assert_num_queries(7):
        page = client.get(address)
    assert len(page.context["runs"]) == runs


@pytest.mark.slow
@real_transactions
def test_a_real_worker_makes_the_briefing(start_worker):  # noqa: F811
    ask = make_ask(make_world())
    process = start_worker()
    run = request(ask)
    wait_until(lambda: state(run) == RunState.DONE, seconds=25, process=process)
    done = ReportRun.objects.get(pk=run.pk)
    assert done.file.read().startswith(b"%PDF")
    assert done.files.get().file.read().startswith(b"PK")
    assert from_snapshot(done.snapshot, Briefing).total.ask == 55500
    kill_all(process)
