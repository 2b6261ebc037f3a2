"""The demo as a site to walk through: loaded once, with a few things more that only people and workers make."""

import threading
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from io import StringIO

from django.contrib.auth.tokens import default_token_generator
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.middleware.gzip import GZipMiddleware
from django.test import Client
from django.test.testcases import LiveServerThread
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from budgets.models import BudgetLine, BudgetUpload, ExchangeRate
from frameworks.imports.places import PlaceRow
from frameworks.letters import unsubscribe_url
from frameworks.models import (
    ApiToken,
    Indicator,
    Institution,
    Notice,
    OutgoingMail,
    Pillar,
    Plan,
    ReportingRound,
    RoundGroup,
    Seat,
    TermsOfReference,
    User,
)
from frameworks.operations.importing import keep_upload
from frameworks.operations.plans import NewPillar, create_plan
from frameworks.workbook.columns import FIRST_ROW, SEEN
from monitoring.models import Comment, Evidence, ReportRun, ReportUpload, Submission
from monitoring.operations.evidence import add_evidence
from monitoring.reports.run import write_report
from napwps.demo.evidence import a_paper
from napwps.demo.people import email_of
from tests.budgets.workbook.sheets import Budget
from tests.frameworks.workbook.books import saved
from tests.monitoring.template.sheets import Template
from tests.test_access import WORKBOOK, framework_workbook

PLAN, EMPTY_PLAN = "TL-NAP-2024-2028", "TL-NAP-2029-2033"


class PackedStaticFiles(StaticFilesHandler):
    """Static files as they travel in production, where whitenoise has them packed beforehand."""

    def get_response(self, request):
        return GZipMiddleware(super().get_response)(request)


class Server:
    """The site on a free port of this machine, in a thread."""

    def __enter__(self):
        self.thread = LiveServerThread("localhost", static_handler=PackedStaticFiles)
        self.thread.daemon = True
        self.thread.start()
        self.thread.is_ready.wait()
        if self.thread.error:
            raise self.thread.error
        return self

    def __exit__(self, *_problem):
        self.thread.terminate()
        assert not any(thread is self.thread for thread in threading.enumerate())

    @property
    def url(self):
        return f"http://localhost:{self.thread.port}"


@dataclass
class Site:
    """What addresses are made of: `values` by the name of the path's argument, `things` by what they are called."""

    values: dict = field(default_factory=dict)
    things: dict = field(default_factory=dict)

    def address(self, name, query="", **wanted):
        """The address of that name; an argument may be given as the name of a thing."""
        pattern = next(one for one in _patterns() if one.name == name)
        arguments = {key: wanted.get(key, self.values.get(key)) for key in pattern.pattern.converters}
        return (
            reverse(name, kwargs={key: self.things.get(one, one) for key, one in arguments.items()}) + query
        )


def _patterns():
    from tests.test_access import patterns

    return patterns()


