"""How a lower app tells higher ones that something they build on has changed, without importing them.

monitoring subscribes at start-up: it brings its results up to date, and makes the submissions of a round that opens,
inside the same transaction as the change.
"""

_SUBSCRIBERS = []
_ROUND_SUBSCRIBERS = []
_DATES_SUBSCRIBERS = []
_SEAT_SUBSCRIBERS = []


def subscribe(function):
    """Registers `function(indicators, at)`; called in the order of registration."""
    if function not in _SUBSCRIBERS:
        _SUBSCRIBERS.append(function)
    return function


def announce(*, indicators, at):
    """Says that the framework or the rounds behind `indicators` (a queryset) have changed at the moment `at`."""
    for function in _SUBSCRIBERS:
        function(indicators, at=at)


def subscribe_round_opened(function):
    """Registers `function(round=…, by=…, at=…)`; called in the order of registration."""
    if function not in _ROUND_SUBSCRIBERS:
        _ROUND_SUBSCRIBERS.append(function)
    return function


def announce_round_opened(*, round, by, at):
    """Says that `by` has opened the round at the moment `at`, or changed who reports in it. Subscribers may be told twice.

    Called before results are announced.
    """
    for function in _ROUND_SUBSCRIBERS:
        function(round=round, by=by, at=at)


def subscribe_round_dates(function):
    """Registers `function(round=…)`; called in the order of registration."""
    if function not in _DATES_SUBSCRIBERS:
        _DATES_SUBSCRIBERS.append(function)
    return function


def announce_round_dates(*, round):
    """Says that the dates of the round, of a group in it or of a single institution have changed.

    Called before results are announced: what is due depends on the dates.
    """
    for function in _DATES_SUBSCRIBERS:
        function(round=round)


def subscribe_seat_ended(function):
    """Registers `function(membership=…, by=…, at=…)`; called in the order of registration."""
    if function not in _SEAT_SUBSCRIBERS:
        _SEAT_SUBSCRIBERS.append(function)
    return function


def announce_seat_ended(*, membership, by, at):
    """Says that `by` has set the last day of a term at the moment `at`, or moved it. Subscribers may be told twice."""
    for function in _SEAT_SUBSCRIBERS:
        function(membership=membership, by=by, at=at)
