"""The access sweep: every address × every role × a foreign institution and a foreign plan.

A new address fails `test_every_address_has_a_rule` until it is given a rule here. The rule of the house
(frameworks/web.py): visitors are sent to sign in; signed-in people get 404 for what they may not even know of, and 403
where they may read but not act.
"""

import uuid
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.contrib.auth.tokens import default_token_generator
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLPattern
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from budgets.models import AnnualPlan, BudgetLine, ExchangeRate, FundingSource, OperationalAction
from frameworks.letters import unsubscribe_url
from frameworks.models import (
    ApiToken,
    Assumption,
    ExternalFramework,
    FrameworkImport,
    Indicator,
    Place,
    Provision,
    ProvisionLink,
    ReportingRound,
    Role,
    RoundException,
    RoundGroup,
    TermsOfReference,
)
from monitoring.models import (
    Comment,
    Evidence,
    IndicatorResult,
    ReportFile,
    ReportRun,
    ReportUpload,
    Submission,
    SubmissionVersion,
)
from monitoring.operations.handover import make_handover
from tests.budgets.money_world import make_line, make_operational_plan
from tests.world import give_seat, make_round, make_user

EVERYBODY = (
    "visitor", "nobody", "outsider", "administrator", "secretariat", "focal_sei", "focal_mae", "gov_lead", "cso_lead",
    "other_gov_lead", "steering", "monitoring",
)  # fmt: skip
STRANGERS = {"nobody", "outsider"}
INSIDERS = set(EVERYBODY) - STRANGERS - {"visitor"}
SECRETARIAT = {"administrator", "secretariat"}
P1_LEADS = {"gov_lead", "cso_lead"}

OPEN, SIGN_IN, FORBIDDEN, HIDDEN = "open", "sign in", "403", "404"


@dataclass(frozen=True)
class Rule:
    """Who may. `insiders_else`: what an insider without the right gets; `hidden`: those of them for whom it does not exist.

    `strangers`: people without a seat in the plan.
    """

    allowed: frozenset
    insiders_else: str = FORBIDDEN
    hidden: frozenset = frozenset()
    strangers: str = HIDDEN
    visitor: str = SIGN_IN
    post_only: bool = False
    data: tuple = ()

    def expected(self, who):
        if who in self.allowed:
            return OPEN
        if who == "visitor":
            return self.visitor
        if who in self.hidden:
            return HIDDEN
        return self.strangers if who in STRANGERS else self.insiders_else


def only(*who, **options):
    names = set()
    for one in who:
        names |= {one} if isinstance(one, str) else set(one)
    return Rule(frozenset(names), **options)


PUBLIC = only(EVERYBODY)
SIGNED_IN = only(set(EVERYBODY) - {"visitor"})
INSIDE = only(INSIDERS)
OF_SECRETARIAT = only(SECRETARIAT)
POST_OF_SECRETARIAT = only(SECRETARIAT, post_only=True)
# The directory of institutions is shared by all plans: any plan's secretariat keeps it.
OF_ANY_SECRETARIAT = only(SECRETARIAT, "outsider", strangers=FORBIDDEN)
OVERSIGHT = INSIDERS - {"focal_sei", "focal_mae"}
# SEI's submission on Participation, still a draft: nobody else's.
OWN_DRAFT = only("focal_sei", insiders_else=HIDDEN)
POST_OF_OWN_DRAFT = only("focal_sei", insiders_else=HIDDEN, post_only=True)
# What others do with it once it is handed in: its own institution reads it and does not, for the others it is not there yet.
NOT_ONES_OWN = frozenset(INSIDERS - {"focal_sei"})

