"""What was drafted of an activity that another institution answers for becomes a part of its own.

Only drafts and returned reports of rounds whose figures are not published: what was handed in stays as it was handed in.
"""

from django.db import migrations

EDITABLE = ("draft", "returned")


def split_drafts(apps, schema_editor):
    Submission = apps.get_model("monitoring", "Submission")
    drafts = Submission.objects.filter(
        state__in=EDITABLE,
        accountable__isnull=True,
        round__opened_at__isnull=False,
        round__published_at__isnull=True,
    )
    for draft in drafts.select_related("round").order_by("pk"):
        _split(apps, draft)


def _split(apps, draft):
    years = list(range(draft.round.period_start.year, draft.round.period_end.year + 1))
    answering = _answering(apps, draft)
    scheduled = set(
        apps.get_model("frameworks", "Activity")
        .objects.filter(pk__in=answering, years__overlap=years, retired_on__isnull=True)
        .values_list("pk", flat=True)
    )
    others = {lead for activity, lead in answering.items() if lead and activity in scheduled}
    if not others:
        return
    has_own = any(answering[activity] is None for activity in scheduled) or _is_named(apps, draft, answering, years)
    if len(others) == 1 and not has_own:
        # All of it is the part of one other institution: the row stays, with its note and its history.
        draft.accountable_id = others.pop()
        draft.save(update_fields=["accountable"])
        return
    for accountable in sorted(others):
        part, _made = type(draft).objects.get_or_create(
            round=draft.round,
            institution_id=draft.institution_id,
            pillar_id=draft.pillar_id,
            accountable_id=accountable,
            defaults={
                name: getattr(draft, name)
                for name in (
                    "state", "return_note", "officer_name", "officer_post", "own_opens_on", "own_due_on",
                    "own_closes_on", "reopened_until",
                )
            },
        )  # fmt: skip
        activities = [activity for activity, lead in answering.items() if lead == accountable]
        _move(apps, draft, part, activities)


def _answering(apps, draft):
    """Activity id → who else answers for it, None where nobody does; of the activities that the institution leads."""
    Lead = apps.get_model("frameworks", "Lead")
    led = Lead.objects.filter(
        institution_id=draft.institution_id, activity__output__goal__pillar_id=draft.pillar_id
    ).values_list("activity_id", flat=True)
    found = dict.fromkeys(led)
    rows = Lead.objects.filter(activity__in=found, is_accountable=True).exclude(institution__kind="group")
    for activity, institution in rows.values_list("activity_id", "institution_id"):
        found[activity] = institution if institution != draft.institution_id else None
    return found


def _is_named(apps, draft, answering, years):
    """Whether it gives a figure of its own beside the activities that it leads with others."""
    Indicator = apps.get_model("frameworks", "Indicator")
    named = Indicator.objects.filter(
        pillar_id=draft.pillar_id, responsible=draft.institution_id, retired_on__isnull=True
    )
    return (
        named.filter(activity__isnull=True).exists()
        or named.filter(activity__years__overlap=years, activity__retired_on__isnull=True)
        .exclude(activity__in=[activity for activity, lead in answering.items() if lead])
        .exists()
    )


def _move(apps, draft, part, activities):
    for name in ("ActivityProgress", "Evidence"):
        rows = apps.get_model("monitoring", name).objects.filter(submission=draft, activity__in=activities)
        rows.update(submission=part)
    for name in ("IndicatorValue", "Evidence"):
        rows = apps.get_model("monitoring", name).objects.filter(
            submission=draft, indicator__activity__in=activities
        )
        rows.update(submission=part)


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0002_annual_progress")]

    operations = [migrations.RunPython(split_drafts, migrations.RunPython.noop, elidable=True)]
