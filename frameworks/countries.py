"""Names of countries for headings. Plans keep the two-letter ISO code; one without a name here is shown by its code."""

from django.utils.translation import gettext_lazy as _

#: The member states of ASEAN, whose plans stand side by side under the Regional Plan of Action (seed, title).
NAMES = {
    "BN": _("Brunei Darussalam"),
    "ID": _("Indonesia"),
    "KH": _("Cambodia"),
    "LA": _("Lao PDR"),
    "MM": _("Myanmar"),
    "MY": _("Malaysia"),
    "PH": _("Philippines"),
    "SG": _("Singapore"),
    "TH": _("Thailand"),
    "TL": _("Timor-Leste"),
    "VN": _("Viet Nam"),
}


def country_name(code):
    return str(NAMES.get(code, code))