RULES = {
    "home": PUBLIC,
    "healthz": PUBLIC,
    "sign_in": PUBLIC,
    "sign_out": only(EVERYBODY, post_only=True),
    "set_password": PUBLIC,
    "styleguide": PUBLIC,
    "tokens": SIGNED_IN,
    "token_revoke": only("monitoring", post_only=True, insiders_else=HIDDEN),
    # frameworks
    "plans": PUBLIC,
    "plan_new": only(SECRETARIAT, "outsider", strangers=FORBIDDEN),
    "plan": PUBLIC,
    "plan_edit": OF_SECRETARIAT,
    "plan_gaps": INSIDE,
    "plan_import": OF_SECRETARIAT,
    "plan_import_preview": OF_SECRETARIAT,
    "activity": PUBLIC,
    "activity_edit": OF_SECRETARIAT,
    "indicator": PUBLIC,
    "indicator_new": OF_SECRETARIAT,
    "indicator_edit": OF_SECRETARIAT,
    "costing": OF_SECRETARIAT,
    "plan_people": INSIDE,
    "seat_new": OF_SECRETARIAT,
    "seat_assign": OF_SECRETARIAT,
    "seat_close": OF_SECRETARIAT,
    "membership_end": OF_SECRETARIAT,
    "person_link": POST_OF_SECRETARIAT,
    "plan_rounds": INSIDE,
    "round_new": OF_SECRETARIAT,
    "round": INSIDE,
    "round_edit": OF_SECRETARIAT,
    "round_open": POST_OF_SECRETARIAT,
    "round_close": POST_OF_SECRETARIAT,
    "round_publish": OF_SECRETARIAT,
    # frameworks: structure (urls_structure)
    "plan_schedule": PUBLIC,
    "plan_retired": INSIDE,
    "plan_pillars": OF_SECRETARIAT,
    "pillar_new": OF_SECRETARIAT,
    "pillar_edit": OF_SECRETARIAT,
    "pillar_delete": OF_SECRETARIAT,
    "goal": PUBLIC,
    "goal_new": OF_SECRETARIAT,
    "goal_edit": OF_SECRETARIAT,
    "goal_indicator_new": OF_SECRETARIAT,
    "output": PUBLIC,
    "output_new": OF_SECRETARIAT,
    "output_edit": OF_SECRETARIAT,
    "output_indicator_new": OF_SECRETARIAT,
    "activity_new": OF_SECRETARIAT,
    "part_retire": OF_SECRETARIAT,
    "part_restore": OF_SECRETARIAT,
    "part_delete": OF_SECRETARIAT,
    "part_renumber": OF_SECRETARIAT,
    # frameworks: context (urls_context)
    "plan_assumptions": INSIDE,
    "assumption_new": OF_SECRETARIAT,
    "assumption_edit": OF_SECRETARIAT,
    "assumption_move": POST_OF_SECRETARIAT,
    "assumption_retire": OF_SECRETARIAT,
    "assumption_answer": OF_SECRETARIAT,
    "plan_themes": OF_SECRETARIAT,
    "theme_new": OF_SECRETARIAT,
    "plan_revisions": INSIDE,
    "plan_revisions_file": INSIDE,
    "plan_compare": INSIDE,
    # frameworks: coordination (urls_coordination)
    "plan_people_history": INSIDE,
    "seat_edit": OF_SECRETARIAT,
    "plan_terms": INSIDE,
    "terms": INSIDE,
    "terms_new": OF_SECRETARIAT,
    "terms_file": INSIDE,
    "institution": SIGNED_IN,
    "institution_merge": only(SECRETARIAT, strangers=FORBIDDEN),
    # frameworks: crosswalk (urls_crosswalk)
    "plan_crosswalk": PUBLIC,
    "plan_crosswalk_framework": PUBLIC,
    "plan_crosswalk_provision": PUBLIC,
    "provision_link": OF_SECRETARIAT,
    "provision_links": OF_SECRETARIAT,
    "external_frameworks": SIGNED_IN,
    "external_framework_new": OF_ANY_SECRETARIAT,
    "external_framework_edit": OF_ANY_SECRETARIAT,
    "external_framework_remove": only(SECRETARIAT, "outsider", strangers=FORBIDDEN, post_only=True),
    "external_frameworks_standard": only(SECRETARIAT, "outsider", strangers=FORBIDDEN, post_only=True),
    # frameworks: workbook (urls_workbook)
    "plan_workbook": OF_SECRETARIAT,
    "plan_workbook_file": OF_SECRETARIAT,
    "plan_workbook_preview": OF_SECRETARIAT,
    "plan_workbook_marked": OF_SECRETARIAT,
    # frameworks: import (urls_import)
    "plan_import_columns": OF_SECRETARIAT,
    "plan_import_progress": OF_SECRETARIAT,
    "institutions": SIGNED_IN,
    "institution_new": OF_ANY_SECRETARIAT,
    "institution_edit": only(SECRETARIAT, strangers=FORBIDDEN),  # another country's secretariat does not
    # monitoring
    "dashboard": only(OVERSIGHT),
    "my_report_latest": only("focal_sei", "focal_mae"),
    "my_report": only("focal_sei", "focal_mae"),
    "review": only(SECRETARIAT, P1_LEADS, "monitoring"),
    "submission": OWN_DRAFT,
    "submission_activity": OWN_DRAFT,
    "submission_indicators": OWN_DRAFT,
    "submission_action": only("focal_sei", insiders_else=HIDDEN, post_only=True),
    "reports": INSIDE,
    "report_new": only(SECRETARIAT, P1_LEADS, post_only=True),
    "report": INSIDE,
    "report_status": INSIDE,
    "report_file": INSIDE,
    "report_retry": only(SECRETARIAT, P1_LEADS, post_only=True),
    # API: everybody may call; what comes back is tests/monitoring/test_api.py's business
    "api_plans": PUBLIC,
    "api_indicators": PUBLIC,
    "api_external_frameworks": PUBLIC,
    "api_crosswalk": PUBLIC,
    "api_indicator_data": PUBLIC,
    "api_submissions": PUBLIC,
    "api_comments": PUBLIC,
    "api_evidence": PUBLIC,
    # SEI's draft, and what hangs on it: for anybody else it is not there.
    "api_submission": only("focal_sei", insiders_else=HIDDEN, visitor=HIDDEN),
    "api_comment": only("focal_sei", insiders_else=HIDDEN, visitor=HIDDEN),
    "api_evidence_one": only("focal_sei", insiders_else=HIDDEN, visitor=HIDDEN),
    "api_schema": PUBLIC,
    "api_docs": PUBLIC,
    # calendar (urls_calendar)
    "round_group_new": OF_SECRETARIAT,
    "round_group_edit": OF_SECRETARIAT,
    "round_group_remove": OF_SECRETARIAT,
    "round_exception_new": OF_SECRETARIAT,
    "round_exception_end": OF_SECRETARIAT,
    # places (urls_places): shared by the plans of a country
    "places": only(set(EVERYBODY) - {"visitor", "nobody"}, strangers=FORBIDDEN),
    "places_file": only(set(EVERYBODY) - {"visitor", "nobody"}, strangers=FORBIDDEN),
    "place_new": OF_ANY_SECRETARIAT,
    "places_import": OF_ANY_SECRETARIAT,
    "places_import_preview": only("secretariat", insiders_else=HIDDEN),  # who uploaded it
    "place": INSIDE,
    "place_edit": OF_SECRETARIAT,
    "place_end": OF_SECRETARIAT,
    "place_delete": OF_SECRETARIAT,
    # mail (urls_mail)
    "mail_settings": SIGNED_IN,
    "mail_unsubscribe": PUBLIC,  # whoever has the signed link
    "demo_outbox": only(visitor=HIDDEN, insiders_else=HIDDEN),  # there is one in the demo only
    # parts (urls_parts)
    # evidence (urls_evidence): of SEI's draft
    "evidence_line": OWN_DRAFT,
    "evidence_file": OWN_DRAFT,
    "evidence_remove": OWN_DRAFT,
    "place_pick": OWN_DRAFT,
    # autosave (urls_autosave)
    "submission_activity_autosave": only("focal_sei", insiders_else=HIDDEN, post_only=True),
    "submission_indicators_autosave": only("focal_sei", insiders_else=HIDDEN, post_only=True),
    # template (urls_template)
    "report_template": OWN_DRAFT,
    "report_template_file": OWN_DRAFT,
    "report_template_preview": OWN_DRAFT,
    "report_template_marked": OWN_DRAFT,
    # discussion (urls_discussion)
    "comment_new": POST_OF_OWN_DRAFT,
    "comment_answer": POST_OF_OWN_DRAFT,
    "comment_settle": POST_OF_OWN_DRAFT,
    "submission_rate": only(hidden=NOT_ONES_OWN, post_only=True),
    "submission_verify": only(hidden=NOT_ONES_OWN, post_only=True),
    "submission_return": only(hidden=NOT_ONES_OWN),
    "submission_version": OWN_DRAFT,
    # handover (urls_handover): the sheet that SEI's focal point leaves
    "handover": only(SECRETARIAT, "focal_sei", insiders_else=HIDDEN),
    "handover_edit": only(SECRETARIAT, "focal_sei", insiders_else=HIDDEN),
    "handover_refresh": only(SECRETARIAT, "focal_sei", insiders_else=HIDDEN, post_only=True),
    # The next holder of the seat takes over, who is nobody here: those who may read are refused.
    "handover_take": Rule(
        frozenset(),
        insiders_else=FORBIDDEN,
        hidden=INSIDERS - SECRETARIAT - {"focal_sei"},
        post_only=True,
    ),
    # reminders (urls_reminders)
    "round_remind_all": POST_OF_SECRETARIAT,
    "round_remind": POST_OF_SECRETARIAT,
    # story (urls_story)
    "figure_history": INSIDE,
    "status_override": OF_SECRETARIAT,
    # costing (budgets.urls_costing)
    "costings": INSIDE,
    "costings_file": INSIDE,
    "output_costing": OF_SECRETARIAT,
    # operational (budgets.urls_operational)
    "operational_plans": INSIDE,
    "operational_gaps": INSIDE,
    "operational_plan_begin": only("focal_sei", "focal_mae", post_only=True),
    # SEI's draft, and what hangs on it: for anybody else it is not there.
    "operational_plan": OWN_DRAFT,
    "operational_note": OWN_DRAFT,
    "operational_plan_step": POST_OF_OWN_DRAFT,
    "operational_action_new": OWN_DRAFT,
    "operational_action": OWN_DRAFT,
    "operational_action_remove": OWN_DRAFT,
    "budget_line_new": OWN_DRAFT,
    "budget_lines_from_costs": OWN_DRAFT,
    "budget_line": OWN_DRAFT,
    "budget_line_remove": OWN_DRAFT,
    # annual (budgets.urls_annual): that of Participation, agreed on and before the committee
    "annual_plans": INSIDE,
    "annual_plan": INSIDE,
    "annual_plan_versions": INSIDE,
    "annual_plan_begin": only(P1_LEADS, post_only=True),
    "annual_plan_edit": only(P1_LEADS),
    "annual_plan_action": only(P1_LEADS, post_only=True),
    "annual_plan_decide": only("steering"),
    # sources (budgets.urls_sources)
    "funding_sources": INSIDE,
    "funding_source": INSIDE,
    "funding_source_new": OF_SECRETARIAT,
    "funding_source_edit": OF_SECRETARIAT,
    "funding_source_retire": OF_SECRETARIAT,
    "funding_source_restore": OF_SECRETARIAT,
    "funding_source_delete": OF_SECRETARIAT,
    "exchange_rates": INSIDE,
    "exchange_rate_new": OF_SECRETARIAT,
    "exchange_rate_edit": OF_SECRETARIAT,
    "exchange_rate_delete": OF_SECRETARIAT,
    "budget_rules": INSIDE,
    "budget_rules_edit": OF_SECRETARIAT,
    "gender_budget": INSIDE,
    "gender_budget_file": INSIDE,
    "gender_budget_institution": INSIDE,
    "gender_budget_edit": only(SECRETARIAT, "focal_sei"),
    # compile (budgets.urls_compile): everybody reads what is published
    "budget": PUBLIC,
    "budget_file": PUBLIC,
    "budget_lines": PUBLIC,
    "budget_lines_file": PUBLIC,
    "budget_publish": OF_SECRETARIAT,
    "budget_unpublish": OF_SECRETARIAT,
    "api_budget_lines": PUBLIC,
    "api_budget_summary": PUBLIC,
    "api_budget_line": only("focal_sei", insiders_else=HIDDEN, visitor=HIDDEN),  # SEI drafts it
    # budget workbook (budgets.urls_workbook): that of SEI
    "budget_workbooks": INSIDE,
    "budget_workbook_lines": INSIDE,
    "budget_workbook": OWN_DRAFT,
    "budget_workbook_file": OWN_DRAFT,
    "budget_workbook_preview": OWN_DRAFT,
    "budget_workbook_marked": OWN_DRAFT,
    # money and results (monitoring.urls_money)
    "money_and_results": INSIDE,
    "money_and_results_file": INSIDE,
    # briefing (monitoring.urls_briefing)
    "briefings": INSIDE,
    "briefing_new": POST_OF_SECRETARIAT,
    "report_further_file": INSIDE,
}


