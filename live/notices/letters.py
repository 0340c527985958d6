"""The mails of notices: to an operator all that waits in one mail; to an owner what is asked of him, with a
consent link for each mailbox."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import SecretStr

from live.notices import words
from live.oauth.authorize import begin
from live.oauth.faults import TokenRefused
from live.outgoing import consent_letter, owner_link
from live.outgoing.consent_letter import WIDTH, Asking, moment
from live.outgoing.letter import Letter
from store import assets, notices, oauth_clients
from store.assets import Asset
from store.database import Store
from store.notice_queue import Claimed
from store.notice_records import Occasion
from store.notices import NoticeMember
from store.settings import Settings
from store.vault import Vault

PURPOSE = "notice"
NUMBER = "X-Postroom-Notice"
MOST_LINKS = 3
"""Mailboxes of one owner who gets a mail with a link for each; of more, one mail tells, and no link is made:
each is a key to a mailbox, and nobody opens ten at a sitting."""
SIGNED = "The operators of your support desk"
NEEDED = "Your consent is needed for {count:,} support mailboxes"
SOON = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Draft:
    """A mail to be sent."""

    letter: Letter
    ids: tuple[int, ...]
    """Of the sendings that it carries out."""


def for_operator(store: Store, claimed: Sequence[Claimed], now: datetime) -> Draft | None:
    """One mail about all of it; None: the notices are gone. Blocks for the disk."""
    told = words.told_of(store, claimed)
    if not told:
        return None
    about = [one.asset_id for one in told[0].notice.members]
    letter = Letter(
        to=claimed[0].recipient,
        subject=words.subject(told, now),
        text=words.text(told, now),
        purpose=PURPOSE,
        about=about[0] if len(about) == 1 else None,
        about_name=told[0].notice.line.asset_name if len(about) == 1 else "",
        bounce_wanted=True,
        headers=((NUMBER, " ".join(str(one.notice.line.id) for one in told[:20])),),
    )
    return Draft(letter, tuple(one.id for one in claimed))


@dataclass(frozen=True, slots=True)
class ForOwners:
    """Writes to owners."""

    store: Store
    vault: Vault
    settings: Settings

    def drafts(self, claimed: Sequence[Claimed], now: datetime) -> list[Draft]:
        """The mails to one owner: one of what is needed, one of what is well again; none where nothing is the
        owner's any more. Makes the links, which takes the vault. Blocks for the disk.

        Raises:
            store.vault.VaultError, StoreError.
        """
        well = [one for one in claimed if one.occasion is Occasion.RECOVERED]
        bad = [one for one in claimed if one.occasion is not Occasion.RECOVERED]
        return [
            replace(draft, ids=tuple(one.id for one in group))
            for group, make in ((bad, self._asking), (well, self._well))
            if (members := self._own(group)) and (draft := make(group[0].recipient, members, now))
        ]

    def _own(self, claimed: Sequence[Claimed]) -> list[NoticeMember]:
        """The assets of these notices that are the owner's, each once."""
        ids = {one.notice_id for one in claimed}
        return notices.members_of_owner(self.store, ids, claimed[0].recipient) if ids else []

    def _asking(self, owner: str, members: Sequence[NoticeMember], now: datetime) -> Draft:
        """The mail with a link for each mailbox, or, where no links can be made, the plain one."""
        askings = [self._begun(one, now) for one in members] if len(members) <= MOST_LINKS else [None]
        whole = [one for one in askings if one is not None]
        if len(whole) != len(members):
            return self._plain(owner, members, now)
        one = len(whole) == 1
        subject = consent_letter.subject(whole[0][0]) if one else NEEDED.format(count=len(whole))
        text = f"\n\n{'-' * WIDTH}\n\n".join(consent_letter.text(asking) for asking, _ in whole)
        letter = self._letter(owner, subject, text, members, tuple(state for _, state in whole))
        return Draft(letter, ())

    def _begun(self, member: NoticeMember, now: datetime) -> tuple[Asking, SecretStr] | None:
        """What the owner is asked, with the link and its state; None: no link can be made for this asset."""
        asset = assets.by_id(self.store, self.vault, member.asset_id)
        client = _client(self.store, self.vault, asset)
        if asset is None or client is None:
            return None
        try:
            begun = begin(
                self.store,
                self.vault,
                asset,
                client,
                redirect_uri=client.callback_url,
                minutes=owner_link.OWNER_DAYS * 1440,
                consent=asset.ask_consent,
                now=now,
            )
        except TokenRefused:
            return None
        by_itself, _ = owner_link.answer_comes(client, self.settings.callback_url, listens=True)
        stops_at = member.deadline_at if member.deadline_at and member.deadline_at > now + SOON else None
        asking = owner_link.asking(
            asset, client, begun, asked_by=self._signed, comes_back=by_itself, stops_at=stops_at
        )
        return asking, begun.state

    def _plain(self, owner: str, members: Sequence[NoticeMember], now: datetime) -> Draft:
        one = len(members) == 1
        rows = [f"- {member.address}" + _until(member, now) for member in members[: words.MOST_MEMBERS]]
        if len(members) > len(rows):
            rows.append(f"- and {len(members) - len(rows):,} more")
        parts = [
            "Hello,",
            _wrapped(
                f"{self._signed} look after {'a mailbox' if one else f'{len(members):,} mailboxes'} of yours "
                "with postroom, a program for support mailboxes. Without your consent, given anew, answers "
                "to customers stop going out of:"
            ),
            "\n".join(rows),
            _wrapped("Please answer this mail, or call, and a link for the consent is made for you."),
            _wrapped("postroom never asks for your password by mail or telephone."),
        ]
        subject = f"Please let postroom send mail as {members[0].address}"
        if not one:
            subject = NEEDED.format(count=len(members))
        return Draft(self._letter(owner, subject, "\n\n".join(parts), members), ())

    def _well(self, owner: str, members: Sequence[NoticeMember], now: datetime) -> Draft:
        addresses = ", ".join(dict.fromkeys(one.address for one in members[: words.MOST_MEMBERS]))
        parts = [
            "Hello,",
            _wrapped(f"Sending as {addresses} works again. Nothing more is needed. Thank you."),
        ]
        subject = f"Sending as {members[0].address} works again"
        letter = self._letter(owner, subject, "\n\n".join([*parts, self._signed]), members)
        return Draft(letter, ())

    def _letter(
        self,
        owner: str,
        subject: str,
        text: str,
        members: Sequence[NoticeMember],
        secrets: tuple[SecretStr, ...] = (),
    ) -> Letter:
        first = next(iter(self.settings.notices.operators), "")
        return Letter(
            to=owner,
            subject=subject,
            text=text,
            purpose=consent_letter.PURPOSE if secrets else PURPOSE,
            about=members[0].asset_id,
            about_name=members[0].name,
            reply_to=self.settings.notices.answers_to or first,
            secrets=secrets,
            bounce_wanted=True,
        )

    @property
    def _signed(self) -> str:
        return self.settings.notices.signed or SIGNED


def _until(member: NoticeMember, now: datetime) -> str:
    at = member.deadline_at
    return f", until {moment(at)}" if at is not None and at > now else ""


def _client(store: Store, vault: Vault, asset: Asset | None) -> oauth_clients.OAuthClient | None:
    """The client by which an owner can consent with a link; None: that is not how the asset signs in."""
    if asset is None or asset.oauth_client_id is None:
        return None
    client = oauth_clients.by_id(store, vault, asset.oauth_client_id)
    if client is None or client.flow != oauth_clients.Flow.AUTHORIZATION_CODE or not client.callback_url:
        return None
    return client


def _wrapped(paragraph: str) -> str:
    return textwrap.fill(paragraph, WIDTH, break_long_words=False, break_on_hyphens=False)
