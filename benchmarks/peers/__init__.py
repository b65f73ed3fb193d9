"""Other libraries doing the work that is measured here, each in a process of its own so that none disturbs another.

- `client` starts such a process and asks it for one timed unit of work at a time; it needs no library but Python's;
- `jobs` says what is to be done, and `registry` who can do it;
- `limits` sets, before any library is imported, how many threads it takes;
- `tables` makes the rows, and the `in_` modules hold the libraries.

``python -m benchmarks.peers NAME --work JSON`` prepares a job, does one unit of it unmeasured, prints ``ready`` and
then, for every line that it reads, does a unit and prints what that took, as a line of JSON.
``python -m benchmarks.peers versions`` prints what is installed. Nothing here imports trasunto; ``constraints.txt``
holds the versions to install.
"""