def patterns(resolver=None):
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from patterns(pattern)


def test_every_address_has_a_rule():
    names = [pattern.name for pattern in patterns()]
    assert None not in names, "an address without a name"
    assert sorted(set(names) - set(RULES) - {"styleguide"}) == []
    assert sorted(set(RULES) - set(names) - {"styleguide"}) == []


@pytest.fixture
def stage(world):
    """The world with a public plan, an open round in which SEI holds a draft, an import, a token and a finished report."""
    now = timezone.now()
    today = timezone.localdate()
    world.plan.is_public = True
    world.plan.save()
    world.round = make_round(
        world.plan,
        opens_on=today - timedelta(days=9),
        due_on=today + timedelta(days=9),
        closes_on=today + timedelta(days=30),
        opened_at=now,
    )
    ReportingRound.objects.create(
        plan=world.plan, label="planned", period_start=date(2025, 1, 1), period_end=date(2025, 12, 31),
        opens_on=today, due_on=today, closes_on=today,
    )  # fmt: skip
    world.submission = Submission.objects.create(
        round=world.round, institution=world.sei, pillar=world.participation
    )
    world.place = Place.objects.create(country="TL", code="TL-DI", name="Díli", kind="municipality")
    world.places_key = uuid.uuid4()
    waiting = {"by": world.secretariat.pk, "country": "TL", "file": "places.csv", "rows": []}
    cache.set(f"places-import-{world.places_key}", waiting, 60)
    world.evidence = Evidence.objects.create(
        submission=world.submission, indicator=world.indicators["i111a"], file=ContentFile(b"%PDF-1.7", "x.pdf"),
        file_name="list.pdf", added_by=world.focal_sei, added_at=now,
    )  # fmt: skip
    IndicatorResult.objects.create(indicator=world.indicators["i111a"], round=world.round, updated_at=now)
    world.comment = Comment.objects.create(
        submission=world.submission, cycle=0, indicator=world.indicators["i111a"], text="Which year?",
        by=world.focal_sei, at=now,
    )  # fmt: skip
    SubmissionVersion.objects.create(
        submission=world.submission, cycle=1, by=world.focal_sei, at=now, content={}
    )
    world.upload = FrameworkImport.objects.create(
        plan=world.plan,
        file=ContentFile(WORKBOOK, "x.xlsx"),
        file_name="x.xlsx",
        sha256="0" * 64,
        created_by=world.secretariat,
        created_at=now,
    )
    world.terms = TermsOfReference.objects.create(
        plan=world.plan,
        body="steering_committee",
        version=1,
        file=ContentFile(b"%PDF-1.7", "terms.pdf"),
        created_at=now,
    )
    world.newcomer = make_user("newcomer")
    world.newcomer.set_unusable_password()
    world.newcomer.save()
    give_seat(world.newcomer, Role.STEERING_COMMITTEE, plan=world.plan)
    Indicator.objects.create(
        plan=world.plan,
        pillar=world.participation,
        output=world.activities["a111"].output,
        code="1.1-x",
        statement="Output",
        type="count",
    ).responsible.add(world.sei)
    world.token, _secret = ApiToken.objects.create(
        user=world.monitoring, name="mine", expiry=timedelta(days=1)
    )
    world.assumption = Assumption.objects.create(plan=world.plan, text="The peace holds.")
    world.report = ReportRun.objects.create(
        plan=world.plan, round=world.round, pillar=world.participation, state="done", created_at=now,
        heartbeat_at=now, finished_at=now, file=ContentFile(b"%PDF-1.7", "report.pdf"),
    )  # fmt: skip
    asked = ExternalFramework.objects.create(
        code="UNSCR-1325", name="Resolution 1325", short_name="UNSCR 1325"
    )
    ProvisionLink.objects.create(
        plan=world.plan,
        provision=Provision.objects.create(framework=asked, code="Participation", title="Women take part"),
        indicator=world.indicators["i111a"],
    )
    world.failed = ReportRun.objects.create(
        plan=world.plan, round=world.round, pillar=world.participation, state="failed", error="Stopped.", created_at=now, heartbeat_at=now,
    )  # fmt: skip
    return world


