"""The crosswalk of a plan to one framework as CSV."""

from django.utils.translation import gettext as _

from frameworks.crosswalk import framework_rows
from frameworks.csv_files import csv_answer


def crosswalk_csv(plan, framework, *, pillar="", covered=None):
    """One row for each link, and one for each untouched provision."""
    head = [
        "plan", "framework", "provision", "provision_title", "covered", "level", "level_name", "code", "text", "pillar",
        "primary",
    ]  # fmt: skip
    yes, no = _("yes"), _("no")

    def rows():
        yield head
        for provision, thing in framework_rows(plan, framework, pillar=pillar, covered=covered):
            of = [plan.code, framework.code, provision.code, provision.title, yes if thing else no]
            if thing is None:
                yield [*of, "", "", "", "", "", ""]
            else:
                primary = yes if thing.is_primary else no
                yield [*of, thing.level, thing.word, thing.code, thing.text, thing.pillar, primary]

    return csv_answer(rows(), f"{plan.code}-{framework.code}")
