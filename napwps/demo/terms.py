"""Terms of reference of the demonstration: invented texts, and they say so."""

from datetime import date

from frameworks.bodies import bodies_of
from frameworks.models.coordination import Body
from frameworks.operations.terms import add_terms
from napwps.demo.schedule import at_clock

GROUP = "wg-P1"
ILLUSTRATIVE = (
    "Illustrative text, written for the demonstration: not the terms of reference that are in force."
)

_COMMITTEE = f"""{ILLUSTRATIVE}

1. Purpose: the steering committee guides the plan, approves the annual plans and budgets of the working groups and receives their reports.
2. Members: Director-General-level officials of eleven ministries, executive directors of four civil society organisations, and technical staff of development partners.
3. Chair: a senior official of the Ministry of Interior.
4. Meetings: twice a year.
5. Decisions: by consensus; where there is none, by a majority of the members present.
6. Secretariat: DNPCC prepares the meetings and writes the minutes."""

_GROUP = f"""{ILLUSTRATIVE}

1. Purpose: the working group plans the activities of its pillar, follows them and writes the pillar's annual report.
2. Co-leads: one from government and one from civil society, of equal standing.
3. Meetings: four times a year, on what works, what does not and how to collaborate.
4. Report: signed by both co-leads; a dissent stays in the published text."""

#: Body, text, adopted on, what is new; in the order in which they were adopted.
VERSIONS = (
    (Body.STEERING_COMMITTEE, _COMMITTEE, date(2024, 2, 15), ""),
    (GROUP, _GROUP, date(2024, 3, 5), ""),
    (
        Body.STEERING_COMMITTEE,
        _COMMITTEE.replace(
            "4. Meetings: twice a year.", "4. Meetings: twice a year, and once more on the budget."
        )
        + "\n7. Alternates: each member names an alternate, who may vote in the member's place.",
        date(2025, 2, 20),
        "A meeting on the budget; alternates may vote.",
    ),
    (
        GROUP,
        _GROUP.replace("four times a year,", "every two months,"),
        date(2025, 3, 6),
        "The group meets every two months.",
    ),
)


def load_terms(plan, *, by):
    """Two versions each for the steering committee and one working group; the other bodies have none yet."""
    bodies = {body.key: body for body in bodies_of(plan)}
    for key, text, adopted_on, note in VERSIONS:
        add_terms(
            plan=plan,
            body=bodies[key],
            text=text,
            document=None,
            file_name="",
            adopted_on=adopted_on,
            note=note,
            by=by,
            at=at_clock(adopted_on, 15),
        )
