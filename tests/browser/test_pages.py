"""Every page of the demo, as the people who use it see it: it fits, it is quiet, light, its own, and accessible.

At 1280 and 390 pixels: nothing sticks out sideways. Nothing in the console, nothing asked of another host, first view at
most 100 kB over the line, and no finding of axe-core in the light and in the dark colours. Pictures of all pages are kept
where BROWSER_ARTIFACTS is set; otherwise only of those that do not fit.
"""

import os
from dataclasses import dataclass

import pytest
from django.contrib.sessions.models import Session
from django.test import override_settings
from django.urls import resolve

from tests.browser.site import EMPTY_PLAN, Server, build_site, session_cookie
from tests.browser.window import HEIGHT, PHONE, WIDE, Window
from tests.test_access import RULES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

#: Bytes over the line for a first view, with nothing in the cache (DESIGN.md, "look"; DOMAIN.md, "People").
MOST_BYTES = 100_000
#: Answers that are no pages: data, files, and the part of a page that htmx asks for.
NO_PAGES = {
    "evidence_file": "focal.mssi",
    "places_file": "secretariat",
    "healthz": "visitor",
    "api_plans": "visitor",
    "api_indicators": "visitor",
    "api_external_frameworks": "visitor",
    "api_crosswalk": "visitor",
    "api_indicator_data": "monitoring",
    "api_submissions": "monitoring",
    "api_submission": "monitoring",
    "api_comments": "monitoring",
    "api_comment": "monitoring",
    "api_evidence": "monitoring",
    "api_evidence_one": "monitoring",
    "api_schema": "visitor",
    "plan_revisions_file": "secretariat",
    "costings_file": "focal.mssi",
    "gender_budget_file": "focal.mssi",
    "budget_file": "visitor",
    "budget_lines_file": "steering",
    "api_budget_lines": "visitor",
    "api_budget_line": "secretariat",
    "api_budget_summary": "visitor",
    "report_status": "secretariat",
    "report_file": "secretariat",
    "report_further_file": "secretariat",
    "terms_file": "secretariat",
    "plan_workbook_file": "secretariat",
    "plan_workbook_marked": "secretariat",
    "budget_workbook_file": "focal.mssi",
    "budget_workbook_marked": "focal.mssi",
    "budget_workbook_lines": "secretariat",
    "report_template_file": "focal.mssi",
    "money_and_results_file": "secretariat",
    "report_template_marked": "focal.mssi",
}
#: Arguments of addresses that are no pages, where those of the site do not fit.
OF_NO_PAGE = {
    "evidence_file": {"public_id": "evidence of a draft"},
    "api_evidence_one": {"public_id": "evidence that was handed in"},
    "api_submission": {"pk": "SEI on P1"},
    "api_comment": {"pk": "a comment"},
    "api_budget_line": {"pk": "an approved budget line"},
    "api_budget_summary": {"query": "?plan=TL-NAP-2024-2028&by=pillar,year"},
    "plan_workbook_marked": {"upload": "a faulty workbook"},
    "report_further_file": {"public_id": "a briefing", "format": "docx"},
    "report_template_marked": {"upload": "a faulty template"},
    "budget_workbook_file": {"institution": "MSSI", "year": 2026},
    "budget_workbook_marked": {"institution": "MSSI", "year": 2026, "upload": "a faulty budget"},
}
#: Addresses that only send on to another one.
SENT_ON = {"my_report_latest": "focal.mssi", "theme_new": "secretariat"}
#: Swagger's own page: its bundle is heavier than all else together, and its markup and colours are not ours. It is served
#: from here nevertheless, stays quiet, and fits.
NOT_OURS = {"api_docs"}


class Look:
    """One address, looked at by somebody of the demo; `wanted` and `query` say which of several things is meant."""

    def __init__(self, name, who="visitor", query="", status=200, **wanted):
        self.name, self.who, self.query, self.status, self.wanted = name, who, query, status, wanted

    def __str__(self):
        return "-".join(
            [self.name, self.who, *map(str, self.wanted.values()), *self.query.strip("?").split("&")]
        ).strip("-")


