"""An asset's settings as a file of JSON, without anything secret: what is left of one that is deleted."""

from __future__ import annotations

import json
import os
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from store import assets, grants, registrations
from store.token_lines import token_lines
from tui.commandline import asset_shapes
from tui.commandline.printing import SHAPE, moment
from tui.desk import Desk

MOST_FILES = 1_000
"""Names that are tried for one asset and second; more means that something else is wrong."""


def settings_of(desk: Desk, asset_id: int) -> dict[str, Any]:
    """The settings, with the registration.

    Raises:
        store.assets.AssetGone: it was deleted. StoreError.
    """
    asset = assets.by_id(desk.store, desk.vault, asset_id)
    found = assets.lines(desk.store, asset_id)
    if asset is None or not found:
        raise assets.AssetGone("The asset was deleted by somebody else.")
    token = next(iter(token_lines(desk.store, asset_id, retired=True)), None)
    grant = grants.of(desk.store, asset_id)
    registration = registrations.of(desk.store, asset_id)
    return {
        "asset": asset_shapes.of_asset(asset, found[0], token, grant),
        "registration": asset_shapes.of_registration(registration) if registration else None,
    }


def write(desk: Desk, asset_id: int, directory: Path, now: datetime) -> Path:
    """Write the settings into a new file of that directory, for this user alone; returns its path.

    Args:
        now: aware; part of the file's name.

    Raises:
        OSError: it cannot be written. store.assets.AssetGone, StoreError.
    """
    content = settings_of(desk, asset_id)
    text = json.dumps({"postroom": SHAPE, "exported_at": moment(now), **content}, indent=2, ensure_ascii=True)
    slug = re.sub(r"[^a-z0-9]+", "-", content["asset"]["name"].lower()).strip("-")[:60] or f"asset-{asset_id}"
    stem = f"postroom-{slug}-{now:%Y%m%d-%H%M%S}"
    for number in range(MOST_FILES):
        path = directory / f"{stem}{f'-{number}' if number else ''}.json"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        try:
            with open(handle, "w", encoding="ascii") as file:
                file.write(f"{text}\n")
                file.flush()
                os.fsync(file.fileno())  # the asset is deleted because this is there
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path
    raise FileExistsError(17, "there are too many files of this name", str(directory / stem))
