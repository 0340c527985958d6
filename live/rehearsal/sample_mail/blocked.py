"""Exchange's report that it does not forward a mail to outside, which goes to whoever wrote the mail."""

from __future__ import annotations

from live.rehearsal.sample_mail.bounces import EXCHANGE
from live.rehearsal.sample_mail.writing import Route, message_id, multipart, written

REASON = (
    "550 5.7.520 Access denied, Your organization does not allow external forwarding. "
    "Please contact your administrator for further assistance. AS(7555)"
)


def report(route: Route, content: bytes, *, reason: str = REASON, recipient: str = "") -> bytes:
    """The report on a mail, of which it gives the headers back.

    Args:
        recipient: whom the mail could not be delivered to; "": the forwarding address.
    """
    recipient = recipient or route.target
    status = reason.split(" ")[1]
    told = written(
        [("Content-Type", "text/plain; charset=us-ascii")],
        f"Delivery has failed to these recipients:\n\n{recipient}\n\nRemote server returned '{reason}'\n",
    )
    fields = (
        "Reporting-MTA: dns;AM0PR01MB0001.eurprd01.prod.exchangelabs.example.com\n\n"
        f"Final-Recipient: rfc822;{recipient}\nAction: failed\nStatus: {status}\n"
        f"Diagnostic-Code: smtp;{reason}\n"
    )
    status_part = written([("Content-Type", "message/delivery-status")], fields)
    headers = content.partition(b"\r\n\r\n")[0] + b"\r\n"
    returned = written([("Content-Type", "text/rfc822-headers")], headers)
    content_type, body = multipart(
        "report", [told, status_part, returned], "=_ndr_=", report_type="delivery-status"
    )
    domain = route.mailbox.rpartition("@")[2]
    return written(
        [
            ("From", f"Microsoft Outlook <{EXCHANGE}@{domain}>"),
            ("To", route.customer),
            ("Subject", "Undeliverable: a message"),
            ("Date", route.date),
            ("Message-ID", message_id(route, f"ndr-{abs(hash(headers)):x}")),
            ("X-MS-Exchange-Message-Is-Ndr", ""),
            ("MIME-Version", "1.0"),
            ("Content-Type", content_type),
        ],
        body,
    )
