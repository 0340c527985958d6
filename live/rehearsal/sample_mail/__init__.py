"""Sample mail of every kind that reaches a forwarding address, for the rehearsal's forwarder and for tests.

`everything(Route(...))` is the collection; the modules beside it build single mails.
"""

from __future__ import annotations

from live.rehearsal.sample_mail.collection import everything
from live.rehearsal.sample_mail.writing import Route, SampleMail

__all__ = ["Route", "SampleMail", "everything"]
