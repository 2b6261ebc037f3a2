"""What the forms of the framework share: constraints at the right field, versions, reasons."""

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frameworks.constraints import field_of
from frameworks.terminology import HOUSE, is_renamed


class ConstrainedForm(forms.ModelForm):
    """A ModelForm that checks every database constraint and puts its words at the right field.

    fixed: fields that the view sets on the instance beforehand, so that constraints over them hold too.
    constraint_fields: constraint name → form field; constraints not named belong to the whole form.
    """

    fixed = ("plan",)
    constraint_fields = {}

    def _get_validation_exclusions(self):
        return super()._get_validation_exclusions() - set(self.fixed)

    def _update_errors(self, errors):
        if hasattr(errors, "error_dict"):
            loose = errors.error_dict.pop(NON_FIELD_ERRORS, [])
            for error in loose:
                name = field_of(error, type(self.instance), self.constraint_fields)
                target = name if name in self.fields else NON_FIELD_ERRORS
                errors.error_dict.setdefault(target, []).append(in_plan_words(error, self.instance))
        super()._update_errors(errors)

    def add_refusal(self, error):
        """Puts the ValidationError of an operation into the form, at its fields where the form has them."""
        add_refusal(self, error)


def add_refusal(form, error):
    """Puts the ValidationError of an operation into a form, at its fields where the form has them."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.error_list}
    known = getattr(form, "constraint_fields", {})
    for name, errors in by_field.items():
        for one in errors:
            target = name
            if name == NON_FIELD_ERRORS and known:
                target = known.get(one.code) or field_of(one, type(form.instance), known)
            said = in_plan_words(one, getattr(form, "instance", None))
            form.add_error(target if target in form.fields else None, said)


def in_plan_words(error, instance):
    """The error that a code is taken, with the plan's own word for the level; any other error as it is.

    The constraints of the models know the house's words only.
    """
    level = instance._meta.model_name if instance is not None else ""
    plan = getattr(instance, "plan", None) if getattr(instance, "plan_id", None) else None
    if level not in HOUSE or plan is None or not is_renamed(plan.words, level):
        return error
    for constraint in instance._meta.constraints:
        if (
            constraint.name == f"{level}_code_unique"
            and error.message == constraint.get_violation_error_message()
        ):
            word = str(plan.words[level])
            return ValidationError(
                _("%(level)s: another one of this plan has this code.") % {"level": word}, code=error.code
            )
    return error


class VersionedMixin:
    """Notices that somebody else saved the same thing while the form was open.

    The page carries `version` (frameworks.history.version_of) as a hidden field. The view asks `is_stale` inside the
    operation's lock; `tell_stale` explains, keeps what was typed and lets the next press of the button save it.
    """

    def add_version(self, current):
        self.fields["version"] = forms.CharField(
            widget=forms.HiddenInput, required=False, initial=current, label=""
        )

    def is_stale(self, current):
        seen = self.cleaned_data.get("version")
        return bool(seen) and seen != current

    def tell_stale(self, current, change):
        self.data = self.data.copy()
        self.data[self.add_prefix("version")] = current
        self.add_error(None, _stale_message(change))


def _stale_message(change):
    if change is None:
        return _("Somebody else changed this while you were editing. Compare, then save again to keep yours.")
    fields = ", ".join(dict.fromkeys(one.label for part in change.parts for one in part.fields))
    return _(
        "%(who)s changed this on %(when)s while you were editing%(what)s. "
        "What you typed is still here: compare it, then save again to keep yours."
    ) % {
        "who": change.who,
        "when": date_format(localtime(change.at), "DATETIME_FORMAT"),
        "what": f" ({fields})" if fields else "",
    }


def reason_field():
    return forms.CharField(
        label=gettext_lazy("Why is it changed?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Stands in the history beside the old and the new text. For example: agreed by the steering committee on 3 March."
        ),
    )


def ask_why_added(reason):
    """Makes a reason field that of something new in an endorsed plan."""
    reason.label = _("Why is it added?")
    reason.required = True
    reason.error_messages["required"] = _("The plan is endorsed: say why this is added.")
