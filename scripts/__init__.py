"""Programs for those who develop trasunto; none is part of the package."""
