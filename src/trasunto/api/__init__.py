"""The Python API: load rows, describe networks, train them, ask questions, write reports.

Names are loaded when they are first used, so that importing is instant and silent.
"""
