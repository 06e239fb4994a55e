"""Engine tests: no database and no Django; property tests without a time limit for each example."""

from hypothesis import settings

# A machine under load is no fault of the code; tests about speed measure it themselves.
settings.register_profile("engine", deadline=None)
settings.load_profile("engine")
