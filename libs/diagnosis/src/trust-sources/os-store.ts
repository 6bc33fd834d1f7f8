import type { TrustStore } from '@trustfleet/protocol';
import type { Origin } from './facts-index.ts';
import type { Inquiry } from './inquiry.ts';

const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
/** libs/trust-stores names Windows' stores so. */
const WINDOWS_ID = /^windows\.(localMachine|currentUser)\.(root|ca)$/;

/**
 * What `ssl.enum_certificates("ROOT" | "CA")` gives: intermediates in "CA" become anchors, and neither Disallowed nor a date is asked
 * (python-tls.md §3). Null where the facts hold no such store.
 */
export function windowsStoresOfPython(inquiry: Inquiry): readonly Origin[] | null {
  return windowsOrigins(inquiry, ({ entries, bundle }) =>
    entries === undefined
      ? bundle.anchors
      : entries
          .filter(({ purposes }) => purposes === null || purposes.includes(SERVER_AUTH))
          .map(({ anchor }) => anchor),
  );
}

/** What the operating system's own verification trusts: truststore, Schannel, SecTrust. Null where the facts hold no such store. */
export function operatingSystemStore(inquiry: Inquiry): readonly Origin[] | null {
  if (inquiry.platform === 'windows') {
    const both = windowsOrigins(inquiry, ({ bundle }) => bundle.anchors);
    return both?.filter(({ id }) => id.endsWith('.root')) ?? null;
  }
  const stores = inquiry.index.stores.filter(
    ({ operatingSystem, user }) => operatingSystem && isFor(inquiry, user ?? null),
  );
  return stores.length === 0 ? null : stores.map((store) => originOf(store, store.bundle.anchors));
}

function windowsOrigins(
  inquiry: Inquiry,
  anchors: (store: TrustStore) => readonly string[],
): readonly Origin[] | null {
  const stores = inquiry.index.stores.filter(
    ({ id, user }) => WINDOWS_ID.test(id) && isFor(inquiry, user ?? null),
  );
  const read = stores.filter(({ bundle }) => bundle.state === 'read');
  if (!read.some(({ id }) => id === 'windows.localMachine.root')) return null;
  return read.map((store) => originOf(store, anchors(store)));
}

/** An account's own store counts for its programs alone. */
function isFor({ consumer }: Inquiry, user: string | null): boolean {
  return user === null || consumer.context.accounts.includes(user);
}

function originOf({ id, bundle }: TrustStore, anchors: readonly string[]): Origin {
  // Two views of one store differ in what they leave out.
  return { kind: 'store', id, read: `${bundle.path}#${anchors.length}`, anchors };
}
