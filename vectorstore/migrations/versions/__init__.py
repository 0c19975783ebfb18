"""Hold the steps, each frozen as it was published."""
