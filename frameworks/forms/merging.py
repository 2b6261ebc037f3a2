"""The forms of a merger: into whom, and why."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.forms.activities import institution_options
from frameworks.models import Institution
from frameworks.models.people import InstitutionKind
from frameworks.operations.institutions import editable_countries


def merge_targets(source, user):
    """Institution id → Institution: whom `source` can be merged into by `user`."""
    rows = Institution.objects.filter(merged_into__isnull=True).exclude(pk=source.pk)
    countries = editable_countries(user)
    if countries is not None:
        rows = rows.filter(country__in=[*countries, ""])
    group = {"kind": InstitutionKind.GROUP}
    rows = rows.filter(**group) if source.is_group else rows.exclude(**group)
    return {one.pk: one for one in rows.in_order()}


class TargetForm(forms.Form):
    """`target` is the Institution when the form is valid."""

    into = forms.ChoiceField(
        label=gettext_lazy("Merge into"),
        help_text=gettext_lazy(
            "The institution that goes on. You see what would move before anything happens."
        ),
    )

    def __init__(self, *args, targets, **kwargs):
        super().__init__(*args, **kwargs)
        self.by_code = {one.code: one for one in targets.values()}
        names = dict(institution_options(targets))
        self.fields["into"].choices = [
            ("", _("Choose an institution")),
            *((one.code, names[pk]) for pk, one in targets.items()),
        ]

    @property
    def target(self):
        return self.by_code[self.cleaned_data["into"]]


class MergeForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why are they one?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Stands in the history. For example: the same ministry, entered twice by an import."
        ),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
