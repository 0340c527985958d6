"""Why an asset cannot be kept as asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from store.asset_rows import Asset, AssetFields


class AssetError(Exception):
    """An asset cannot be kept as asked; the text is one sentence."""


class AssetTaken(AssetError):
    """Name or address belong to another asset already."""

    def __init__(self, field: str, value: str, asset_id: int, asset_name: str) -> None:
        super().__init__(f"The {field} {value} is already used by the asset {asset_name}.")
        self.field = field
        self.asset_id = asset_id
        self.asset_name = asset_name


class AssetGone(AssetError):
    """The asset was deleted by somebody in the meantime."""


class EditConflict(AssetError):
    """Somebody else saved the asset while it was being edited; both values are at hand."""

    def __init__(self, theirs: Asset, mine: AssetFields) -> None:
        super().__init__(f"The asset {theirs.name} was changed by somebody else while you edited it.")
        self.theirs = theirs
        self.differing = {
            name: (value, getattr(mine, name))
            for name, value in theirs.fields()
            if value != getattr(mine, name)
        }
