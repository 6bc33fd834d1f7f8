import type { InventoryBundle } from '@trustfleet/protocol';
import type { OwnedTarget } from '../managers/types.ts';

/** What the effect of a change of a variable needs beside facts and parameters. */
export interface VariableContext {
  readonly platform: 'linux' | 'windows' | 'macos';
  /** What only the host can tell; absent on stored facts. */
  readonly host?: VariableHost | undefined;
}

/** One account or unit, and the files that set its variables, looked at on the host itself. */
export interface VariableHost {
  /** Below it lie the files of the machine: `/`, or a test's own tree. */
  readonly root: string;
  /** Why the account or unit of the parameters cannot be given a variable here; null when it can. */
  readonly problem: string | null;
  /** Home of scope `user`; null on Windows. */
  readonly home: string | null;
  /** SID of scope `user` on Windows. */
  readonly sid: string | null;
  /** systemd runs here and reads its units again when it is told to. */
  readonly systemd: boolean;
  /** Contents of the files that set the variable in this scope, by path, each byte one character (`textOf`). */
  readonly texts: ReadonlyMap<string, string>;
  /** The file that the variable is to name, read with the rights of those who will; null where none is named. */
  readonly value: InventoryBundle | null;
  /** Who else writes the place. */
  readonly managers: readonly OwnedTarget[];
}

/** One variable of one place that a run changed; values are null where it is not set there. */
export interface VariableLeft {
  readonly source: string;
  /** As it stands now. */
  readonly now: string | null;
  /** What the run left there: it is touched again only while it is exactly so. */
  readonly written: string | null;
  /** What stood there before. */
  readonly previous: string | null;
}

/** What a run left behind in its journal, with what has become of it. */
export interface VariableUndoContext {
  readonly left: readonly VariableLeft[];
  /** systemd has to be told. */
  readonly reload: boolean;
}
