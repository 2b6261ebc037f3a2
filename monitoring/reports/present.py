"""The report's data arranged for reading: groups, lists and footnotes that every drawn format shares. No figures are made here."""

from dataclasses import dataclass
from itertools import groupby

from django.utils.formats import date_format
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.counted import Measure
from budgets.models import GenderTag
from frameworks.formatting import ratio_percent
from frameworks.terminology import level_words
from monitoring.models.report import ReportKind, years_label
from monitoring.models.result import Basis, Performance
from monitoring.models.review import Side, Verdict
from monitoring.models.submission import ActivityStatus
from monitoring.reports import briefing, data
from monitoring.reports.summary import SLIPPED
from monitoring.wording import Standing

_APPROVAL = {"draft": gettext_lazy("Draft – not approved by the steering committee")}
#: More letters than there are bases.
_LETTERS = "abcdefgh"


@dataclass(frozen=True, slots=True)
class Group:
    """Indicators of one activity, output or goal. `title`: its text where the report knows it."""

    code: str
    title: str
    rows: tuple


@dataclass(frozen=True, slots=True)
class Line:
    """One status with how many have it, and the codes of those."""

    member: object
    count: int
    codes: tuple


@dataclass(frozen=True, slots=True)
class Voices:
    """What both co-leads said of one institution's submission; equal room for both."""

    institution: str
    government: tuple
    cso: tuple
    has_words: bool


def title_of(report):
    return _("%(pillar)s: pillar report %(round)s") % {
        "pillar": report.pillar.name,
        "round": report.round.label,
    }


def approval_text(report):
    """The state of approval in words; it stands on the cover and in the head of every page."""
    return str(_APPROVAL[report.approval])


def filename(*, plan, pillar, round, number, approval="draft", ending="pdf"):
    """For example TL-NAP-2024-2028_Participation_2024_draft-3.pdf. plan: its code; round: its label; pillar: its name."""
    return "_".join(_file_part(part) for part in (plan, pillar, round, f"{approval}-{number}")) + f".{ending}"


def name_of_file(run, ending="pdf"):
    """What somebody who downloads a file of `run` finds in their folder. run: with its `number`."""
    if run.kind == ReportKind.BRIEFING:
        parts = (run.plan.code, _("budget briefing"), years_label(run.first_year, run.last_year), run.number)
        return "_".join(_file_part(part) for part in parts) + f".{ending}"
    return filename(
        plan=run.plan.code,
        pillar=run.pillar.name,
        round=run.round.label,
        number=run.number,
        ending=ending,
    )


def _file_part(text):
    """Letters and digits of any language, dots and hyphens: nothing that a file system or a header could trip over."""
    words = "".join(letter if letter.isalnum() or letter in "-. " else " " for letter in str(text)).split()
    return get_valid_filename("-".join(words) or "report")


def presented_of(report):
    """The template context of a report of any kind."""
    return briefing.presented(report) if report.kind == ReportKind.BRIEFING else presented(report)


def presented(report):
    """The template context of a pillar report, for page and PDF alike."""
    by_code = {one.code: one for one in report.indicators}
    activity_by_code = {one.code: one for one in report.activities}
    summary = report.summary
    bases = _footnotes(report.indicators)
    words = level_words(activity=report.plan.activity_word)
    return {
        "report": report,
        "title": title_of(report),
        "approval": approval_text(report),
        "cut_off": date_format(report.cut_off_day, "j F Y"),
        "activity_counts": _members(summary.activities, ActivityStatus),
        "activity_lines": _lines(summary.activities, ActivityStatus, report.activities),
        "indicator_counts": _members(summary.indicators, Performance),
        "indicator_lines": _lines(summary.indicators, Performance, report.indicators),
        "achieved": [by_code[code] for code in summary.achieved_indicators],
        "completed": [activity_by_code[code] for code in summary.completed_activities],
        "slipped": [_with_cause(by_code[code], activity_by_code) for code in summary.slipped_indicators],
        "slipped_activities": [activity_by_code[code] for code in summary.slipped_activities],
        "missing": [one for one in report.reports if one.is_expected and not one.is_received],
        "told": [one for one in report.activities if one.accounts],
        "corrections": [
            (one, account, correction)
            for one in report.activities
            for account in one.accounts
            for correction in account.corrections
        ],
        "wanted": [
            (one, account) for one in report.activities for account in one.accounts if account.collaboration
        ],
        "untold": [one for one in report.activities if one.is_scheduled and not one.accounts],
        "groups": _groups(report, activity_by_code),
        "footnotes": [(letter, Basis(basis).label) for basis, letter in bases.items()],
        "letters": bases,
        "broken_down": [one for one in report.indicators if one.breakdowns],
        "told_by_several": [
            one
            for one in report.indicators
            if len(one.reporters) > 1 or any(r.comment for r in one.reporters)
        ],
        "without_figure": [one for one in report.indicators if _lacks_figure(one)],
        "remarks": [one for one in report.indicators if one.problem or one.override_reason or one.waiting],
        "voices": _voices(report.statements),
        "has_private_cells": any(
            row.is_private for one in report.indicators for part in one.breakdowns for row in part.rows
        ),
        "has_unconfirmed": any(
            one.standing == data.UNCONFIRMED for one in (*report.activities, *report.indicators)
        ),
        "has_illustrative": report.plan.is_illustrative
        or any(one.is_illustrative for one in report.indicators),
        "completed_total": sum(one.standing == ActivityStatus.COMPLETED for one in report.activities),
        "slipped_total": sum(one.standing in SLIPPED for one in report.indicators),
        "in_words": [one for one in report.indicators if one.text],
        "words": words,
        "sections": _sections(words, report.finance),
        "headings": dict(_sections(words, report.finance)),
        **_finance(report.finance),
        "acronyms": _acronyms(),
    }


