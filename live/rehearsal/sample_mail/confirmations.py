"""Gmail's request to confirm a forwarding address, in its old and its new style and in nine languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from live.rehearsal.sample_mail.writing import Encoding, Route, encoded, word, written

Style = Literal["old", "new"]
STYLES: tuple[Style, ...] = ("old", "new")
"""The old one has a code, in subject and text; the new one, since 2025, a link only."""

SENDER = "forwarding-noreply@google.com"
MARKER = "deT75vSampleSampleSample000"
LINK_HOSTS = ("mail-settings.google.com", "mail.google.com")
CONFIRM = (
    "vf-%5BANGjdJ9sampleSAMPLEsampleSAMPLEsampleSAMPLEsampleSAMPLEsample{number:08d}%5D-Sample_Token-158Amv9"
)
CANCEL = (
    "uf-%5BANGjdJ_sampleSAMPLEsampleSAMPLEsampleSAMPLEsampleSAMPLEsample{number:08d}%5D-Sample_Token-158Amv9"
)
HELP = "http://support.google.com/mail/bin/answer.py?answer=184973"


@dataclass(frozen=True, slots=True)
class Words:
    """A language's subjects and text; {who} asks, {where} is the target, {code} the code."""

    old: str
    new: str
    team: str
    asks: str
    code: str
    please: str
    cancel: str
    encoding: Encoding = "base64"


LANGUAGES: dict[str, Words] = {
    "en": Words(
        "(#{code}) Gmail Forwarding Confirmation - Receive Mail from {who}",
        "(Gmail Forwarding Confirmation - Receive Mail from {who}",
        "Gmail Team",
        "{who} has requested to automatically forward mail to your email\naddress {where}.",
        "Confirmation code: {code}",
        "To allow {who} to automatically forward mail to your address,\nplease click the link below:",
        "If you accidentally clicked the link, click this link to cancel this verification:",
        "quoted-printable",
    ),
    "en-UK": Words(
        "(#{code}) Gmail Forwarding confirmation – Receive mail from {who}",
        "(Gmail Forwarding confirmation – Receive mail from {who}",
        "Gmail Team",
        "{who} has requested to automatically forward mail to your email\naddress {where}.",
        "Confirmation code: {code}",
        "To allow {who} to forward mail to your address automatically,\nplease click the link below",
        "To cancel this verification, click this link:",
        "quoted-printable",
    ),
    "zh": Words(
        "(#{code}) Gmail 转发确认 - 从 {who} 接收邮件",
        "(Gmail) 转发确认 - 从 {who} 接收邮件",
        "Gmail 小组",
        "{who} 请求将邮件自动转发到您的电子邮件地址 {where}。",
        "确认码：{code}",
        "要允许 {who} 自动将邮件转发到您的地址，请点击以下链接确认该请求：",
        "如果您不慎点击了该链接，请点击以下链接取消此验证：",
    ),
    "fr": Words(
        "(n°\u00a0{code}) Confirmation de transfert Gmail - Recevoir des messages de {who}",
        "(Gmail) Confirmation de transfert – Recevez les messages de {who}",
        "L'équipe Gmail",
        "{who} a demandé le transfert automatique des messages vers votre adresse\n{where}.",
        "Code de confirmation\u00a0: {code}",
        "Pour l'autoriser, veuillez cliquer sur le lien ci-dessous\u00a0:",
        "Pour annuler cette validation, cliquez sur ce lien\u00a0:",
        "quoted-printable",
    ),
    "es": Words(
        "(#{code}) Confirmación de reenvío de Gmail - Recibir correo de {who}",
        "(Gmail) Confirmación de reenvío - Recibe correo de {who}",
        "Equipo de Gmail",
        "{who} ha solicitado reenviar correo automáticamente a tu dirección\n{where}.",
        "Código de confirmación: {code}",
        "Para permitirlo, haz clic en el siguiente enlace y confirma la solicitud:",
        "Para cancelar esta verificación, haz clic en este enlace:",
        "quoted-printable",
    ),
    "de": Words(
        "(#{code}) Gmail-Weiterleitungsbestätigung - E-Mails von {who} empfangen",
        "(Gmail-Weiterleitungsbestätigung - E-Mails von {who} empfangen",
        "Das Gmail-Team",
        "{who} möchte E-Mails automatisch an Ihre Adresse\n{where} weiterleiten.",
        "Bestätigungscode: {code}",
        "Klicken Sie auf den folgenden Link, um die Anfrage zu bestätigen:",
        "Klicken Sie auf diesen Link, um die Bestätigung zu widerrufen:",
        "quoted-printable",
    ),
    "tr": Words(
        "(#{code}) Gmail Yönlendirme Onayı - {who} Adresinden Posta Alma",
        "Gmail Yönlendirme Onayı - {who} Adresinden Posta Alma",
        "Gmail Ekibi",
        "{who}, postaları otomatik olarak {where} adresinize yönlendirmek istiyor.",
        "Onay kodu: {code}",
        "İsteği onaylamak için lütfen aşağıdaki bağlantıyı tıklayın:",
        "Doğrulamayı iptal etmek için bu bağlantıyı tıklayın:",
    ),
    "ja": Words(
        "(#{code}) Gmail の転送の確認 - {who} からのメールを受信",
        "(Gmail の転送の確認 - {who} からのメールを受信",
        "Gmail チーム",
        "{who} さんが {where} へのメールの自動転送をリクエストしました。",
        "確認コード: {code}",
        "リクエストを承認するには、次のリンクをクリックしてください。",
        "この確認を取り消すには、次のリンクをクリックしてください。",
    ),
    "pt": Words(
        "(#{code}) Confirmação de encaminhamento do Gmail: receber e-mail de {who}",
        "Confirmação de encaminhamento do Gmail: receber e-mail de {who}",
        "Equipe do Gmail",
        "{who} solicitou o encaminhamento automático de e-mails para o seu endereço\n{where}.",
        "Código de confirmação: {code}",
        "Para permitir, clique no link abaixo e confirme a solicitação:",
        "Para cancelar esta verificação, clique neste link:",
        "quoted-printable",
    ),
}


