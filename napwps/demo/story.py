"""Plays what was reported: opens the rounds, hands in, reviews and publishes, in the order of time.

Every step goes through the same doors as on the pages, by the person whose step it is, with its historic moment.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

import pghistory

from frameworks import changes
from frameworks.models import Category, Indicator, ReportingRound, Target
from frameworks.workflow import transition
from monitoring.cells import Cell, Reported
from monitoring.models import IndicatorValue, Submission
from monitoring.operations.reporting import (
    create_expected_submissions,
    figures_version,
    save_activity,
    save_indicators,
)
from napwps.demo.courses import CURRENT, HISTORY, Usual
from napwps.demo.files import number, rows, tables
from napwps.demo.people import CSO, GOVERNMENT, SECRETARY
from napwps.demo.schedule import at_clock, steady, working_moment

OTHER_SIDE = {GOVERNMENT: CSO, CSO: GOVERNMENT}
#: The target that was revised, and why (a deliberate case of DOMAIN.md).
REVISED = "3.2.1a"
REVISION_REASON = (
    "Floods damaged the shelters of two municipalities. The steering committee agreed that this year's target is two "
    "municipalities lower; the end-line target stays."
)
OFFICERS = {"cso": "Executive director"}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does to a submission. `action`: draft, correct, or one of the table of transitions."""

    at: object
    action: str
    by: object
    comment: str = ""
    mistake: tuple = ()


