"""Places lie in places: a suco in its post, the post in its municipality. What is counted once is counted here."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from monitoring.progress.figures import Figure, is_reported
from monitoring.progress.vocabulary import IndicatorType

Place = TypeVar("Place", bound=Hashable)


def holders(
    figures: Mapping[Place, Figure], above: Mapping[Place, Sequence[Place]], *, type: IndicatorType
) -> dict[Place, Place | None]:
    """place → the nearest place around it that has a figure, too; None: nothing around it has one.

    One reporter's figures by place. `above`: place → the places that it lies in, the nearest first. A place that lies in
    another one with a figure is a detail of that figure: it is shown, and compared with it, and not added to the total again
    (the same people would count twice). Those whose holder is None are what the total is made of. A blank holds nothing.
    """
    answered = {place for place, figure in figures.items() if is_reported(type, figure)}
    return {place: next((one for one in above.get(place, ()) if one in answered), None) for place in figures}


def outermost(
    figures: Mapping[Place, Figure], above: Mapping[Place, Sequence[Place]], *, type: IndicatorType
) -> list[Place]:
    """The places whose figures make the total together, in the order given."""
    return [place for place, holder in holders(figures, above, type=type).items() if holder is None]