def _workbook():
    from pathlib import Path

    return (Path(__file__).parent / "data" / "timor-leste-nap1325-2024-2028-logframe.xlsx").read_bytes()


WORKBOOK = _workbook()


def uploaded_workbook(world):
    """The plan's own workbook, uploaded and waiting; made once, and only for the addresses that need it."""
    if "workbook" not in vars(world):
        world.workbook = FrameworkImport.objects.create(
            plan=world.plan,
            kind="workbook",
            file=ContentFile(framework_workbook(world.plan), "framework.xlsx"),
            file_name="framework.xlsx",
            sha256="0" * 64,
            created_by=world.secretariat,
            created_at=timezone.now(),
        )
    return world.workbook


def uploaded_budget(world):
    """SEI's budget workbook of 2024, uploaded and waiting."""
    if "budget_upload" not in vars(world):
        from tests.budgets.workbook.sheets import Budget

        world.budget_upload = Budget(world.plan, world.sei, year=2024).kept(world.focal_sei)
    return world.budget_upload


def framework_workbook(plan, **changed):
    """The bytes of a plan's own workbook; `changed`: cells of its first indicator, by column."""
    from tests.frameworks.workbook.books import Book, saved

    book = Book(plan)
    book.set("indicators", 3, **changed)
    return saved(book.book).getvalue()