class Story:
    """Tells the rounds one after the other. `dates`: a RoundDates; the plan's seats must be filled."""

    def __init__(self, *, plan, people, pillars, institutions, places):
        self.plan, self.people = plan, people
        self.pillars = {pillar.pk: pillar for pillar in pillars.values()}
        self.institutions = {one.pk: one for one in institutions.values()}
        self.indicators = {one.code: one for one in Indicator.objects.filter(plan=plan)}
        self.told = {}
        for pillar in pillars.values():
            self.told |= tables(f"story_{pillar.code.lower()}.toml")
        self.figures = self._read_figures(places)

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
        """One round, as far as it has come on the day `until`. Returns the ReportingRound."""
        round = self.open_round(dates)
        steps = []
        for submission in Submission.objects.filter(round=round).order_by("pk"):
            pillar, institution = (
                self.pillars[submission.pillar_id],
                self.institutions[submission.institution_id],
            )
            if dates.published_on:
                course = self._past(dates, institution.code, pillar.code)
            else:
                course = self._present(until, institution.code, pillar.code)
            steps += [(step.at, submission.pk, order, step) for order, step in enumerate(course)]
        # By the hour, across institutions: the record of the round then reads as it would have been written.
        for _at, pk, _order, step in sorted(steps, key=lambda one: one[:3]):
            submission = Submission.objects.select_related("round", "institution", "pillar").get(pk=pk)
            self._take(dates, submission, step)
        if dates.published_on:
            self.publish_round(round, dates)
        return round

    # Rounds

    def open_round(self, dates):
        """Opens a round as the secretariat does: everybody who owes a report finds a draft."""
        secretary, at = self.people[SECRETARY], at_clock(dates.opens_on, 9)
        with pghistory.context(user=secretary.pk, action="open round"):
            round = ReportingRound.objects.create(
                plan=self.plan,
                label=dates.label,
                period_start=f"{dates.year}-01-01",
                period_end=f"{dates.year}-12-31",
                opens_on=dates.opens_on,
                due_on=dates.due_on,
                closes_on=dates.closes_on,
                opened_at=at,
                opened_by=secretary,
            )
        round.refresh_from_db()
        create_expected_submissions(round=round, by=secretary, at=at)
        self.refresh(at)
        return round

    def publish_round(self, round, dates):
        secretary = self.people[SECRETARY]
        with pghistory.context(user=secretary.pk, action="publish round"):
            round.closed_at = at_clock(dates.closes_on + timedelta(days=1), 9)
            round.published_at, round.published_by = at_clock(dates.published_on, 10), secretary
            round.save(update_fields=["closed_at", "published_at", "published_by"])
        self.refresh(round.published_at)

    def refresh(self, at):
        changes.announce(indicators=Indicator.objects.filter(plan=self.plan), at=at)

    def revise_target(self, year, at):
        """The target of one year becomes lower, with its reason; the rounds that were judged before keep theirs."""
        target = Target.objects.get(indicator=self.indicators[REVISED], period_end__year=year)
        target.numerator -= 2
        with pghistory.context(user=self.people[SECRETARY].pk, action="revise target", reason=REVISION_REASON):
            target.save(update_fields=["numerator"])
        changes.announce(indicators=Indicator.objects.filter(pk=target.indicator_id), at=at)

    # Courses

    def _past(self, dates, institution, pillar):
        """The steps of a submission of a finished round."""
        course = HISTORY.get((dates.position, institution, pillar), Usual())
        if course is None:
            return []
        key = f"{dates.position} {institution} {pillar}"
        focal = self.people.focal(institution)
        day = dates.due_on + timedelta(days=course.late or -3 - steady(key, 24))
        steps = []

        def then(action, by, days, comment="", mistake=()):
            nonlocal day
            day += timedelta(days=days)
            steps.append(Step(working_moment(day, f"{key} {len(steps)}"), action, by, comment, mistake))

        reviewer = (GOVERNMENT, CSO)[steady(f"{key} reviewer", 2)]
        then("draft", focal, -2, mistake=course.mistake)
        then("submit", focal, 2)
        if course.returned:
            then("return", self.people.co_lead(reviewer, pillar), 6, course.returned)
            then("correct", focal, 3, mistake=course.mistake)
            then("submit", focal, 1)
        then("accept", self.people.co_lead(reviewer, pillar), 4 + steady(f"{key} accept", 7))
        for side in (OTHER_SIDE[reviewer], reviewer):
            words = course.words.get(side, "")
            action = "dissent" if side == CSO and course.dissent else "endorse"
            then(
                action,
                self.people.co_lead(side, pillar),
                3 + steady(f"{key} {side}", 4),
                course.dissent if action == "dissent" else words,
            )
        return steps

    def _present(self, anchor, institution, pillar):
        """The steps of a submission of the current round, on the day `anchor`."""
        steps = []
        for action, days, *rest in CURRENT.get((institution, pillar), ()):
            side, words = (*rest, "", "")[:2]
            focal = self.people.focal(institution)
            by = self.people.co_lead(side, pillar) if side else focal
            at = working_moment(anchor - timedelta(days=days), f"current {institution} {pillar} {action}")
            if action == "submit":
                steps.append(Step(at - timedelta(hours=1), "draft", focal))
            steps.append(Step(at, action, by, words))
        return steps

    # Steps

    def _take(self, dates, submission, step):
        if step.action == "draft":
            self._fill(dates, submission, step)
        elif step.action == "correct":
            self._correct(dates, submission, step)
        else:
            transition(
                subject=submission, action=step.action, by=step.by, at=step.at, comment=step.comment
            )

    def _fill(self, dates, submission, step):
        """Writes everything that the files tell for this submission."""
        institution, pillar = submission.institution.code, submission.pillar.code
        for code, by_institution in self.told.items():
            told = by_institution.get(institution, {}).get(dates.position)
            activity = self._activity(code)
            if told is None or activity.output.goal.pillar_id != submission.pillar_id:
                continue
            save_activity(
                submission=submission,
                activity=activity,
                by=step.by,
                at=step.at,
                version=0,
                progress={
                    "status": told["status"],
                    "reason": told.get("reason", ""),
                    "narrative": told["progress"],
                    "what_worked": told["worked"],
                    "what_did_not": told["did_not"],
                    "next_steps": told["next"],
                },
                values=self._values(dates, institution, step.mistake, activity=activity),
            )
        others = self._values(dates, institution, step.mistake, pillar=submission.pillar_id)
        if others:
            save_indicators(
                submission=submission, by=step.by, at=step.at, version=figures_version([]), values=others
            )
        kind = submission.institution.kind
        with pghistory.context(user=step.by.pk, action="save draft"):
            submission.officer_post = OFFICERS.get(kind, "Director-General")
            submission.save(update_fields=["officer_post"])

    def _activity(self, code):
        found = self._activities_by_code()
        return found[code]

    def _values(self, dates, institution, mistake, *, activity=None, pillar=None):
        """Cell → Reported, of an activity, or of the indicators of a pillar that hang on none."""
        wanted = {}
        for code, indicator in self.indicators.items():
            mine = indicator.activity_id == activity.pk if activity else indicator.pillar_id == pillar
            if not mine or (activity is None and indicator.activity_id is not None):
                continue
            for cell, reported in self.figures.get((dates.position, institution, code), {}).items():
                wanted[cell] = reported
                if mistake and mistake[0] == code and cell.is_total:
                    wanted[cell] = _with(reported, mistake[1], mistake[2])
        return wanted