def of_secretariat(*names, **wanted):
    return [Look(name, "secretariat", **wanted) for name in names]


LOOKS = [
    *(Look(name) for name in ("home", "sign_in", "set_password", "plans", "plan", "activity", "indicator")),
    *(Look("indicator", icode=code) for code in ("2.4.1a", "3.1.1b", "4.3.1b")),
    Look("styleguide"),
    Look("api_docs"),
    *of_secretariat("plans", "plan_new", "plan", "plan_edit", "plan_gaps", "plan_people", "plan_rounds", "plan_import"),
    Look("plan", "secretariat", "?open=all&pillar=P1"),
    Look("plan", "secretariat", "?q=nothing+fits+this"),
    *of_secretariat("activity", "activity_edit", "indicator", "indicator_new", "indicator_edit", "costing"),
    *of_secretariat("institutions", "institution_new"),
    Look("institution_edit", "secretariat", code="MSSI"),
    *of_secretariat("round_new", "round", "round_edit", "round_publish"),
    *of_secretariat("round", label="the first round"),
    *of_secretariat("round", label="planned"),
    Look("plan_import_preview", "secretariat", upload="what would change"),
    Look("plan_import_preview", "admin", upload="a first import", code=EMPTY_PLAN),
    Look("seat_new", "secretariat"),
    Look("seat_new", "secretariat", "?role=focal_point"),
    *of_secretariat("seat_assign", pk="a seat"),
    *of_secretariat("seat_assign", pk="a vacant seat"),
    *of_secretariat("seat_close", pk="a vacant seat"),
    *of_secretariat("membership_end", pk="a term"),
    *of_secretariat("dashboard", "reports", "report"),
    *of_secretariat("dashboard", query="?round=2025"),
    *of_secretariat("report", public_id="a report at work"),
    *of_secretariat("report", public_id="a failed report"),
    Look("dashboard", "steering"),
    Look("my_report", "focal.mssi"),
    Look("my_report", "focal.mae"),
    Look("my_report", "focal.mj"),
    Look("my_report", "focal.sei"),
    Look("submission", "focal.mssi", pk="MSSI on P2"),
    Look("submission", "focal.sei", pk="SEI on P1"),
    Look("submission", "focal.mssi", pk="BELUN, with MSSI on P2"),
    Look("submission", "gov.participation", pk="SEI on P1"),
    Look("submission", "cso.participation", pk="PNTL on P1"),
    Look("submission", "monitoring", pk="PNTL on P2"),
    Look("submission_activity", "focal.mssi", pk="MSSI on P2", acode="2.2.1"),
    Look("submission_activity", "focal.mj", pk="MJ on P1", acode="1.2.1"),
    Look("submission_activity", "focal.mssi", pk="MSSI on P2", acode="2.2.2"),  # asks what became of last year's plans
    Look("submission_indicators", "focal.mae", pk="MAE on P1"),
    Look("review", "gov.participation"),
    Look("review", "cso.protection", pcode="P3"),
    Look("review", "secretariat"),
    Look("tokens", "monitoring"),
    *(Look(name, "admin", code=EMPTY_PLAN) for name in ("plan", "plan_gaps", "plan_people", "plan_rounds", "reports", "dashboard")),
    # structure
    *(Look(name) for name in ("goal", "output", "plan_schedule")),
    *of_secretariat("goal", "output", "plan_schedule", "plan_pillars", "pillar_new", "pillar_edit", "pillar_delete"),
    *of_secretariat("goal_new", "goal_edit", "output_new", "output_edit", "activity_new", "goal_indicator_new"),
    *of_secretariat("output_indicator_new", "plan_retired", "part_retire", "part_restore", "part_delete"),
    *of_secretariat("part_renumber"),
    *of_secretariat("part_renumber", level="output", part="1.1"),
    *of_secretariat("part_retire", level="goal", part="1"),
    Look("plan_schedule", "secretariat", "?pillar=P2&institution=MSSI"),
    *(Look(name, "admin", code=EMPTY_PLAN) for name in ("plan_schedule", "plan_retired", "plan_pillars")),
    # context
    *of_secretariat("plan_assumptions", "assumption_new", "plan_themes", "plan_revisions", "plan_compare"),
    *of_secretariat("assumption_edit", "assumption_retire", "assumption_answer", pk="an assumption"),
    Look("plan_assumptions", "monitoring"),
    Look("plan_revisions", "secretariat", "?only=reason"),
    Look("plan_compare", "secretariat", "?level=activity"),
    Look("plan_compare", "focal.mssi", "?level=indicator&state=changed"),
    Look("plan", query="?theme=trafficking"),
    *(Look(name, "admin", code=EMPTY_PLAN) for name in ("plan_assumptions", "plan_themes", "plan_compare")),
    # coordination
    *of_secretariat("plan_people_history", "seat_edit", "plan_terms"),
    *of_secretariat("seat_edit", pk="a seat of the committee"),
    *of_secretariat("terms", body="steering_committee"),
    *of_secretariat("terms", query="?old=1&new=2", body="wg-P1"),
    Look("terms", "focal.sei", body="secretariat"),
    *of_secretariat("terms_new", body="wg-P2"),
    *of_secretariat("institution", code="MOI"),
    Look("institution", "focal.sei", code="CSOS"),
    *of_secretariat("institution_merge", code="MOI"),
    *of_secretariat("institution_merge", query="?into=MOI", code="GMPTL"),
    *of_secretariat("institution_merge", query="?into=MOI", code="MAE"),
    # crosswalk
    *(Look(name) for name in ("plan_crosswalk", "plan_crosswalk_framework", "plan_crosswalk_provision")),
    Look("plan_crosswalk_framework", "visitor", "?show=untouched&pillar=P1"),
    *of_secretariat("plan_crosswalk", "plan_crosswalk_framework", "plan_crosswalk_provision", "provision_link"),
    *of_secretariat("provision_links", "external_frameworks", "external_framework_new", "external_framework_edit"),
    Look("provision_link", "secretariat", "?q=nothing+fits+this"),
    Look("provision_links", "secretariat", level="goal", tcode="2"),
    Look("plan_crosswalk", "admin", code=EMPTY_PLAN),
    # workbook
    *of_secretariat("plan_workbook"),
    *(Look("plan_workbook_preview", "secretariat", upload=f"{which} workbook") for which in ("an edited", "an unchanged", "a faulty")),
    Look("plan_workbook", "admin", code=EMPTY_PLAN),
    # import
    Look("plan_import", "admin", code=EMPTY_PLAN),
    Look("plan_import_columns", "secretariat", upload="what would change"),
    *(Look("plan_import_columns", "admin", upload=upload, code=EMPTY_PLAN) for upload in ("a first import", "an unknown import")),
    *(
        Look("plan_import_progress", "admin", upload=upload, code=EMPTY_PLAN)
        for upload in ("an import at work", "a failed import", "a saved import")
    ),
    # calendar
    *of_secretariat("round_group_new"),
    *of_secretariat("round_group_edit", pk="a group"),
    *of_secretariat("round_group_remove", pk="a group"),
    *of_secretariat("round_exception_new"),
    *of_secretariat("round_exception_end", pk="an exception"),
    # places
    Look("places", "focal.mssi"),
    Look("places", "secretariat", "?q=nothing+fits+this"),
    *of_secretariat("places", "places_import", "place_new"),
    Look("places", "secretariat", "?q=a"),
    Look("place_new", "secretariat", "?in=TL-DI-DA"),
    *of_secretariat("place", "place_edit", "place_end", "place_delete", code="TL-DI"),
    Look("place", "focal.mssi", code="TL-DI-DA-COM"),
    Look("place_delete", "secretariat", code="TL-DI-DA-FAT"),
    *(Look("places_import_preview", "secretariat", key=key) for key in ("a table of places", "a wrong table of places")),
    # mail
    Look("mail_settings", "focal.mssi"),
    Look("mail_unsubscribe", token="a way out"),
    Look("mail_unsubscribe", "focal.mssi", token="a way back"),
    Look("demo_outbox"),
    Look("demo_outbox", "secretariat", "?page=2"),
    # parts
    # evidence
    Look("evidence_line", "focal.mssi", pk="MSSI on P2", line="the line of 2.2.1a"),
    Look("evidence_line", "focal.mssi", pk="MSSI on P3", line="the line of 3.2.2a"),
    Look("evidence_remove", "focal.mssi", public_id="evidence of a draft"),
    Look("place_pick", "focal.mssi", pk="MSSI on P2", indicator="2.2.1a"),
    Look("place_pick", "focal.mssi", "?q=co", pk="MSSI on P2", indicator="2.2.1a"),
    Look("place_pick", "focal.mssi", "?q=nothing+fits+this", pk="MSSI on P2", indicator="2.2.1a"),
    Look("submission", "cso.participation", pk="evidence in a report"),
    # autosave
    # template
    Look("report_template", "focal.mssi"),
    Look("report_template_preview", "focal.mssi", upload="a filled-in template"),
    Look("report_template_preview", "focal.mssi", "?all=mine", upload="a filled-in template"),
    Look("report_template_preview", "focal.mssi", upload="a faulty template"),
    # discussion
    Look("submission_return", "gov.participation", pk="SEI on P1"),
    Look("submission_version", "focal.sei", pk="SEI on P1", cycle=1),
    Look("submission", "cso.participation", pk="SEI on P1"),
    Look("submission", "monitoring", pk="GPM on P2"),
    # handover
    *of_secretariat("handover", public_id="a handover sheet"),
    *of_secretariat("handover_edit", public_id="a handover sheet"),
    # reminders
    # story
    Look("figure_history", "monitoring", icode="1.1.2a"),
    Look("figure_history", "focal.mssi", icode="2.2.2a"),
    Look("figure_history", "secretariat", icode="1.2.1a"),
    # costing
    *of_secretariat("costings", "output_costing"),
    *of_secretariat("output_costing", ocode="2.4"),
    Look("costings", "steering", "?pillar=P2&show=rough"),
    Look("costings", "focal.mssi", "?show=none"),
    # operational plans
    *(Look("operational_plans", who) for who in ("focal.mae", "gov.participation", "focal.mssi")),
    Look("operational_plans", "secretariat", "?year=2024"),
    Look("operational_plans", "admin", code=EMPTY_PLAN),
    Look("operational_gaps", "secretariat"),
    Look("operational_gaps", "focal.mae", "?pillar=P1"),
    Look("operational_gaps", "admin", code=EMPTY_PLAN),
    *(
        Look(name, "focal.mae", opid="the plan of MAE", aid="an action of MAE", lid="a line of MAE")
        for name in (
            "operational_plan", "operational_note", "operational_action_new", "operational_action",
            "operational_action_remove", "budget_line_new", "budget_line", "budget_line_remove", "budget_lines_from_costs",
        )
    ),
    Look("operational_plan", "cso.participation", opid="the plan of SEI"),
    Look("operational_plan", "focal.sei", opid="the plan of SEI"),
    Look("budget_line", "focal.sei", opid="the plan of SEI", lid="a line of SEI"),
    # annual plans: before the committee, half agreed, returned and not begun in the year ahead; decided before
    Look("annual_plans", "gov.peacebuilding"),
    Look("annual_plans", "steering", "?year=2025"),
    Look("annual_plans", "admin", code=EMPTY_PLAN),
    *(
        Look(name, who, pcode=pillar, year="the year ahead")
        for name, who, pillar in (
            ("annual_plan", "steering", "P1"), ("annual_plan_decide", "steering", "P1"), ("annual_plan", "gov.prevention", "P2"),
            ("annual_plan_edit", "cso.prevention", "P2"), ("annual_plan", "cso.protection", "P3"),
        )
    ),
    Look("annual_plan", "focal.mssi", pcode="P2", year=2025),
    Look("annual_plan_versions", "secretariat", pcode="P2", year=2025),
    # sources, rates and gender budget
    *of_secretariat("funding_sources", "funding_source_new", "exchange_rates", "exchange_rate_new", "budget_rules", "budget_rules_edit"),
    *of_secretariat("funding_source", "funding_source_edit", "funding_source_retire", "funding_source_delete", scode="STATE"),
    *of_secretariat("funding_source_restore", scode="TRUST-FUND"),
    *of_secretariat("exchange_rate_edit", "exchange_rate_delete", pk="a rate of the euro"),
    *of_secretariat("gender_budget"),
    Look("gender_budget", "focal.mssi", "?year=2025"),
    Look("gender_budget_institution", "focal.mssi", institution="MSSI"),
    Look("gender_budget_edit", "focal.mssi", institution="MSSI", year=2025),
    Look("gender_budget", "admin", code=EMPTY_PLAN),
    Look("funding_sources", "admin", code=EMPTY_PLAN),
    Look("exchange_rates", "admin", code=EMPTY_PLAN),
    # compile
    Look("budget"),
    *of_secretariat("budget"),
    Look("budget", "steering", "?rows=activity&cols=year&show=steps"),
    Look("budget", "focal.mssi", "?rows=source&show=gaps"),
    Look("budget", "cso.participation", "?rows=institution&cols=source_kind&year=1999"),
    Look("budget", "admin", code=EMPTY_PLAN),
    Look("budget_lines"),
    Look("budget_lines", "monitoring"),
    Look("budget_lines", "steering", "?measure=spent&source=-"),
    Look("budget_lines", "admin", code=EMPTY_PLAN),
    *of_secretariat("budget_publish", year=2026),
    *of_secretariat("budget_unpublish", year=2025),
    # budget workbook
    Look("budget_workbooks", "focal.mssi"),
    Look("budget_workbooks", "steering"),
    Look("budget_workbook", "focal.mssi", institution="MSSI", year=2026),
    *(
        Look("budget_workbook_preview", "focal.mssi", query, institution="MSSI", year=2026, upload=which)
        for which, query in (("a filled-in budget", ""), ("a filled-in budget", "?remove=1"), ("a faulty budget", ""))
    ),
    # money and results
    Look("money_and_results", "secretariat", "?round=2024"),
    Look("money_and_results", "focal.mssi", "?pillar=P3&institution=MSSI"),
    Look("money_and_results", "admin", code=EMPTY_PLAN),
    # briefing
    *of_secretariat("briefings"),
    Look("briefings", "steering"),
    *of_secretariat("report", public_id="a briefing"),
    Look("report", "focal.mssi", public_id="a briefing at work"),
    Look("briefings", "admin", code=EMPTY_PLAN),
    Look("status_override", "secretariat", icode="1.1.2a", label="2026"),
    Look("status_override", "secretariat", icode="1.1.2a", label="2024"),
    Look("activity", "monitoring", acode="2.2.1"),
    Look("activity", "focal.mssi", acode="2.2.1"),
    # Pages that say no.
    Look("plan", code="NO-SUCH-PLAN", status=404),
    Look("plan_edit", "focal.sei", status=403),
]  # fmt: skip


