"""How a widget or screen carries out commands of the registry."""

from __future__ import annotations

import inspect

from textual.widget import Widget
from textual.worker import Worker


class CommandHost(Widget):
    """Carries out `do_<verb>`, unless `refusal` has a reason against it: then the reason is said."""

    def refusal(self, verb: str) -> str | None:
        """Why this command cannot be carried out now; None when it can."""
        return None

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Hand it to the app: Textual tells a worker's end to its owner alone."""
        self.app.post_message(event)

    async def action_command(self, command_id: str) -> None:
        verb = command_id.partition(".")[2].replace("-", "_")
        reason = self.refusal(verb)
        if reason is not None:
            self.notify(reason, severity="warning", markup=False)
            return
        result = getattr(self, f"do_{verb}")()
        if inspect.iscoroutine(result):
            await result
