"""Submitting, returning and accepting thousands of values at once: a fixed number of queries, one transaction, one door."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from frameworks.models import Indicator, Lead, Role, Seat, StateChange
from frameworks.workflow import transition_all
from monitoring.models import ActivityProgress, IndicatorResult, IndicatorValue, Submission
from monitoring.operations.reporting import submit_all
from monitoring.operations.reviewing import act_on_all
from tests.monitoring.reported import open_round
from tests.world import NOW, give_seat, make_activity, make_institution, make_user


def many(world, institutions, figures):
    """Drafts that nothing is missing in: `institutions` submissions on Prevention with `figures` values each."""
    focal, pillar = make_user("everywhere"), world.prevention
    Lead.objects.filter(activity=world.activities["a211"]).delete()
    for number in range(institutions):
        institution = make_institution(f"X{number}")
        give_seat(focal, Role.FOCAL_POINT, plan=world.plan, institution=institution)
        activity = make_activity(pillar, f"2.2.{number + 1}", [institution])
        Indicator.objects.bulk_create(
            Indicator(
                plan=world.plan,
                pillar=pillar,
                activity=activity,
                code=f"{activity.code}-{place}",
                statement="A count",
                type="count",
            )
            for place in range(figures)
        )
    round = open_round(world)
    drafts = list(Submission.objects.filter(round=round, pillar=pillar).order_by("pk"))
    assert len(drafts) == institutions
    for draft in drafts:
        (activity,) = (lead.activity for lead in Lead.objects.filter(institution=draft.institution))
        ActivityProgress.objects.create(
            submission=draft, activity=activity, status="on_track", narrative="Done.", version=1
        )
        IndicatorValue.objects.bulk_create(
            IndicatorValue(submission=draft, indicator=indicator, value=Decimal(number))
            for number, indicator in enumerate(activity.indicators.order_by("pk"))
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "ANALYZE"
        )  # as autovacuum does within the minute: the plans of the queries depend on it
    return focal, drafts


def count(act):
    with CaptureQueriesContext(
        connection,
    ) as made:
        outcomes = act()
    assert [one.problem for one in outcomes] == [""] * len(outcomes)
    return [one.subject for one in outcomes], len(made)


def whole_way(world, institutions, figures):
    """Submits, accepts, returns, submits, accepts and endorses it all; returns how many queries each step took."""
    focal, drafts = many(world, institutions, figures)
    queries, by = {}, world.other_cso_lead

    def review(action, subjects, user=by, comment=""):
        shown = [(one, one.cycle) for one in subjects]
        return count(lambda: act_on_all(submissions=shown, action=action, by=user, at=NOW, comment=comment))

    handed_in, queries["submit"] = count(lambda: submit_all(submissions=drafts, by=focal, at=NOW))
    accepted, queries["accept"] = review("accept", handed_in)
    sent_back, queries["return"] = review("return", accepted, comment="Which year?")
    again, queries["submit again"] = count(lambda: submit_all(submissions=sent_back, by=focal, at=NOW))
    accepted, queries["accept again"] = review("accept", again)
    half, queries["endorse"] = review("endorse", accepted)
    ended, queries["endorse by the other side"] = review("endorse", half, world.other_gov_lead)
    assert {one.state for one in half} == {"accepted"}
    assert {one.state for one in ended} == {"endorsed"}
    results = IndicatorResult.objects.totals().filter(indicator__code__startswith="2.2.")
    assert results.filter(provenance="endorsed").count() == institutions * figures
    assert StateChange.objects.filter(subject_id__in=[one.pk for one in drafts]).count() == 7 * institutions
    return queries


def test_few_take_as_many_queries_as_many(world):
    few = whole_way(world, 2, 2)
    assert max(few.values()) < 40, few  # six of them keep the version that is handed in


@pytest.mark.slow
def test_three_thousand_values(world):
    """Beside the batches of 2,000 rows that results are written in, not one query more than for four values."""
    queries = whole_way(world, 15, 200)
    assert max(queries.values()) < 42, queries


def test_one_transaction_nothing_is_left_half_done(world, monkeypatch):
    focal, drafts = many(world, 3, 1)

    def fail(*_args, **_options):
        raise RuntimeError("the results")

    monkeypatch.setattr("monitoring.handing_in.refresh_results", fail)
    with pytest.raises(RuntimeError):
        submit_all(submissions=drafts, by=focal, at=NOW)
    assert set(
        Submission.objects.filter(pk__in=[one.pk for one in drafts]).values_list("state", "cycle")
    ) == {("draft", 0)}
    assert not StateChange.objects.exists()


def test_one_that_is_refused_does_not_hold_up_the_others(world):
    focal, drafts = many(world, 3, 1)
    ActivityProgress.objects.filter(submission=drafts[1]).update(narrative="")
    outcomes = submit_all(submissions=drafts, by=focal, at=NOW)
    assert [bool(one.error) for one in outcomes] == [False, True, False]
    assert "describe the progress" in outcomes[1].problem
    assert [one.subject.state for one in outcomes] == ["submitted", "draft", "submitted"]


def test_one_that_is_not_theirs_stops_all(world):
    focal, drafts = many(world, 2, 1)
    Seat.objects.filter(institution=drafts[1].institution, role=Role.FOCAL_POINT).update(
        closed_on="2024-01-01"
    )
    focal._held_seats = None
    with pytest.raises(PermissionDenied):
        submit_all(submissions=drafts, by=focal, at=NOW)
    assert not Submission.objects.filter(state="submitted").exists()


def test_nothing_to_do(world):
    assert transition_all(subjects=[], action="submit", by=world.focal_sei, at=NOW) == []
