"""Where the run-time files lie and how much of the machine may be used.

Everything comes from the environment (prefix ``ENCOURS_``), so that cron, a container and a test all say it the
same way. Nothing else in the project decides a path.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from encours.errors import EncoursError

PROJECT_ROOT = Path(__file__).resolve().parent.parent
"""The folder that holds ``dbt_project.yml``, ``dashboards/`` and this package."""


class Settings(BaseSettings):
    """The settings of one run of the command; each is the environment variable ``ENCOURS_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix="ENCOURS_", frozen=True)

    home: Path = Field(default=PROJECT_ROOT / "data", description="Folder of all run-time files.")
    keep_publications: int = Field(default=5, ge=1, description="How many published files stay for a rollback.")
    threads: int = Field(default=2, ge=1, description="Models dbt runs at the same time.")
    memory_limit: str = Field(default="80%", description="Most memory DuckDB may use, such as 4GB or 80%.")

    load_memory_limit: str = Field(default="1GB", description="The same while files are loaded.")

    tested_rules: str = Field(
        default="", description="Hash of rules whose unit tests passed elsewhere; on them they are not run again."
    )

    prove_rules: bool = Field(
        default=False, description="Run all unit tests of the models, whatever rules they passed on before."
    )

    @field_validator("home")
    @classmethod
    def _absolute(cls, home: Path) -> Path:
        # dbt and the dashboard run in other folders: a relative path would mean something else there.
        return home.expanduser().resolve()

    @property
    def memory_to_load(self) -> str:
        """Most memory DuckDB may use in a load; what lies beyond waits on disk, so that any file loads in that room."""
        asked = "load_memory_limit" in self.model_fields_set or "memory_limit" not in self.model_fields_set
        return self.load_memory_limit if asked else self.memory_limit

    @cached_property
    def extracts(self) -> Path:
        """Where extracts are put for ``encours refresh`` without a path."""
        return self.home / "extracts"

    @cached_property
    def notes(self) -> Path:
        """What the credit team writes: one file, only ever added to, and loaded with every load."""
        return self.home / "notes"

    @cached_property
    def build_file(self) -> Path:
        """The one file that is written: raw history and the models built from it."""
        return self.home / "build" / "encours.duckdb"

    @cached_property
    def past_builds(self) -> Path:
        """Builds of a past day or past knowledge, one file each."""
        return self.home / "build" / "past"

    @cached_property
    def slim_build_file(self) -> Path:
        """What a build of changed models only writes."""
        return self.home / "build" / "slim.duckdb"

    @cached_property
    def good_manifest(self) -> Path:
        """dbt's manifest of the build file, there only while every test of that build passed."""
        return self.home / "build" / "manifest.json"

    @cached_property
    def published(self) -> Path:
        """Numbered files for readers, and the pointer to the one that counts."""
        return self.home / "published"

    @cached_property
    def pointer(self) -> Path:
        """Says which published file counts."""
        return self.published / "current.json"

    @cached_property
    def artefacts(self) -> Path:
        """dbt's manifest, run results and compiled SQL."""
        return self.home / "target"

    @cached_property
    def logs(self) -> Path:
        """dbt's full log."""
        return self.home / "logs"


def from_environment() -> Settings:
    """The settings this process was started with.

    Raises:
        EncoursError: a variable has a value it cannot have; the message names it.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(
            f"ENCOURS_{'_'.join(map(str, each['loc'])).upper()} is {each['input']!r}: {each['msg'].lower()}"
            for each in error.errors()
        )
        raise EncoursError(f"The environment is wrong. {wrong}.") from None
