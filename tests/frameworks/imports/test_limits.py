"""The lengths that the import accepts are those of the database, and its words are those of the models."""

import pytest

from frameworks.imports import limits, results
from frameworks.models import (
    Activity,
    Category,
    Dimension,
    Goal,
    Indicator,
    Institution,
    Output,
    Pillar,
    Plan,
)
from frameworks.models.indicator import Direction, IndicatorType
from frameworks.models.plan import LeadRole


@pytest.mark.parametrize(
    ("model", "field", "limit"),
    [
        (Plan, "title", limits.MAX_TITLE),
        (Pillar, "name", limits.MAX_PILLAR),
        (Pillar, "code", limits.MAX_PILLAR_CODE),
        (Goal, "code", limits.MAX_CODE),
        (Output, "code", limits.MAX_CODE),
        (Activity, "code", limits.MAX_CODE),
        (Indicator, "code", limits.MAX_CODE),
        (Institution, "name", limits.MAX_INSTITUTION),
        (Dimension, "name", limits.MAX_DIMENSION),
        (Category, "name", limits.MAX_CATEGORY),
        *((Indicator, field, limit) for field, limit in limits.MAX_DETAIL.items()),
    ],
)
def test_lengths(model, field, limit):
    assert model._meta.get_field(field).max_length == limit


def test_words():
    types = [
        results.COUNT,
        results.PERCENTAGE,
        results.NUMBER_AND_PERCENTAGE,
        results.ORDINAL,
        results.YES_NO,
    ]
    assert {*types, results.QUALITATIVE} == set(IndicatorType.values)
    directions = {results.INCREASE, results.DECREASE, results.MAINTAIN, results.MAINTAIN_OR_INCREASE}
    assert directions == set(Direction.values)
    assert {results.LEAD, results.CO_LEAD, results.SUPPORT} == set(LeadRole.values)
