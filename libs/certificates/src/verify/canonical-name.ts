import { canonicalNameBytes } from '../x509/canonical-name.ts';
import { children, type DerElement, objectIdentifier } from '../x509/der.ts';

/** A Name as OpenSSL compares it (X509_NAME_cmp): case, white space and the kind of string do not count. */
export interface CanonicalName {
  /** Equal for equal names; that of a directory above is a prefix of those below it. */
  readonly key: string;
  /** Attributes in it. */
  readonly entries: readonly NameEntry[];
}

export interface NameEntry {
  readonly type: string;
  readonly value: DerElement;
}

/** Throws CertificateParseError. */
export function canonicalName(name: DerElement): CanonicalName {
  const entries = children(name).flatMap((relativeName) =>
    children(relativeName).flatMap((attribute): NameEntry[] => {
      const [type, value] = children(attribute);
      return type === undefined || value === undefined ? [] : [{ type: objectIdentifier(type), value }];
    }),
  );
  return { key: canonicalNameBytes(name).toString('latin1'), entries };
}
