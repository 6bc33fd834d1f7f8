import { X509_ERRORS } from './codes.ts';
import type { GeneralName } from './general-names.ts';

const { permittedViolation, unsupportedConstraintType, unsupportedNameSyntax } = X509_ERRORS;

const TEXT_MATCHES = { dns: matchesHost, email: matchesMail, uri: matchesUri } as const;

/** 0 where `name` lies in the subtree of `base`, which is of its kind; else a code, permittedViolation where it just does not. */
export function matchesConstraint(name: GeneralName, base: GeneralName, old: boolean): number {
  if ('text' in name && 'text' in base) return TEXT_MATCHES[name.kind](name.text, base.text);
  if (name.kind === 'directory' && base.kind === 'directory')
    return name.name.key.startsWith(base.name.key) ? 0 : permittedViolation;
  if (name.kind === 'address' && base.kind === 'address' && !old)
    return matchesAddress(name.bytes, base.bytes);
  return unsupportedConstraintType;
}

/** ASCII alone: nothing else is a letter in an IA5 string. */
function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function matchesHost(host: string, base: string): number {
  if (base === '') return 0;
  if (host.length < base.length) return permittedViolation;
  const beginning = host.slice(0, host.length - base.length);
  if (beginning !== '' && !base.startsWith('.') && !beginning.endsWith('.')) return permittedViolation;
  return sameText(host.slice(beginning.length), base) ? 0 : permittedViolation;
}

function matchesMail(mail: string, base: string): number {
  const at = mail.lastIndexOf('@');
  if (at < 0) return unsupportedNameSyntax;
  const baseAt = base.lastIndexOf('@');
  if (baseAt < 0 && base.startsWith('.')) {
    const below = mail.length > base.length && sameText(mail.slice(-base.length), base);
    return below ? 0 : permittedViolation;
  }
  // The part before the @ is somebody's own: its case counts.
  if (baseAt > 0 && base.slice(0, baseAt) !== mail.slice(0, at)) return permittedViolation;
  return sameText(mail.slice(at + 1), base.slice(baseAt + 1)) ? 0 : permittedViolation;
}

function matchesUri(uri: string, base: string): number {
  const host = /^[^:]+:\/\/([^:/]+)/.exec(uri)?.[1];
  if (host === undefined) return unsupportedNameSyntax;
  if (base.startsWith('.')) {
    const below = host.length > base.length && sameText(host.slice(-base.length), base);
    return below ? 0 : permittedViolation;
  }
  return sameText(host, base) ? 0 : permittedViolation;
}

function matchesAddress(address: Uint8Array, base: Uint8Array): number {
  if (address.length !== 4 && address.length !== 16) return unsupportedNameSyntax;
  if (base.length !== 8 && base.length !== 32) return unsupportedNameSyntax;
  if (address.length * 2 !== base.length) return permittedViolation;
  const inside = address.every((byte, index) => {
    const mask = base[address.length + index] ?? 0;
    return (byte & mask) === ((base[index] ?? 0) & mask);
  });
  return inside ? 0 : permittedViolation;
}
