"""The pages on which a focal point writes (monitoring/views/drafts.py), through the browser's forms."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.urls import reverse

from frameworks.models import Goal, Indicator, Place
from frameworks.permissions import forget_seats
from monitoring.models import ActivityProgress, IndicatorValue
from tests.monitoring.reported import (
    accept,
    add_breakdown,
    hand_in,
    nd,
    open_round,
    send_back,
    submission_of,
    total,
)
from tests.world import make_activity, make_indicator

pytestmark = pytest.mark.django_db


@pytest.fixture
def round(world, in_january):
    return open_round(world)


@pytest.fixture
def sei(world, round):
    return submission_of(round, world.sei)


@pytest.fixture
def women(world):
    return world.indicators["i111a"]


@pytest.fixture
def focal(world, client):
    client.force_login(world.focal_sei)
    return client


def next_round(world):
    """2025, which opens on the same day as 2024."""
    dates = {"opens_on": date(2025, 1, 2), "due_on": date(2025, 2, 28), "closes_on": date(2025, 12, 31)}
    return open_round(world, 2025, **dates)


def path(submission, code="1.1.1"):
    return reverse("submission_activity", args=[submission.pk, code])


def send(client, submission, data, *, code="1.1.1", version=0, follow=False):
    return client.post(path(submission, code), {"version": version, **data}, follow=follow)


def saved(indicator, **cell):
    return IndicatorValue.objects.get(indicator=indicator, **({"category": None, "place": None} | cell))


def html(response):
    return response.content.decode()


def test_the_page_shows_what_helps_to_answer(world, focal, round, sei, women):
    Indicator.objects.filter(pk=women.pk).update(
        definition="Counted on 31 December.",
        numerator_label="Women suco chiefs",
        denominator_label="Suco chiefs",
    )
    hand_in(sei, world.focal_sei, {total(women): nd(21, 442)})
    page = html(focal.get(path(submission_of(next_round(world), world.sei))))
    for words in (
        "Counted on 31 December.",
        "Women suco chiefs",
        "Suco chiefs",
        "increase",
        "21\xa0/\xa0442 =\xa04.8% (2023)",  # baseline
        "14.9% (between two targets)",
        "Last time (2024)",
        "39 days left",
        "Activity 1 of 1",
    ):
        assert words in page, words
    assert f'name="i{women.pk}-n"' in page
    assert f'name="i{women.pk}-d"' in page
    assert f'name="i{women.pk}-why"' in page
    assert "http://" not in page.replace("http://testserver", "").replace("http://www.w3.org", "")


def test_a_draft_is_saved_and_the_page_says_when(focal, sei, women):
    data = {"status": "on_track", "narrative": "Begun.", f"i{women.pk}-n": "18", f"i{women.pk}-d": "452"}
    response = send(focal, sei, data)
    assert (response.status_code, response.url) == (302, path(sei))
    page = html(focal.get(path(sei)))
    assert "Saved at 12:00." in page
    assert "Last saved 20 January, 12:00 by focal_sei" in page
    assert 'value="18"' in page
    assert "4.0%" in page  # computed without JavaScript, after saving
    assert 'name="version" value="1"' in page
    assert saved(women).numerator == 18
    assert ActivityProgress.objects.get().status == "on_track"


@pytest.mark.parametrize(
    ("typed", "kept"), [("1,5", "1.5"), ("1.5", "1.5"), ("1 234", "1234"), ("1.234,5", "1234.5"), ("0", "0")]
)
def test_numbers_in_either_style(world, client, round, typed, kept):
    client.force_login(world.focal_mae)
    people = world.indicators["i112a"]
    mae = submission_of(round, world.mae)
    send(client, mae, {f"i{people.pk}-v": typed}, code="1.1.2")
    assert saved(people).value == D(kept)


def test_zero_is_shown_as_zero_and_blank_as_blank(focal, sei, women):
    send(focal, sei, {f"i{women.pk}-n": "0", f"i{women.pk}-d": ""})
    page = html(focal.get(path(sei)))
    assert f'name="i{women.pk}-n" value="0"' in page
    assert f'name="i{women.pk}-d" value' not in page
    assert saved(women).denominator is None


def test_zero_of_zero_is_taken_and_shown_as_no_data(focal, sei, women):
    send(focal, sei, {f"i{women.pk}-n": "0", f"i{women.pk}-d": "0", "narrative": "x", "status": "on_track"})
    assert "0\xa0/\xa00: no data" in html(focal.get(reverse("submission", args=[sei.pk])))


def test_a_mistake_loses_nothing_and_is_named_at_its_box(focal, sei, women):
    suco = add_breakdown(women, categories=["Suco Chief"])[0]
    data = {
        "status": "delayed",
        "narrative": "A long story.",
        f"i{women.pk}-n": "about 30",
        f"i{women.pk}-d": "442",
        f"i{women.pk}-c{suco.pk}-n": "500",
        f"i{women.pk}-c{suco.pk}-d": "442",
        f"i{women.pk}-comment": "From the register.",
    }
    response = send(focal, sei, data)
    page = html(response)
    assert response.status_code == 422
    assert not IndicatorValue.objects.exists()
    assert not ActivityProgress.objects.exists()
    for words in (
        "There is a problem",
        f'<a href="#id_i{women.pk}-n">1.1.1a: “about 30” is not a number: write 30, and the rest as a comment.</a>',
        f'<a href="#id_i{women.pk}-c{suco.pk}-n">1.1.1a, Suco Chief: 500 is more than the 442 that it is a part of.',
        'value="about 30"',
        'value="500"',
        "A long story.",
        "From the register.",
        'value="delayed" id="id_status_3" checked',
        "Nothing is saved yet.",
    ):
        assert words in page, words
    assert f'id="id_i{women.pk}-n"' in page
    assert 'aria-invalid="true"' in page


@pytest.mark.parametrize(
    ("n", "d", "words"),
    [
        ("500", "442", "500 is more than the 442 that it is a part of"),
        ("-1", "442", "is below 0"),
        ("1.1234567", "442", "more than 6 decimals"),
        ("1,234", "2000", "can be read in two ways. Write 1234"),
    ],
)
def test_impossible_pairs(focal, sei, women, n, d, words):
    response = send(focal, sei, {f"i{women.pk}-n": n, f"i{women.pk}-d": d})
    assert response.status_code == 422
    assert words in html(response)


def test_where_people_are_counted_1_234_is_in_the_thousands(focal, sei, women):
    Indicator.objects.filter(pk=women.pk).update(counts_people=True)
    send(focal, sei, {f"i{women.pk}-n": "1,234", f"i{women.pk}-d": "2.000"})
    assert (saved(women).numerator, saved(women).denominator) == (1234, 2000)


def test_no_data_because(focal, sei, women):
    send(focal, sei, {f"i{women.pk}-why": "No election this year."})
    assert saved(women).no_data_reason == "No election this year."
    response = send(focal, sei, {f"i{women.pk}-why": "No election.", f"i{women.pk}-n": "0"}, version=1)
    assert response.status_code == 422
    assert "Give the figure, or say why there is none; not both." in html(response)


def test_a_breakdown_shows_its_sums_and_the_difference_and_is_not_blocked(focal, sei, women):
    aldeia, suco = add_breakdown(women)
    data = {
        f"i{women.pk}-n": "28", f"i{women.pk}-d": "500",
        f"i{women.pk}-c{aldeia.pk}-n": "3", f"i{women.pk}-c{aldeia.pk}-d": "40",
        f"i{women.pk}-c{suco.pk}-n": "18", f"i{women.pk}-c{suco.pk}-d": "452",
    }  # fmt: skip
    assert send(focal, sei, data).status_code == 302
    page = html(focal.get(path(sei)))
    assert 'data-sum="n">21<' in page
    assert 'data-difference="n">7<' in page
    assert 'data-sum="d">492<' in page
    assert "Does not add up" in page
    assert "It does not stop you from submitting." in page
    assert saved(women, category=suco).numerator == 18


def test_places_are_opened_on_demand_and_stay_once_they_have_figures(focal, sei, women):
    dili = Place.objects.create(country="TL", code="DI", name="Díli", kind="municipality")
    suco = Place.objects.create(country="TL", code="S1", name="Bemori", kind="suco", parent=dili)
    Place.objects.create(country="PH", code="MNL", name="Manila", kind="municipality")
    assert f"i{women.pk}-p{dili.pk}-n" not in html(focal.get(path(sei)))
    response = send(focal, sei, {"narrative": "Kept.", "then": f"places-{women.pk}"})
    assert response.url == f"{path(sei)}?places={women.pk}#i{women.pk}-places"
    page = html(focal.get(response.url))
    assert f"i{women.pk}-p{dili.pk}-n" in page
    assert "Kept." in page
    assert "Manila" not in page
    assert f"i{women.pk}-p{suco.pk}-n" not in page
    data = {
        f"i{women.pk}-places": "1",
        f"i{women.pk}-p{dili.pk}-n": "3",
        f"i{women.pk}-p{dili.pk}-d": "10",
        "narrative": "Kept.",
    }
    send(focal, sei, data, version=1)
    assert saved(women, place=dili).numerator == 3
    assert 'value="3"' in html(focal.get(path(sei)))
    IndicatorValue.objects.create(submission=sei, indicator=women, place=suco, numerator=1, denominator=2)
    assert "Bemori" in html(focal.get(path(sei)))


KINDS = {
    "yes_no": ({}, "1", 1),
    "ordinal": ({"scale_labels": ["none", "drafted", "adopted"]}, "2", 2),
    "percentage": ({}, "4,762", D("4.762")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_other_types(focal, sei, women, kind):
    fields, typed, kept = KINDS[kind]
    Indicator.objects.filter(pk=women.pk).update(
        type=kind, baseline_numerator=None, baseline_denominator=None, baseline_year=None, **fields
    )
    add_breakdown(women, categories=["Suco Chief"])
    page = html(focal.get(path(sei)))
    assert f'name="i{women.pk}-v"' in page
    if kind == "ordinal":
        assert "2 – adopted" in page
    assert send(focal, sei, {f"i{women.pk}-v": typed}).status_code == 302
    assert saved(women).value == kept
    send(focal, sei, {f"i{women.pk}-v": ""}, version=1)  # "No answer yet" takes it back
    assert not IndicatorValue.objects.exists()


def test_what_the_page_did_not_send_stays(focal, sei, women):
    """A radio that nobody chose sends nothing; neither does a page that was cut off. That is no blank."""
    Indicator.objects.filter(pk=women.pk).update(type="yes_no")
    send(focal, sei, {"status": "delayed", "narrative": "Kept.", f"i{women.pk}-v": "0"})
    send(focal, sei, {"next_steps": "More."}, version=1)
    assert saved(women).value == 0
    row = ActivityProgress.objects.get()
    assert (row.status, row.narrative, row.next_steps) == ("delayed", "Kept.", "More.")


def test_a_scale_without_labels_takes_a_whole_number(focal, sei, women):
    Indicator.objects.filter(pk=women.pk).update(type="ordinal", scale_labels=[])
    assert send(focal, sei, {f"i{women.pk}-v": "1.5"}).status_code == 422
    send(focal, sei, {f"i{women.pk}-v": "3"})
    assert saved(women).value == 3


def test_an_answer_in_words(focal, sei, women):
    Indicator.objects.filter(pk=women.pk).update(type="qualitative")
    send(focal, sei, {f"i{women.pk}-text": "Debated twice.\r\nNot adopted."})
    assert saved(women).text == "Debated twice.\nNot adopted."


def test_a_status_outside_the_list_and_a_level_outside_the_scale(focal, sei, women):
    Indicator.objects.filter(pk=women.pk).update(type="yes_no")
    response = send(focal, sei, {"status": "fine", f"i{women.pk}-v": "7"})
    assert response.status_code == 422
    assert html(response).count("Select a valid choice") >= 2


def test_the_three_ways_on(world, client, round):
    make_activity(world.participation, "1.1.0", [world.mae])
    client.force_login(world.focal_mae)
    mae = submission_of(round, world.mae)
    ways = {
        then: send(client, mae, {"then": then}, code="1.1.0").url
        for then in ("", "stay", "next", "back", "places-x", "evil")
    }
    here, there = path(mae, "1.1.0"), path(mae, "1.1.2")
    back = reverse("my_report", args=[world.plan.code, "2024"])
    assert ways == {"": here, "stay": here, "next": there, "back": back, "places-x": here, "evil": here}
    assert send(client, mae, {"then": "next"}, code="1.1.2").url == there  # after the last one: the same page


# Two tabs


def test_the_second_tab_is_told_and_keeps_what_was_typed(world, focal, sei, women):
    send(
        focal,
        sei,
        {
            "status": "on_track",
            "narrative": "From the office.",
            f"i{women.pk}-n": "18",
            f"i{women.pk}-d": "452",
        },
    )
    mine = {
        "status": "on_track",
        "narrative": "From the phone.",
        f"i{women.pk}-n": "20",
        f"i{women.pk}-d": "452",
    }
    response = send(focal, sei, mine)
    page = html(response)
    assert response.status_code == 409
    assert "This page was saved elsewhere while you were writing" in page
    assert "focal_sei saved it at 12:00." in page
    assert '<div class="comment-body">From the office.</div>' in page
    assert '<div class="comment-body">From the phone.</div>' in page
    assert "18\xa0/\xa0452 =\xa04.0%</div>" in page
    assert "From the phone.</textarea>" in page
    assert 'name="version" value="1"' in page
    assert ActivityProgress.objects.get().narrative == "From the office."
    # Pressing the button again is the decision.
    assert send(focal, sei, mine, version=1).status_code == 302
    assert ActivityProgress.objects.get().narrative == "From the phone."
    assert saved(women).numerator == 20


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_version_that_no_page_ever_carried_is_a_stale_one(focal, sei, version):
    assert send(focal, sei, {"narrative": "x"}, version=version).status_code == 409


# Locked


def test_a_submitted_page_cannot_be_written_and_says_why(world, focal, sei):
    hand_in(sei, world.focal_sei)
    response = focal.get(path(sei), follow=True)
    assert response.redirect_chain == [(reverse("submission", args=[sei.pk]), 302)]
    assert "It was submitted and is locked." in html(response)
    response = send(focal, sei, {"narrative": "Too late."}, version=1)
    page = html(response)
    assert response.status_code == 409
    assert "Nothing was saved: this can no longer be changed" in page
    assert "Too late.</textarea>" in page  # to be copied
    assert ">Save draft<" not in page
    assert ActivityProgress.objects.get().narrative == "Work went on."


def test_a_returned_page_shows_the_note_and_can_be_written(world, focal, sei):
    submission = send_back(world, hand_in(sei, world.focal_sei), "The denominator is that of 2016.")
    page = html(focal.get(path(submission)))
    assert "The denominator is that of 2016." in page
    assert send(focal, submission, {"narrative": "Corrected."}, version=1).status_code == 302


# Whose page it is


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "accepted"])
@pytest.mark.parametrize(
    "who",
    ["focal_mae", "gov_lead", "cso_lead", "secretariat", "monitoring", "steering", "outsider", "nobody"],
)
def test_nobody_else_writes_or_even_finds_it(world, client, sei, who, state):
    if state != "draft":
        sei = hand_in(sei, world.focal_sei)
    if state == "returned":
        sei = send_back(world, sei)
    if state == "accepted":
        sei = accept(world, sei)
    readers = (
        {"gov_lead", "cso_lead", "secretariat", "monitoring"} if state in ("submitted", "accepted") else set()
    )
    client.force_login(getattr(world, who))
    expected = 403 if who in readers else 404
    before = ActivityProgress.objects.filter(submission=sei).values_list("narrative", "version").first()
    for one in (path(sei), reverse("submission_indicators", args=[sei.pk])):
        assert client.get(one).status_code == expected
        assert client.post(one, {"narrative": "x", "version": 1}).status_code == expected
    assert (
        ActivityProgress.objects.filter(submission=sei).values_list("narrative", "version").first() == before
    )


def test_visitors_sign_in_first(client, sei):
    response = client.get(path(sei))
    assert response.status_code == 302
    assert response.url.startswith("/sign-in/?next=/submissions/")


def test_pages_that_are_not_there(world, focal, sei):
    assert focal.get(path(sei, "1.1.2")).status_code == 404  # of another institution
    assert focal.get(path(sei, "9.9.9")).status_code == 404
    assert focal.get(reverse("submission_indicators", args=[sei.pk])).status_code == 404  # there are none
    assert focal.get(path(type(sei)(pk=10**9))).status_code == 404


# Indicators of goals and outputs


def test_the_page_of_the_other_indicators(world, focal, sei):
    indicator = Indicator.objects.create(
        plan=world.plan, pillar=world.participation, goal=Goal.objects.get(plan=world.plan, code="1"), code="1a",
        type="count", statement="Women in office",
    )  # fmt: skip
    indicator.responsible.add(world.sei)
    where = reverse("submission_indicators", args=[sei.pk])
    page = focal.get(where)
    assert "Other indicators" in html(page)
    version = page.context["version"]
    assert focal.post(where, {"version": version, f"i{indicator.pk}-v": "7"}).status_code == 302
    assert saved(indicator).value == 7
    response = focal.post(where, {"version": version, f"i{indicator.pk}-v": "8"})
    assert response.status_code == 409
    assert '<div class="comment-body">7</div>' in html(response)
    again = {"version": response.context["version"], f"i{indicator.pk}-v": "8"}
    assert focal.post(where, again).status_code == 302
    assert saved(indicator).value == 8
    # The last activity leads on to it.
    assert send(focal, sei, {"then": "next"}).url == where


# Size and queries


def test_one_page_costs_the_same_with_one_indicator_and_with_three(
    world, focal, sei, women, django_assert_num_queries
):
    Place.objects.create(country="TL", code="DI", name="Díli", kind="municipality")
    focal.get(path(sei))
    for more in (0, 2):
        for number in range(more):
            add_breakdown(make_indicator(world.activities["a111"], f"1.1.1x{number}", target=50))
        add_breakdown(women, name=f"level {more}")
        # session, user, seats, submission, activities, indicators, progress, figures, targets, breakdowns, categories,
        # last figures, last progress, results, evidence, spending, costing, budget lines, places, parts of the other leads and what they
        # hold (7), plans of the navigation
        with django_assert_num_queries(27):
            assert focal.get(path(sei)).status_code == 200


def test_saving_sixty_boxes(world, focal, sei, women, django_assert_num_queries):
    places = Place.objects.bulk_create(
        Place(country="TL", code=f"M{number:02}", name=f"Municipality {number}", kind="municipality")
        for number in range(14)
    )
    add_breakdown(women, categories=[f"Level {number}" for number in range(8)])
    boxes = {f"i{women.pk}-p{place.pk}-{part}": "5" for place in places for part in "nd"}
    boxes |= {
        f"i{women.pk}-c{one.pk}-{part}": "5"
        for one in women.dimensions.get().categories.all()
        for part in "nd"
    }
    boxes |= {f"i{women.pk}-{part}": "70" for part in "nd"} | {f"i{women.pk}-places": "1"}
    boxes |= dict.fromkeys(
        ("narrative", "what_worked", "what_did_not", "next_steps", "reason"), "Long. " * 100
    )
    boxes |= {"status": "on_track"}
    assert len(boxes) > 50
    forget_seats(world.focal_sei)
    with django_assert_num_queries(32):  # 19 to find and show the page, 13 to save it
        assert send(focal, sei, boxes).status_code == 302
    assert IndicatorValue.objects.count() == 23
    with django_assert_num_queries(28):  # as above, and its corrections
        page = focal.get(path(sei))
    assert len(page.content) < 100_000
    # Nothing needs a style or a script in the page itself (a content security policy comes).
    for forbidden in (" style=", " onclick=", "<script>"):
        assert forbidden not in html(page)


def test_texts_are_escaped(world, focal, sei, women):
    nasty = "</textarea><script>alert(1)</script>"
    send(focal, sei, {"narrative": nasty, f"i{women.pk}-why": '"><img src=x>'})
    for page in (html(focal.get(path(sei))), html(focal.get(reverse("submission", args=[sei.pk])))):
        assert nasty not in page
        assert "<img src=x>" not in page


def test_the_count_of_a_colleague_is_not_the_last_value(world, focal, round, sei, women):
    """Last time is what this institution said, not what another one did."""
    women.responsible.add(world.sei, world.mae)
    hand_in(submission_of(round, world.mae), world.focal_mae, {total(women): nd(99, 100)})
    later_one = submission_of(next_round(world), world.sei)
    assert "Last time" not in html(focal.get(path(later_one)))
    hand_in(sei, world.focal_sei, {total(women): nd(1, 100)})
    assert "Last time (2024)" in html(focal.get(path(later_one)))
