"""What a set-up guide is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from live.diagnosis.entries import WhoActs

Act = Literal["", "asset", "client", "test", "token", "card", "forwarding", "domain", "register"]
"""What a step lets a person do here: edit the asset or its OAuth client, test the connection, generate a
token, see the confirmation card, check the forwarding, check the domain, register to Engage."""


@dataclass(frozen=True, slots=True)
class Value:
    """Something of the asset that is typed elsewhere."""

    label: str
    key: str
    """A key of `live.providers.guides.values.filled`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that one person does in one place."""

    id: str
    """Lasting: ticks are kept by it, and guides that share a step share its tick."""
    title: str
    """At most 22 characters: the list of steps is narrow."""
    who: WhoActs
    text: tuple[str, ...]
    """Paragraphs; `{key}` stands for a value."""
    values: tuple[Value, ...] = ()
    link: str = ""
    """Address of the page where it is done."""
    proof: str = ""
    """What the store can know of it, a key of `live.providers.guides.proofs.PROOFS`; "": a person's tick
    alone counts."""
    opens_on: tuple[str, ...] = ()
    """Diagnoses that show that it is not done (any more)."""
    act: Act = ""
    optional: bool = False
    """Whether the asset works, and the guide is done, without it."""


@dataclass(frozen=True, slots=True)
class Guide:
    """The way to one working asset, by one provider and method."""

    id: str
    provider: str
    """A word of `store.kinds.Provider`."""
    sign_in: str
    """A word of `store.kinds.SignIn`."""
    title: str
    about: str
    """One or two sentences: for whom it is."""
    steps: tuple[Step, ...]

    def step(self, step_id: str) -> Step | None:
        """The step of that id."""
        return next((step for step in self.steps if step.id == step_id), None)
