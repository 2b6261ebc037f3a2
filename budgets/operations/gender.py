"""Entering the whole budget of an institution in a year, and how much of it is for gender equality."""

from dataclasses import dataclass
from decimal import Decimal

import pghistory
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from budgets.gender import asked_institutions
from budgets.models import InstitutionBudget
from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.models import Plan
from frameworks.permissions import Permission, has_permission


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told of one year. total None: nothing; gender None: not known, which is not 0."""

    total: Decimal | None
    gender: Decimal | None
    currency: str
    source: str = ""

    @property
    def is_blank(self):
        return self.total is None and self.gender is None and not self.source


def gender_history(plan, institution):
    """Sources for frameworks.history: all years of one institution, also what was removed."""
    return [
        Source(
            InstitutionBudget,
            {"plan": plan.pk, "institution": institution.pk},
            label=lambda event: _("Budget %(year)s") % {"year": event.year},
            hidden=frozenset({"year"}),
            whole=True,
        )
    ]


def figures_version(plan, institution, year):
    where = {"plan": plan.pk, "institution": institution.pk, "year": year}
    return version_of(Source(InstitutionBudget, where))


def may_tell(user, plan, institution):
    """Whether the user may enter the budgets of the institution: it does so itself, or the secretariat for it."""
    own = InstitutionBudget(plan=plan, institution=institution)
    return has_permission(user, Permission.EDIT_BUDGET, own) or has_permission(
        user, Permission.MANAGE_BUDGETS, plan
    )


@explained(InstitutionBudget)
def set_institution_budget(*, plan, institution, year, figures, by, version=""):
    """Makes what the institution told of the year what `figures` say; blank ones remove it. Returns the row, or None.

    Raises PermissionDenied, Stale, and ValidationError with the fields of the form: a year outside the plan, an institution that
    is not asked, a gender budget without its total or beyond it.
    """
    if not may_tell(by, plan, institution):
        raise PermissionDenied(_("An institution enters its own figures, and the secretariat those of all."))
    with transaction.atomic():
        Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
        current = figures_version(plan, institution, year)
        if version and version != current:
            raise Stale(current)
        rows = InstitutionBudget.objects.filter(plan=plan, institution=institution)
        row = rows.filter(year=year).first()
        if row is None and year not in plan.years:
            raise ValidationError(
                _("%(year)s lies outside the plan's years %(years)s.")
                % {"year": year, "years": plan.years_label}
            )
        if not rows and not asked_institutions(plan).filter(pk=institution.pk).exists():
            raise ValidationError(_("This institution has no part in the plan."))
        with pghistory.context(user=by.pk, action="set_institution_budget"):
            return _write(row or InstitutionBudget(plan=plan, institution=institution, year=year), figures)


def _write(row, figures):
    if figures.is_blank:
        if row.pk:
            row.delete()
        return None
    if figures.total is None:
        raise ValidationError(
            {"total": _("Give the total budget; without it the other figures say nothing.")}
        )
    if figures == Figures(row.total, row.gender, row.currency, row.source):
        return row
    row.total, row.gender = figures.total, figures.gender
    row.currency, row.source = figures.currency, figures.source.strip()
    row.full_clean(exclude=["plan", "institution"])
    row.save()
    return row
