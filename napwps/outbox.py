"""The demo's mails on a page of their own: what would have gone out, to whom, and as what. Only where DEMO is set."""

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from frameworks.models import OutgoingMail
from frameworks.operations.mail import gather, send_waiting, waiting_notices

#: Every mail stands on the page whole, text and HTML.
MAILS_A_PAGE = 10


class Outbox(TemplateView):
    """Newest first. The people of the demo are invented: everybody may read their mail."""

    template_name = "demo/outbox.html"

    def dispatch(self, request, *args, **kwargs):
        if not settings.DEMO:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        pages = Paginator(OutgoingMail.objects.select_related("user"), MAILS_A_PAGE)
        page = pages.get_page(self.request.GET.get("page"))
        for mail in page:
            # As a mail program does: what a mail links to opens outside of it.
            mail.shown = mail.html.replace("<head>", '<head><base target="_blank">', 1)
        return super().get_context_data(
            page_obj=page,
            waiting=waiting_notices(timezone.now()).count(),
            **kwargs,
        )

    def post(self, request):
        """Does not wait for tomorrow's digest."""
        at = timezone.now()
        written = gather(at=at, early=True)
        send_waiting(at=at)
        messages.success(
            request,
            ngettext("%(n)d mail was written.", "%(n)d mails were written.", written) % {"n": written}
            if written
            else _("Nothing that waits is still true or wanted: no mail was written."),
        )
        return redirect("demo_outbox")
