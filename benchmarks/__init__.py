"""How fast trasunto is: beside its peers, and beside what the machine can do. ``make bench`` runs all of it.

A section is a module with a title, what it measures, and the page that is written of it.
"""
