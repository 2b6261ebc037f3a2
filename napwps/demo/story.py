"""Plays what was reported: opens the rounds, hands in, reviews and publishes, in the order of time.

Every step goes through the same doors as on the pages, by the person whose step it is, with its historic moment.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pghistory

from budgets.operations.spending import Spent
from frameworks import changes
from frameworks.models import Activity, Category, Indicator, ReportingRound, Target
from frameworks.operations.indicators import TargetLine, save_indicator
from frameworks.operations.rounds import close_round, create_round, open_round, publish_round
from frameworks.workflow import transition
from monitoring.cells import Cell, Reported
from monitoring.corrections import Correction
from monitoring.due import due_in
from monitoring.models import ActivityProgress, Submission
from monitoring.operations.officer import Officer, name_officer
from monitoring.operations.parts import missing_parts, submit_report
from monitoring.operations.reporting import (
    figures_version,
    save_activity,
    save_indicators,
)
from monitoring.operations.reviewing import act
from napwps.demo.courses import CURRENT, HISTORY, Usual
from napwps.demo.evidence import show_evidence
from napwps.demo.files import number, rows, tables
from napwps.demo.people import CSO, GOVERNMENT, SECRETARY
from napwps.demo.said import return_notes
from napwps.demo.schedule import at_clock, steady, working_moment

OTHER_SIDE = {GOVERNMENT: CSO, CSO: GOVERNMENT}
#: The target that was revised, and why (a deliberate case of DOMAIN.md).
REVISED, REVISED_BY = "3.2.1a", 2
REVISION_REASON = (
    "Floods damaged the shelters of two municipalities. The steering committee agreed that this year's target is two "
    "municipalities lower; the end-line target stays."
)
OFFICERS = {"cso": "Executive director", "security": "Commander"}
#: What a focal point writes about an activity, and what the files call it.
WORDS = {
    "status": "status",
    "reason": "reason",
    "narrative": "progress",
    "what_worked": "worked",
    "what_did_not": "did_not",
    "collaboration": "wanted",
    "next_steps": "next",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does to a submission. `action`: draft, correct, or one of the table of transitions."""

    at: object
    action: str
    by: object
    comment: str = ""
    mistake: tuple = ()


