"""Damaged files, by the thousand, read by every reader that takes what a user has not written.

A reader may return or refuse (a :class:`~trasunto.errors.TrasuntoError` of one short sentence), and nothing else: no
other exception, no crash, no reading that does not end, and no memory that only a header promised. Inputs are valid
files that were damaged: bits, lengths, blocks, cuts, nasty text, and the insides of what is packed or sealed. Each is
told by its reader, the seed and its number, and is the same on every machine with the same libraries.

Readers work in processes of their own, whose memory is limited and whose time is watched, so that a crash is seen and
the input that made it is kept. ``python -m scripts.fuzz --help`` says how to run it.
"""
