import type { ReleaseFacts } from '../package-releases/release.ts';

/** How a distribution lies in its site-packages, which decides whether pip can give it up for another one. */
export type DistributionForm =
  /** With a RECORD (PEP 376): pip knows each of its files. */
  | 'recorded'
  /** An egg-info directory with `installed-files.txt`: so does pip. */
  | 'egg-info'
  /** An egg-info file alone (distutils): pip refuses. */
  | 'distutils'
  /** A zipped or unzipped egg of easy_install. */
  | 'egg'
  /** A link to a working tree (PEP 660, `setup.py develop`). */
  | 'editable'
  /** Code without metadata: nobody's. */
  | 'bare';

/** What only the host can tell of one Python environment and one package in it. */
export interface PackageHostLook {
  /** Directories into which this interpreter's pip installs. */
  readonly sites: readonly string[];
  /** Of the pip that this interpreter would run; null where it has none. */
  readonly pip: string | null;
  /** What EXTERNALLY-MANAGED says (PEP 668), its first words; null where there is none, and in a venv, where it does not count. */
  readonly externallyManaged: string | null;
  /** Programs whose records name this package: `conda` (conda-meta), `dpkg`, `rpm`; null for none. */
  readonly manager: string | null;
  readonly form: DistributionForm;
  /** Why its files cannot be written by anybody but their owner, or by whom they can; null where the owner alone can. */
  readonly notWritable: string | null;
}

/** What the parameters leave open. */
export interface PackageContext {
  /** What the wheel says; null where nobody has read one (the index has it). */
  readonly release: ReleaseFacts | null;
  /** Roots of a release of certifi by SHA-256 (the catalogue of libs/certificates); null for one that is not known. */
  readonly certifiRoots: (version: string) => readonly string[] | null;
  /** The host's allow-list names it keeper of the path of this Python. */
  readonly keeper: boolean;
  /** Absent on stored facts. */
  readonly host?: PackageHostLook | undefined;
}

/** What has become of a finished run. */
export interface PackageUndoContext {
  /** Versions as the run's journal and the site-packages say them; null for not installed. */
  readonly previous: string | null;
  readonly now: string | null;
  /** `asLeft`: byte for byte what the run left; `asBefore`: what stood there before it; `changed`: somebody else's. */
  readonly standing: 'asLeft' | 'asBefore' | 'changed';
  /** The first file that is neither; null where there is none. */
  readonly stranger: string | null;
}
