"""The errors the command reports to a person: what is wrong, where, and how to mend it."""

from __future__ import annotations


class EncoursError(Exception):
    """Something that stops the command with exit status 1; nothing is left half-done."""


class WarehouseBusyError(EncoursError):
    """Another process is writing the warehouse."""


class BuildFailedError(EncoursError):
    """dbt stopped, or a test failed. Nothing is published and the last good file stays."""


class PublishRefusedError(EncoursError):
    """The build may not be published: untested, failed, out of date, or of the past."""
