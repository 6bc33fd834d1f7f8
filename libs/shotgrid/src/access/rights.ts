import {
  NOBODY,
  type Account,
  type ShotgridIdentity,
  type ShotgridPorts,
  type UserAccount,
} from '../ports.ts';
import type { Paths } from '../paths.ts';

/** null: the agent's own rights. */
export type Reader = Account | null;

/** Whose rights suffice for what lies in a directory and are safe (security.md, "a local user"). */
export interface Rights {
  /** For an entry of `directory` that is no link. */
  inside(directory: string): Promise<Reader>;
  /** For a link, or what is reached through one: everybody who could change where it leads counts. */
  through(path: string): Promise<Reader>;
}

/** Who could have put something there: accounts other than root, or anybody. */
interface Judgement {
  readonly owners: readonly number[];
  /** Others than its owners could have put this directory where it is. */
  readonly open: boolean;
  /** Others may write in it; with the sticky bit they may add, and not replace. */
  readonly writable: boolean;
  readonly sticky: boolean;
}

const UNKNOWN: Judgement = { owners: [], open: true, writable: true, sticky: false };
/** Above the file system's root there is nobody. */
const ROOT: Judgement = { owners: [], open: false, writable: false, sticky: false };
const STICKY = 0o1000;
const OTHERS_MAY_WRITE = 0o022;

/**
 * The path's one owner's rights; `nobody`'s where several accounts could have put something there; the agent's own where only root
 * could, or where the agent has no others. One directory costs one look at its metadata, since the one above it is known by then.
 */
export function createRights(
  ports: ShotgridPorts,
  known: { readonly paths: Paths; readonly accounts: readonly UserAccount[] },
): Rights {
  const { paths, accounts } = known;
  const judged = new Map<string, Promise<Judgement>>();
  const judge = (directory: string): Promise<Judgement> => {
    const before = judged.get(directory);
    if (before !== undefined) return before;
    const judgement = judgeOne(directory);
    judged.set(directory, judgement);
    return judgement;
  };
  const judgeOne = async (directory: string): Promise<Judgement> => {
    const parent = paths.parent(directory);
    const above = parent === directory ? ROOT : await judge(parent);
    const [found] = await ports.identify([directory], { followLinks: false });
    if (found?.kind === 'link') return await judgeLink(ports, directory);
    return found?.kind === 'directory' ? judgeChild(above, found) : UNKNOWN;
  };
  const readerOf = ({ owners, open, writable }: Judgement): Reader => {
    const [owner] = owners;
    if (open || writable || owners.length > 1) return NOBODY;
    return owner === undefined ? null : accountOf(accounts, owner);
  };
  return {
    inside: async (directory) => (ports.canActAs ? readerOf(await judge(directory)) : null),
    through: async (path) => (ports.canActAs ? readerOf(await judgeLink(ports, path)) : null),
  };
}

function judgeChild(above: Judgement, found: ShotgridIdentity): Judgement {
  const owners = new Set([...above.owners, ...(found.uid === 0 ? [] : [found.uid])]);
  return {
    owners: [...owners],
    open: above.open || (above.writable && !above.sticky),
    writable: (found.mode & OTHERS_MAY_WRITE) !== 0,
    sticky: (found.mode & STICKY) !== 0,
  };
}

async function judgeLink(ports: ShotgridPorts, path: string): Promise<Judgement> {
  const { state, owners, writable } = await ports.inspectPath(path);
  if (state !== 'resolved' || writable !== null) return UNKNOWN;
  return { owners, open: false, writable: false, sticky: false };
}

/** An owner without an account keeps its uid and gets the group that owns nothing. */
function accountOf(accounts: readonly UserAccount[], uid: number): Account {
  const known = accounts.find((account) => account.uid === uid);
  return { uid, gid: known?.gid ?? NOBODY.gid };
}
