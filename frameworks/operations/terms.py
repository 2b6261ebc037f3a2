"""Terms of reference: versions are added, never changed and never deleted."""

import pghistory
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from frameworks.constraints import explained
from frameworks.models import Plan, TermsOfReference
from frameworks.permissions import Permission, require_permission


@explained(TermsOfReference)
def add_terms(*, plan, body, text, document, file_name, adopted_on, note, by, at):
    """Adds a version of the terms of reference of `body` (a PlanBody) and gives it the next number.

    document: a frameworks.documents.Document or None; file_name: what the user called it. Raises PermissionDenied and
    ValidationError with the form's fields.
    """
    require_permission(by, Permission.MANAGE_SEATS, plan)
    if body.working_group is not None and body.working_group.pillar.plan_id != plan.pk:
        raise ValidationError(_("This working group belongs to another plan."))
    text = text.replace("\r\n", "\n").strip()
    if not text and document is None:
        raise ValidationError({"text": _("Write the terms of reference, or choose their file.")})
    with transaction.atomic():
        # The plan's row is the lock: two people who add at once get two numbers.
        Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
        versions = TermsOfReference.objects.filter(plan=plan, **body.lookup)
        newest = versions.order_by("-version").first()
        if newest is not None and _says_the_same(newest, text, document):
            raise ValidationError(
                _("This is what version %(number)s says already.") % {"number": newest.version}
            )
        terms = TermsOfReference(
            plan=plan,
            **body.lookup,
            version=(versions.aggregate(newest=Max("version"))["newest"] or 0) + 1,
            text=text,
            adopted_on=adopted_on,
            note=note.strip(),
            created_by=by,
            created_at=at,
        )
        if document is not None:
            terms.file_name = file_name[-255:]
            terms.sha256 = document.sha256
            terms.file = ContentFile(document.data, name=f"terms{document.kind.suffix}")
        terms.full_clean()
        with pghistory.context(action="add_terms"):
            terms.save(force_insert=True)
    return terms


def _says_the_same(newest, text, document):
    return (newest.text, newest.sha256) == (text, document.sha256 if document else "")
