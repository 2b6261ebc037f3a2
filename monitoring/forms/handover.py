"""What a focal point who leaves writes for whoever comes next."""

from django.utils.translation import gettext_lazy

from frameworks.forms.base import ConstrainedForm, VersionedMixin
from frameworks.forms.fields import lines
from monitoring.models import Handover
from monitoring.operations.handover import WORDS, handover_version


class HandoverForm(VersionedMixin, ConstrainedForm):
    fixed = ()

    class Meta:
        model = Handover
        fields = list(WORDS)
        widgets = {name: lines(5) for name in WORDS}
        help_texts = {
            "contacts": gettext_lazy(
                "Who to ask in the institution, and for what. For example: Ana, planning department, knows the training figures."
            ),
            "data_sources": gettext_lazy(
                "Registers, files, people: what the framework names stands on the sheet already."
            ),
            "notes": gettext_lazy("What is agreed, what is stuck, what to do first."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.add_version(handover_version(self.instance))

    @property
    def words(self):
        return {name: self.cleaned_data[name] for name in WORDS}