def handover_sheet(world):
    """The sheet that SEI's focal point leaves: the last day is set and has not come."""
    term = world.seats["focal_sei"].memberships.select_related("seat").get()
    term.ends_on = timezone.localdate() + timedelta(days=9)
    term.save()
    return make_handover(membership=term, by=world.secretariat, at=timezone.now())


def funding_source(world):
    """A source that nothing names."""
    made, _new = FundingSource.objects.get_or_create(
        plan=world.plan, code="STATE", defaults={"name": "State budget", "kind": "state"}
    )
    return made


def exchange_rate(world):
    """A rate that converts nothing."""
    made, _new = ExchangeRate.objects.get_or_create(
        plan=world.plan, currency="EUR", to_currency=world.plan.currency, valid_on=date(2024, 1, 1),
        defaults={"rate": 1, "source": "Bank"},
    )  # fmt: skip
    return made


def briefing(world):
    """A budget briefing that was made, as PDF and as Word."""
    if "briefing" not in vars(world):
        now = timezone.now()
        world.briefing = ReportRun.objects.create(
            plan=world.plan, kind="briefing", first_year=2025, last_year=2026, state="done", created_at=now,
            heartbeat_at=now, finished_at=now, file=ContentFile(b"%PDF-1.7", "report.pdf"),
        )  # fmt: skip
        ReportFile.objects.create(run=world.briefing, format="docx", file=ContentFile(b"PK", "report.docx"))
    return world.briefing


