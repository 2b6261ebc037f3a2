"""How a lower app tells higher ones that something they computed from has changed, without importing them.

monitoring subscribes at start-up and brings its results up to date, inside the same transaction as the change.
"""

_SUBSCRIBERS = []


def subscribe(function):
    """Registers `function(indicators, at)`; called in the order of registration."""
    if function not in _SUBSCRIBERS:
        _SUBSCRIBERS.append(function)
    return function


def announce(*, indicators, at):
    """Says that the framework or the rounds behind `indicators` (a queryset) have changed at the moment `at`."""
    for function in _SUBSCRIBERS:
        function(indicators, at=at)
