import { createEndpoint } from '@trustfleet/api';

export interface Address {
  readonly host: string;
  readonly port: number;
}

const HTTPS = 443;

/**
 * What a person writes or pastes as an address: `studio.example`, `studio.example:8443`, `[::1]:443`, `::1`, or what stands in a browser's
 * address bar. Null for what is none. The port is HTTPS' own where none is named.
 */
export function readAddress(text: string): Address | null {
  const bare = text
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/[/?#].*$/s, '');
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(bare);
  const named = /^([^:]+)(?::(\d{1,5}))?$/.exec(bare);
  const [, host = bare, digits] = bracketed ?? named ?? [];
  const read = { host, port: digits === undefined ? HTTPS : Number(digits) };
  const fields = createEndpoint.pick({ host: true, port: true }).safeParse(read);
  return fields.success ? fields.data : null;
}
