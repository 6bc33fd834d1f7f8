import type { PythonEnvironment } from '@trustfleet/protocol';
import type { Account } from '../../ports.ts';
import type { Reader } from '../../scan.ts';

/** A path at which a Python may lie. */
export interface Candidate {
  readonly path: string;
  readonly kind: PythonEnvironment['kind'];
  /** e.g. `Maya 2024`. */
  readonly product?: string;
  /** It is listed and never started: why. */
  readonly neverRun?: string;
  /** Named by this account's own settings or found with its rights: read, and run, with no others (security.md, "a local user"). */
  readonly readAs?: Account;
  /** Not started unless the standard library is found that it would execute. */
  readonly onlyWithLibrary?: boolean;
  /** What the registry says of it (PEP 514). */
  readonly stated?: { readonly version: string | null };
}

/** A directory in which interpreters lie under the names that {@link INTERPRETER} takes. */
export interface Place {
  readonly directory: string;
  readonly kind: Candidate['kind'];
  readonly reader: Reader;
  readonly readAs?: Account;
}

export interface Candidates {
  readonly candidates: readonly Candidate[];
  /** Directories in which an interpreter may appear. */
  readonly directories: readonly string[];
}

/** `python`, `python3`, `python3.11`, `python3.13t`; not `python3-config` or `pythonw`. */
export const INTERPRETER = /^python(\d+(\.\d+)*t?)?$/;
export const WINDOWS_INTERPRETER = /^python(\d+(\.\d+)*t?)?\.exe$/i;

/** Interpreters of products under a name of their own. */
const PRODUCT_PYTHON = /^(mayapy|mobupy|3dsmaxpy|py-interp)(\.exe)?$/i;

export function isPythonName(name: string): boolean {
  return INTERPRETER.test(name) || WINDOWS_INTERPRETER.test(name) || PRODUCT_PYTHON.test(name);
}

/**
 * Programs that a Python is part of: they take a licence, start slowly or open a window (failures.md §7.4), so none of them is
 * ever started, under whatever name it was found.
 */
const PROGRAM =
  /^(hython|hbatch|houdini|hfs|hcmd|nuke|hiero|mari|katana|maya(?!py)|3dsmax(?!py)|motionbuilder|flame|flare|flameassist|unrealeditor|ue4editor|blender|c4dpy|cinema 4d|vred|alias|rv(?=$|[.\d-])|rvio|shotgun|shotgrid|photoshop|substance|adobe|painter|designer)/i;

export function isProductProgram(name: string): boolean {
  return PROGRAM.test(name);
}
