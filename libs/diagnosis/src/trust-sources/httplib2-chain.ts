import { bundleOfPackage, certifi } from './hooks.ts';
import { byFile, packageOf, readAs, variable, type Inquiry } from './inquiry.ts';
import { ended, found, type Found, type Rung } from './search.ts';
import { place, step } from './step.ts';
import { notImportable } from './python-client.ts';

const NO_FILE = 'RuntimeError: Environment variable HTTPLIB2_CA_CERTS not a valid file';
const NOT_KNOWN = 'Whether HTTPLIB2_CA_CERTS names a file decides whether the import works';

/**
 * `certs.where()` runs while httplib2 is imported, so that a variable that names no file ends the import itself, wherever the anchors
 * would have come from (shotgrid.md §1.4; every copy of httplib2 from 0.12 on). Null where it does no harm.
 */
export function httplib2ImportFailure(inquiry: Inquiry): Found | null {
  const at = variable(inquiry, 'HTTPLIB2_CA_CERTS');
  if (at.value === null) return null;
  if (at.value === '') return notImportable([at, 'failed', 'emptyNamesNoFile'], NO_FILE);
  const reading = readAs(inquiry, at);
  if (reading.state === 'unknown')
    return found(step(at, 'used', 'factsMissing'), ended('unknown', `${NOT_KNOWN}: ${reading.why}`, at.name));
  const noFile =
    reading.state === 'fails' && ['fileMissing', 'notAFile', 'insideZip'].includes(reading.problem);
  return noFile ? notImportable([at, 'failed', 'failsImport'], NO_FILE) : null;
}

/** HTTPLIB2_CA_CERTS > ca_certs_locater > certifi on sys.path > the bundle of that httplib2. */
export function httplib2Rungs(inquiry: Inquiry, own: Rung): readonly Rung[] {
  return [httplib2VariableRung(inquiry), locaterRung(inquiry), certifiRung(inquiry), own];
}

export function httplib2VariableRung(inquiry: Inquiry): Rung {
  const at = variable(inquiry, 'HTTPLIB2_CA_CERTS');
  return {
    place: at,
    look: at.value === null ? null : () => byFile(inquiry, at, { used: 'replacesBundle' }),
  };
}

export function certifiRung(inquiry: Inquiry): Rung {
  const installed = certifi(inquiry);
  const at = place('package', { name: 'certifi', value: bundleOfPackage(inquiry, 'certifi') });
  return { place: at, look: installed === null ? null : () => installed };
}

/** A module of the studio's own, whose `get()` names a file. */
export function locaterRung(inquiry: Inquiry): Rung {
  const module = packageOf(inquiry.consumer.python, 'ca_certs_locater');
  const value = module?.bundle ?? null;
  const at = place('module', { name: 'ca_certs_locater', value: value ?? module?.location ?? null });
  if (module === undefined) return { place: at, look: null };
  if (value !== null) return { place: at, look: () => byFile(inquiry, at, { used: 'replacesBundle' }) };
  const look = (): Found => found(step(at, 'used', 'moduleDecides'), ended('unknown', MODULE));
  return { place: at, look };
}
const MODULE = 'A module ca_certs_locater of the studio names the file when it is run';