def annual_plan(world):
    """Participation's annual plan of 2024, before the steering committee."""
    return AnnualPlan.objects.get_or_create(
        plan=world.plan,
        pillar=world.participation,
        year=2024,
        defaults={"state": "submitted", "submitted_at": timezone.now()},
    )[0]


def round_group(world):
    """A group of the open round, with MAE in it."""
    days = {name: getattr(world.round, name) for name in ("opens_on", "due_on", "closes_on")}
    group, _made = RoundGroup.objects.get_or_create(
        round=world.round, name="Later", reason="Why.", defaults=days
    )
    group.memberships.get_or_create(round=world.round, institution=world.mae)
    return group


def round_exception(world):
    """More time for MAE in the open round."""
    given = {
        "kind": "extension",
        "until": world.round.closes_on,
        "reason": "Floods.",
        "granted_at": timezone.now(),
    }
    exception, _made = RoundException.objects.get_or_create(
        round=world.round, institution=world.mae, defaults=given | {"granted_by": world.secretariat}
    )
    return exception


def operational_draft(world):
    """SEI's operational plan, a draft, with an action and a budget line, by the names of the paths."""
    activity, source = world.activities["a111"], funding_source(world)
    one = make_operational_plan(activity, world.sei, state="draft")
    action, _made = OperationalAction.objects.get_or_create(
        operational_plan=one, activity=activity, title="Train"
    )
    line = BudgetLine.objects.filter(operational_plan=one).first() or make_line(
        activity, world.sei, source, drafted="5"
    )
    return {"opid": one.pk, "aid": action.pk, "lid": line.pk, "step": "submit"}


def uploaded_template(world):
    """SEI's reporting template, uploaded and waiting."""
    if "template" not in vars(world):
        from tests.frameworks.workbook.books import saved
        from tests.monitoring.template.sheets import Template

        world.template = ReportUpload.objects.create(
            round=world.round,
            institution=world.sei,
            file=ContentFile(
                saved(Template(world.round, world.sei, at=timezone.now()).book).getvalue(), "report.xlsx"
            ),
            file_name="report.xlsx",
            sha256="0" * 64,
            uploaded_by=world.focal_sei,
            uploaded_at=timezone.now(),
        )
    return world.template


