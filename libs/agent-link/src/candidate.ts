import { X509Certificate } from 'node:crypto';
import type { KeySet, SettingsMessage } from '@trustfleet/protocol';
import { openKeySet } from '@trustfleet/signing';
import { pinnedKeySet } from './pinned-keys.ts';
import type { AgentIdentity } from './types.ts';

export type AppliedCandidate =
  | {
      readonly ok: true;
      readonly identity: AgentIdentity;
      /** False where only the key set is new: its signatures prove it, no connection could say more. */
      readonly needsTrial: boolean;
    }
  /** Not to be tried at all; `detail` says why to a person. */
  | { readonly ok: false; readonly detail: string };

/** What this host would be after the server's `settings`. Touches nothing. */
export function applyCandidate(
  identity: AgentIdentity,
  candidate: SettingsMessage['candidate'],
): AppliedCandidate {
  const { address, caCertificate, secret, keySet: envelope } = candidate;
  const needsTrial = address !== undefined || caCertificate !== undefined || secret !== undefined;
  if (!needsTrial && envelope === undefined) return { ok: false, detail: 'The settings change nothing.' };
  if (caCertificate !== undefined && !isAuthority(caCertificate)) {
    return { ok: false, detail: 'The fleet CA of the settings is not one certificate authority in PEM.' };
  }
  let keySet: KeySet | null = identity.keySet ?? null;
  if (envelope !== undefined) {
    const opened = openKeySet({ envelope, pinned: pinnedKeySet(identity) });
    if (!opened.ok) return { ok: false, detail: opened.detail };
    ({ keySet } = opened);
  }
  const next: AgentIdentity = {
    ...identity,
    address: address ?? identity.address,
    caCertificate: caCertificate ?? identity.caCertificate,
    secret: secret ?? identity.secret,
    keySet,
  };
  return { ok: true, identity: next, needsTrial };
}

function isAuthority(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    // What OpenSSL cannot read is no certificate; the caller says so.
    return false;
  }
}