def build_site():
    """Loads the demo as of today and adds what a demo without a past of clicks has not got. Needs DEMO and MEDIA_ROOT."""
    call_command("load_demo", stdout=StringIO())
    now = timezone.now()
    plan = Plan.objects.get(code=PLAN)
    secretary, administrator, monitor = (
        User.objects.get(email=email_of(name)) for name in ("secretariat", "admin", "monitoring")
    )
    rounds = list(ReportingRound.objects.filter(plan=plan).order_by("period_end"))
    _planned_round(plan)
    empty = _empty_plan(administrator, now)
    newcomer = _newcomer()
    token, _secret = ApiToken.objects.create(user=monitor, name="Power BI", expiry=timedelta(days=90))
    pillars = list(Pillar.objects.filter(plan=plan).order_by("order"))
    done = _report(plan, rounds[-1], pillars[0], secretary, now)
    assert write_report(done.pk, clock=timezone.now)
    running = _report(
        plan, rounds[-1], pillars[1], secretary, now, state="running", progress=40, step="pages", attempts=1
    )
    failed = _report(
        plan, rounds[-2], pillars[0], secretary, now, state="failed", error="The worker stopped.", attempts=3
    )
    held = Seat.objects.filter(plan=plan, role="focal_point", institution__code="MJ").get()
    vacant = Seat.objects.filter(plan=plan, role="focal_point", institution__code="ME").get()
    things = {
        "the report": done.public_id,
        "a report at work": running.public_id,
        "a failed report": failed.public_id,
        "a briefing": _briefing(plan, secretary, now).public_id,
        "a briefing at work": _briefing(
            plan, secretary, now, state="running", progress=40, step="pages"
        ).public_id,
        "what would change": _upload(plan, secretary, now).public_id,
        "a first import": _upload(empty, administrator, now).public_id,
        "an unknown import": _upload(empty, administrator, now, FOREIGN, "matrice.csv").public_id,
        "an import at work": _import(
            empty, administrator, now, "queued", progress=45, step="saving"
        ).public_id,
        "a failed import": _import(
            empty, administrator, now, "failed", error="The plan has changed."
        ).public_id,
        "a saved import": _import(empty, administrator, now, "applied", decided_at=now).public_id,
        "an edited workbook": _workbook(plan, secretary, now, statement="Women who were trained").public_id,
        "an unchanged workbook": _workbook(plan, secretary, now).public_id,
        "a faulty workbook": _workbook(plan, secretary, now, type="Percents", baseline_year="soon").public_id,
        "a seat": held.pk,
        "a seat of the committee": Seat.objects.filter(plan=plan, is_coordinator=True).get().pk,
        "a vacant seat": vacant.pk,
        "a term": held.memberships.get().pk,
        "the first round": rounds[0].label,
        "an assumption": plan.assumptions.first().pk,
        "the year ahead": plan.annual_plans.latest("year").year,
        "a group": _group(rounds[-1]).pk,
        "an exception": rounds[-1].exceptions.get().pk,
        "a handover sheet": plan.handovers.get().public_id,
    }
    things |= _templates(rounds[-1], now)
    things |= _budgets(plan, now)
    approved = BudgetLine.objects.filter(operational_plan__plan=plan, approved__isnull=False)
    things["an approved budget line"] = approved.order_by("pk").first().pk
    things |= _operational(plan)
    things |= _mails(newcomer, now)
    things |= _evidence(rounds[-1], now)
    things |= {
        name: _table_of_places(secretary, wrong)
        for name, wrong in (("a table of places", ""), ("a wrong table of places", "TL-XX"))
    }
    of_round = Submission.objects.filter(round=rounds[-1]).select_related(
        "institution", "pillar", "accountable"
    )
    # With the ministry again: the one report that asks for figures beside those of its activities.
    of_round.filter(institution__code="MAE", accountable=None).update(state="draft")
    for one in of_round:
        lead = f", with {one.accountable.code}" if one.accountable else ""
        things[f"{one.institution.code}{lead} on {one.pillar.code}"] = one.pk
    things["a rate of the euro"] = ExchangeRate.objects.filter(plan=plan).order_by("-valid_on").first().pk
    things["a comment"] = Comment.objects.filter(submission=things["SEI on P1"]).first().pk
    values = {
        "code": PLAN,
        "acode": "1.1.2",
        "icode": "1.1.2b",
        "pcode": "P1",
        "gcode": "1",
        "ocode": "1.1",
        "level": "activity",
        "part": "1.1.2",
        "fcode": "UNSCR-1325",
        "vcode": "Participation",
        "tcode": "1.1.2",
        "label": rounds[-1].label,
        "pk": held.pk,
        "public_id": done.public_id,
        "terms": _terms(plan, secretary, now).public_id,
        "key": token.token_key,
        "year": plan.start_year,
        "institution": "MSSI",
        "country": "TL",
        "uidb64": urlsafe_base64_encode(force_bytes(newcomer.pk)),
        "token": default_token_generator.make_token(newcomer),
    }
    return Site(values, things)


def _evidence(round, now):
    """A file beside a figure of MSSI's draft, and how addresses name its line and one that is handed in."""
    draft = Submission.objects.get(round=round, institution__code="MSSI", pillar__code="P2", accountable=None)
    indicators = {one.code: one for one in Indicator.objects.filter(plan=round.plan)}
    added = add_evidence(
        submission=draft, indicator=indicators["2.2.1a"], title="Register of warnings, Baucau (illustrative)",
        document=a_paper("Register of warnings"), file_name="register.pdf", at=now,
        by=User.objects.get(email=email_of("focal.mssi")),
    )  # fmt: skip
    things = {
        f"the line of {code}": f"i{indicators[code].pk}"
        for code in ("2.2.1a", "3.2.2a")
        if code in indicators
    }
    handed_in = Evidence.objects.filter(
        submission__round=round, submission__submitted_at__isnull=False
    ).first()
    things["evidence that was handed in"] = handed_in.public_id
    things["evidence in a report"] = handed_in.submission_id
    return things | {"evidence of a draft": added.public_id, "2.2.1a": indicators["2.2.1a"].pk}


