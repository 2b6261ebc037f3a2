"""Asking once about what is possible but unlikely: the person ticks that it is right, and it is saved."""

from hashlib import sha256

from django import forms
from django.utils.translation import gettext_lazy


class DoubtMixin:
    """For forms: `doubt()` in clean() asks at a field; `settle_doubts()` at its end lets what was confirmed pass.

    The tick holds for exactly the question that was asked: other figures, other question.
    """

    def add_sure(self):
        self.fields["sure"] = forms.BooleanField(label=gettext_lazy("Yes, it is right"), required=False)
        self.fields["asked"] = forms.CharField(widget=forms.HiddenInput, required=False, label="")
        self.doubts = []

    def doubt(self, name, words):
        if words and name not in self.errors:
            self.doubts.append((name, words))

    def settle_doubts(self):
        if not self.doubts:
            return
        said = "\n".join(f"{name} {words} {self.cleaned_data.get(name)}" for name, words in self.doubts)
        asked = sha256(said.encode()).hexdigest()[:24]
        if self.cleaned_data.get("sure") and self.cleaned_data.get("asked") == asked:
            return
        self.data = self.data.copy()
        self.data["asked"] = asked
        self.data.pop("sure", None)
        for name, words in self.doubts:
            self.add_error(name, words)
