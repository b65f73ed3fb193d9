"""What ``import trasunto`` offers: load rows, describe networks, train them, ask questions, write reports.

Everything here calls the folders to its left and adds no logic of its own. Names are loaded when they are first used,
so that importing is instant and silent.
"""
