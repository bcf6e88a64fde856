"""History brought in from files."""

from pydantic import Field

from kaogong.api.shapes.base import Out


class RowProblem(Out):
    """Why one row was not taken."""

    row: int = Field(description="Data rows count from 1, the heading not among them.")
    column: str
    code: str
    detail: str


class Imported(Out):
    """What became of a file's rows. `samples` are on their way: acknowledged, never lost."""

    rows: int
    samples: int
    refused: int
    problems: list[RowProblem] = Field(description="The first thousand.")