def arguments(name, world):
    """The path's arguments: always things of the world's plan, SEI and Participation."""
    values = {
        "code": world.plan.code,
        "acode": "1.1.1",
        "icode": "1.1.1a",
        "pcode": "P1",
        "gcode": "1",
        "ocode": "1.1",
        "level": "activity",
        "part": "1.1.1",
        "body": "wg-P1",
        "terms": world.terms.public_id,
        "label": "planned" if name in {"round_open", "round_edit"} else "2024",
        "pk": world.submission.pk,
        "action": "submit",
        "upload": world.upload.public_id,
        "public_id": world.report.public_id,
        "key": world.token.token_key,
        "year": 2024,
        "fcode": "UNSCR-1325",
        "vcode": "Participation",
        "tcode": "1.1.1",
        "line": f"i{world.indicators['i111a'].pk}",
        "uidb64": urlsafe_base64_encode(force_bytes(world.nobody.pk)),
        "token": default_token_generator.make_token(world.nobody),
        "institution": "SEI",
        "comment": world.comment.pk,
        "activity": world.activities["a111"].pk,
        "indicator": world.indicators["i111a"].pk,
        "cycle": 1,
    }
    if name.startswith(("operational_", "budget_line")):
        values |= operational_draft(world)
    if name == "api_budget_line":
        values["pk"] = operational_draft(world)["lid"]
    if name == "mail_unsubscribe":
        values["token"] = unsubscribe_url(world.nobody).rstrip("/").rsplit("/", 1)[1]
    if name.startswith("seat_"):
        values["pk"] = world.seats["focal_mae"].pk
    if name.startswith("plan_workbook"):
        values["upload"] = uploaded_workbook(world).public_id
    if name in {"budget_workbook_preview", "budget_workbook_marked"}:
        values["upload"] = uploaded_budget(world).public_id
    if name.startswith("funding_source_") or name == "funding_source":
        values["scode"] = funding_source(world).code
    if name.startswith("exchange_rate_"):
        values["pk"] = exchange_rate(world).pk
    if name.startswith("handover"):
        values["public_id"] = handover_sheet(world).public_id
    if name.startswith("round_group_"):
        values["pk"] = round_group(world).pk
    if name.startswith("round_exception_"):
        values["pk"] = round_exception(world).pk
    if name.startswith("report_template_"):
        values["upload"] = uploaded_template(world).public_id
    if name.startswith("assumption_"):
        values["pk"] = world.assumption.pk
    if name == "api_comment":
        values["pk"] = world.comment.pk
    if name.startswith("place"):
        values |= {"country": "TL", "code": world.place.code, "key": world.places_key}
        values["indicator"] = world.indicators["i111a"].pk
    if name in {"evidence_file", "evidence_remove", "api_evidence_one"}:
        values["public_id"] = world.evidence.public_id
    if name.startswith("annual_plan_") or name == "annual_plan":
        annual_plan(world)
    if name == "report_retry":
        values["public_id"] = world.failed.public_id
    if name == "report_further_file":
        values |= {"public_id": briefing(world).public_id, "format": "docx"}
    if name == "membership_end":
        values["pk"] = world.seats["focal_mae"].memberships.get().pk
    if name == "person_link":
        values["pk"] = world.newcomer.pk
    if name.startswith("institution"):
        values["code"] = "MSSI"
    pattern = next(pattern for pattern in patterns() if pattern.name == name)
    return {key: values[key] for key in pattern.pattern.converters}


def answer_of(name, who, world):
    client = Client(raise_request_exception=True)
    if who != "visitor":
        client.force_login(world.users[who])
    address = reverse(name, kwargs=arguments(name, world))
    if name.startswith("report_new"):
        # A pillar that is not one's own is not among the choices.
        response = client.post(address, {"round": world.round.pk, "pillar": world.participation.pk})
        response.status_code = 403 if response.status_code == 422 else response.status_code
        return response
    return client.post(address) if RULES[name].post_only else client.get(address)


def outcome(response):
    if response.status_code == 302 and response.url.startswith("/sign-in/"):
        return SIGN_IN
    if response.status_code == 401:  # the same, said to a script
        return SIGN_IN
    if response.status_code == 403:
        return FORBIDDEN
    if response.status_code == 404:
        return HIDDEN
    assert response.status_code in (200, 302, 400, 405, 409, 422), response.status_code
    return OPEN


