"""The handover sheet: read and printed, written on, brought up to date, taken over."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from frameworks.forms.base import add_refusal
from frameworks.history import Stale, changes_of, last_change
from frameworks.models import Role
from frameworks.permissions import Permission, has_permission, is_insider
from frameworks.web import SignedInMixin, remember_plan
from frameworks.workflow import StateConflict
from monitoring.forms.handover import HandoverForm
from monitoring.handover import with_days
from monitoring.models import Handover, Submission
from monitoring.operations.handover import (
    handover_history,
    may_take_over,
    may_write,
    refresh_handover,
    take_over,
    write_notes,
)


class HandoverMixin(SignedInMixin):
    """For pages under /handover/<public_id>/: sets `self.handover`; 404 for whom it does not concern."""

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.handover = self.find(request.user, kwargs["public_id"])
            remember_plan(request, self.handover.plan)
            self.now = timezone.now()
            self.today = timezone.localdate(self.now)
        return super().dispatch(request, *args, **kwargs)

    @staticmethod
    def find(user, public_id):
        return get_object_or_404(
            Handover.objects.visible_to(user).select_related(
                "plan",
                "seat",
                "membership",
                "institution",
                "leaver",
                "made_by",
                "noted_by",
                "taken_by",
            ),
            public_id=public_id,
        )

    def back(self):
        return redirect("handover", self.handover.public_id)

    def context(self):
        return {"handover": self.handover, "plan": self.handover.plan}


class HandoverPage(HandoverMixin, View):
    """`/handover/<public_id>/`"""

    def get(self, request, public_id):
        user, handover = request.user, self.handover
        content = with_days(handover.content)
        named = [one["pk"] for one in content["submissions"]]
        readable = Submission.objects.visible_to(user).filter(pk__in=named)
        return render(
            request,
            "monitoring/handover.html",
            self.context()
            | {
                "content": content,
                "people": [(Role(one["role"]).label, one) for one in content["contacts"]["people"]],
                "readable": set(readable.order_by().values_list("pk", flat=True)),
                "is_over": handover.membership.ends_on is not None
                and handover.membership.ends_on < self.today,
                "may_write": handover.taken_at is None and may_write(handover, user, self.today),
                "may_take": handover.taken_at is None and may_take_over(handover, user, self.today),
                "may_manage": has_permission(user, Permission.MANAGE_SEATS, handover.plan),
                "insider": is_insider(user, handover.plan),
                "reports_here": has_permission(user, Permission.EDIT_SUBMISSION, handover),
                "changes": changes_of(*handover_history(handover), limit=20),
            },
        )


class HandoverEdit(HandoverMixin, View):
    """`/handover/<public_id>/edit/`"""

    def _refused(self):
        """Raises 403 for those who only read; sends back to the sheet once it is taken over."""
        if not may_write(self.handover, self.request.user, self.today):
            raise PermissionDenied(_("The focal point who leaves writes here, or the secretariat for them."))
        if self.handover.taken_at is not None:
            messages.info(self.request, _("This is taken over: it stays as it was."))
            return self.back()
        return None

    def get(self, request, public_id):
        return self._refused() or self._page(HandoverForm(instance=self.handover))

    def post(self, request, public_id):
        refused = self._refused()
        if refused:
            return refused
        form = HandoverForm(request.POST, instance=self.find(request.user, public_id))
        if form.is_valid():
            try:
                write_notes(
                    handover=self.handover,
                    words=form.words,
                    version=form.cleaned_data.get("version", ""),
                    by=request.user,
                    at=self.now,
                )
            except Stale as error:
                form.tell_stale(error.version, last_change(*handover_history(self.handover)))
            except ValidationError as error:
                add_refusal(form, error)
            except StateConflict as error:
                messages.warning(request, str(error))
                return self.back()
            else:
                messages.success(request, _("Saved. Your successor finds it on the handover sheet."))
                return self.back()
        return self._page(form)

    def _page(self, form):
        return render(self.request, "monitoring/handover_form.html", self.context() | {"form": form})


class HandoverStep(HandoverMixin, View):
    """One step on the sheet; who comes too late is told why."""

    http_method_names = ["post"]
    operation = None
    done = ""

    def post(self, request, public_id):
        try:
            type(self).operation(handover=self.handover, by=request.user, at=self.now)
        except StateConflict as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, self.done)
        return self.back()


class HandoverRefresh(HandoverStep):
    operation = staticmethod(refresh_handover)
    done = gettext_lazy("The sheet shows what stands open now.")


class HandoverTake(HandoverStep):
    operation = staticmethod(take_over)
    done = gettext_lazy("You have taken over. What is due stands here; the handover sheet stays readable.")

    def back(self):
        return redirect("my_report_latest", self.handover.plan.code)
