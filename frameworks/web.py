"""What the pages of a plan share: finding the plan, who may come in, and the answers 404, 403 and sign-in.

The rule (tests/test_access.py holds every page to it): a visitor who is not signed in is sent to sign in where a page
needs it; a signed-in person gets 404 for what they may not even know of, and 403 where they may read but not act.
"""

from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from frameworks.models import Plan
from frameworks.permissions import Permission, has_permission, is_insider, require_permission


class SignedInMixin:
    """Sends visitors to sign in, and brings them back to where they were."""

    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return super().dispatch(request, *args, **kwargs)


class PlanMixin:
    """For pages under /plans/<code>/…: sets `self.plan` and `request.plan`; passes `plan` and `today` to the template.

    public: visitors may read it (what is published). permission: what the page needs, on the plan; None: any insider.
    """

    public = False
    permission = None

    def dispatch(self, request, *args, **kwargs):
        if not self.public and not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        self.plan = get_object_or_404(Plan.objects.visible_to(request.user), code=kwargs["code"])
        if not self.public and not is_insider(request.user, self.plan):
            raise Http404
        if self.permission:
            require_permission(request.user, self.permission, self.plan)
        request.plan = self.plan
        self.today = timezone.localdate()
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        """`insider` and `may_edit` (the framework) decide which tabs and buttons a page shows; they cost no query."""
        kwargs.setdefault("insider", is_insider(self.request.user, self.plan))
        kwargs.setdefault("may_edit", has_permission(self.request.user, Permission.EDIT_FRAMEWORK, self.plan))
        return super().get_context_data(plan=self.plan, today=self.today, **kwargs)


def remember_plan(request, plan):
    """For pages that find their plan through something else: makes the navigation that of the plan."""
    request.plan = plan
    return plan
