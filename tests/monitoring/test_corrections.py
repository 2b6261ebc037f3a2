"""Course corrections, collaboration wanted and spending on the page of an activity, and where they are read."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from budgets.models import Costing, Expenditure
from budgets.operations.spending import Spent
from frameworks.workflow import GateClosed, transition
from monitoring.corrections import MOST, Correction, box, missing_parts, next_place, place_of
from monitoring.gate import submission_problems
from monitoring.models import ActivityProgress, CourseCorrection
from monitoring.operations.reporting import StaleDraft, save_activity
from monitoring.spending import spending_of
from tests.monitoring.reported import (
    accept,
    correction,
    fill,
    hand_in,
    nd,
    open_round,
    send_back,
    submission_of,
    total,
)
from tests.pages import Visitor
from tests.world import NOW

pytestmark = pytest.mark.django_db
FULL = {
    "corr-1-cause": "The trainers left.",
    "corr-1-measure": "Hire two trainers.",
    "corr-1-owner": "Director of training",
    "corr-1-due": "2025-06-30",
}


@pytest.fixture
def round(world, in_january):
    return open_round(world)


@pytest.fixture
def sei(world, round):
    return submission_of(round, world.sei)


@pytest.fixture
def focal(world, sei):
    return Visitor(world.focal_sei).open(path(sei))


def path(submission, code="1.1.1"):
    return reverse("submission_activity", args=[submission.pk, code])


def save(world, sei, *, version=0, progress=None, corrections=None, spending=None, by=None):
    return save_activity(
        submission=sei,
        activity=world.activities["a111"],
        by=by or world.focal_sei,
        at=NOW,
        version=version,
        progress=progress or {},
        values={},
        corrections=corrections,
        spending=spending,
    )


def saved():
    return [
        (one.order, one.cause, one.measure, one.owner, one.due_on, one.is_done)
        for one in CourseCorrection.objects.order_by("order")
    ]


def following(world):
    """2025, which opens on the same day as 2024."""
    dates = {"opens_on": date(2025, 1, 2), "due_on": date(2025, 2, 28), "closes_on": date(2025, 12, 31)}
    return submission_of(open_round(world, 2025, **dates), world.sei)


# Names


def test_the_boxes_have_names_that_stay():
    assert box(2, "due") == "corr-2-due"
    assert place_of("corr-2-due") == 2
    for name in (
        "corr-0-due",
        f"corr-{MOST + 1}-due",
        "corr-x-due",
        "corr-1-due-x",
        "corr-1-colour",
        "spent-amount",
    ):
        assert place_of(name) is None, name
    assert (next_place([]), next_place([1, 4]), next_place([MOST])) == (1, 5, None)


def test_what_is_missing_in_one():
    assert missing_parts(correction()) == []
    assert [part for part, _words in missing_parts(Correction(cause="  ", owner="MAE"))] == [
        "cause",
        "measure",
        "due",
    ]


# Saving


def test_corrections_are_kept_in_their_places(world, sei):
    row = save(world, sei, corrections={1: correction(), 3: Correction(cause=" Rain.\r\nMuch of it. ")})
    assert row.version == 1
    assert saved() == [
        (1, "The trainers left.", "Hire two trainers.", "Director of training", date(2025, 6, 30), False),
        (3, "Rain.\nMuch of it.", "", "", None, False),
    ]
    # What is not told stays; a blank one goes; the same again changes nothing.
    row = save(world, sei, version=1, corrections={3: Correction(), 1: correction()})
    assert (row.version, [one[0] for one in saved()]) == (2, [1])
    assert save(world, sei, version=2, corrections={1: correction(), 2: Correction()}).version == 2
    row = save(world, sei, version=2, corrections={1: correction(is_done=True)})
    assert (row.version, saved()[0][-1]) == (3, True)
    assert (
        save(world, sei, version=3, corrections={1: correction()}).version == 3
    )  # done, or not, was not told
    labels = CourseCorrection.pgh_event_model.objects.order_by("pgh_id").values_list(
        "pgh_label", "pgh_context__metadata__action"
    )
    assert list(labels) == [
        ("insert", "save draft"),
        ("insert", "save draft"),
        ("delete", "save draft"),
        ("update", "save draft"),
    ]


@pytest.mark.parametrize(
    ("told", "name", "words"),
    [
        ({1: Correction(owner="x" * 201)}, "corr-1-owner", "at most 200 fit"),
        ({2: Correction(cause="x" * 20_001)}, "corr-2-cause", "at most 20000 fit"),
        ({1: Correction(due_on=date(205, 6, 30))}, "corr-1-due", "Is the year right? It is 205."),
    ],
)
def test_mistakes_are_named_by_box(world, sei, told, name, words):
    with pytest.raises(ValidationError) as error:
        save(world, sei, corrections=told, progress={"narrative": "Kept?"})
    assert words in error.value.message_dict[name][0]
    assert not ActivityProgress.objects.exists()


def test_more_than_fit(world, sei):
    with pytest.raises(ValidationError, match=f"At most {MOST}"):
        save(world, sei, corrections={MOST + 1: correction()})


def test_who_was_slower_is_shown_corrections_and_spending_too(world, sei):
    save(world, sei, corrections={1: correction()}, spending=Spent(D(100), "USD"))
    with pytest.raises(StaleDraft) as error:
        save(world, sei, corrections={1: Correction(cause="Other.")}, spending=Spent(D(200), "USD"))
    assert error.value.corrections[1].measure == "Hire two trainers."
    assert error.value.spending.amount == 100
    assert saved()[0][1] == "The trainers left."


def test_nothing_told_costs_nothing(world, sei, django_assert_num_queries):
    save(world, sei, progress={"narrative": "Begun."})
    with django_assert_num_queries(9):
        save(world, sei, version=1, progress={"narrative": "Gone on."})


# The gate


def problems(sei):
    return [(one.code, one.anchor, one.message) for one in submission_problems(sei)]


def test_a_delayed_activity_needs_one(world, sei):
    fill(sei, world.focal_sei, status="delayed")
    assert problems(sei) == []
    CourseCorrection.objects.all().delete()
    ((code, anchor, message),) = problems(sei)
    assert (code, anchor) == ("1.1.1", "corr-1-cause")
    assert "it is delayed: add a course correction" in message
    with pytest.raises(GateClosed):
        transition(subject=sei, action="submit", by=world.focal_sei, at=NOW)


def test_one_that_is_done_corrects_nothing_any_more(world, sei):
    fill(sei, world.focal_sei, status="delayed")
    CourseCorrection.objects.update(is_done=True)
    ((_code, anchor, message),) = problems(sei)
    assert (anchor, "still to be done" in message) == ("corr-2-cause", True)
    ActivityProgress.objects.update(status="on_track")
    assert problems(sei) == []


@pytest.mark.parametrize("status", ["delayed", "on_track"])
def test_a_half_filled_one_says_what_is_missing_whatever_the_status(world, sei, status):
    fill(sei, world.focal_sei, status=status)
    row = ActivityProgress.objects.get()
    save(
        world,
        sei,
        version=row.version,
        corrections={1: correction(), 2: Correction(cause="Rain.", owner="MAE")},
    )
    assert problems(sei) == [
        ("1.1.1", "corr-2-measure", "in course correction 2, say what is done about it, until when")
    ]


def test_what_is_missing_leads_to_its_box(world, focal, sei):
    fill(sei, world.focal_sei, status="delayed")
    CourseCorrection.objects.update(measure="")
    page = focal.open(reverse("submission", args=[sei.pk])).press("Submit", status=422)
    assert "1.1.1: in course correction 1, say what is done about it" in page.text
    address = page.links("in course correction 1")[0]
    assert address.endswith("#id_corr-1-measure")
    page.open(address)
    assert page.page.get_element_by_id("id_corr-1-measure").tag == "textarea"
    assert page.page.xpath("//details[@id='corrections']/@open"), "the boxes are in sight"


# The page


def test_the_page_offers_what_is_saved_and_one_empty_set(focal, sei):
    assert "corr-1-cause" in focal.field_names("Save draft")
    assert "corr-2-cause" not in focal.field_names("Save draft")
    assert not focal.page.xpath("//details[@id='corrections']/@open")
    focal.press("Save, and add another", **FULL)
    assert focal.answer.redirect_chain[-1][0] == f"{path(sei)}#corrections"
    assert focal.page.get_element_by_id("id_corr-1-due").value == "2025-06-30"
    assert "corr-2-cause" in focal.field_names("Save draft")
    focal.press("Save draft", **{"corr-2-measure": "Half of one."})
    assert [(one[0], one[2]) for one in saved()] == [(1, "Hire two trainers."), (2, "Half of one.")]
    focal.press("Save, and remove course correction 1")
    assert [(one[0], one[2]) for one in saved()] == [(2, "Half of one.")]
    assert "corr-1-cause" not in focal.field_names("Save draft")
    assert "corr-3-cause" in focal.field_names("Save draft")


def test_the_same_post_twice_makes_one(world, client, sei):
    """The autosave sends the empty set again and again, each time with more in it."""
    client.force_login(world.focal_sei)
    for version, cause in enumerate(("The tr", "The trainers left.")):
        answer = client.post(path(sei), {"version": version, **FULL, "corr-1-cause": cause})
        assert answer.status_code == 302
    assert [one[:2] for one in saved()] == [(1, "The trainers left.")]


def test_a_mistake_in_one_loses_nothing(focal):
    page = focal.press("Save draft", status=422, narrative="Long.", **(FULL | {"corr-1-due": "30 June"}))
    assert "Until: Write a day as year-month-day" in page.text
    assert page.page.get_element_by_id("id_corr-1-due").value == "30 June"
    assert page.page.get_element_by_id("id_corr-1-measure").text.strip() == "Hire two trainers."
    assert saved() == []
    # A set with a mistake can still be removed.
    page.press("Save draft", **{"corr-1-due": "2025-06-30"})
    page.press("Save, and remove course correction 1", **{"corr-1-due": "30 June"})
    assert saved() == []


def test_a_second_tab_sees_the_difference(world, focal, sei):
    other = Visitor(world.focal_sei).open(path(sei))
    focal.press("Save draft", **FULL, **{"spent-amount": "100"})
    page = other.press(
        "Save draft", status=409, **(FULL | {"corr-1-measure": "Ask MAE."}), **{"spent-amount": "0"}
    )
    cells = [" ".join(one.itertext()) for one in page.page.xpath("//caption[contains(., 'differ')]/..//td")]
    assert "What is done about it: Hire two trainers." in cells[0]
    assert "What is done about it: Ask MAE." in cells[1]
    assert [one.strip() for one in cells[2:]] == ["USD\xa0100", "USD\xa00"]
    page.press("Save mine")
    assert saved()[0][2] == "Ask MAE."
    assert Expenditure.objects.get().amount == 0


# Last time


def test_what_was_planned_last_time_is_asked_after(world, sei, focal):
    hand_in(sei, world.focal_sei, status="delayed")
    later = following(world)
    page = focal.open(path(later))
    assert (
        "Last time (2024) you planned: Hire two trainers. (Director of training, until 30 June 2025)"
        in page.text
    )
    page.press("It is done", narrative="Typed before.")
    row = ActivityProgress.objects.get(submission=later)
    assert [(one.measure, one.is_done) for one in row.corrections.all()] == [("Hire two trainers.", True)]
    assert row.narrative == "Typed before."
    assert "It is done" not in page.buttons()
    assert "Done" in page.text
    assert CourseCorrection.objects.filter(progress__submission=sei, is_done=True).count() == 0, (
        "a report stays"
    )


def test_it_goes_on_carries_it_over_once(world, sei, focal):
    hand_in(sei, world.focal_sei, status="delayed")
    later = following(world)
    focal.open(path(later)).press("It goes on", **{"corr-1-cause": "Something else, too."})
    page = focal.open(path(later))
    assert "Goes on, see below" in page.text
    found = CourseCorrection.objects.filter(progress__submission=later).order_by("order")
    assert [(one.order, one.cause, one.is_done) for one in found] == [
        (1, "Something else, too.", False),
        (2, "The trainers left.", False),
    ]
    # Done now: the box of the carried one.
    page.press("Save draft", **{"corr-2-done": "on"})
    assert CourseCorrection.objects.get(progress__submission=later, order=2).is_done
    page.press("Save draft", **{"corr-2-done": []})
    assert not CourseCorrection.objects.get(progress__submission=later, order=2).is_done


def test_readers_see_what_nothing_was_said_of(world, sei, client):
    accept(world, hand_in(sei, world.focal_sei, status="delayed"))
    later = hand_in(following(world), world.focal_sei)
    client.force_login(world.cso_lead)
    page = client.get(reverse("submission", args=[later.pk])).content.decode()
    assert "Planned in 2024, and nothing is said of it now: Hire two trainers." in page


# Where they are read


def test_reading_pages(world, sei, client):
    Costing.objects.create(activity=world.activities["a111"], year=2024, amount=D("12500"), currency="USD")
    fill(sei, world.focal_sei, {total(world.indicators["i111a"]): nd(18, 452)}, status="delayed")
    row = ActivityProgress.objects.get()
    save(
        world, sei, version=row.version, progress={"collaboration": "PNTL: transport to Ataúro."},
        spending=Spent(D("9870.50"), "USD", comment="Without salaries."),
    )  # fmt: skip
    sei = transition(subject=sei, action="submit", by=world.focal_sei, at=NOW)
    for user in (world.gov_lead, world.cso_lead, world.secretariat, world.monitoring, world.focal_sei):
        client.force_login(user)
        page = client.get(reverse("submission", args=[sei.pk])).content.decode()
        for words in (
            "The trainers left.", "Hire two trainers.", "Director of training", "30 June 2025", "Collaboration wanted",
            "PNTL: transport to Ataúro.", "USD\xa09,870.50", "USD\xa012,500", "Without salaries.",
        ):  # fmt: skip
            assert words in page, (user, words)
    client.force_login(world.gov_lead)
    queue = client.get(reverse("review", args=[world.plan.code, "P1"])).content.decode()
    for words in ("Hire two trainers.", "PNTL: transport to Ataúro.", "USD\xa09,870.50"):
        assert words in queue, words
    for who, status in (("focal_mae", 404), ("other_gov_lead", 404), ("nobody", 404)):
        client.force_login(getattr(world, who))
        assert client.get(reverse("submission", args=[sei.pk])).status_code == status


def test_texts_are_escaped(world, focal, sei, client):
    nasty = "<script>alert(1)</script>"
    hand_in(sei, world.focal_sei, status="delayed")
    CourseCorrection.objects.update(cause=nasty, measure=nasty, owner=nasty)
    ActivityProgress.objects.update(collaboration=nasty)
    client.force_login(world.gov_lead)
    for address in (reverse("submission", args=[sei.pk]), reverse("review", args=[world.plan.code, "P1"])):
        assert nasty not in client.get(address).content.decode()
    assert nasty not in focal.open(path(following(world))).answer.content.decode()


# Spending


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("1.234,56", "1234.56"), ("1,234.56", "1234.56"), ("1 234,5", "1234.5"), ("0", "0"), ("12500", "12500")],
)
def test_amounts_in_either_style(focal, typed, kept):
    focal.press("Save draft", **{"spent-amount": typed})
    row = Expenditure.objects.get()
    assert (row.amount, row.currency, row.no_data_reason) == (D(kept), "USD", "")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"spent-amount": "much"}, "Spent in this period: “much” is not a number"),
        ({"spent-amount": "-5"}, "Spending cannot be negative."),
        ({"spent-amount": "1,234"}, "can be read in two ways"),
        ({"spent-amount": "1.2345"}, "no more than 2 decimal places"),
        ({"spent-amount": "5", "spent-why": "Not kept apart."}, "say why it is not known; not both"),
    ],
)
def test_bad_amounts(focal, typed, words):
    page = focal.press("Save draft", status=422, **typed)
    assert words in page.text
    assert page.page.get_element_by_id("id_spent-amount").value == typed["spent-amount"]
    assert not Expenditure.objects.exists()


def test_a_currency_that_is_none(world, client, sei):
    client.force_login(world.focal_sei)
    answer = client.post(path(sei), {"version": 0, "spent-amount": "5", "spent-currency": "QQQ"})
    assert answer.status_code == 422
    assert not Expenditure.objects.exists()


def test_the_currency_offered_first_is_that_of_the_costing(world, focal, sei):
    Costing.objects.create(activity=world.activities["a111"], year=2024, amount=D(100), currency="AUD")
    page = focal.open(path(sei))
    assert page.page.get_element_by_id("id_spent-currency").value == "AUD"
    assert "Costed 2024 AUD\xa0100" in page.answer.content.decode().replace("</dt><dd>", " ")
    page.press("Save draft", **{"spent-amount": "90", "spent-currency": "EUR"})
    assert Expenditure.objects.get().currency == "EUR"
    assert page.page.get_element_by_id("id_spent-currency").value == "EUR"


def test_emptied_it_is_not_reported_again(focal):
    focal.press("Save draft", **{"spent-why": "Not kept apart."})
    assert Expenditure.objects.get().amount is None
    focal.press("Save draft", **{"spent-why": ""})
    assert not Expenditure.objects.exists()


def test_it_is_frozen_while_the_report_is_handed_in(world, sei):
    fill(sei, world.focal_sei)
    save(world, sei, version=1, spending=Spent(D(100), "USD"))
    assert Expenditure.objects.get().frozen_at is None
    sei = transition(subject=sei, action="submit", by=world.focal_sei, at=NOW)
    assert Expenditure.objects.get().frozen_at == NOW
    sei = send_back(world, accept(world, sei))
    assert Expenditure.objects.get().frozen_at is None
    save(world, sei, version=2, spending=Spent(D(110), "USD"))


def test_last_time_is_what_was_handed_in_last(world, sei, focal):
    fill(sei, world.focal_sei)
    save(world, sei, version=1, spending=Spent(D(100), "USD"))
    later = following(world)
    assert "Spent last time" not in focal.open(path(later)).text  # a draft is not last time
    transition(subject=sei, action="submit", by=world.focal_sei, at=NOW)
    assert "Spent last time (2024) USD 100" in focal.open(path(later)).text.replace("\xa0", " ")


def test_spending_on_what_is_no_longer_asked_goes_with_it(world, sei):
    fill(sei, world.focal_sei)
    save(world, sei, version=1, spending=Spent(D(100), "USD"))
    world.activities["a111"].leads.filter(institution=world.sei).delete()
    world.activities["a111"].leads.update(is_accountable=True)
    transition(subject=sei, action="submit", by=world.focal_sei, at=NOW)
    assert not Expenditure.objects.exists()


def test_many_reports_in_one_query(world, round, django_assert_num_queries):
    for name, focal in (("sei", "focal_sei"), ("mssi", "focal_mssi")):
        one = submission_of(round, getattr(world, name))
        fill(one, getattr(world, focal))
        for row in one.progress.all():
            Expenditure.objects.create(
                activity=row.activity, institution=one.institution, round=round, amount=1, currency="USD"
            )
    rows = [submission_of(round, world.sei), submission_of(round, world.mssi)]
    with django_assert_num_queries(1):
        assert len(spending_of(rows)) == 2
    assert len(spending_of(rows[:1])) == 1