@pytest.fixture(scope="module")
def site(django_db_setup, django_db_blocker, tmp_path_factory):
    """The demo as of today, and nothing of it afterwards."""
    from tests.demo.conftest import FAST_HASH, empty_tables

    own = {
        "DEMO": True,
        "PASSWORD_HASHERS": FAST_HASH,
        "MEDIA_ROOT": tmp_path_factory.mktemp("media"),
        "ROOT_URLCONF": "tests.browser.urls",
        "ALLOWED_HOSTS": ["localhost"],
        "STORAGES": {
            "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
            "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
        },
    }
    with django_db_blocker.unblock(), override_settings(**own):
        try:
            yield build_site()
        finally:
            empty_tables()
            Session.objects.all().delete()


@pytest.fixture
def own_media(site):
    """In place of the one of tests/conftest.py: the files of the site stay where they are from page to page."""


@pytest.fixture
def plain_static_files(site):
    """As above."""


@pytest.fixture
def empty_cache(site):
    """As above: a table of places waits in the cache until somebody saves it."""


@pytest.fixture(scope="module")
def server(site):
    with Server() as running:
        yield running


@pytest.fixture(scope="module")
def context_of(browser, server):
    """context_of(name) → the browser of that person, signed in; the same one each time."""
    contexts = {}

    def context_of(who):
        if who not in contexts:
            contexts[who] = browser.new_context(
                viewport={"width": WIDE, "height": HEIGHT}, reduced_motion="reduce", locale="en-GB"
            )
            if who != "visitor":
                contexts[who].add_cookies([session_cookie(who, server.url)])
        return contexts[who]

    yield context_of
    for context in contexts.values():
        context.close()


