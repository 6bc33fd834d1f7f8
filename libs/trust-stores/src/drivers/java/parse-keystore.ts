import { CertificateParseError, readCertificateFields } from '@trustfleet/certificates';
import { parseJks } from './jks.ts';
import { KeystoreError, PASSWORD, type Keystore } from './keystore.ts';
import { parsePkcs12 } from './pkcs12.ts';

const JKS_MAGIC = 0xfeedfeed;
const JCEKS_MAGIC = 0xcececece;
const DER_SEQUENCE = 0x30;

/** Throws {@link KeystoreError}: for a single certificate that is none, too, since Java then opens nothing of it. */
export function parseKeystore(file: Uint8Array): Keystore {
  const keystore = parseFormat(file);
  for (const { alias, der } of keystore.entries)
    try {
      readCertificateFields(der);
    } catch (error) {
      if (!(error instanceof CertificateParseError)) throw error;
      throw new KeystoreError(`its entry ${alias.slice(0, 80)} is no certificate: ${error.message}`);
    }
  return keystore;
}

function parseFormat(file: Uint8Array): Keystore {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < 4) throw new KeystoreError('it is no keystore: it is empty');
  const magic = bytes.readUInt32BE();
  if (magic === JKS_MAGIC) return parseJks(bytes, PASSWORD);
  if (magic === JCEKS_MAGIC)
    throw new KeystoreError('it is a JCEKS keystore, which Java does not take for a trust store by default');
  if (bytes[0] !== DER_SEQUENCE)
    throw new KeystoreError('it is neither JKS nor PKCS#12 (perhaps BKS, or damaged)');
  try {
    return parsePkcs12(bytes);
  } catch (error) {
    if (error instanceof CertificateParseError) throw new KeystoreError(`a broken PKCS#12: ${error.message}`);
    throw error;
  }
}
