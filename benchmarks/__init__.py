"""Measurements of speed. Run by `make bench`; never part of the test suite."""
