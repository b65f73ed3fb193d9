"""Facts from numbers: statistics over cohorts, latents and errors, with nothing trained and nothing drawn here.

Errors are reconstruction errors, lower is better; scores of rows are higher-is-stranger. Intervals are over seeds
unless a name says otherwise (those of `detection` are over rows). What a user reads row by row, a threshold's promise
and an explanation, carries its sentence; studies word the rest. Modules are imported by name, since each is one subject
and most callers need one.
"""
