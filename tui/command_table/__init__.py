"""Every command, one file for each pane."""

from tui.command_table.assets import ASSETS
from tui.command_table.audit import AUDIT
from tui.command_table.checks import CHECKS
from tui.command_table.clients import CLIENTS
from tui.command_table.everywhere import EVERYWHERE
from tui.command_table.inbound import INBOUND
from tui.command_table.tokens import TOKENS

COMMANDS = (*EVERYWHERE, *ASSETS, *CHECKS, *TOKENS, *CLIENTS, *INBOUND, *AUDIT)
