"""Who answers for a report; asked where it is handed in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.operations.officer import LENGTH, Officer


class OfficerForm(forms.Form):
    use_required_attribute = False

    officer_name = forms.CharField(
        label=_("Accountable officer"),
        max_length=LENGTH,
        help_text=_("Who answers for this report; it need not be you."),
        error_messages={"required": _("Write the name of the officer who answers for this report.")},
    )
    officer_post = forms.CharField(
        label=_("Post of the officer"),
        max_length=LENGTH,
        error_messages={"required": _("Write the post of the officer, for example Director-General.")},
    )

    def __init__(self, proposed, data=None, *, prefix_id="id"):
        """proposed: an Officer. data: what was sent; a page without these boxes means the proposed one."""
        self.proposed = proposed
        initial = {"officer_name": proposed.name, "officer_post": proposed.post}
        if data is not None and "officer_name" not in data:
            data = initial
        super().__init__(data, initial=initial, auto_id=f"{prefix_id}_%s")

    @property
    def officer(self):
        return Officer(self.cleaned_data["officer_name"], self.cleaned_data["officer_post"])
