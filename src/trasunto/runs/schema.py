"""A store's layout: files, and the tables of its database."""

from __future__ import annotations

FORMAT_VERSION = 2
"""The tables are those of format 1; since 2, every block of the database has a checksum."""

DATABASE = "store.sqlite"
WEIGHTS = "weights"
LOCK = "writer.lock"
COPY = f"{DATABASE}.copy"
SUMS = f"{DATABASE}.sums"
OLD_SEAL = f"{DATABASE}.sha256"
"""Of format 1: the checksum of the whole database, while no process writes."""

# STRICT, because a numpy integer bound by mistake would otherwise be kept as a blob and never compare equal again.
SCHEMA = """
CREATE TABLE meta     (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;   -- format; writer, while there is one

CREATE TABLE members  (id TEXT PRIMARY KEY, recipe TEXT NOT NULL, seed INTEGER NOT NULL, rows TEXT NOT NULL,
                       rows_name TEXT NOT NULL, start TEXT NOT NULL, parameters INTEGER NOT NULL) STRICT;

CREATE TABLE progress (member TEXT PRIMARY KEY REFERENCES members, epoch INTEGER NOT NULL, status TEXT NOT NULL,
                       reason TEXT NOT NULL, seconds REAL NOT NULL) STRICT;

CREATE TABLE curves   (member TEXT REFERENCES members, epoch INTEGER, metric TEXT, value REAL,   -- NULL is NaN
                       PRIMARY KEY (member, epoch, metric)) WITHOUT ROWID, STRICT;

CREATE TABLE packs    (file TEXT PRIMARY KEY, sha256 TEXT NOT NULL, size INTEGER NOT NULL) STRICT;

CREATE TABLE weights  (member TEXT REFERENCES members, epoch INTEGER,      -- keep: 1 snapshot, 0 latest checkpoint
                       keep INTEGER NOT NULL, file TEXT NOT NULL REFERENCES packs, slot INTEGER NOT NULL,
                       PRIMARY KEY (member, epoch)) WITHOUT ROWID, STRICT;
CREATE INDEX weights_by_file ON weights (file);

CREATE TABLE widths   (program TEXT PRIMARY KEY, width INTEGER NOT NULL) STRICT;

CREATE TABLE runs     (name TEXT PRIMARY KEY, request TEXT NOT NULL, rows TEXT NOT NULL, created TEXT NOT NULL) STRICT;
CREATE TABLE run_members (run TEXT REFERENCES runs, position INTEGER, member TEXT NOT NULL REFERENCES members,
                       PRIMARY KEY (run, position)) WITHOUT ROWID, STRICT;
"""
