"""Drafts that save themselves while they are written: the pages' own forms and operations, answered with JSON.

What is sent: the boxes that changed, and `version`, as the page itself sends them; `all` where it is the whole page.

- 200 saved. 422 saved but for the boxes in `left`, with `errors`: those stay in the browser until they can be read.
- 409 with `html`: somebody else saved the page meanwhile; nothing was saved, the differences are shown, and `version` is
  the one to save with afterwards. A whole page that says what is saved already is no conflict: its answer was lost.
- 409 with `locked`: it cannot be changed any more, and why.
- 401 signed out, or signed in as somebody else than the page was made for. 403 with `csrf`: send it again with that token.
"""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import prefetch_related_objects
from django.http import JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.functional import cached_property

from monitoring.forms.reporting import error_items
from monitoring.operations.reporting import DraftLocked, StaleDraft
from monitoring.sheets import load_sheet
from monitoring.spending import add_money
from monitoring.steps import moment
from monitoring.views.drafts import ActivityPage, IndicatorsPage


class Autosaving:
    """In front of a DraftPage: the same page, saved by a script."""

    http_method_names = ["post"]

    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated or not _is_own(request):
            return _answer(401, signed_out=True)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def sheet(self):
        """Without what stands beside the boxes: nobody sees it here."""
        sheet = load_sheet(self.submission)
        add_money([sheet])  # the currencies that the boxes take
        indicators = [line.indicator for line in sheet.lines]
        prefetch_related_objects(indicators, "targets", "dimensions__categories")
        return sheet

    def post(self, request, *args, **kwargs):
        data, mistakes, left = request.POST, [], set()
        for _attempt in range(
            3
        ):  # as typed; without what the forms refuse; without what the operation refuses
            forms = self.forms(data)
            invalid = self.invalid(forms)
            if invalid:
                mistakes += _mistakes(invalid, data)
            else:
                try:
                    return self._saved(self.save_forms(forms), mistakes, left)
                except DraftLocked as error:
                    return _answer(409, locked=str(error))
                except StaleDraft as error:
                    return self._stale(error, forms, mistakes, left)
                except ValidationError as error:
                    if not hasattr(error, "error_dict"):
                        return _answer(409, locked=" ".join(error.messages))
                    mistakes += [
                        (name, " ".join(words), f"id_{name}") for name, words in error.message_dict.items()
                    ]
            left |= self._belonging_to({name for name, _text, _target in mistakes}, forms)
            data = data.copy()
            for name in left & data.keys():
                del data[name]
        return self._saved(self.version_sent, mistakes, left)

    def _belonging_to(self, names, forms):
        """The boxes of these names and those beside them: half of a figure would empty the other half."""
        together = {name.rpartition("-")[0] for name in names} - {""}
        fields = {name for form, _where in self.named_forms(forms) for name in form.fields}
        return names | {name for name in fields if name.rpartition("-")[0] in together}

    def _saved(self, version, mistakes, left, at=None):
        at = at or self.now
        return _answer(
            422 if mistakes else 200,
            version=str(version),
            saved_at=at,
            at=time_format(timezone.localtime(at), "H:i"),
            errors=[{"name": name, "text": text, "target": target} for name, text, target in mistakes],
            left=sorted(left),
        )

    def _stale(self, stale, forms, mistakes, left):
        if "all" in self.request.POST and self._says_what_is_saved(stale, forms):
            return self._saved(stale.version, mistakes, left, stale.at)
        page = self.request.path.removesuffix("autosave/")
        html = render_to_string(
            "monitoring/stale_autosave.html",
            {
                "stale": stale,
                "saved_elsewhere": moment(stale.at, self.now) if stale.at else "",
                "differences": self.differences(stale, forms),
                "page_url": page,
            },
            self.request,
        )
        return _answer(409, version=str(stale.version), who=str(stale.who or ""), when=stale.at, html=html)

    def _says_what_is_saved(self, stale, forms):
        """Whether saving it would change nothing; the operation itself is asked, and nothing of it stays."""
        self.version_sent = str(stale.version)
        with transaction.atomic():
            try:
                version = self.save_forms(forms)
            except (StaleDraft, ValidationError):
                return False
            finally:
                transaction.set_rollback(True)
        return str(version) == str(stale.version)


class AutosaveActivity(Autosaving, ActivityPage):
    """`/submissions/<pk>/activities/<code>/autosave/`"""


class AutosaveIndicators(Autosaving, IndicatorsPage):
    """`/submissions/<pk>/indicators/autosave/`"""


def _is_own(request):
    """Whether the page was made for the person who is signed in now: on a shared computer it may be another one."""
    return request.POST.get("by", str(request.user.pk)) == str(request.user.pk)


def _mistakes(invalid, data):
    """(box, words, id to go to) of everything that the forms refuse; of a rule on a whole form, for each of its boxes."""
    found = []
    for form, where in invalid:
        items = iter(error_items((form, where)))
        for name in sorted(form.errors, key=[*form.fields, NON_FIELD_ERRORS].index):
            for _words in form.errors[name]:
                item = next(items)
                names = [one for one in form.fields if one in data] if name == NON_FIELD_ERRORS else [name]
                found += [(one, item["text"], item["target"]) for one in names]
    return found


def _answer(status, **content):
    response = JsonResponse(content, status=status)
    response["Cache-Control"] = "no-store"
    return response
