"""Every command, one file for each pane."""

from tui.command_table.assets import ASSETS
from tui.command_table.audit import AUDIT
from tui.command_table.checks import CHECKS
from tui.command_table.clients import CLIENTS
from tui.command_table.everywhere import EVERYWHERE
from tui.command_table.guide import GUIDE
from tui.command_table.inbound import INBOUND
from tui.command_table.notices import NOTICES
from tui.command_table.tokens import TOKENS
from tui.command_table.webhooks import WEBHOOKS

COMMANDS = (*EVERYWHERE, *ASSETS, *GUIDE, *CHECKS, *TOKENS, *CLIENTS, *INBOUND, *WEBHOOKS, *NOTICES, *AUDIT)