def _table_of_places(by, around):
    """A table that waits for its uploader's decision; `around`: a place that is not there."""
    rows = [
        PlaceRow(
            2, {"code": "TL-DI-DA-BEB", "name": "Bebonuk", "kind": "suco", "parent": around or "TL-DI-DA"}
        ),
        PlaceRow(3, {"code": "TL-DI-DA", "name": "Dom Aleixo (post)", "population": 120_000}),
        PlaceRow(4, {"code": "TL-DI-CR"}),
    ]
    key = uuid.uuid4()
    cache.set(f"places-import-{key}", {"by": by.pk, "country": "TL", "file": "sucos.csv", "rows": rows}, 3600)
    return key


def _group(round):
    """A group of institutions in the round, by whose dates nobody is late who was not late before."""
    dates = {name: getattr(round, name) for name in ("opens_on", "due_on", "closes_on")}
    group = RoundGroup.objects.create(round=round, name="Civil society", reason="They asked for it.", **dates)
    group.memberships.create(round=round, institution=Institution.objects.get(code="BELUN"))
    return group


def _operational(plan):
    """The operational plans of the year to come on Participation: MAE's, which was returned, and SEI's."""
    things = {}
    for code in ("MAE", "SEI"):
        one = plan.operational_plans.filter(institution__code=code, pillar__code="P1").latest("year")
        things |= {
            f"the plan of {code}": one.pk,
            f"an action of {code}": one.actions.first().pk,
            f"a line of {code}": one.lines.first().pk,
        }
    return things


def _mails(newcomer, now):
    """Links out of the daily mails; somebody whom mail does not reach, and notices that wait for tomorrow."""
    focal = User.objects.get(email=email_of("focal.mj"))
    failed = OutgoingMail.objects.create(
        user=focal, to=focal.email, subject="MJ: the report is due", text="Due.", html="<p>Due.</p>", created_at=now,
        attempts=1, error="550 5.1.1 No such mailbox",
    )  # fmt: skip
    Notice.objects.create(
        key="unreached/x/y", kind="unreached", user=focal, subject="ME has no focal point", line="Nobody.", created_at=now
    )  # fmt: skip
    User.objects.filter(pk=newcomer.pk).update(wants_digests=False)
    link = {"a way out": failed.user, "a way back": newcomer}
    return {name: unsubscribe_url(user).rstrip("/").rsplit("/", 1)[1] for name, user in link.items()}


def _planned_round(plan):
    today = timezone.localdate()
    last = plan.rounds.latest("period_end").period_end
    ReportingRound.objects.create(
        plan=plan, label="planned", period_start=last + timedelta(days=1), period_end=last + timedelta(days=365),
        opens_on=today + timedelta(days=300), due_on=today + timedelta(days=330), closes_on=today + timedelta(days=360),
    )  # fmt: skip


def _empty_plan(administrator, now):
    """A plan just made: every page of it is an empty one."""
    plan = Plan(
        code=EMPTY_PLAN, title="Third National Action Plan", country="TL", start_year=2029, end_year=2033
    )
    pillars = [NewPillar(code="P1", name="Participation", global_pillar="participation", kind="substantive")]
    create_plan(plan=plan, pillars=pillars, by=administrator, on=timezone.localdate(now))
    return plan


def _workbook(plan, by, now, **changed):
    """The plan's own workbook, edited and uploaded."""
    file = ContentFile(framework_workbook(plan, **changed), "framework.xlsx")
    return keep_upload(plan=plan, file=file, by=by, at=now, kind="workbook")