@pytest.mark.parametrize("name", sorted(set(RULES) - {"styleguide"}))
@pytest.mark.django_db
def test_who_may(name, stage):
    got = {who: outcome(answer_of(name, who, stage)) for who in EVERYBODY}
    assert got == {who: RULES[name].expected(who) for who in EVERYBODY}


#: Public pages of a plan that is not public are nobody's but the insiders'.
OF_A_PLAN = sorted(
    name
    for name, rule in RULES.items()
    if name in {"plan", "activity", "indicator", "goal", "output", "plan_schedule"}
    or name in {"budget", "budget_file", "budget_lines", "budget_lines_file"}
    or name.startswith("plan_crosswalk")
    or rule in (INSIDE, OF_SECRETARIAT)
)


@pytest.mark.parametrize("name", OF_A_PLAN)
@pytest.mark.django_db
def test_a_plan_that_is_not_public_does_not_exist_for_strangers(name, stage):
    stage.plan.is_public = False
    stage.plan.save()
    for who in STRANGERS:
        assert outcome(answer_of(name, who, stage)) == HIDDEN, who
    assert outcome(answer_of(name, "visitor", stage)) in (HIDDEN, SIGN_IN)


@pytest.mark.django_db
def test_a_submission_opens_to_its_reviewers_when_it_is_handed_in(stage):
    Submission.objects.filter(pk=stage.submission.pk).update(
        state="submitted", submitted_at=timezone.now(), submitted_by=stage.focal_sei
    )
    got = {who: outcome(answer_of("submission", who, stage)) for who in EVERYBODY}
    readers = SECRETARIAT | P1_LEADS | {"focal_sei", "monitoring"}
    assert {who for who, result in got.items() if result == OPEN} == readers
    assert got["visitor"] == SIGN_IN
    assert got["focal_mae"] == got["other_gov_lead"] == got["steering"] == HIDDEN


#: Who may say what of a submission on Participation that SEI has handed in. Everybody else who reads it: 403.
OF_HANDED_IN = {
    "comment_new": SECRETARIAT | P1_LEADS | {"focal_sei", "monitoring"},
    "comment_answer": SECRETARIAT | P1_LEADS | {"focal_sei", "monitoring"},
    "comment_settle": SECRETARIAT | P1_LEADS | {"focal_sei", "monitoring"},
    "submission_rate": P1_LEADS,
    "submission_verify": {"administrator", "monitoring"},
    "submission_return": P1_LEADS,
    "submission_version": SECRETARIAT | P1_LEADS | {"focal_sei", "monitoring"},
}


@pytest.mark.parametrize("name", sorted(OF_HANDED_IN))
@pytest.mark.django_db
def test_who_may_say_what_of_a_submission_that_is_handed_in(name, stage):
    Submission.objects.filter(pk=stage.submission.pk).update(
        state="submitted", cycle=1, submitted_at=timezone.now(), submitted_by=stage.focal_sei
    )
    readers = SECRETARIAT | P1_LEADS | {"focal_sei", "monitoring"}
    expected = dict.fromkeys(EVERYBODY, HIDDEN) | dict.fromkeys(readers, FORBIDDEN)
    expected |= dict.fromkeys(OF_HANDED_IN[name], OPEN) | {"visitor": SIGN_IN}
    assert {who: outcome(answer_of(name, who, stage)) for who in EVERYBODY} == expected


@pytest.mark.parametrize("name", sorted(name for name, rule in RULES.items() if rule.post_only))
@pytest.mark.django_db
def test_what_changes_something_is_no_link(name, stage):
    client = Client()
    client.force_login(stage.secretariat)
    assert client.get(reverse(name, kwargs=arguments(name, stage))).status_code in (403, 404, 405)


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, rule in RULES.items()
        # A mail program has no form's token: the signature in the address is the proof (RFC 8058).
        if name not in {"styleguide", "mail_unsubscribe"} and not name.startswith("api_")
    ),
)
@pytest.mark.django_db
def test_a_post_without_the_forms_token_is_refused(name, stage):
    client = Client(enforce_csrf_checks=True)
    client.force_login(stage.secretariat)
    response = client.post(reverse(name, kwargs=arguments(name, stage)))
    assert response.status_code in (403, 404, 405)
