import { sha256Hex } from '@trustfleet/certificates';
import type { TrustStorePorts } from '../../ports.ts';
import { failed, messageOf } from '../../store-change.ts';
import type { EntryAccess, EntryState, StoreChange } from '../../types.ts';
import {
  holds,
  openDocument,
  whyNotBundle,
  withAnchor,
  withoutAnchor,
  type Document,
  type Edit,
} from './document.ts';
import { openPlace, whyNotWritable, type Place } from './place.ts';
import { replaceFile } from './replace.ts';

const NOTHING: StoreChange = { state: 'done', files: [], commands: [] };
const ABSENT: EntryState = { kind: 'absent' };

/** Single anchors of one PEM file. A file says nothing of an anchor but that it is there, so there are no attributes. */
export function bundleEntries(ports: TrustStorePorts, path: string): EntryAccess {
  return {
    async get(sha256) {
      const place = await openPlace(ports, path);
      const document = documentOf(place);
      if ('refusal' in document) throw new Error(document.refusal);
      if (!holds(document, sha256)) return ABSENT;
      const der = document.parsed.certificates.find((certificate) => certificate.sha256 === sha256)?.der;
      return der === undefined ? ABSENT : trusting(der);
    },
    trusting,
    put: (sha256, state) => put(ports, path, { sha256, state }),
  };
}

function trusting(der: Uint8Array): EntryState {
  return { kind: 'present', der: Buffer.from(der).toString('base64'), trust: 'servers', attributes: {} };
}

interface Wanted {
  readonly sha256: string;
  readonly state: EntryState;
}

async function put(ports: TrustStorePorts, path: string, wanted: Wanted): Promise<StoreChange> {
  const place = await openPlace(ports, path);
  const refusal = await whyNotWritable(ports, place);
  if (refusal !== null) return failed(refusal);
  const document = documentOf(place);
  if ('refusal' in document) return failed(document.refusal);
  const edit = editOf(document, wanted);
  if (edit.state === 'refused') return failed(`${path} was not changed: ${edit.reason}`);
  if (edit.state === 'same') return NOTHING;
  return await replace(ports, place, edit.bytes);
}

function editOf(document: Document, { sha256, state }: Wanted): Edit {
  if (state.kind === 'absent') return withoutAnchor(document, sha256);
  const der = Buffer.from(state.der, 'base64');
  if (sha256Hex(der) !== sha256)
    return { state: 'refused', reason: `the certificate given for ${sha256.slice(0, 80)} is another one` };
  if (state.trust !== 'servers')
    return { state: 'refused', reason: 'what stands in a PEM file is trusted: take the anchor out instead' };
  return withAnchor(document, { sha256, der });
}

async function replace(ports: TrustStorePorts, place: Place, bytes: Uint8Array): Promise<StoreChange> {
  try {
    return { ...NOTHING, files: await replaceFile(ports, place, { bytes }) };
  } catch (error) {
    return failed(`${place.target} could not be written: ${messageOf(error)}`);
  }
}

const EMPTY = new Uint8Array();

/** What the place holds, if programs can use it as it is; a missing file holds nothing. */
export function documentOf({ path, read }: Place): Document | { readonly refusal: string } {
  if (read === null) return { refusal: `${path} is a directory` };
  if (read.state !== 'read' && read.state !== 'missing') return { refusal: read.detail };
  const document = openDocument(read.state === 'read' ? read.bytes : EMPTY);
  const refusal = whyNotBundle(document);
  return refusal === null ? document : { refusal: `${path}: ${refusal}` };
}
