"""Facts from numbers: statistics over cohorts and arrays, with nothing trained, drawn or worded here.

Errors are reconstruction errors, lower is better. Intervals are over seeds unless a name says otherwise. Modules are
imported by name, since each is one subject and most callers need one.
"""