def _finance(finance):
    """What the section on money needs beside its rows: the share of what was approved that is for gender equality."""
    if finance is None:
        return {"finance": None}
    by_tag = {one.tag: one.approved for one in finance.gender}
    aimed = [by_tag[tag] for tag in (GenderTag.PRINCIPAL, GenderTag.SIGNIFICANT) if tag in by_tag]
    return {
        "finance": finance,
        "gender_rows": [
            (
                GenderTag(one.tag).label if one.tag else _("Not assessed"),
                one.approved,
                ratio_percent(one.approved, finance.total.approved),
            )
            for one in finance.gender
        ],
        "gender_share": ratio_percent(sum(aimed), finance.total.approved) if aimed else None,
        "missing_rates": [(one, Measure(one.measure).label) for one in finance.missing],
    }


def _sections(words, finance):
    """(anchor, heading) in the order of the report; the table of contents and the page's own list."""
    return [
        ("summary", _("Summary")),
        ("method", _("How complete this report is, and how to read it")),
        ("activities", words["activities"]),
        ("indicators", _("Indicators")),
        ("breakdowns", _("Figures by category, place and institution")),
        ("missing", _("Indicators without a figure")),
        ("accounts", _("%(level)s: what the institutions report") % {"level": words["activities"]}),
        ("corrections", _("Course corrections, and collaboration wanted")),
        ("statements", _("Statements of the co-leads")),
        ("costs", _("Estimated cost")),
        *([("finance", _("Finance: approved, released and spent"))] if finance else []),
        ("annex", _("Annex")),
    ]


def _lacks_figure(indicator):
    """It was due, and there is nothing to print."""
    due = indicator.standing in (Performance.NO_DATA, data.UNCONFIRMED)
    return due and indicator.actual.measured is None and not indicator.text


def _with_cause(indicator, activities):
    """(indicator, what its activity's leads said did not work): the reader asks why before anything else."""
    activity = activities.get(indicator.parent_code) if indicator.measures == "activity" else None
    causes = [one for one in activity.accounts if one.what_did_not] if activity else []
    return indicator, causes


def _member(key, vocabulary):
    return Standing(key) if key in Standing.values else vocabulary(key)


def _members(counts, vocabulary):
    return [(_member(one.key, vocabulary), one.count) for one in counts]


def _lines(counts, vocabulary, rows):
    return [
        Line(
            _member(one.key, vocabulary),
            one.count,
            tuple(row.code for row in rows if row.standing == one.key),
        )
        for one in counts
        if one.count
    ]


def _groups(report, activities):
    titles = {code: one.title for code, one in activities.items()}
    for one in report.activities:
        for level in (one.output, one.goal):
            code, _space, title = level.partition(" ")
            titles.setdefault(code, title)
    return [
        Group(code, titles.get(code, ""), tuple(rows))
        for code, rows in groupby(report.indicators, key=lambda one: one.parent_code)
    ]


def _footnotes(indicators):
    """Basis → letter, in the order in which the table meets them."""
    used = dict.fromkeys(one.basis for one in indicators if one.achievement is not None)
    return dict(zip(used, _LETTERS, strict=False))


def _voices(statements):
    found = []
    for institution, group in groupby(statements, key=lambda one: one.institution):
        said = tuple(group)
        found.append(
            Voices(
                institution=institution,
                government=tuple(one for one in said if one.side == Side.GOVERNMENT),
                cso=tuple(one for one in said if one.side == Side.CSO),
                has_words=any(one.text or one.verdict == Verdict.DISSENT for one in said),
            )
        )
    return found


def _acronyms():
    return [
        ("ASEAN", _("Association of Southeast Asian Nations")),
        ("CSO", _("civil society organisation")),
        ("NAP WPS", _("National Action Plan on Women, Peace and Security")),
        ("SC", _("steering committee of the plan")),
        ("UNSCR 1325", _("United Nations Security Council resolution 1325 (2000)")),
        ("WPS", _("women, peace and security")),
    ]
