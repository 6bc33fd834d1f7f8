import type { ShotgunApi, ToolkitCore } from '@trustfleet/protocol';

/** shotgrid.md §1.4: copies whose three paths look for their anchors in the same places. */
export const ERAS = ['E0', 'E1', 'E2', 'E3', 'E4', 'E5', 'E6', 'E7', 'E8', 'E9', 'E10'] as const;
export type Era = (typeof ERAS)[number];

/** Network paths of the API that are judged separately (shotgrid.md §1.3). */
export const API_PATHS = ['crud', 'form', 's3'] as const;
export type ApiPath = (typeof API_PATHS)[number];

/** What a copy is judged as. */
export interface ApiEra {
  /** Null where the copy states no version that can be read: nothing is said of it then. */
  readonly era: Era | null;
  /** One plain English sentence. */
  readonly reason: string;
  /** Number of the version, [3, 8, 4]; null as `era`. */
  readonly version: readonly [number, number, number] | null;
  /** tk-core v0.23.7 – v0.23.9 hand the API their own bundle whatever argument or variable says (shotgrid.md §2.5). */
  readonly coreDecides: boolean;
  /** From v0.23.10 such a core takes an empty variable for none (shotgrid.md §2.5). */
  readonly emptyIsUnset: boolean;
}

/**
 * Where one path looks, first that is there wins: `argument`, `env:NAME`, `module:NAME`, `bundle:<path below shotgun_api3/>`, `python`.
 */
export interface TrustOrder {
  readonly crud: readonly string[] | null;
  readonly form: readonly string[] | null;
  /** Null where the version has no uploads to S3 (before 3.0.33). */
  readonly s3: readonly string[] | null;
}

/** Judges by `__version__` and, for a copy inside a core, by the core's version. Never throws; a newer version is judged as E10. */
export type EraOf = (api: Pick<ShotgunApi, 'version'>, core?: Pick<ToolkitCore, 'version'> | null) => ApiEra;

/** All three are null where `era.era` is null. Python 3's bundle where it depends on Python's major version and `pythonMajor` is 3. */
export type TrustOrderOf = (era: ApiEra, pythonMajor: 2 | 3) => TrustOrder;

/** Whether `import shotgun_api3` works at all (shotgrid.md §1.1, last paragraph). */
export interface Importable {
  /** Null where the table does not say. */
  readonly ok: boolean | null;
  /** What is raised, as its users see it; null where `ok`. */
  readonly error: string | null;
}
