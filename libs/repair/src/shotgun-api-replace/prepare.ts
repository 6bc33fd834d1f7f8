import type { HostFacts } from '@trustfleet/policy';
import {
  apiAt,
  REMEDIES,
  type ApiContext,
  type ApiHostLook,
  type RemedyEffect,
  type ShotgunApiReplaceParameters,
} from '@trustfleet/remedies';
import { readArchive, type Archive } from '../code-trees/archive.ts';
import type { Tree } from '../code-trees/tree.ts';
import { StepRefusedError, type PlanGiven } from '../remedy.ts';
import { baseOf, PACKAGE, readCopy, type CopyPlace } from './copy.ts';
import type { ApiCopyAccess } from './ports.ts';

/** One order's work. */
export interface Replacing {
  readonly access: ApiCopyAccess;
  readonly parameters: ShotgunApiReplaceParameters;
  readonly bytes: Uint8Array;
}

/** A shared install that this host does not keep ends as `incompatible`. */
type Refusal = Exclude<RemedyEffect, { kind: 'change' }> & { readonly state?: 'incompatible' };

export type Preparation =
  | {
      readonly kind: 'ready';
      readonly place: CopyPlace;
      readonly archive: Archive;
      readonly previous: Tree;
      readonly context: ApiContext;
      readonly facts: HostFacts;
    }
  | { readonly kind: 'not'; readonly effect: Refusal };

const not = (reason: string): Preparation => ({ kind: 'not', effect: { kind: 'notApplicable', reason } });

export const effectOn = (
  facts: HostFacts,
  parameters: ShotgunApiReplaceParameters,
  context: ApiContext,
): RemedyEffect => REMEDIES['shotgunApi.replace'].effect(facts, parameters, context);

/** Looks at the copy and reads the release; nothing is changed. */
export async function prepare(replacing: Replacing, given: PlanGiven = {}): Promise<Preparation> {
  try {
    return await look(replacing, given);
  } catch (error) {
    if (error instanceof StepRefusedError) return not(error.message);
    throw error;
  }
}

async function look({ access, parameters, bytes }: Replacing, given: PlanGiven): Promise<Preparation> {
  const facts = given.facts ?? (await access.facts());
  const archive = await readArchive(bytes, PACKAGE);
  const stored: ApiContext = {
    ...{ release: archive.facts, releaseVersion: archive.version },
    keeper: await access.isKeeper(parameters.path),
  };
  const first = effectOn(facts, parameters, stored);
  const othersToo = apiAt(facts, parameters.path)?.shared != null && !stored.keeper;
  if (first.kind === 'notApplicable' && othersToo)
    return { kind: 'not', effect: { ...first, state: 'incompatible' } };
  if (first.kind !== 'change') return { kind: 'not', effect: first };
  const base = baseOf(parameters.path);
  const writer = await access.writerOf(base);
  if (writer.kind === 'nobody') return not(`${base} is not changed: ${writer.reason}`);
  const place = { access, base, account: writer.account };
  const previous = await readCopy(place);
  const context = { ...stored, host: await lookAt(place, { previous, facts, parameters }) };
  const last = effectOn(facts, parameters, context);
  if (last.kind !== 'change') return { kind: 'not', effect: last };
  return { kind: 'ready', place, archive, previous, context, facts };
}

async function lookAt(
  { access, base }: CopyPlace,
  {
    previous,
    facts,
    parameters,
  }: { previous: Tree; facts: HostFacts; parameters: ShotgunApiReplaceParameters },
): Promise<ApiHostLook> {
  const link = previous.entries.find(({ kind, path }) => kind === 'link' && !path.includes('/'));
  const isFile = apiAt(facts, parameters.path)?.form === 'singleFile';
  const taken = isFile && previous.entries.some(({ path }) => path === PACKAGE);
  return {
    checkout: await access.checkoutOf(parameters.path),
    inTheWay: taken ? `${base}/${PACKAGE}` : null,
    notWritable:
      link === undefined
        ? null
        : `${base}/${link.path} is a symbolic link: name the directory that it leads to, which others may use as well.`,
  };
}
