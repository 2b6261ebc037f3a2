"""What narrows down the page of money beside results."""

from django import forms
from django.utils.translation import gettext_lazy


class MoneyFilterForm(forms.Form):
    """rounds, pillars and institutions: rows to choose from. A value that is not offered filters nothing."""

    round = forms.ChoiceField(label=gettext_lazy("Round"), required=False)
    pillar = forms.ChoiceField(label=gettext_lazy("Pillar"), required=False)
    institution = forms.ChoiceField(label=gettext_lazy("Institution"), required=False)

    def __init__(self, data, *, rounds, pillars, institutions):
        super().__init__(data)
        self._rows = {
            "round": {one.label: one for one in rounds},
            "pillar": {one.code: one for one in pillars},
            "institution": {one.code: one for one in institutions},
        }
        self.fields["round"].choices = [
            ("", gettext_lazy("The latest")),
            *((one.label, one.label) for one in rounds),
        ]
        self.fields["pillar"].choices = [
            ("", gettext_lazy("All pillars")),
            *((one.code, f"{one.code} {one.name}") for one in pillars),
        ]
        self.fields["institution"].choices = [
            ("", gettext_lazy("All institutions")),
            *((one.code, str(one)) for one in institutions),
        ]

    def row(self, name):
        """The chosen row, or None."""
        self.is_valid()
        return self._rows[name].get(self.cleaned_data.get(name))
