import type { HostFacts } from '@trustfleet/policy';
import type { PlanChange } from '@trustfleet/protocol';
import type { RemedyEffect } from '../types.ts';
import type { BundleContext, BundleHost } from './context.ts';
import { lossesOf, named, type Loss } from './losses.ts';
import { isSamePath, KEPT_BUNDLES, keptBundlePath, unionBundleFile, unionPath, whoNames } from './place.ts';
import type { BundleDeployParameters } from './schema.ts';

/** A union bundle of fewer anchors is the vendor's fix done wrong (failures.md §11.4). */
const MIN_ANCHORS = 2;

const notApplicable = (reason: string): RemedyEffect => ({ kind: 'notApplicable', reason });

/**
 * Puts the bundle in its fixed place, with a copy that is named by its content beside it; the last three stay. Refuses what would take
 * anchors away that nobody gave up by name.
 */
export function deployBundleEffect(
  facts: HostFacts,
  parameters: BundleDeployParameters,
  context: BundleContext,
): RemedyEffect {
  const { host } = context;
  const path = unionPath(context);
  if (context.bundle.anchors.length < MIN_ANCHORS)
    return notApplicable(
      `The bundle holds ${context.bundle.anchors.length} certificates that vouch for servers: programs that are pointed at it would verify nothing else.`,
    );
  if (complies(facts, parameters, context)) return { kind: 'none' };
  if (host !== undefined && host.problem !== null) return notApplicable(host.problem);
  const losses = lossesOf(facts, context);
  const refusal = refusalOf(losses, parameters, path);
  if (refusal !== null) return notApplicable(refusal);
  return {
    kind: 'change',
    facts: withBundle(facts, parameters, context),
    changes: host === undefined ? [written(path, parameters, false)] : changesOn(host, parameters),
    remark: remarkOf({ losses, users: whoNames(facts, { platform: context.platform, path }), path }),
  };
}

function complies(facts: HostFacts, { bundle }: BundleDeployParameters, context: BundleContext): boolean {
  const { host, platform } = context;
  if (host !== undefined) return host.current?.sha256 === bundle && host.current.readable;
  return (facts.bundles?.bundles ?? []).some(
    (file) => isSamePath(platform, file.path, unionPath(context)) && file.sha256 === bundle,
  );
}

function refusalOf(
  losses: readonly Loss[],
  { approvedLosses = [] }: BundleDeployParameters,
  path: string,
): string | null {
  const refused = losses.filter(({ anchor, wasPublic }) => !wasPublic && !approvedLosses.includes(anchor));
  return refused.length === 0
    ? null
    : `Programs of this machine trust what the bundle lacks, and would no longer once a variable names ${path}: ${named(refused)}. Take these certificates into the union bundle, or approve their loss by name (approvedLosses).`;
}

interface Remarkable {
  readonly losses: readonly Loss[];
  readonly users: readonly string[];
  readonly path: string;
}

/** At most 2048 characters, as a line of `jobPlan.remarks`. */
function remarkOf({ losses, users, path }: Remarkable): string | null {
  const sentences = [
    ...(users.length === 0 ? [`Nothing names ${path} yet: no program reads it until a variable does.`] : []),
    ...(losses.length === 0
      ? []
      : [`Programs that read it do not trust what this machine has beside: ${named(losses)}.`]),
  ];
  return sentences.length === 0 ? null : sentences.join(' ').slice(0, 2048);
}

const written = (path: string, { bundle }: BundleDeployParameters, stands: boolean): PlanChange => ({
  ...{ kind: stands ? 'changeFile' : 'addFile', path, sha256: bundle },
});

function changesOn({ path, current, kept }: BundleHost, parameters: BundleDeployParameters): PlanChange[] {
  const { bundle } = parameters;
  const stands = new Set(kept.map(({ sha256 }) => sha256));
  const wanted = [...(current === null ? [] : [current.sha256]), bundle];
  const copies = [...new Set(wanted)].filter((sha256) => !stands.has(sha256));
  const spare = kept.filter(({ sha256 }) => !wanted.includes(sha256));
  const going = spare.slice(0, Math.max(0, spare.length - (KEPT_BUNDLES - new Set(wanted).size)));
  return [
    ...copies.map((sha256): PlanChange => ({ kind: 'addFile', path: keptBundlePath(path, sha256), sha256 })),
    written(path, parameters, current !== null),
    ...going.map(({ path: copy, sha256 }): PlanChange => ({ kind: 'removeFile', path: copy, sha256 })),
  ];
}

/** Every entry of the inventory that is this file; a place that nobody names is in no inventory. */
function withBundle(facts: HostFacts, parameters: BundleDeployParameters, context: BundleContext): HostFacts {
  if (facts.bundles === undefined) return facts;
  const after = unionBundleFile(parameters, context);
  const bundles = facts.bundles.bundles.map((bundle) => {
    const names = [bundle.path, bundle.realPath ?? bundle.path];
    return names.some((name) => isSamePath(context.platform, name, after.path))
      ? { ...bundle, ...after, path: bundle.path, realPath: bundle.realPath ?? bundle.path }
      : bundle;
  });
  return { ...facts, bundles: { ...facts.bundles, bundles } };
}
