import { NOBODY, type Account } from '../ports.ts';
import { accountOf, type Scan } from '../scan.ts';
import type { Layout } from './layout.ts';
import { clip } from '@trustfleet/protocol';

/** `account` null: with the agent's own identity. */
export type RunDecision =
  | { readonly run: true; readonly account: Account | null }
  | { readonly run: false; readonly because: string };

export interface Subject {
  readonly path: string;
  readonly isScript: boolean;
  /** Named by this account's settings: run with its rights or not at all. */
  readonly readAs?: Account | undefined;
  readonly layout: Layout | null;
  /** `layout.sites` and what `.pth` files add to them. */
  readonly sites: readonly string[];
}

const DEEP_CHECK_MS = 5000;
const MAX_OWNERS_SHOWN = 5;

/**
 * security.md, "a local user": nothing that an unprivileged user can write is executed as root. The interpreter, every
 * directory on the way, its standard library, its packages and start-up hooks decide: all of it root's → run as `nobody`
 * where `nobody` can reach it, else as root; all of it one account's (and root's) → run as that account, rights dropped for
 * good; anything that a group, others or a second account can write → not run, facts are read from files.
 * An agent that is not root runs only what belongs to root or itself.
 */
export async function mayRun(scan: Scan, subject: Subject): Promise<RunDecision> {
  const owners = await ownersOf(scan, subject);
  if (typeof owners === 'string') return no(owners);
  const identity = await identityFor(scan, { subject, owners });
  if (typeof identity === 'string') return no(identity);
  const unsure = await deepProblem(scan, { subject, owners, account: identity.account });
  return unsure === null ? { run: true, account: identity.account } : no(unsure);
}

/** The one account besides root whose code a start executes; null where all of it is root's. A text says why there is not one alone. */
export async function soleOwner(scan: Scan, subject: Subject): Promise<Account | null | string> {
  const owners = await ownersOf(scan, subject);
  if (typeof owners === 'string') return owners;
  const [owner] = owners;
  const account = owner === undefined ? null : accountOf(scan.accounts, owner);
  return (await deepProblem(scan, { subject, owners, account })) ?? account;
}

/** Distinct owners besides root, or the reason why the files cannot be relied on. */
async function ownersOf(scan: Scan, subject: Subject): Promise<readonly number[] | string> {
  const owners = new Set<number>();
  for (const path of [
    subject.path,
    ...(subject.layout === null ? [] : [subject.layout.library]),
    ...subject.sites,
  ]) {
    const chain = await scan.chain(path);
    if (chain.writable !== null) return `${chain.writable} can be written by its group or by others`;
    if (chain.state === 'unreadable') return `${path} could not be looked at`;
    for (const owner of chain.owners) owners.add(owner);
  }
  if (owners.size > 1)
    return `its files belong to several accounts (uid ${[...owners].slice(0, MAX_OWNERS_SHOWN).join(', ')})`;
  return [...owners];
}

async function identityFor(
  scan: Scan,
  of: { subject: Subject; owners: readonly number[] },
): Promise<{ account: Account | null } | string> {
  const { subject } = of;
  const owner = of.owners[0];
  if (subject.readAs !== undefined) return asNamed(subject.readAs, owner);
  if (scan.ports.canActAs && owner !== undefined) return { account: accountOf(scan.accounts, owner) };
  if (scan.ports.canActAs && (await openToNobody(scan, subject))) return { account: NOBODY };
  // From here on it would run with the agent's own identity.
  if (owner !== undefined && owner !== scan.ports.uid)
    return `it belongs to uid ${owner}, and the agent has only the rights of uid ${scan.ports.uid}`;
  if (subject.isScript) return 'it is a script, so what it would start is not known';
  return subject.layout === null
    ? 'its standard library was not found beside it, so what it would execute is not known'
    : { account: null };
}

function asNamed(account: Account, owner: number | undefined): { account: Account } | string {
  return owner === undefined || owner === account.uid
    ? { account }
    : `it belongs to uid ${owner}, and only the settings of uid ${account.uid} name it`;
}

async function openToNobody(scan: Scan, subject: Subject): Promise<boolean> {
  for (const path of [subject.path, ...(subject.layout === null ? [] : [subject.layout.library])])
    if (!(await scan.chain(path)).openToAll) return false;
  return true;
}

/** Single files deep inside may belong to someone else than their directory: looked for in all that start-up can execute. */
async function deepProblem(
  scan: Scan,
  of: { subject: Subject; owners: readonly number[]; account: Account | null },
): Promise<string | null> {
  const asUser = of.owners.length === 0 ? undefined : (of.account ?? undefined);
  const directories = [
    ...(of.subject.layout === null ? [] : [of.subject.layout.library]),
    ...of.subject.sites,
  ];
  for (const directory of directories) {
    const chain = await scan.chain(directory);
    if (chain.state !== 'resolved') continue;
    const found = await scan.findForeign({
      directory,
      owners: of.owners,
      timeoutMs: DEEP_CHECK_MS,
      asUser,
    });
    if (found.state !== 'clean') return found.detail ?? `${directory} could not be checked`;
  }
  return null;
}

function no(because: string): RunDecision {
  return { run: false, because: clip(because, 512) };
}
