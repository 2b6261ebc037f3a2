"""What became of each submission: tables only. story.py plays them.

A course is a tuple of steps. In finished rounds most submissions went the usual way (`usual()`); HISTORY holds those that
did not. CURRENT counts days back from the anchor day; an institution that is not in it has not begun.
"""

from dataclasses import dataclass, field

from napwps.demo.people import CSO, GOVERNMENT


@dataclass(frozen=True, slots=True)
class Usual:
    """A submission of a finished round: handed in, accepted, endorsed by both sides.

    late: days after the deadline (0: before it). returned: a note, then handed in again. mistake: what stood in the
    first version, as (indicator, field, figure). words: statements by side. dissent: the CSO co-lead's text, instead of
    an endorsement.
    """

    late: int = 0
    returned: str = ""
    mistake: tuple = ()
    words: dict = field(default_factory=dict)
    dissent: str = ""


NEVER = None

DISSENT = (
    "We cannot endorse the share of cases closed within the legal limit (3.1.1a). The register counts a case as closed "
    "when the complainant withdraws. Of the women whom we accompanied, one in three withdrew, often under pressure from "
    "the family. A share that rises because women give up is not progress, and we fear that it will be read as such. We "
    "ask that withdrawn cases be shown apart from the next round on. The other figures, and the work of the units, we "
    "confirm; our disagreement is about one figure and not about the people who collect it."
)

#: (round, institution, pillar), and for a part of a joint lead the accountable lead as well.
HISTORY = {
    ("first", "GPM", "P2"): NEVER,
    ("first", "MJ", "P2"): Usual(
        returned="The list that was agreed has 18 laws, the report says 20. Please correct 2.3.1a or explain the two new ones.",
        mistake=("2.3.1a", "denominator", 20),
    ),
    ("first", "MD", "P4"): Usual(late=9),
    ("first", "MOI", "P1"): Usual(
        words={
            CSO: "We endorse. Please report next year how often women mediate alone, without a man beside them."
        }
    ),
    ("last", "MAE", "P1", "SEI"): Usual(
        returned="For 1.1.3a the number planned is missing: it repeats the number reached. The work plan says 4,800.",
        mistake=("1.1.3a", "denominator", 5180),
        words={GOVERNMENT: "Corrected as asked. We endorse."},
    ),
    ("last", "MJ", "P1"): Usual(late=12),
    ("last", "MSSI", "P2"): Usual(
        words={
            CSO: "We endorse, and thank the ministry for reporting openly that the procedure is not signed."
        }
    ),
    ("last", "PNTL", "P3"): Usual(
        words={
            GOVERNMENT: "We endorse; the question of withdrawn cases should be settled before the next round."
        },
        dissent=DISSENT,
    ),
}

#: What is to be changed stands at the lines (napwps/demo/said.py: RETURN_NOTES).
RETURN_TO_MAE = "Two lines need another look: the total of 193 at 1.1.2b, and the last quarter at 1.1.3a."

#: (institution, pillar), and for a part of a joint lead the accountable lead as well → steps as (action, days before the
#: anchor day, side, words). A part goes to the co-leads when the accountable lead submits: MJ and MSSI have not yet, PNTL
#: did on Protection before ALFELA's part was there, and MJDAC without that of CEPAD.
CURRENT = {
    ("SEI", "P1"): (("submit", 12),),
    ("MAE", "P1"): (("submit", 14),),
    ("MAE", "P1", "SEI"): (("contribute", 14), ("return", 3, CSO, RETURN_TO_MAE)),
    ("PNTL", "P1"): (("submit", 25), ("accept", 15, GOVERNMENT), ("endorse", 6, GOVERNMENT)),
    ("F-FDTL", "P1", "PNTL"): (
        ("contribute", 28),
        ("accept", 20, CSO),
        ("endorse", 13, GOVERNMENT),
        ("endorse", 9, CSO, "We endorse. Naval posts should be open in practice before the plan ends."),
    ),
    ("MOI", "P1"): (("submit", 21), ("accept", 5, GOVERNMENT)),
    ("MOI", "P1", "PNTL"): (("contribute", 27), ("accept", 15, GOVERNMENT), ("endorse", 6, GOVERNMENT)),
    ("PNTL", "P2"): (("submit", 13),),
    ("F-FDTL", "P2", "PNTL"): (("contribute", 15), ("accept", 6, GOVERNMENT), ("endorse", 4, GOVERNMENT)),
    ("MSSI", "P2"): (("draft", 4),),
    ("BELUN", "P2", "MSSI"): (("contribute", 22),),
    ("JSMP", "P2", "MJ"): (("contribute", 29),),
    ("GPM", "P2"): (
        ("submit", 26),
        ("accept", 20, CSO),
        ("endorse", 16, GOVERNMENT),
        ("endorse", 12, CSO),
    ),
    ("PNTL", "P3"): (
        ("submit", 27),
        ("accept", 19, GOVERNMENT),
        ("endorse", 13, CSO, "Withdrawn cases are now shown apart, as we had asked. We endorse."),
        ("endorse", 8, GOVERNMENT),
    ),
    ("ALFELA", "P3", "PNTL"): (("contribute", 15),),
    ("MS", "P3"): (("submit", 24), ("accept", 9, CSO)),
    ("PRADET", "P3", "MS"): (
        ("contribute", 28),
        ("accept", 18, GOVERNMENT),
        ("endorse", 12, GOVERNMENT),
        ("endorse", 6, CSO),
    ),
    ("MSSI", "P3"): (("submit", 5),),
    ("FOKUPERS", "P3", "MSSI"): (("contribute", 18),),
    ("MJ", "P4"): (("submit", 19), ("accept", 11, GOVERNMENT), ("endorse", 4, CSO)),
    ("MJDAC", "P4"): (("submit", 14),),
    ("MD", "P4"): (("submit", 20),),
    ("ACBIT", "P4", "MD"): (
        ("contribute", 26),
        ("accept", 17, GOVERNMENT),
        ("endorse", 11, GOVERNMENT),
        ("endorse", 7, CSO),
    ),
}
