"""Every table of the database: import this to have them all in ``metadata``."""

from sqlmodel import SQLModel

import control_plane.accounts.models
import control_plane.decisions.models
import control_plane.directory.models
import control_plane.edges.models  # noqa: F401

metadata = SQLModel.metadata
