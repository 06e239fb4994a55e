"""Bursts: is this much more than usual, how rarely does that happen, why, and how will it go on?

One `Baseline` for each series of counts (a watch, a topic, a language) holds all that is known of
it, in a few hundred numbers, however long the series. Counts come in order, one for each interval
of a fixed length, zeros included:

    state = Baseline.start(interval=300)
    state, signal = observe(state, at, count)    # at: when the interval begins
    signal.alarm, signal.return_period           # "once in 40 days"
    forecast(state, hours=6)                     # mean and band of each of the next hours
    usual_hours(state, begin, hours=48)          # the same of any hours, without the excess
    explain(posts_during, posts_before)          # terms, authors, links, organic or a few accounts
    load(dump(state)) == state                   # a restart changes nothing

A new series starts better with `prior=pool(others)` than with the prior that is built in.
The method, its sources and its limits: `docs/bursts.md`.
"""

from ildsjel.engine.bursts.detection import Signal, View, observe, observe_all
from ildsjel.engine.bursts.forecasting import Forecast, band, forecast, usual_hours
from ildsjel.engine.bursts.reasons import Kind, Link, Reason, Rising, Share, explain
from ildsjel.engine.bursts.state import (
    Baseline,
    Peaks,
    Prior,
    StateError,
    dump,
    load,
    pool,
)

__all__ = [
    "Baseline",
    "Forecast",
    "Kind",
    "Link",
    "Peaks",
    "Prior",
    "Reason",
    "Rising",
    "Share",
    "Signal",
    "StateError",
    "View",
    "band",
    "dump",
    "explain",
    "forecast",
    "load",
    "observe",
    "observe_all",
    "pool",
    "usual_hours",
]
