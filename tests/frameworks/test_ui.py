"""The page's vocabulary: badges, numbers, forms, tables, and the frame around them."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from frameworks import styleguide
from frameworks.choices import ToneChoices


class Weather(ToneChoices):
    SUN = "sun", "Sunny", "good", "sun"
    STORM = "storm", "Storm <now>", "bad", "octagon"


def draw(source, query="", **context):
    context["request"] = RequestFactory().get(f"/list/{query}")
    return Template("{% load ui %}" + source).render(Context(context)).strip()


def test_badge_has_colour_glyph_and_text():
    html = draw("{% badge v %}", v=Weather.SUN)
    assert 'class="badge tone-good"' in html
    assert "<svg" in html
    assert html.endswith("Sunny</span>")


def test_badge_of_a_stored_string_needs_its_vocabulary():
    assert draw('{% badge v "Weather" %}', v="sun") == draw("{% badge v %}", v=Weather.SUN)
    with pytest.raises(LookupError):
        draw("{% badge v %}", v="sun")


def test_badge_escapes_and_none_prints_nothing():
    assert "Storm &lt;now&gt;" in draw("{% badge v %}", v=Weather.STORM)
    assert draw('{% badge v "Weather" %}', v=None) == ""


@pytest.mark.parametrize(
    "source", ['{% icon "unheard-of" %}', '{% status_badge "pink" "check" "x" %}', '{% badge v "Weather" %}']
)
def test_what_nobody_drew_fails_loudly(source):
    with pytest.raises(LookupError):
        draw(source, v="hail")


def test_missing_number_says_so_to_everybody():
    assert (
        draw("{{ v|number }}", v=None)
        == '<span aria-hidden="true">–</span><span class="sr-only">no data</span>'
    )
    assert draw("{{ v|number }}", v=0) == "0"
    assert draw("{{ v|percent:1 }} {{ v|signed }}", v=Decimal("83.84")) == "83.8% +83.84"
    assert draw('{{ v|money:"USD" }}', v=Decimal(0)) == "USD\N{NO-BREAK SPACE}0"


def test_year_grid_says_the_years_in_words():
    html = draw("{% year_grid years active now=2025 %}", years=[2024, 2025, 2026], active=[2025, 2026])
    assert 'aria-label="Planned: 2025, 2026"' in html
    assert '<span class="off">2024</span><span class="on now">2025</span><span class="on">2026</span>' in html


def test_sort_head_turns_round_and_keeps_the_filter():
    ascending = draw('{% sort_head "Days" "days" %}', query="?pillar=p1&sort=days&page=3")
    assert 'aria-sort="ascending"' in ascending
    assert 'href="?pillar=p1&amp;sort=-days"' in ascending
    unsorted = draw('{% sort_head "Days" "days" num=True %}', query="?sort=name")
    assert "aria-sort" not in unsorted
    assert 'class="num"' in unsorted
    assert 'href="?sort=days"' in unsorted


def test_pagination_keeps_the_query_and_marks_the_page():
    html = draw("{% pagination page %}", query="?pillar=p1", page=Paginator(range(60), 20).page(2))
    assert 'href="?pillar=p1&amp;page=1" rel="prev"' in html
    assert html.count('aria-current="page"') == 1
    assert draw("{% pagination page %}", page=Paginator(range(5), 20).page(1)) == ""


class HarvestForm(forms.Form):
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    weight = forms.DecimalField(label="Weight", help_text="In kilograms.")
    note = forms.CharField(label="Note", required=False)

    def clean(self):
        raise forms.ValidationError("The scale is broken.")


def test_field_ties_label_hint_and_error_to_the_input():
    html = draw("{% field form.weight %}", form=HarvestForm({"weight": "heavy"}))
    assert '<label for="id_weight">Weight</label>' in html
    assert 'aria-describedby="id_weight_hint id_weight_error"' in html
    assert 'id="id_weight_hint">In kilograms.' in html
    assert 'id="id_weight_error"' in html
    assert 'aria-invalid="true"' in html


def test_field_marks_what_is_optional_or_needed_later():
    assert "(optional)" in draw("{% field form.note %}", form=HarvestForm())
    assert "(optional)" not in draw("{% field form.weight %}", form=HarvestForm())
    assert "needed to submit" in draw('{% field form.note needed="to submit" %}', form=HarvestForm())


def test_radios_are_a_fieldset_with_a_legend():
    html = draw("{% field form.kind %}", form=HarvestForm({}))
    assert html.startswith('<fieldset class="field has-error" aria-describedby="id_kind_error">')
    assert "<legend>Kind</legend>" in html


def test_error_summary_links_to_the_fields_and_names_them():
    html = draw("{% form_errors form %}", form=HarvestForm({"weight": "heavy"}))
    assert '<a href="#id_kind_0">Kind: This field is required.</a>' in html
    assert '<a href="#id_weight">Weight: Enter a number.</a>' in html
    assert "<li>The scale is broken.</li>" in html
    assert draw("{% form_errors form missing %}", form=HarvestForm(), missing=None) == ""


def test_error_summary_covers_formsets():
    formset = forms.formset_factory(HarvestForm, max_num=1, validate_max=True)(
        {
            "form-TOTAL_FORMS": "2",
            "form-INITIAL_FORMS": "0",
            "form-0-kind": "a",
            "form-0-weight": "x",
            "form-1-weight": "y",
        }
    )
    html = draw("{% form_errors rows %}", rows=formset)
    assert '<a href="#id_form-0-weight">Row 1: Weight: Enter a number.</a>' in html
    assert "Please submit at most 1 form." in html


def test_nd_pair_shows_the_share_and_last_time_and_no_share_for_0_of_0():
    class Pair(forms.Form):
        n = forms.DecimalField(label="Women")
        d = forms.DecimalField(label="All")

    source = '{% nd_pair form.n form.d last_n=21 last_d=442 last_label="2016" %}'
    html = draw(source, form=Pair(initial={"n": 18, "d": 452}))
    assert ">4.0%</output>" in html
    assert "(2016)" in html
    assert "4.8%" in html
    assert "no data" in draw(source, form=Pair(initial={"n": 0, "d": 0}))
    assert "no data" in draw(
        '{% nd_pair form.n form.d last_label="2016" %}', form=Pair(initial={"n": 1, "d": 2})
    )


def test_filter_bar_offers_to_clear_only_what_is_set():
    form = styleguide.SampleFilterForm({"pillar": "p1"})
    assert "Clear" in draw("{% filter_bar form %}", query="?pillar=p1", form=form)
    assert "Clear" not in draw("{% filter_bar form %}", form=styleguide.SampleFilterForm({}))
    assert 'hx-target="#list"' in draw('{% filter_bar form target="#list" %}', form=form)


def test_region_and_notice_escape_their_labels():
    html = draw("{% table_region label %}<table></table>{% endtable_region %}", label='A "b"')
    assert 'tabindex="0" aria-label="A &quot;b&quot;"' in html
    assert "&lt;b&gt;" in draw('{% notice "warning" title=t %}<p>x</p>{% endnotice %}', t="<b>")


def test_heading_repeats_the_title_of_the_page():
    source = '{% extends "base.html" %}{% block title %}Round {{ n }} & more{% endblock %}'
    html = Template(source).render(Context({"n": "<2024>"}))
    assert "<h1>Round &lt;2024&gt; & more</h1>" in html
    assert "<title>Round &lt;2024&gt; & more – NAP WPS Tracker</title>" in html


@pytest.mark.parametrize("code", [400, 403, 404, 409, 500])
def test_error_pages_need_no_context(code):
    html = render_to_string(f"{code}.html")
    assert html.count("<h1>") == 1
    assert "Sign out" not in html


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"'), ('x" onload="', "")],
)
def test_theme_follows_the_cookie_and_nothing_else(cookie, expected):
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    request.COOKIES["theme"] = cookie
    opening = render_to_string("404.html", {}, request).split("<head>")[0]
    assert expected in opening
    assert "onload" not in opening
    assert ("data-theme" in opening) == bool(expected)


def test_signed_in_frame_shows_navigation_seat_and_sign_out():
    user = SimpleNamespace(is_authenticated=True, get_full_name="Ana Ximenes", get_username="ana")
    nav = [{"label": "Plan", "url": "/p/", "current": True, "count": 4}]
    html = render_to_string("404.html", {"user": user, "nav": nav, "seat_label": "Secretariat", "demo": True})
    assert '<a href="/p/" aria-current="page">Plan <span class="count">4</span></a>' in html
    assert "Secretariat" in html
    assert "do not quote them" in html


def test_style_guide_draws_every_piece_without_inline_style_or_outside_address():
    request = RequestFactory().get("/styleguide/")
    request.user = AnonymousUser()
    html = styleguide.styleguide(request).content.decode()
    assert html.count("<h1>") == 1
    assert ' style="' not in html
    assert "onclick" not in html
    outside = [part for part in html.split("http")[1:] if not part.startswith("://www.w3.org/2000/svg")]
    assert all(part.startswith(("-", "_")) for part in outside), outside[:3]
