"""The kinds of framework gaps that the framework itself knows, in the order of the page."""

from django.db.models import Exists, OuterRef, Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from frameworks.bodies import group_key
from frameworks.coordination import body_name
from frameworks.gaps import (
    GapKind,
    activities,
    assumptions,
    bodies,
    figures,
    goals,
    indicators,
    outputs,
    register,
    seats,
    shares,
    working_groups,
)
from frameworks.models import (
    Activity,
    AssumptionCheck,
    Indicator,
    Lead,
    Output,
    Role,
    Seat,
    Target,
    TermsOfReference,
    WorkingGroup,
)
from frameworks.models.coordination import Body
from frameworks.models.people import CO_LEAD_ROLES, InstitutionKind

_TARGETS = Target.objects.filter(indicator=OuterRef("pk"))
_LEADS = Lead.objects.filter(activity=OuterRef("pk"))
_REPORTING_LEADS = _LEADS.exclude(institution__kind=InstitutionKind.GROUP)
_CO_LEADS = Seat.objects.filter(working_group=OuterRef("pk"), closed_on__isnull=True)


def with_baseline(plan):
    return figures(plan).filter(Q(baseline_value__isnull=False) | Q(baseline_numerator__isnull=False))


def with_target(plan):
    return figures(plan).filter(Exists(_TARGETS))


def led(plan):
    return activities(plan).filter(Exists(_LEADS))


def led_by_institutions(plan):
    return activities(plan).filter(Exists(_REPORTING_LEADS))


def assumptions_asked(plan):
    """What is to be answered this year: nothing before the plan begins and after it has ended."""
    rows = assumptions(plan)
    return rows if timezone.localdate().year in plan.years else rows.none()


def _no_output(plan):
    return goals(plan).filter(~Exists(Output.objects.filter(goal=OuterRef("pk"), retired_on__isnull=True)))


def _no_activity(plan):
    return outputs(plan).filter(
        ~Exists(Activity.objects.filter(output=OuterRef("pk"), retired_on__isnull=True))
    )


def _no_baseline(plan):
    return figures(plan).filter(baseline_value__isnull=True, baseline_numerator__isnull=True)


def _baseline_unsourced(plan):
    return with_baseline(plan).filter(Q(baseline_year__isnull=True) | Q(baseline_source=""))


def _no_target(plan):
    return figures(plan).filter(~Exists(_TARGETS))


def _no_endline(plan):
    last = _TARGETS.filter(Q(is_endline=True) | Q(period_end__year=plan.end_year))
    return with_target(plan).filter(~Exists(last))


def _no_denominator(plan):
    return shares(plan).filter(denominator_label="")


def _blank(field):
    """A finder of the indicators in use whose field of that name is empty."""
    return lambda plan: indicators(plan).filter(**{field: ""})


def _no_lead(plan):
    return activities(plan).filter(~Exists(_LEADS))


def _only_groups(plan):
    return led(plan).filter(~Exists(_REPORTING_LEADS))


def _nobody_accountable(plan):
    return led_by_institutions(plan).filter(~Exists(_REPORTING_LEADS.filter(is_accountable=True)))


def _no_indicator(plan):
    return activities(plan).filter(~Exists(Indicator.objects.in_use().filter(activity=OuterRef("pk"))))


def _no_years(plan):
    return activities(plan).filter(Q(years=[]))


def _vacant_seats(plan):
    return seats(plan).with_vacancy(timezone.localdate()).filter(is_vacant=True)


def _one_sided(plan):
    government, cso = (Exists(_CO_LEADS.filter(role=role)) for role in CO_LEAD_ROLES)
    return (
        working_groups(plan)
        .annotate(has_government=government, has_cso=cso)
        .filter(Q(has_government=False) | Q(has_cso=False))
    )


def _groups_without_terms(plan):
    return working_groups(plan).filter(
        ~Exists(TermsOfReference.objects.filter(working_group=OuterRef("pk"), body=Body.WORKING_GROUP))
    )


def _bodies_without_terms(plan):
    # A body and the role of those who sit in it go by the same name.
    return bodies(plan).filter(~Exists(TermsOfReference.objects.filter(plan=plan, body=OuterRef("role"))))


def _unanswered(plan):
    answered = AssumptionCheck.objects.filter(assumption=OuterRef("pk"), year=timezone.localdate().year)
    return assumptions_asked(plan).filter(~Exists(answered))


