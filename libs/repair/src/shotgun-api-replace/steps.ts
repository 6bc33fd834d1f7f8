import { randomBytes } from 'node:crypto';
import type { Archive } from '../code-trees/archive.ts';
import { standingOf, type Standing } from '../code-trees/standing.ts';
import { contentLineOf, digestOfTree, packTree, partOf, unpackTree, type Tree } from '../code-trees/tree.ts';
import { StepFailedError, StepRefusedError, type RemedyStep, type UndoStep } from '../remedy.ts';
import { PACKAGE, readCopy, treeOf, type CopyPlace } from './copy.ts';
import { copyInverse, type CopyInverse } from './inverse.ts';
import type { ApiCopyAccess } from './ports.ts';

export interface Replacement {
  readonly place: CopyPlace;
  readonly archive: Archive;
  readonly previous: Tree;
  /** Name that gives way: the package, or the single file beside which it is put. */
  readonly gives: string;
  readonly now: Date;
}

/**
 * Two renames on one file system, each announced in the journal: Node knows no exchange of two names (renameat2). Between them the name is
 * missing, and whatever stops there, the next start has either the old copy or the new one in place.
 */
export function replaceSteps(replacement: Replacement): RemedyStep[] {
  const { place, gives } = replacement;
  const { access, account, base } = place;
  const token = randomBytes(8).toString('hex');
  const withFirst = (): Promise<unknown> => Promise.resolve({ kind: 'withFirst' });
  const step = (
    name: string,
    work: readonly ['setAside' | 'putInPlace' | 'clean', string][],
  ): RemedyStep => ({
    name,
    inverse: withFirst,
    async run() {
      for (const [what, of] of work) await access.work(account, { do: what, base, name: of, token });
    },
  });
  return [
    stageStep(replacement, token),
    step('setCopyAside', [['setAside', gives]]),
    step('putCopyInPlace', [['putInPlace', PACKAGE]]),
    step(
      'removeOldCopy',
      [...new Set([PACKAGE, gives])].map((of) => ['clean', of]),
    ),
  ];
}

function stageStep({ place, archive, previous, now }: Replacement, token: string): RemedyStep {
  const { access, account, base } = place;
  const tree = treeOf(archive, { previous, now });
  return {
    name: 'stageCopy',
    async inverse(): Promise<CopyInverse> {
      const present = await readCopy(place);
      if (digestOfTree(present) !== digestOfTree(previous))
        throw new StepFailedError(
          `${base}/${PACKAGE} was changed since the plan was made, so it is left as it is.`,
        );
      return {
        ...{ kind: 'copy', base, token, account: account && { ...account } },
        ...{ previous: packTree(present), written: tree.entries.map(contentLineOf) },
      };
    },
    async run() {
      await access.work(account, { do: 'stage', base, name: PACKAGE, token, tree });
    },
  };
}

export const inversesIn = (journaled: readonly unknown[]): CopyInverse[] =>
  journaled
    .map((inverse) => copyInverse.parse(inverse))
    .filter((inverse) => inverse.kind === 'copy')
    .reverse();

export interface Left {
  readonly place: CopyPlace;
  readonly standing: Standing;
  readonly now: Tree;
  readonly previous: Tree;
}

/** What has become of a run. Throws where its place is no longer one account's alone. */
export async function whatIsLeft(access: ApiCopyAccess, inverse: CopyInverse): Promise<Left> {
  const { base, written } = inverse;
  const account = inverse.account && { uid: inverse.account.uid, gid: inverse.account.gid };
  const writer = await access.writerOf(base);
  if (writer.kind === 'nobody') throw new StepRefusedError(`${base} is not changed: ${writer.reason}`);
  if (writer.account?.uid !== account?.uid)
    throw new StepRefusedError(`${base} belongs to somebody else now, so it was left as it is.`);
  const place = { access, base, account };
  const now = await readCopy(place);
  const previous = unpackTree(inverse.previous);
  // A file that was beside the copy and stays is neither the run's nor a stranger's: it is one of what stood there.
  return { place, now, previous, standing: standingOf(now, { previous, written, own: () => false }) };
}

const namesIn = ({ entries }: Tree): string[] => [
  ...new Set(entries.map(({ path }) => path.split('/', 1).join(''))),
];

function putBackStep(access: ApiCopyAccess, inverse: CopyInverse): UndoStep {
  const { base, token } = inverse;
  return {
    name: 'putCopyBack',
    derives: false,
    async inverse(): Promise<CopyInverse> {
      const { now, previous } = await whatIsLeft(access, inverse);
      return { ...inverse, previous: packTree(now), written: previous.entries.map(contentLineOf) };
    },
    async run() {
      const { place, standing, now, previous } = await whatIsLeft(access, inverse);
      const { account } = place;
      if (standing.state === 'changed')
        throw new StepRefusedError(
          `${base}/${standing.stranger ?? PACKAGE} is no longer what this job put there, so it was left as it is. Look who changed it, and put the wanted version there by hand.`,
        );
      const before = namesIn(previous);
      if (standing.state !== 'asBefore')
        for (const name of before) await putBack(place, { name, token, previous });
      for (const name of namesIn(now).filter((one) => !before.includes(one)))
        await access.work(account, { do: 'remove', base, name, token });
      for (const name of new Set([...before, PACKAGE]))
        await access.work(account, { do: 'clean', base, name, token });
    },
  };
}

/** What was set aside comes back as it is, times and all; where it is gone, or is no longer the same, what the journal keeps takes the place. */
async function putBack(
  place: CopyPlace,
  { name, token, previous }: { name: string; token: string; previous: Tree },
): Promise<void> {
  const { access, account, base } = place;
  const part = { ...previous, entries: partOf(previous, name) };
  const standing = async (): Promise<string | null> =>
    digestOfTree({ entries: partOf(await readCopy(place), name) });
  if ((await standing()) === digestOfTree(part)) return;
  await access.work(account, { do: 'bringBack', base, name, token });
  if ((await standing()) !== digestOfTree(part))
    await access.work(account, { do: 'place', base, name, token, tree: part });
}

/** The same steps take a failed attempt back and carry out an order to undo. */
export const undoSteps = (access: ApiCopyAccess, journaled: readonly unknown[]): UndoStep[] =>
  inversesIn(journaled).map((inverse) => putBackStep(access, inverse));
