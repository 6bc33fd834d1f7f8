import {
  isMendable,
  type EndpointAddress,
  type Judged,
  smallestRepair,
  type SmallestRepair,
} from '@trustfleet/diagnosis';
import type { HostFacts } from '@trustfleet/policy';
import type { ClientName, InventoryBundle, PlanChange, VerdictChange } from '@trustfleet/protocol';
import type { RemedyEffect } from '../types.ts';
import type { RepairTarget, TrustRepairParameters } from './schema.ts';

/** A remedy with its parameters. */
export interface NamedPart {
  readonly remedy: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A part with its effect, made ready. */
export interface ReadyPart extends NamedPart {
  effect(facts: HostFacts): RemedyEffect;
  /** SHA-256 of the certificates that it brings: of a bundle all that it holds. */
  readonly brings: readonly string[];
}

export interface RepairContext {
  /** What verifies with these facts: measured on the host, or predicted on stored facts. */
  readonly before: Judged;
  readonly endpoints: readonly EndpointAddress[];
  /** What libs/diagnosis makes of other facts of the same host. */
  readonly judge: (facts: HostFacts) => Judged;
  /** `repairParts` of these facts, as far as this host can do them. */
  readonly parts: readonly ReadyPart[];
  readonly allowWorse: boolean;
}

/** What is to verify: what the order names, else every client that fails for a reason that this host can mend. */
export function repairTargets(
  { targets }: TrustRepairParameters,
  { sources, verdicts }: Judged,
): RepairTarget[] {
  if (targets.length > 0) return [...targets];
  const general = new Map(sources.filter(({ code }) => code == null).map((source) => [source.id, source]));
  const failing = verdicts.flatMap(({ source, endpoint, cause }): RepairTarget[] => {
    const found = general.get(source);
    if (found === undefined || cause === null || !isMendable(cause)) return [];
    const client: ClientName = found.client;
    return [{ python: found.python, client, endpoint }];
  });
  return [...new Map(failing.map((target) => [JSON.stringify(target), target])).values()];
}

/** The smallest set of parts, computed by libs/diagnosis. */
export function chooseParts(
  facts: HostFacts,
  parameters: TrustRepairParameters,
  { before, endpoints, judge, parts, allowWorse }: RepairContext,
): SmallestRepair<HostFacts> {
  return smallestRepair<HostFacts>({
    ...{ facts, before, endpoints, judge, allowWorse },
    targets: repairTargets(parameters, before),
    parts: parts.map((part) => ({ name: partName(part), effect: (given) => partEffect(part, given) })),
  });
}

/** A bundle that no variable names yet is in no inventory; for the part that names it, it is there. */
export function partEffect(part: ReadyPart, facts: HostFacts): RemedyEffect {
  const effect = part.effect(facts);
  if (part.remedy !== 'bundle.deploy' || effect.kind !== 'change') return effect;
  const line = bundleLine(effect.changes, part.parameters['bundle']);
  const known = effect.facts.bundles?.bundles ?? [];
  if (line === null || known.some(({ path }) => path === line.path)) return effect;
  const made: InventoryBundle = {
    ...{ ...line, realPath: line.path, state: 'read', detail: null, size: null },
    ...{ anchors: [...part.brings].toSorted(), problems: [], opensslAccepts: true, provenance: [] },
  };
  return { ...effect, facts: { ...effect.facts, bundles: { bundles: [...known, made] } } };
}

/** The last file with the bundle's bytes: copies of it are kept beside it before. */
function bundleLine(
  changes: readonly PlanChange[],
  bundle: unknown,
): { path: string; sha256: string } | null {
  const lines = changes.flatMap((change) =>
    (change.kind === 'addFile' || change.kind === 'changeFile') &&
    change.sha256 === bundle &&
    change.sha256 !== null
      ? [{ path: change.path, sha256: change.sha256 }]
      : [],
  );
  return lines.at(-1) ?? null;
}

export function partName({ remedy, parameters }: NamedPart): string {
  const about = parameters['name'] ?? parameters['package'] ?? parameters['anchor'] ?? parameters['path'];
  return typeof about === 'string' ? `${remedy} ${about.slice(0, 64)}` : remedy;
}

const MOST_NAMED = 5;

function named(lines: readonly string[]): string {
  const more = lines.length - MOST_NAMED;
  return `${lines.slice(0, MOST_NAMED).join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

const changeLine = ({ client, python, address, cause, error }: VerdictChange): string =>
  `${client}${python === null ? '' : ` of ${python}`} with ${address} (${cause ?? error ?? 'unknown'})`;

/** Why no choice of the list does, as a sentence for a person. */
export function whyImpossible({
  broken,
  worse,
  refused,
  missing,
}: Extract<SmallestRepair<HostFacts>, { kind: 'impossible' }>): string {
  const sentences = [
    ...(missing.length === 0
      ? []
      : [
          `Not on this host: ${named(missing.map(({ client, python }) => `${client}${python === null ? '' : ` of ${python}`}`))}`,
        ]),
    ...(broken.length === 0 ? [] : [`Still fails with the best choice: ${named(broken.map(changeLine))}`]),
    ...(worse.length === 0 ? [] : [`It would break: ${named(worse.map(changeLine))}`]),
    ...(refused.length === 0
      ? []
      : [`Not possible here: ${named(refused.map(({ name, reason }) => `${name}: ${reason}`))}`]),
  ];
  return `Nothing in the order's list makes all of it verify. ${sentences.join(' ')}`.slice(0, 4000);
}

/** All chosen parts, one after the other. */
export function trustRepairEffect(
  facts: HostFacts,
  parameters: TrustRepairParameters,
  context: RepairContext,
): RemedyEffect {
  const found = chooseParts(facts, parameters, context);
  if (found.kind === 'none') return { kind: 'none' };
  if (found.kind === 'impossible') return { kind: 'notApplicable', reason: whyImpossible(found) };
  let after = facts;
  const effects = found.chosen.flatMap((index) => {
    const part = context.parts[index];
    const effect = part === undefined ? null : partEffect(part, after);
    if (effect?.kind !== 'change') return [];
    after = effect.facts;
    return [effect];
  });
  const remarks = effects.flatMap(({ remark }) => remark ?? []);
  return {
    kind: 'change',
    facts: found.facts,
    changes: effects.flatMap(({ changes }) => changes),
    remark: remarks.length === 0 ? null : remarks.join(' ').slice(0, 2048),
  };
}
