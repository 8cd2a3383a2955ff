"""What holds for every test, doctest and notebook of the project."""

from __future__ import annotations

from hypothesis import settings

pytest_plugins = ["gate", "closing"]

settings.register_profile("course", database=None, deadline=None, print_blob=True)
settings.load_profile("course")
