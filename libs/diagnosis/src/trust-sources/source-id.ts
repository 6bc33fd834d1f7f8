import { sha256Hex } from '@trustfleet/certificates';

/** What one trust source is told from others by. */
export interface SourceKey {
  readonly client: string;
  readonly python: string | null;
  readonly install: string | null;
  /** The account that stands for its variables; empty for those of no account of its own. */
  readonly account: string;
  /** The service that stands for them, where no account does. */
  readonly service: string;
  /** What code says for its own calls; absent for the client in general. */
  readonly code?: readonly (string | null | undefined)[] | undefined;
}

/** The same consumer has it at every scan: neither values of variables nor versions count, the account that stands for its context does. */
export function sourceId({ client, python, install, account, service, code }: SourceKey): string {
  const text = JSON.stringify([
    client,
    python ?? '',
    install ?? '',
    account,
    account === '' ? service : '',
    ...(code === undefined ? [] : [code]),
  ]);
  return sha256Hex(new TextEncoder().encode(text)).slice(0, 16);
}
