"""Measure speed and quality, and make the fictitious reports that both tests and measurements use."""
