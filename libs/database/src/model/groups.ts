import type { Viewer } from './viewer.ts';

/** A set of hosts: the unit of permission. */
export interface HostGroup {
  readonly id: string;
  readonly name: string;
  /** Where hosts go whose enrolment token names none. */
  readonly isDefault: boolean;
  readonly hosts: number;
}

export interface GroupRepository {
  /** Those that the viewer sees, by name. */
  list(viewer: Viewer): Promise<readonly HostGroup[]>;
  /** Those of `ids` that exist. */
  namesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export interface GroupChanges {
  /** False when the name is taken, upper and lower case alike. */
  create(group: { readonly id: string; readonly name: string; readonly createdAt: Date }): Promise<boolean>;
}
