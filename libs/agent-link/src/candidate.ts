import { X509Certificate } from 'node:crypto';
import type { SettingsMessage } from '@trustfleet/protocol';
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
  const { keySet: envelope, address, caCertificate, secret } = candidate;
  const change = withoutUndefined({ address, caCertificate, secret });
  const needsTrial = Object.keys(change).length > 0;
  if (!needsTrial && envelope === undefined) return { ok: false, detail: 'The settings change nothing.' };
  if (caCertificate !== undefined && !isAuthority(caCertificate)) {
    return { ok: false, detail: 'The fleet CA of the settings is not one certificate authority in PEM.' };
  }
  if (envelope === undefined) return { ok: true, needsTrial, identity: { ...identity, ...change } };
  const opened = openKeySet({ envelope, pinned: pinnedKeySet(identity) });
  if (!opened.ok) return { ok: false, detail: opened.detail };
  return { ok: true, needsTrial, identity: { ...identity, ...change, keySet: opened.keySet } };
}

type Change = Partial<Pick<AgentIdentity, 'address' | 'caCertificate' | 'secret'>>;

function withoutUndefined(change: Record<keyof Change, string | undefined>): Change {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

function isAuthority(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    // What OpenSSL cannot read is no certificate; the caller says so.
    return false;
  }
}