class Story:
    """Tells the rounds one after the other. The plan must have its framework, and its seats must be filled."""

    def __init__(self, *, plan, people, pillars, institutions, places):
        self.plan, self.people = plan, people
        self.pillars = {pillar.pk: pillar for pillar in pillars.values()}
        self.institutions = {one.pk: one for one in institutions.values()}
        self.indicators = {
            one.code: one for one in Indicator.objects.filter(plan=plan).select_related("activity")
        }
        self.activities = {
            one.code: one for one in Activity.objects.filter(plan=plan).select_related("output__goal")
        }
        self.told = {}
        for pillar in pillars.values():
            self.told |= tables(f"story_{pillar.code.lower()}.toml")
        self.figures = self._read_figures(places)
        self.spending = {
            (row["round"], row["institution"], row["activity"]): Spent(
                number(row["amount"]), row["currency"], row["no_data_reason"], row["comment"]
            )
            for row in rows("spending.csv")
        }

    def _read_figures(self, places):
        """(position, institution code, indicator code) → {Cell: Reported}."""
        categories = {
            (one.dimension.indicator_id, one.name): one.pk
            for one in Category.objects.filter(dimension__indicator__plan=self.plan).select_related(
                "dimension"
            )
        }
        found = defaultdict(dict)
        for row in rows("figures.csv"):
            indicator = self.indicators[row["indicator"]]
            cell = Cell(
                indicator.pk,
                categories[indicator.pk, row["category"]] if row["category"] else None,
                places[row["place"]].pk if row["place"] else None,
            )
            found[row["round"], row["institution"], row["indicator"]][cell] = Reported(
                numerator=number(row["numerator"]),
                denominator=number(row["denominator"]),
                value=number(row["value"]),
                text=row["text"],
                no_data_reason=row["no_data_reason"],
                comment=row["comment"],
            )
        return found

    def tell(self, dates, *, until):
        """One round (a RoundDates), as far as it has come on the day `until`. Returns the ReportingRound."""
        round = self.open_round(dates)
        steps = []
        for submission in Submission.objects.filter(round=round).order_by("pk"):
            who = self.institutions[submission.institution_id].code, self.pillars[submission.pillar_id].code
            lead = self.institutions[submission.accountable_id].code if submission.is_part else ""
            course = self._past(dates, *who, lead) if dates.published_on else self._present(until, *who, lead)
            steps += [(step.at, submission.pk, order, step) for order, step in enumerate(course)]
        # By the hour, across institutions: the record of the round then reads as it would have been written.
        for _at, pk, _order, step in sorted(steps, key=lambda one: one[:3]):
            submission = Submission.objects.select_related(
                "round", "institution", "pillar", "accountable"
            ).get(pk=pk)
            self._take(dates, submission, step)
        if dates.published_on:
            self.publish_round(round, dates)
        return round

    # Rounds

    def open_round(self, dates):
        """Makes and opens a round as the secretariat does: everybody who owes a report finds a draft."""
        secretary = self.people[SECRETARY]
        round = ReportingRound(
            plan=self.plan,
            label=dates.label,
            period_start=date(dates.year, 1, 1),
            period_end=date(dates.year, 12, 31),
            opens_on=dates.opens_on,
            due_on=dates.due_on,
            closes_on=dates.closes_on,
        )
        with pghistory.context(user=secretary.pk):
            create_round(round=round, by=secretary)
            return open_round(round=round, by=secretary, at=at_clock(dates.opens_on, 9))

    def publish_round(self, round, dates):
        """Closes the round on the day after its last, and publishes its figures some weeks later."""
        secretary = self.people[SECRETARY]
        for step, day in (
            (close_round, dates.closes_on + timedelta(days=1)),
            (publish_round, dates.published_on),
        ):
            with pghistory.context(user=secretary.pk):
                step(round=round, by=secretary, at=at_clock(day, 10))

    def refresh(self, at):
        changes.announce(indicators=Indicator.objects.filter(plan=self.plan), at=at)

    def revise_target(self, year, at):
        """The target of one year is lowered, with the reason; rounds that were judged before keep theirs."""
        indicator, secretary = self.indicators[REVISED], self.people[SECRETARY]
        target = Target.objects.get(indicator=indicator, period_end__year=year)
        line = TargetLine(
            target.period_end,
            numerator=target.numerator - REVISED_BY,
            denominator=target.denominator,
            is_endline=target.is_endline,
        )
        with pghistory.context(user=secretary.pk, action="revise target"):
            save_indicator(
                indicator=indicator,
                changed=(),
                responsible=indicator.responsible.all(),
                targets=[line],
                breakdowns=[],
                reason=REVISION_REASON,
                by=secretary,
                at=at,
            )

    # Courses

    def _first_day(self, dates, institution, pillar):
        """The day on which an institution submits its own report of a finished round for the first time."""
        course = HISTORY.get((dates.position, institution, pillar), Usual())
        return dates.due_on + timedelta(
            days=course.late or -3 - steady(f"{dates.position} {institution} {pillar}", 24)
        )

    def _past(self, dates, institution, pillar, lead):
        """The steps of a submission of a finished round. `lead`: whom it is a part for; it is handed over before."""
        course = HISTORY.get((dates.position, *_place(institution, pillar, lead)), Usual())
        if course is None:
            return []
        key = f"{dates.position} {institution} {pillar}{f' {lead}' if lead else ''}"
        focal = self.people.focal(institution)
        first = (GOVERNMENT, CSO)[steady(f"{key} reviewer", 2)]
        reviewer, other = (self.people.co_lead(side, pillar) for side in (first, OTHER_SIDE[first]))
        day = self._first_day(dates, institution, pillar)
        submitted = self._first_day(dates, lead, pillar) if lead else day
        if lead:
            day = min(day, submitted - timedelta(days=3))
        hand_in = "contribute" if lead else "submit"
        steps = []

        def then(days, action, by, comment="", mistake=()):
            nonlocal day
            day += timedelta(days=days)
            steps.append(Step(working_moment(day, f"{key} {len(steps)}"), action, by, comment, mistake))

        def sign(side, by):
            dissents = side == CSO and course.dissent
            words = course.dissent if dissents else course.words.get(side, "")
            then(3 + steady(f"{key} {side}", 4), "dissent" if dissents else "endorse", by, words)

        then(-2, "draft", focal, mistake=course.mistake)
        then(2, hand_in, focal)
        day = max(day, submitted)  # from here on the co-leads have it
        if course.returned:
            then(6, "return", reviewer, course.returned)
            then(3, "correct", focal, mistake=course.mistake)
            then(1, hand_in, focal)
        then(4 + steady(f"{key} accept", 7), "accept", reviewer)
        sign(OTHER_SIDE[first], other)
        sign(first, reviewer)
        return _one_after_the_other(steps)

    def _present(self, anchor, institution, pillar, lead):
        """The steps of a submission of the current round, as far as it has come on the day `anchor`."""
        steps = []
        for action, days, *rest in CURRENT.get(_place(institution, pillar, lead), ()):
            side, words = (*rest, "", "")[:2]
            focal = self.people.focal(institution)
            day, key = anchor - timedelta(days=days), f"current {institution} {pillar} {action}"
            if action in ("submit", "contribute"):
                steps.append(Step(working_moment(day - timedelta(days=2), f"{key} draft"), "draft", focal))
            by = self.people.co_lead(side, pillar) if side else focal
            steps.append(Step(working_moment(day, f"{key} {side}"), action, by, words))
        return _one_after_the_other(steps)

    # Steps

    def _take(self, dates, submission, step):
        if step.action == "draft":
            self._fill(dates, submission, step)
        elif step.action == "correct":
            self._correct(dates, submission, step)
        elif step.action == "submit":
            # Where a part has not come in the report goes without it, and says so.
            missing = {part.submission.pk for part in missing_parts([submission])[submission.pk]}
            submit_report(submission=submission, by=step.by, at=step.at, without=missing)
        elif step.action == "return":
            notes = return_notes(self, submission) if dates.published_on is None else {}
            act(
                submission=submission,
                action="return",
                by=step.by,
                at=step.at,
                comment=step.comment,
                notes=notes,
            )
        else:
            transition(subject=submission, action=step.action, by=step.by, at=step.at, comment=step.comment)

    def _fill(self, dates, submission, step):
        """Writes everything that the files tell for this submission, as its focal point."""
        institution = submission.institution.code
        for activity in due_in([submission])[submission.pk].activities:
            code = activity.code
            told = self.told.get(code, {}).get(institution, {}).get(dates.position)
            if told is None:
                continue
            save_activity(
                submission=submission,
                activity=activity,
                by=step.by,
                at=step.at,
                version=0,
                progress={field: told.get(word, "") for field, word in WORDS.items()},
                values=self._values(dates, institution, step.mistake, activity=activity),
                corrections=_corrections(told, dates.year),
                spending=self.spending.get((dates.position, institution, code)),
            )
        others = self._values(dates, institution, step.mistake, pillar_id=submission.pillar_id)
        if others and not submission.is_part:
            save_indicators(
                submission=submission, by=step.by, at=step.at, version=figures_version([]), values=others
            )
        show_evidence(self, submission, dates, step)
        officer = Officer(post=OFFICERS.get(submission.institution.kind, "Director-General"))
        name_officer(submissions=[submission], officer=officer, by=step.by, at=step.at)

    def _correct(self, dates, submission, step):
        """Puts the figure right that was wrong in the first version."""
        activity = self.indicators[step.mistake[0]].activity
        saved = ActivityProgress.objects.get(submission=submission, activity=activity)
        save_activity(
            submission=submission,
            activity=activity,
            by=step.by,
            at=step.at,
            version=saved.version,
            progress={},
            values=self._values(dates, submission.institution.code, (), activity=activity),
        )

    def _values(self, dates, institution, mistake, *, activity=None, pillar_id=None):
        """Cell → Reported: of one activity's indicators, or of those of a pillar that hang on no activity."""
        found = {}
        for code, indicator in self.indicators.items():
            if activity is not None:
                wanted = indicator.activity_id == activity.pk
            else:
                wanted = indicator.activity_id is None and indicator.pillar_id == pillar_id
            if wanted:
                found |= self.figures.get((dates.position, institution, code), {})
            if wanted and mistake and mistake[0] == code:
                cell, (_code, name, wrong) = Cell(indicator.pk), mistake
                found[cell] = replace(found[cell], **{name: Decimal(wrong)})
        return found


def _corrections(told, year):
    """place → Correction of what the files tell of an activity; they fall due in the year after the round's."""
    return {
        place: Correction(
            cause=one["cause"],
            measure=one["measure"],
            owner=one["owner"],
            due_on=date.fromisoformat(f"{year + 1}-{one['until']}"),
            is_done=one.get("done", False),
        )
        for place, one in enumerate(told.get("corrections", ()), start=1)
    }


def _place(institution, pillar, lead):
    """How the courses name a submission: a part by whom it is for, too."""
    return (institution, pillar, lead) if lead else (institution, pillar)


def _one_after_the_other(steps):
    """Steps that fall on one day (weekends are moved to Fridays) still follow each other by an hour."""
    ordered = []
    for step in steps:
        earliest = ordered[-1].at + timedelta(hours=1) if ordered else step.at
        ordered.append(replace(step, at=max(step.at, earliest)))
    return ordered
