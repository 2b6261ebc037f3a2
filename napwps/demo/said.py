"""What was said of the submissions: comments and their answers, evidence asked for, ratings, verification. Tables and their play.

Like the rest of the demo it goes through the operations, by the person whose word it is, at its historic moment.
"""

from dataclasses import dataclass
from datetime import timedelta

from frameworks.models import Activity, Indicator
from monitoring.lines import WHOLE, LineKey
from monitoring.models import Submission
from monitoring.models.review import CommentKind
from monitoring.operations.assessing import rate, verify
from monitoring.operations.discussion import add_comment, answer, settle
from napwps.demo.people import CSO, GOVERNMENT
from napwps.demo.schedule import CURRENT, LAST, working_moment

MONITORING, FOCAL = "monitoring", "focal"


@dataclass(frozen=True, slots=True)
class Said:
    """One word. `of`: institution, pillar and the lead whose part it is ("": the institution's own report).

    days: before the anchor day, or in a finished round before its figures were published. what: "comment", "evidence",
    "rate" or "verify"; status: of a rating or a finding. answers: (days, by, text). settled: (days, by) or ().
    """

    position: str
    of: tuple
    days: int
    by: str
    line: str
    text: str
    what: str = "comment"
    status: str = ""
    answers: tuple = ()
    settled: tuple = ()


#: Notes at single lines that went with a return, by (institution, pillar, lead).
RETURN_NOTES = {
    ("MAE", "P1", "SEI"): {
        "1.1.2b": "The total is 193, but the four levels add up to 139. Please check the total; it may be a slip.",
        "1.1.3a": "Please say in the comment what is planned for the last quarter.",
    },
}

WORDS = (
    Said(
        CURRENT,
        ("SEI", "P1", ""),
        9,
        CSO,
        "1.1.2",
        "Of the three courses, how many were held outside Díli?",
        answers=(
            (8, FOCAL, "One, in Baucau. The next two are planned for Ermera and Oé-Cusse."),
            (7, CSO, "Thank you. It would help to have that in the text next time."),
        ),
    ),
    Said(
        CURRENT,
        ("SEI", "P1", ""),
        6,
        GOVERNMENT,
        "1.1.2a",
        "Please add the list of courses with the number of participants.",
        what="evidence",
    ),
    Said(
        CURRENT,
        ("SEI", "P1", ""),
        5,
        CSO,
        "1.1.2",
        "Only two of the four institutions that we asked could show us the criteria. They are agreed, but not yet in use.",
        what="rate",
        status="delayed",
    ),
    Said(CURRENT, ("SEI", "P1", ""), 4, GOVERNMENT, "1.1.2", "", what="rate", status="on_track"),
    Said(
        CURRENT,
        ("GPM", "P2", ""),
        10,
        MONITORING,
        "2.4.1a",
        "The signed text was seen at the office of the group.",
        what="verify",
        status="verified",
    ),
    Said(
        CURRENT,
        ("MS", "P3", ""),
        7,
        GOVERNMENT,
        "all",
        "A report that is short and says what is missing. We can work with this.",
    ),
    Said(
        LAST,
        ("PNTL", "P3", ""),
        30,
        MONITORING,
        "3.1.1a",
        "The register gives 289 closed cases, as reported. Whether a withdrawn complaint is a closed one cannot be told from it.",
        what="verify",
        status="doubted",
    ),
    Said(
        LAST,
        ("PNTL", "P3", ""),
        29,
        MONITORING,
        "3.1.1b",
        "Compared with the staff list of the units; the numbers agree.",
        what="verify",
        status="verified",
    ),
    Said(
        LAST,
        ("PNTL", "P3", ""),
        28,
        CSO,
        "3.1.1a",
        "Please add the page of the register that shows how withdrawn cases are counted.",
        what="evidence",
        answers=((26, FOCAL, "It was shown to both co-leads at the meeting of the group."),),
        settled=(25, CSO),
    ),
)


def say(story, dates, *, until):
    """Plays the words of one round (a RoundDates); its submissions have come as far as they will on the day `until`."""
    last_day = dates.published_on or until
    for one in WORDS:
        if one.position == dates.position:
            _say(story, dates, one, last_day)


def _say(story, dates, one, last_day):
    institution, pillar, lead = one.of
    submission = Submission.objects.select_related("round__plan", "institution", "pillar").get(
        round__plan=story.plan,
        round__label=dates.label,
        institution__code=institution,
        pillar__code=pillar,
        accountable__code=lead or None,
    )

    def at(days):
        return working_moment(last_day - timedelta(days=days), f"{one.position} {one.of} {one.line} {days}")

    def who(by):
        if by == FOCAL:
            return story.people.focal(institution)
        return story.people[MONITORING] if by == MONITORING else story.people.co_lead(by, pillar)

    facts = {"submission": submission, "by": who(one.by), "at": at(one.days)}
    if one.what == "rate":
        rate(
            **facts,
            activity=Activity.objects.get(plan=story.plan, code=one.line),
            status=one.status,
            note=one.text,
        )
    elif one.what == "verify":
        indicator = Indicator.objects.get(plan=story.plan, code=one.line)
        verify(**facts, indicator=indicator, finding=one.status, note=one.text)
    else:
        comment = add_comment(
            **facts, text=one.text, line=line_of_code(story, one.line), kind=CommentKind(one.what)
        )
        for days, by, text in one.answers:
            answer(comment=comment, by=who(by), at=at(days), text=text)
        if one.settled:
            days, by = one.settled
            settle(comment=comment, by=who(by), at=at(days))


def line_of_code(story, code):
    """The LineKey of an activity's or an indicator's code; "all" is the whole."""
    if code == WHOLE.name:
        return WHOLE
    if code in story.activities:
        return LineKey(activity_id=story.activities[code].pk)
    return LineKey(indicator_id=story.indicators[code].pk)


def return_notes(story, submission):
    """LineKey → the note that goes with the return of that submission; {} for most."""
    lead = submission.accountable.code if submission.accountable_id else ""
    notes = RETURN_NOTES.get((submission.institution.code, submission.pillar.code, lead), {})
    return {line_of_code(story, code): text for code, text in notes.items()}
