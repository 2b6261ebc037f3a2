"""How a lower app tells higher ones that something they build on has changed, without importing them.

monitoring subscribes at start-up: it brings its results up to date, and makes the submissions of a round that opens,
inside the same transaction as the change.
"""

_SUBSCRIBERS = []
_ROUND_SUBSCRIBERS = []


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