@dataclass
class Line:
    """What comes over the line while a page loads."""

    session: object
    bytes: int = 0

    @classmethod
    def watch(cls, window):
        """Counts from now on, headers and all, and lets nothing come from the cache."""
        line = cls(window.context.new_cdp_session(window.page))
        line.session.on("Network.loadingFinished", line._add)
        line.session.send("Network.enable")
        line.session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        return line

    def _add(self, event):
        self.bytes += int(event["encodedDataLength"])


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_page(look, site, server, context_of, artifacts):
    window = Window(context_of(look.who), server.url, artifacts)
    page = window.page
    page.emulate_media(color_scheme="light")
    line = Line.watch(window)
    window.open(site.address(look.name, look.query, **look.wanted), status=look.status)
    if look.status == 200:
        assert resolve(window.path.split("?")[0]).url_name == look.name, "sent on to another page"
    faults = []
    if look.name not in NOT_OURS:
        if line.bytes > MOST_BYTES:
            faults.append(f"{line.bytes} bytes over the line")
        if page.locator('a[href=""]').count():
            faults.append("a link without an address")
        faults += window.axe()
        page.emulate_media(color_scheme="dark")
        faults += [f"dark: {one}" for one in window.axe()]
        page.emulate_media(color_scheme="light")
    for width in (PHONE, WIDE):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        overflow = window.overflow()
        if overflow:
            faults.append(f"{width} px: {overflow}")
        if overflow or os.environ.get("BROWSER_ARTIFACTS"):
            window.picture(f"page-{look}-{width}".replace(" ", "-"))
    faults += window.complaints + window.foreign
    assert faults == []
    page.close()


def test_every_address_that_can_be_opened_is_looked_at():
    opened = {name for name, rule in RULES.items() if not rule.post_only}
    looked_at = {look.name for look in LOOKS} | set(NO_PAGES) | set(SENT_ON)
    assert sorted(opened - looked_at) == []
    assert sorted(looked_at - opened) == []


@pytest.mark.parametrize(("name", "who"), sorted(NO_PAGES.items()))
def test_what_is_no_page_is_answered(name, who, site, server, context_of):
    answer = context_of(who).request.get(server.url + site.address(name, **OF_NO_PAGE.get(name, {})))
    assert answer.status == 200
    assert answer.body()


@pytest.mark.parametrize(("name", "who"), sorted(SENT_ON.items()))
def test_what_sends_on_arrives(name, who, site, server, context_of):
    answer = context_of(who).request.get(server.url + site.address(name))
    assert answer.status == 200
    assert answer.url != server.url + site.address(name)
