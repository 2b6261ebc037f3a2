"""How far approved money was spent: absorbed, over-spent and not reported are three different things. Pure, no ORM.

Execution = spent / approved (DOMAIN.md, "Arithmetic"). The bands are compared by multiplying, never by a rounded percentage, so
that none of them has a gap at its edge (99.5% of a band that begins at 100 is below it, and nowhere else).
"""

from decimal import localcontext

from django.utils.translation import gettext_lazy as _

from frameworks.choices import ToneChoices

#: Digits enough for the sums of any amounts (36) times a percentage (5), exactly.
_PRECISION = 60


class Execution(ToneChoices):
    """What became of approved money. Computed by `execution_of`; never stored."""

    NOT_APPROVED = "not_approved", _("Nothing approved"), "muted", "circle-dashed"
    # Reporting late or honestly is not punished: grey, never red.
    NOT_REPORTED = "not_reported", _("Spending not reported"), "muted", "help"
    UNSPENT = "unspent", _("Nothing spent"), "warn", "circle"
    PARTLY_SPENT = "partly_spent", _("Partly spent"), "info", "circle-half"
    ABSORBED = "absorbed", _("Absorbed"), "good", "check-circle"
    OVERSPENT = "overspent", _("Over-spent"), "bad", "arrow-up-right"
    NOT_FORESEEN = "not_foreseen", _("Spent without approval"), "warn", "flag"


def execution_of(approved, spent, absorbed_from):
    """The Execution of two amounts of the same currency. None is "nobody said anything", which is not 0.

    absorbed_from: percent of the approved amount from which it counts as absorbed, above 0 and at most 100
    (BudgetRules.absorbed_from). Approving 0 is approving nothing: spending 0 of it is no more than that, and spending
    anything is spending without approval. An amount below 0, which a correction by source can leave, is nothing spent.
    """
    if not approved or approved < 0:
        return Execution.NOT_FORESEEN if spent is not None and spent > 0 else Execution.NOT_APPROVED
    if spent is None:
        return Execution.NOT_REPORTED
    if spent <= 0:
        return Execution.UNSPENT
    if spent > approved:
        return Execution.OVERSPENT
    with localcontext() as exact:
        exact.prec = _PRECISION
        absorbed = spent * 100 >= approved * absorbed_from
    return Execution.ABSORBED if absorbed else Execution.PARTLY_SPENT
