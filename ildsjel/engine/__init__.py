"""Pure functions: values in, values out. No Django, no network, no files, no clock of its own."""
