"""The statements of `store.delivery_queue`."""

from __future__ import annotations

DUE = """
    SELECT d.id, coalesce(length(o.sealed), 0) FROM deliveries d JOIN outbox o ON o.id = d.outbox_id
     WHERE d.webhook_id = ? AND d.state = 'waiting' AND d.next_at <= ?
     ORDER BY d.next_at, d.id LIMIT ?
"""
FAR_OFF = DUE.replace("<=", ">")
"""A statement of its own: with both in one, all that wait for a later time would be looked at."""
TAKE = """
    UPDATE deliveries SET next_at = ?, claimed_by = ? WHERE id IN (SELECT value FROM json_each(?))
"""
READ = """
    SELECT d.id, d.outbox_id, d.webhook_id, d.asset_id, d.tries, o.uid, o.event, o.at, o.data, o.data_key_id,
           CASE WHEN length(o.sealed) <= ? THEN o.sealed END, length(o.sealed), a.name, a.address, a.pci_check
      FROM json_each(?) j JOIN deliveries d ON d.id = j.value JOIN outbox o ON o.id = d.outbox_id
           LEFT JOIN assets a ON a.id = o.asset_id
     ORDER BY j.key
"""
NEXT_AT = """
    SELECT min((SELECT next_at FROM deliveries WHERE webhook_id = j.value AND state = 'waiting'
                   AND next_at > ?1 ORDER BY next_at LIMIT 1))
      FROM json_each(?2) j
"""
RELEASE = """
    UPDATE deliveries SET next_at = '', claimed_by = ''
     WHERE id IN (SELECT value FROM json_each(?)) AND claimed_by = ?
"""
SEALED = "SELECT data_key_id, sealed FROM outbox WHERE id = ?"
KNOWN = "SELECT 1 FROM deliveries WHERE id = ?"
ATTEMPT = """
    INSERT INTO delivery_attempts (delivery_id, at, ms, status, words, answer) VALUES (?, ?, ?, ?, ?, ?)
"""
SETTLE = """
    UPDATE deliveries SET state = ?, tries = tries + 1, next_at = ?, claimed_by = '', done_at = ?,
           status = ?, words = ?
     WHERE id = ? AND (claimed_by = ? OR ?)
"""
"""What somebody else has taken or given up meanwhile is left to them, unless it was delivered."""
WELL = "UPDATE webhook_health SET last_ok_at = ?, failures = 0, rests_until = NULL WHERE webhook_id = ?"
ILL = """
    UPDATE webhook_health SET last_failed_at = ?, failures = failures + 1, last_words = ?,
           rests_until = coalesce(?, rests_until)
     WHERE webhook_id = ?
"""
OFF = """
    UPDATE webhooks SET enabled = 0, off_why = ?, version = version + 1, updated_at = ?
     WHERE id = ? AND enabled
"""
OFF_AUDIT = """
    INSERT INTO audit (at, user, client, action, asset_name, detail)
    SELECT ?, ?, '', 'webhook switched off', '', name || ': ' || ? FROM webhooks WHERE id = ?
"""
OWNERS = "SELECT DISTINCT claimed_by FROM deliveries WHERE done_at IS NULL AND claimed_by != ''"
FREE = """
    UPDATE deliveries SET next_at = '', claimed_by = '' WHERE done_at IS NULL AND claimed_by = ?
"""
