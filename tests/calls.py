"""How much work something is, without a clock: the same on every machine, however busy."""

import cProfile
import pstats


def calls(function):
    """How many function calls `function()` makes, its own helpers' and the libraries' included."""
    profile = cProfile.Profile()
    profile.runcall(function)
    return pstats.Stats(profile).total_calls
