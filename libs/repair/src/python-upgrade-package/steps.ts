import { randomBytes } from 'node:crypto';
import { sha256Hex } from '@trustfleet/certificates';
import { standingOf, type Standing } from '../code-trees/standing.ts';
import { contentLineOf, digestOfTree, packTree, partOf, unpackTree, type Tree } from '../code-trees/tree.ts';
import { StepFailedError, StepRefusedError, type RemedyStep, type UndoStep } from '../remedy.ts';
import { namesOf, pipsOwn, readSite, writtenBy, type Site } from './distribution.ts';
import { distributionInverse, type DistributionInverse } from './inverse.ts';
import { runPip } from './pip.ts';
import type { PythonPackageAccess } from './ports.ts';
import type { Prepared } from './prepare.ts';

/** pip replaces the distribution by the very wheel of the plan; what stands there is in the journal before it begins. */
export function installStep(
  prepared: Prepared,
  names: { package: string; version: string; from: string | null },
): RemedyStep {
  const { site, archive, previous } = prepared;
  const token = randomBytes(8).toString('hex');
  return {
    name: 'runPip',
    async inverse(): Promise<DistributionInverse> {
      const { names: present, leftovers } = await namesOf(site);
      const now = await readSite(site, present);
      if (digestOfTree(now) !== digestOfTree(previous))
        throw new StepFailedError(
          `${names.package} in ${site.base} was changed since the plan was made, so it is left as it is.`,
        );
      return {
        kind: 'distribution',
        ...{
          base: site.base,
          account: site.account && { ...site.account },
          name: site.name,
          token,
          leftovers,
        },
        ...{ previous: packTree(now), previousVersion: names.from, written: writtenBy(archive) },
        distInfo: archive.distInfo ?? '',
      };
    },
    run: (signal) => install(prepared, { ...names, token, signal }),
  };
}

const OFFLINE = [
  ...['--no-deps', '--disable-pip-version-check', '--no-input', '--no-cache-dir'],
  ...['--no-index', '--require-hashes'],
];

/** Out of a folder with that one wheel, which is on disk before it returns. */
async function install(
  { interpreter, site, wheel }: Prepared,
  of: { package: string; version: string; token: string; signal: AbortSignal },
): Promise<void> {
  const { access, account } = interpreter;
  const { token, signal } = of;
  const requirement = `${of.package}==${of.version} --hash=sha256:${sha256Hex(wheel.bytes)}\n`;
  const files = [
    { name: wheel.fileName, content: Buffer.from(wheel.bytes).toString('base64') },
    { name: 'requirements.txt', content: Buffer.from(requirement).toString('base64') },
  ];
  const { folder = '' } = await access.work(account, { do: 'makeFolder', token, files });
  try {
    const args = ['install', ...OFFLINE, '--find-links', folder, '-r', `${folder}/requirements.txt`];
    await runPip(interpreter, { args, index: false, signal });
    await access.work(account, { do: 'sync', base: site.base, names: (await namesOf(site)).names });
  } finally {
    await access.work(account, { do: 'removeFolder', token });
  }
}

const siteOf = (access: PythonPackageAccess, { base, account, name }: DistributionInverse): Site => ({
  ...{ access, base, name },
  account: account === null ? null : { uid: account.uid, gid: account.gid },
});

export interface Left {
  readonly standing: Standing;
  readonly now: Tree;
  readonly previous: Tree;
  readonly leftovers: readonly string[];
}

/** What has become of a run. Throws where its place is no longer one account's alone. */
export async function whatIsLeft(access: PythonPackageAccess, inverse: DistributionInverse): Promise<Left> {
  const site = siteOf(access, inverse);
  const writer = await access.writerOf(inverse.base);
  if (writer.kind === 'nobody')
    throw new StepRefusedError(`${inverse.base} is not changed: ${writer.reason}`);
  if (writer.account?.uid !== site.account?.uid)
    throw new StepRefusedError(`${inverse.base} belongs to somebody else now, so it was left as it is.`);
  const { names, leftovers } = await namesOf(site, inverse.leftovers);
  const previous = unpackTree(inverse.previous);
  const now = await readSite(site, [...names, ...leftovers]);
  const { written, distInfo } = inverse;
  return {
    standing: standingOf(now, { previous, written, own: pipsOwn(previous, distInfo) }),
    now,
    previous,
    leftovers,
  };
}

/** Puts back what stood there, file by file as it was kept, whatever pip would make of it. */
function putBackStep(access: PythonPackageAccess, inverse: DistributionInverse): UndoStep {
  const site = siteOf(access, inverse);
  const { base, token, name } = inverse;
  const { account } = site;
  return {
    name: 'putDistributionBack',
    derives: false,
    async inverse(): Promise<DistributionInverse> {
      const { now, previous } = await whatIsLeft(access, inverse);
      const written = previous.entries.map((entry) => contentLineOf(entry));
      return { ...inverse, previous: packTree(now), previousVersion: null, written };
    },
    async run() {
      const left = await whatIsLeft(access, inverse);
      if (left.standing.state === 'changed')
        throw new StepRefusedError(
          `${left.standing.stranger ?? name} in ${base} is no longer what this job left there, so it was left as it is. Look who changed it, and install the wanted version by hand.`,
        );
      await access.work(account, { do: 'removeFolder', token });
      const before = namesIn(left.previous);
      if (left.standing.state !== 'asBefore')
        for (const part of before)
          await access.work(account, {
            do: 'place',
            base,
            name: part,
            token,
            tree: { ...left.previous, entries: partOf(left.previous, part) },
          });
      for (const part of namesIn(left.now))
        await access.work(account, {
          do: before.includes(part) ? 'clean' : 'remove',
          base,
          name: part,
          token,
        });
      for (const part of left.leftovers)
        await access.work(account, { do: 'remove', base, name: part, token });
    },
  };
}

const namesIn = ({ entries }: Tree): string[] => [
  ...new Set(entries.map(({ path }) => path.split('/', 1).join(''))),
];

export const inversesIn = (journaled: readonly unknown[]): DistributionInverse[] =>
  journaled.map((inverse) => distributionInverse.parse(inverse)).reverse();

export const undoSteps = (access: PythonPackageAccess, journaled: readonly unknown[]): UndoStep[] =>
  inversesIn(journaled).map((inverse) => putBackStep(access, inverse));