def code(route: Route) -> str:
    """The invented code of the old style."""
    return f"{90_000_000 + route.number}"


def link(route: Route, host: str = LINK_HOSTS[0]) -> str:
    """The link that confirms."""
    return f"https://{host}/mail/{CONFIRM.format(number=route.number)}"


def cancel_link(route: Route, host: str = LINK_HOSTS[0]) -> str:
    """The link that withdraws."""
    return f"https://{host}/mail/{CANCEL.format(number=route.number)}"


def confirmation(
    route: Route,
    language: str = "en",
    style: Style = "new",
    *,
    requester: str = "",
    host: str = LINK_HOSTS[0],
    encoding: Encoding | None = None,
    marker: bool = True,
    sender: str = SENDER,
    subject: str | None = None,
) -> tuple[str, bytes]:
    """(envelope sender, content) of a request, which Google sends straight to the target.

    Args:
        requester: the mailbox that asks; "": the asset's.
        marker: whether the header is there by which they are known in every language.
        sender: the address in From; any other is a forgery.
        subject: instead of the language's.
    """
    words = LANGUAGES[language]
    told = {"who": requester or route.mailbox, "where": route.target, "code": code(route)}
    lines = [words.asks, *([words.code] if style == "old" else []), "", words.please, ""]
    lines += [link(route, host), "", words.cancel, cancel_link(route, host), "", f"{HELP}.", ""]
    chosen = encoding or words.encoding
    title = subject if subject is not None else (words.old if style == "old" else words.new).format(**told)
    return sender, written(
        [
            ("X-Google-Smtp-Source", "AGHT+Sample"),
            ("MIME-Version", "1.0"),
            *([("X-Google-Address-Confirmation", MARKER)] if marker else []),
            ("Date", route.date),
            ("Message-ID", f"<CADsj0Sample.{language}.{style}.{route.number}@mail.example.com>"),
            ("Subject", word(title)),
            ("From", f"{word(words.team)} <{sender}>"),
            ("To", route.target),
            ("Content-Type", 'text/plain; charset="UTF-8"'),
            ("Content-Transfer-Encoding", chosen),
        ],
        encoded("\n".join(lines).format(**told), chosen),
    )
