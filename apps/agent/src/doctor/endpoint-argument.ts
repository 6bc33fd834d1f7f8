import { endpointHost, port as portNumber, type ConfiguredEndpoint } from '@trustfleet/protocol';
import { sha256Hex } from '@trustfleet/signing';

const HTTPS = 443;
const BRACKETED = /^\[([0-9a-f:.]+)\](?::(\d{1,5}))?$/i;
const IPV6 = /^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*$/i;
const NAMED = /^([^:[\]]+)(?::(\d{1,5}))?$/;

/** `host`, `host:port`, `[::1]:port` or an https address as people paste it; null for what is none of them. */
export function parseEndpoint(text: string): ConfiguredEndpoint | null {
  const parts = partsOf(/^https:\/\/([^/?#]+)/i.exec(text)?.[1] ?? text);
  if (parts === null) return null;
  const host = endpointHost.safeParse(parts.host);
  const port = portNumber.safeParse(parts.port === undefined ? HTTPS : Number(parts.port));
  if (!host.success || !port.success) return null;
  const address = { host: host.data, port: port.data };
  return {
    id: idOf(`${address.host.toLowerCase()} ${address.port}`),
    name: addressOf(address),
    ...address,
    clients: [],
  };
}

function partsOf(address: string): { readonly host: string; readonly port: string | undefined } | null {
  if (IPV6.test(address)) return { host: address, port: undefined };
  const [, host, port] = BRACKETED.exec(address) ?? NAMED.exec(address) ?? [];
  return host === undefined ? null : { host, port };
}

export function addressOf({ host, port }: Pick<ConfiguredEndpoint, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The same for the same address, in the form that ids of endpoints have (RFC 9562, version 8). */
function idOf(text: string): string {
  const hex = sha256Hex(text);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
