"""How lists are asked for."""

from typing import Annotated

from fastapi import Path, Query

from kaogong.core.keys import KEY

NO_NUL = r"^[^\x00]*$"  # PostgreSQL keeps no NUL in a text

Limit = Annotated[int, Query(ge=1, le=500, description="Most items of a page.")]
Cursor = Annotated[str | None, Query(max_length=1000, pattern=NO_NUL, description="`next` of the page before.")]
Words = Annotated[str | None, Query(max_length=200, pattern=NO_NUL, description="Words to find in key or name.")]
Filter = Annotated[str | None, Query(max_length=300, pattern=NO_NUL)]
KeyPath = Annotated[str, Path(pattern=f"^{KEY.pattern}$", description="The key.")]
LoginPath = Annotated[str, Path(max_length=64, pattern=r"^[^\x00/]+$", description="The login name, in any script.")]
Version = Annotated[int | None, Query(ge=0, le=2**31 - 1, description="The version the change is meant for; another one is a conflict.")]
