import type { OpenSslProfile } from '@trustfleet/certificates';
import { clip, type TrustSource } from '@trustfleet/protocol';
import type { Consumer, ResolvedSource } from '../consumer.ts';
import { isBefore } from '../version-number.ts';
import type { Inquiry } from './inquiry.ts';
import { PLAIN_PROFILE, profileAtOldest, pythonProfile } from './openssl-profile.ts';
import type { Found } from './search.ts';
import { sourceId } from './source-id.ts';

/** What a resolver knows besides what was found. */
export interface Client {
  /** The copy of the library that decides; null where there is none. */
  readonly install: string | null;
  readonly version: string | null;
  /** By default that of the consumer's Python, whose context is `create_default_context`'s where the search ended in the default store. */
  readonly openssl?: OpenSslProfile;
  readonly sendsName?: boolean;
  readonly checksName?: boolean;
}

const LIMITS = { text: 512, path: 4096, steps: 32, accounts: 200 } as const;

export function sourceOf(inquiry: Inquiry, { steps, end }: Found, client: Client): ResolvedSource {
  const { given: consumer, index } = inquiry;
  const loaded = end.state === 'anchors' ? index.union(end.origins) : { anchors: null, digest: null };
  const source: TrustSource = {
    id: idOf(consumer, client.install),
    python: consumer.python?.path ?? null,
    client: consumer.client,
    install: client.install,
    version: client.version,
    accounts: consumer.context.accounts.slice(0, LIMITS.accounts),
    ...placeOf(consumer),
    steps: steps.slice(0, LIMITS.steps).map((one) => ({ ...one, value: clipped(one.value, LIMITS.path) })),
    state: end.state,
    error: clipped(end.error, LIMITS.text),
    anchors: loaded.anchors === null ? null : loaded.anchors.length,
    digest: loaded.digest,
  };
  const openssl = client.openssl ?? profileOf(inquiry.consumer, end.byDefaultContext);
  const { checksName = true } = client;
  const sendsName = (client.sendsName ?? true) && canSendName(inquiry);
  return {
    source,
    consumer,
    anchors: loaded.anchors ?? [],
    decidedBy: decidedBy(end),
    openssl,
    ...atOldest(inquiry, openssl),
    sendsName,
    checksName,
  };
}

function atOldest({ consumer }: Inquiry, newest: OpenSslProfile): Pick<ResolvedSource, 'opensslAtOldest'> {
  const oldest = profileAtOldest(consumer.python, newest);
  return oldest === null ? {} : { opensslAtOldest: oldest };
}

function placeOf({ code }: Consumer): Pick<TrustSource, 'code'> {
  if (code === undefined) return {};
  const { path, line, rule, places } = code;
  return { code: { path: clip(path, LIMITS.path), line, rule, places } };
}

/** ssl.HAS_SNI, which Python has from 2.7.9 on: without it none of its clients can name a server (failures.md §7.1, codes 18 and 62). */
function canSendName({ consumer, python }: Inquiry): boolean {
  return !isBefore(python, [2, 7, 9]) && consumer.python?.ssl?.sni !== false;
}

function profileOf({ python }: Consumer, byDefaultContext: boolean): OpenSslProfile {
  return python === null ? PLAIN_PROFILE : pythonProfile(python, byDefaultContext);
}

function clipped(text: string | null, length: number): string | null {
  return text === null ? null : clip(text, length);
}

function decidedBy({ origins, variable }: Found['end']): ResolvedSource['decidedBy'] {
  const [first] = origins;
  if (first === undefined) return { kind: 'none', ids: [], variable };
  const { kind } = first;
  const ids = origins.filter((origin) => origin.kind === kind).map(({ id }) => id);
  return { kind, ids: [...new Set(ids)], variable };
}

function idOf({ client, python, context, code }: Consumer, install: string | null): string {
  const [account = ''] = context.accounts;
  const [service = ''] = context.services ?? [];
  return sourceId({
    client,
    python: python?.path ?? null,
    install,
    account,
    service,
    // Neither the line nor the file: what is said may move, and be said elsewhere too.
    code: code === undefined ? undefined : [code.argument, code.place, code.target],
  });
}