def _budgets(plan, now):
    """MSSI's budget workbook of 2026 as it comes back: with a row changed on both sides and one that is gone, and with errors."""
    mssi, focal = Institution.objects.get(code="MSSI"), User.objects.get(email=email_of("focal.mssi"))
    book, things = Budget(plan, mssi, year=2026), {}
    lines = book.content().records["lines"]
    book.set("lines", 3, released="1,234.50", spent=1000)
    book.cell("lines", 3, SEEN).value += " released=0123456789"  # it said something else before
    book.set("lines", 4, drafted=7)
    book.pages["lines"].delete_rows(FIRST_ROW + len(lines) - 1)
    source = book.content().usable_sources[0].code
    book.add("lines", activity=lines[0].code, source=source, reference="NEW-1", drafted=500)
    for name in ("a filled-in budget", "a faulty budget"):
        things[name] = BudgetUpload.objects.create(
            plan=plan, institution=mssi, year=2026, file=ContentFile(saved(book.book).getvalue(), "budget.xlsx"),
            file_name="budget.xlsx", sha256="0" * 64, uploaded_by=focal, uploaded_at=now,
        ).public_id  # fmt: skip
        book.set("lines", 3, spent="about 5")
    return things


def _templates(round, now):
    """MSSI's reporting template as it comes back: with a row that was changed on both sides, and with errors."""
    mssi, focal = Institution.objects.get(code="MSSI"), User.objects.get(email=email_of("focal.mssi"))
    book, things = Template(round, mssi, at=now), {}
    number = book.fill("activities", "2.2.2", status="Delayed", narrative="The draft is with the ministries.")
    book.fill("activities", "2.2.1", narrative="Reporting by text message reaches 44 sucos.")
    book.cell("activities", number, SEEN).value = "1 narrative=0123456789"  # it said something else before
    for name in ("a filled-in template", "a faulty template"):
        things[name] = ReportUpload.objects.create(
            round=round,
            institution=mssi,
            file=ContentFile(saved(book.book).getvalue(), "report.xlsx"),
            file_name="report.xlsx",
            sha256="0" * 64,
            uploaded_by=focal,
            uploaded_at=now,
        ).public_id
        book.fill("indicators", "2.2.1a", n=204, why="Not counted")
        book.fill("activities", "2.2.2", status="Going well", **{"corr-1-due": "soon"})
    return things


def _terms(plan, by, now):
    """Terms of reference as a file."""
    return TermsOfReference.objects.create(
        plan=plan, body="monitoring_team", version=1, file=ContentFile(b"%PDF-1.7 %%EOF", "terms.pdf"),
        file_name="terms.pdf", created_by=by, created_at=now,
    )  # fmt: skip


def _newcomer():
    newcomer = User(email="newcomer@test.example", display_name="Newcomer")
    newcomer.set_unusable_password()
    newcomer.save()
    return newcomer


def _report(plan, round, pillar, by, now, **fields):
    return ReportRun.objects.create(
        plan=plan, round=round, pillar=pillar, requested_by=by, created_at=now, heartbeat_at=now, **fields
    )


def _briefing(plan, by, now, **fields):
    """A budget briefing on the last two years of the plan; written, unless `fields` say how far it is."""
    made = ReportRun.objects.create(
        plan=plan, kind="briefing", first_year=plan.end_year - 1, last_year=plan.end_year, requested_by=by,
        created_at=now, heartbeat_at=now, **fields,
    )  # fmt: skip
    if not fields:
        assert write_report(made.pk, clock=timezone.now)
    return made


#: A matrix whose headers nobody knows here.
FOREIGN = "Extrant;Tâche;Mesure;Chef de file\n1.1. Décider;1.1.1. Former;Femmes formées;SEI\n".encode()


def _upload(plan, by, now, content=WORKBOOK, name="logframe.xlsx"):
    return keep_upload(plan=plan, file=ContentFile(content, name), by=by, at=now)


def _import(plan, by, now, state, **fields):
    """An upload as the worker has it, or left it."""
    upload = _upload(plan, by, now)
    for name, value in ({"state": state, "attempts": 1, "heartbeat_at": now} | fields).items():
        setattr(upload, name, value)
    upload.save()
    return upload


def session_cookie(name, home):
    """The cookie with which a browser is signed in as that person of the demo."""
    client = Client()
    client.force_login(User.objects.get(email=email_of(name)))
    return {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": home}
