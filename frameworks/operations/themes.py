"""Themes: concerns that run across pillars. The list is one for the installation; plans and activities choose from it."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from frameworks.constraints import explained
from frameworks.history import Source, Stale, version_of
from frameworks.models import Activity, ActivityTheme, Plan, PlanTheme, Theme
from frameworks.permissions import Permission, require_permission

#: code → name: what plans of this kind usually speak of. On offer everywhere, made when somebody first chooses one.
USUAL_THEMES = {
    "cybersecurity": "Cybersecurity",
    "climate": "Climate",
    "trafficking": "Trafficking in persons",
    "violent-extremism": "Violent extremism",
    "pandemics": "Pandemics",
    "disarmament": "Disarmament",
    "displacement": "Displacement",
}


def themes_on_offer():
    """{code: name} of the installation's themes and the usual ones, by name. One query."""
    named = USUAL_THEMES | dict(Theme.objects.values_list("code", "name"))
    return dict(sorted(named.items(), key=lambda one: one[1].lower()))


def themes_of(codes):
    """The Themes with those codes, in that order; a usual one that is not there yet is made. Unknown codes are left out."""
    codes = list(codes)
    present = {one.code: one for one in Theme.objects.filter(code__in=codes)}
    for code in codes:
        if code not in present and code in USUAL_THEMES:
            present[code], _made = Theme.objects.get_or_create(
                code=code, defaults={"name": USUAL_THEMES[code]}
            )
    return [present[code] for code in codes if code in present]


def save_plan_themes(*, plan, codes, by):
    """Makes the plan's themes those with `codes`. Raises PermissionDenied."""
    require_permission(by, Permission.EDIT_FRAMEWORK, plan)
    with transaction.atomic():
        Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
        wanted = {one.pk for one in themes_of(codes)}
        _make_so(PlanTheme, {"plan": plan.pk}, wanted)


def activity_themes_version(activities):
    """activities: ids. Differs after any change to their themes."""
    return version_of(Source(ActivityTheme, {"activity__in": list(activities)}))


def save_activity_themes(*, plan, chosen, by, version=""):
    """chosen: activity id → set of theme ids, for the activities of one page. Raises PermissionDenied, Stale.

    Activities of other plans and themes that do not exist raise ValidationError. Themes promise nothing: no reason is asked.
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, plan)
    with transaction.atomic():
        rows = Activity.objects.select_for_update(of=("self",), no_key=True).filter(plan=plan, pk__in=chosen)
        if len(rows) != len(chosen):
            raise ValidationError(_("One of these is no longer part of the plan: open the page again."))
        wanted = set().union(*chosen.values()) if chosen else set()
        if Theme.objects.filter(pk__in=wanted).count() != len(wanted):
            raise ValidationError(_("One of these themes is no longer there: open the page again."))
        current = activity_themes_version(chosen)
        if version and version != current:
            raise Stale(current)
        present = ActivityTheme.objects.filter(activity__in=chosen)
        gone = [one.pk for one in present if one.theme_id not in chosen[one.activity_id]]
        there = {(one.activity_id, one.theme_id) for one in present}
        ActivityTheme.objects.filter(pk__in=gone).delete()
        ActivityTheme.objects.bulk_create(
            ActivityTheme(activity_id=activity, theme_id=theme)
            for activity, themes in chosen.items()
            for theme in sorted(themes)
            if (activity, theme) not in there
        )


@explained(Theme)
def add_theme(*, plan, name, by):
    """Puts a theme on the installation's list and chooses it for `plan`, whose secretariat adds it. Returns it.

    A name that is on the list already (in any case) is chosen, not doubled. Raises PermissionDenied, ValidationError.
    """
    require_permission(by, Permission.EDIT_FRAMEWORK, plan)
    name = " ".join(name.split())
    with transaction.atomic():
        theme = Theme.objects.filter(name__iexact=name).first()
        usual = next((code for code, one in USUAL_THEMES.items() if one.lower() == name.lower()), None)
        if theme is None and usual:
            theme = themes_of([usual])[0]
        if theme is None:
            theme = Theme(code=_free_code(name), name=name)
            theme.full_clean()
            theme.save(force_insert=True)
        PlanTheme.objects.get_or_create(plan=plan, theme=theme)
    return theme


def _free_code(name):
    base = slugify(name, allow_unicode=True)[:36].strip("-") or "theme"
    taken = set(Theme.objects.filter(code__startswith=base).values_list("code", flat=True)) | set(
        USUAL_THEMES
    )
    code, number = base, 1
    while code in taken:
        number += 1
        code = f"{base}-{number}"
    return code


def _make_so(model, owner, wanted):
    """Adds and removes rows so that the owner has the themes `wanted` (ids), and leaves the others as they are."""
    owner = {f"{name}_id": pk for name, pk in owner.items()}
    present = {one.theme_id: one for one in model.objects.filter(**owner)}
    model.objects.filter(pk__in=[one.pk for pk, one in present.items() if pk not in wanted]).delete()
    model.objects.bulk_create(model(**owner, theme_id=pk) for pk in sorted(wanted - present.keys()))
