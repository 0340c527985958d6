"""An error that reached the screen, in its three parts."""

from __future__ import annotations

from dataclasses import dataclass

from tui.crash import log_path
from tui.dialogs.base import Question, trouble


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of an error; `unforeseen` ones are also traced in the log file."""

    title: str
    happened: str
    why: str
    remedy: str
    unforeseen: bool = False

    def dialog(self) -> Question[None]:
        return trouble(self.title, self.happened, self.why, self.remedy)


def told(error: BaseException, doing: str) -> Told:
    """An error in words, by its kind.

    Args:
        doing: what was being done, such as "read the assets".
    """
    from store.assets import AssetError
    from store.database import StoreBusy, StoreError
    from store.settings import SettingsError
    from store.vault_errors import VaultError

    title = f"Could not {doing}"
    if isinstance(error, SettingsError):
        return Told(
            title,
            str(error),
            "The configuration has to be right before anything is opened.",
            "Correct the file and start again.",
        )
    if isinstance(error, StoreBusy):
        return Told(title, str(error), "Only one program can write at a time.", "Try again in a moment.")
    if isinstance(error, StoreError):
        return Told(
            title,
            str(error),
            "What is kept on disk could not be read or written; what was committed before is safe.",
            "Mend the disk or its permissions as the sentence says, then try again; the console goes on.",
        )
    if isinstance(error, VaultError):
        return Told(
            title, str(error), "The secret that is needed cannot be opened.", "Press v to unlock the vault."
        )
    if isinstance(error, AssetError):
        return Told(title, str(error), "The store refused the change.", "Open the form again and correct it.")
    return Told(
        title,
        f"An error of postroom itself: {type(error).__name__}.",
        "This was not foreseen.",
        f"Your data is safe. The trace is in {log_path()}; please report it.",
        unforeseen=True,
    )
