import { sha256Hex } from '@trustfleet/certificates';
import type { TrustStorePorts } from '../../ports.ts';
import { failed, messageOf } from '../../store-change.ts';
import type { ChangeOptions, EntryAccess, EntryState, StoreChange } from '../../types.ts';
import { holds, openDocument, whyNotBundle, withAnchor, withoutAnchor, type Document } from './document.ts';
import { entryOfDirectory, putInDirectory } from './directory.ts';
import { openPlace, whyNotWritable, type Place } from './place.ts';
import { replaceFile } from './replace.ts';

const NOTHING: StoreChange = { state: 'done', files: [], commands: [] };
const ABSENT: EntryState = { kind: 'absent' };

/** Single anchors of one PEM file. A file says nothing of an anchor but that it is there, so there are no attributes. */
export function bundleEntries(ports: TrustStorePorts, path: string): EntryAccess {
  return {
    async get(sha256) {
      const place = await openPlace(ports, path);
      if (place.kind === 'directory') return presentOrAbsent(await entryOfDirectory(ports, path, sha256));
      const document = documentOf(place);
      if ('refusal' in document) throw new Error(document.refusal);
      if (!holds(document, sha256)) return ABSENT;
      const found = document.parsed.certificates.find((certificate) => certificate.sha256 === sha256);
      return presentOrAbsent(found?.der ?? null);
    },
    trusting,
    put: (sha256, state, options) => put(ports, path, { sha256, state, options }),
  };
}

function presentOrAbsent(der: Uint8Array | null): EntryState {
  return der === null ? ABSENT : trusting(der);
}

function trusting(der: Uint8Array): EntryState {
  return { kind: 'present', der: Buffer.from(der).toString('base64'), trust: 'servers', attributes: {} };
}

interface Wanted {
  readonly sha256: string;
  readonly state: EntryState;
  readonly options: ChangeOptions | undefined;
}

async function put(ports: TrustStorePorts, path: string, wanted: Wanted): Promise<StoreChange> {
  const asked = askedOf(wanted);
  if ('refusal' in asked) return failed(`${path} was not changed: ${asked.refusal}`);
  const place = await openPlace(ports, path);
  if (place.kind === 'directory')
    return await putInDirectory(ports, place, { ...asked, options: wanted.options });
  const refusal = await whyNotWritable(ports, place);
  if (refusal !== null) return failed(refusal);
  const document = documentOf(place);
  if ('refusal' in document) return failed(document.refusal);
  const { sha256, der } = asked;
  const edit = der === null ? withoutAnchor(document, sha256) : withAnchor(document, { sha256, der });
  if (edit.state === 'refused') return failed(`${path} was not changed: ${edit.reason}`);
  return edit.state === 'same' ? NOTHING : await replace(ports, place, edit.bytes);
}

/** DER to be there, or null for none. */
function askedOf({
  sha256,
  state,
}: Wanted): { readonly sha256: string; readonly der: Uint8Array | null } | { readonly refusal: string } {
  if (state.kind === 'absent') return { sha256, der: null };
  const der = Buffer.from(state.der, 'base64');
  if (sha256Hex(der) !== sha256)
    return { refusal: `the certificate given for ${sha256.slice(0, 80)} is another one` };
  return state.trust === 'servers'
    ? { sha256, der }
    : { refusal: 'what stands in a PEM file is trusted: take the anchor out instead' };
}

async function replace(ports: TrustStorePorts, place: Place, bytes: Uint8Array): Promise<StoreChange> {
  try {
    return { ...NOTHING, files: await replaceFile(ports, place, { bytes }) };
  } catch (error) {
    return failed(`${place.target} could not be written: ${messageOf(error)}`);
  }
}

const EMPTY = new Uint8Array();
/** Elsewhere programs take every file of a directory for theirs, and some names mean something by themselves (/etc/nologin, /etc/sudoers.d). */
const BUNDLE_NAME = /\.(?:pem|crt|cer|cert|txt)$|bundle[^/]*$/i;

/** What the place holds, if programs can use it as it is; a missing file holds nothing. */
export function documentOf({ path, read }: Place): Document | { readonly refusal: string } {
  if (read === null) return { refusal: `${path} is a directory` };
  if (read.state !== 'read' && read.state !== 'missing') return { refusal: read.detail };
  if (read.state === 'missing' && !BUNDLE_NAME.test(path))
    return {
      refusal: `${path} is not there, and is not made: a new bundle has a name that says what it is, such as ca-bundle.pem`,
    };
  const document = openDocument(read.state === 'read' ? read.bytes : EMPTY);
  const refusal = whyNotBundle(document);
  return refusal === null ? document : { refusal: `${path}: ${refusal}` };
}
