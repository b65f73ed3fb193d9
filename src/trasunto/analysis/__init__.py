"""Statistics of errors, latents and anomaly scores.

Errors are reconstruction errors, lower is better; scores of rows are higher for more anomalous rows. Intervals are over
seeds, except those of `detection`, which are over rows. Thresholds and explanations carry their own sentences; studies
word all other results. Modules are imported by name, since most callers need one.
"""