def _add_co_lead(plan, group):
    """A row of _one_sided; with the side that is missing, the government's where both are."""
    role = Role.CSO_CO_LEAD if getattr(group, "has_government", False) else Role.GOVERNMENT_CO_LEAD
    return f"{reverse('seat_new', args=[plan.code])}?role={role}&working_group={group.pk}"


def _add_terms(plan, row):
    key = group_key(row) if isinstance(row, WorkingGroup) else row.role
    return reverse("terms_new", args=[plan.code, key])


def _answer_assumption(plan, row):
    try:
        return reverse("plan_assumptions", args=[plan.code])
    except NoReverseMatch:
        return plan.get_absolute_url()


def described(kind, row):
    """What the list calls a row: (its code or "", its text)."""
    if isinstance(row, WorkingGroup):
        return "", row.pillar.name
    if isinstance(row, Seat):
        if kind.among is bodies:
            return "", body_name(row)
        where = row.working_group.pillar if row.working_group_id else row.institution
        return "", f"{row.get_role_display()}: {where}" if where else row.get_role_display()
    return getattr(row, "code", ""), getattr(row, "statement", None) or getattr(row, "title", None) or str(
        row
    )


INDICATOR, ACTIVITY = "indicator_edit", "activity_edit"

for _kind in (
    GapKind("no_output", _("%(goal)s with nothing under it"), _("Nothing is to bring it about."), _no_output, goals, "output_new"),
    GapKind("no_activity", _("%(output)s with nothing under it"), _("Nothing is done for it."), _no_activity, outputs, "activity_new"),
    GapKind("no_baseline", _("No baseline"), _("Progress cannot be measured from a starting point."), _no_baseline, figures, INDICATOR),
    GapKind("baseline_unsourced", _("Baseline without year or source"), _("Nobody can check where the starting point comes from."), _baseline_unsourced, with_baseline, INDICATOR),
    GapKind("no_target", _("No target"), _("Nothing says how far the plan wants to go."), _no_target, figures, INDICATOR),
    GapKind("no_endline", _("No target for the final year"), _("There are targets, but none for the end of the plan."), _no_endline, with_target, INDICATOR),
    GapKind("no_denominator", _("No denominator"), _("A percentage needs to say out of what."), _no_denominator, shares, INDICATOR),
    GapKind("no_definition", _("No definition"), _("Two institutions may count different things."), _blank("definition"), indicators, INDICATOR),
    GapKind("no_source", _("No data source"), _("Nobody knows where the figure comes from."), _blank("data_source"), indicators, INDICATOR),
    GapKind("no_means", _("No means of verification"), _("Nothing says what proves the figure."), _blank("means_of_verification"), indicators, INDICATOR),
    GapKind("no_frequency", _("No frequency"), _("Nothing says how often it is measured."), _blank("frequency"), indicators, INDICATOR),
    GapKind("no_lead", _("No lead institution"), _("Nobody answers for it."), _no_lead, activities, ACTIVITY),
    GapKind("only_groups", _("Led by a group only"), _("A group of institutions submits no report: name one that does."), _only_groups, led, ACTIVITY),
    GapKind("nobody_accountable", _("Nobody accountable"), _("Several lead it, and none of them is the one that submits."), _nobody_accountable, led_by_institutions, ACTIVITY),
    GapKind("no_indicator", _("No indicator"), _("Nothing says how to tell that it was done."), _no_indicator, activities, "indicator_new"),
    GapKind("no_years", _("No years"), _("It is in no year of the plan."), _no_years, activities, ACTIVITY),
    GapKind("vacant_seat", _("Vacant seat"), _("Nobody holds this seat today."), _vacant_seats, seats, "seat_assign"),
    GapKind("one_sided", _("Working group without a co-lead of one side"), _("Government and civil society lead it together: one of the two seats is not there."), _one_sided, working_groups, _add_co_lead),
    GapKind("group_terms", _("Working group without terms of reference"), _("Nothing says what it is for and how it decides."), _groups_without_terms, working_groups, _add_terms),
    GapKind("body_terms", _("Body without terms of reference"), _("Nothing says what it is for and how it decides."), _bodies_without_terms, bodies, _add_terms),
    GapKind("assumption_unanswered", _("Assumption not asked about this year"), _("Nobody has said whether it still holds."), _unanswered, assumptions_asked, _answer_assumption),
):  # fmt: skip
    register(_kind)
