import { clip } from '@trustfleet/protocol';

const MASK = '***';
const MAX_LENGTH = 4096;
const SCHEME = /^[a-z][a-z0-9+.-]{0,20}:\/\//i;
/** A host, or a variable that stands for one, and a port. */
const SERVER = /^(\[[0-9a-f:.]+\]|[\w.${}%-]+)(:\d{1,5})?\/?$/i;

/**
 * What is reported of a value: of a proxy only its scheme and server, whatever stands before the last `@`; what has no such form is
 * masked whole, since it may be a password in the wrong place (failures.md §11, point 8).
 */
export function keptValue(name: string, value: string): string {
  const hidden = value.length > 2 * MAX_LENGTH && /@|:\/\//.test(value) ? MASK : maskOf(name)(value);
  return clip(hidden, MAX_LENGTH);
}

function maskOf(name: string): (value: string) => string {
  if (/^https?_proxy$/i.test(name)) return maskProxy;
  return /^no_proxy$/i.test(name) ? maskHosts : maskAddresses;
}

function maskProxy(value: string): string {
  const written = value.trim();
  if (written === '') return value;
  const scheme = SCHEME.exec(written)?.[0] ?? '';
  const rest = written.slice(scheme.length);
  const at = rest.lastIndexOf('@');
  const server = SERVER.exec(rest.slice(at + 1));
  if (server === null) return MASK;
  return `${scheme}${at === -1 ? '' : `${MASK}@`}${server[1] ?? ''}${server[2] ?? ''}`;
}

/** Hosts that need no proxy: nobody writes an `@` there on purpose. */
function maskHosts(value: string): string {
  return value.includes('@') ? MASK : value;
}

/** A path or option that holds an address with credentials. */
function maskAddresses(value: string): string {
  return value.replace(/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s"']*@/gi, `$1${MASK}@`);
}
