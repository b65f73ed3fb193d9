"""Durable results: members, their curves, their weights, and the runs that asked for them.

A store is a folder. ``store.sqlite`` holds everything small (see :data:`trasunto.runs.schema.SCHEMA`, which fits on one
screen); ``weights/`` holds packs, safetensors files with the weights of several members at one epoch. Checksums of the
database's blocks lie beside it, with which they are compared as they are read, and a copy. Nothing is pickled, and
nothing is ever half written: a pack is complete on disk before a row names it, and rows that belong together are
committed together. So a killed process loses what it had not yet written and nothing else; docs/durability.md says what
is promised.

One process writes a store at a time; any number read it meanwhile. Epochs count from 1, and epoch 0 is the untrained
network. Nothing here knows JAX: weights come and go as numpy arrays whose first axis is members (m).
"""
