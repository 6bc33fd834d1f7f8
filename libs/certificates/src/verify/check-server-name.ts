import { textOf } from '../x509/canonical-name.ts';
import { X509_ERRORS } from './codes.ts';
import type { GeneralName } from './general-names.ts';
import { pathCertificate, type PathCertificate } from './path-certificate.ts';
import type { NameRules } from './types.ts';

const COMMON_NAME = '2.5.4.3';

/** Python from 3.7 on: OpenSSL's own check with X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS. */
export const PYTHON_NAME_RULES: NameRules = {
  checked: 'openssl',
  wildcards: 'wholeLabel',
  commonName: 'withoutDnsName',
};

/** Whether a server's certificate is for that name, trusted or not: 0, else 62 or 64; null for what is no certificate. */
export function serverNameCode(leaf: Uint8Array, serverName: string, rules: NameRules): number | null {
  const certificate = pathCertificate(leaf);
  return certificate === null ? null : nameMismatch(certificate, serverName, rules);
}

/** 0 where the certificate is for that DNS name or IP address; else 62 or 64. */
export function nameMismatch(certificate: PathCertificate, serverName: string, rules: NameRules): number {
  const address = addressBytes(serverName);
  const names = certificate.extensions.alternativeNames ?? [];
  const matches = (pattern: string): boolean => matchesHostPattern(pattern, serverName, rules);
  const named = names.some((name) =>
    address === null
      ? name.kind === 'dns' && matches(name.text)
      : rules.addresses !== false && name.kind === 'address' && Buffer.compare(name.bytes, address) === 0,
  );
  // Python's own check holds a CN against an address too, letter for letter.
  const byCommonName = address === null || (rules.commonNameOfAddress ?? rules.wildcards === 'matchHostname');
  if (named || (byCommonName && looksAtCommonName(names, rules) && commonNames(certificate).some(matches)))
    return 0;
  return address === null ? X509_ERRORS.hostNameMismatch : X509_ERRORS.addressMismatch;
}

function looksAtCommonName(names: readonly GeneralName[], { commonName }: NameRules): boolean {
  if (commonName === 'never') return false;
  const counts = commonName === 'withoutDnsName' ? ['dns'] : ['dns', 'address'];
  return !names.some(({ kind }) => counts.includes(kind));
}

function commonNames({ subject }: PathCertificate): string[] {
  return subject.entries.flatMap(({ type, value }) =>
    type === COMMON_NAME ? [textOf(value) ?? ''].filter((text) => text !== '') : [],
  );
}

/** RFC 6125 §6.4.3 as OpenSSL has it. */
function matchesHostPattern(pattern: string, host: string, { wildcards }: NameRules): boolean {
  const [wanted, subject] = [pattern.toLowerCase(), host.toLowerCase()];
  if (wildcards === 'matchHostname') return matchHostname(wanted, subject);
  return isWildcard(wanted, wildcards === 'partial') && !subject.startsWith('.')
    ? fillsWildcard(wanted, subject)
    : wanted !== '' && wanted === subject;
}

/** `_dnsname_match` of Python 2.7.9 to 3.11, and of urllib3 1.x. */
function matchHostname(pattern: string, host: string): boolean {
  const [first, rest] = firstLabel(pattern);
  if (!first.includes('*')) return pattern !== '' && pattern === host;
  const [label, others] = firstLabel(host);
  if (rest !== others) return false;
  if (first === '*') return label !== '';
  return first.startsWith('xn--') || host.startsWith('xn--') ? first === label : fillsLabel(first, label);
}

/** More than one star matches nothing. */
function fillsLabel(pattern: string, label: string): boolean {
  const [before = '', after = '', ...more] = pattern.split('*');
  const longEnough = label.length >= before.length + after.length;
  return more.length === 0 && longEnough && label.startsWith(before) && label.endsWith(after);
}

function firstLabel(name: string): [first: string, rest: string] {
  const dot = name.indexOf('.');
  return dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
}

/** wildcard_match: a star is no dot, no part of an xn-- label, and as a whole label at least one character. */
function fillsWildcard(pattern: string, subject: string): boolean {
  const [before = '', after = ''] = pattern.split('*');
  const around = before.length + after.length;
  if (subject.length < around || !subject.startsWith(before) || !subject.endsWith(after)) return false;
  const filled = subject.slice(before.length, subject.length - after.length);
  const wholeLabel = before === '' && after.startsWith('.');
  if (wholeLabel ? filled === '' : subject.startsWith('xn--')) return false;
  return filled === '*' || /^[a-z0-9-]*$/.test(filled);
}

/** valid_star: one star, in the first label, which is no xn--; at its start or end; two dots behind it. */
function isWildcard(pattern: string, partial: boolean): boolean {
  const [first = '', ...labels] = pattern.split('.');
  if (labels.length < 2 || !labels.every(isLabel)) return false;
  return first === '*' || (partial && isPartialWildcard(first));
}

function isPartialWildcard(label: string): boolean {
  const rest = label.startsWith('*') ? label.slice(1) : label.endsWith('*') ? label.slice(0, -1) : null;
  return rest !== null && isLabel(rest) && !label.startsWith('xn--');
}

function isLabel(label: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(label);
}

/** 4 or 16 bytes; null for what is no IP address. */
export function addressBytes(text: string): Uint8Array | null {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (four !== undefined) return four.every((part) => part <= 255) ? Uint8Array.from(four) : null;
  return text.includes(':') ? sixteenBytes(text) : null;
}

function sixteenBytes(text: string): Uint8Array | null {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return null;
  const start = groups(head);
  const end = tail === undefined ? [] : groups(tail);
  if (start === null || end === null) return null;
  const missing = 16 - start.length - end.length;
  if (tail === undefined ? missing !== 0 : missing < 2) return null;
  return Uint8Array.from([...start, ...Array.from({ length: missing }, () => 0), ...end]);
}

function groups(text: string): number[] | null {
  if (text === '') return [];
  const bytes: number[] = [];
  for (const [index, group] of text.split(':').entries()) {
    const last = index === text.split(':').length - 1;
    const four = last ? addressBytes(group) : null;
    if (four !== null) bytes.push(...four);
    else if (/^[0-9a-f]{1,4}$/i.test(group)) bytes.push(parseInt(group, 16) >> 8, parseInt(group, 16) & 0xff);
    else return null;
  }
  return bytes;
}
