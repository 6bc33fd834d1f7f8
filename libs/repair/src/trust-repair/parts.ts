import type { Order } from '@trustfleet/protocol';
import {
  repairParts,
  type ReadyPart,
  type RepairTarget,
  type TrustRepairParameters,
} from '@trustfleet/remedies';
import type { HostFacts } from '@trustfleet/policy';
import type { AskedWork } from '../allow-list-needs.ts';
import type { ForeseenEffect, OpenedRemedy, RemedyExecutor, RemedyRefusal } from '../remedy.ts';

/** What the composite is made of, on this host. */
export interface TrustRepairOptions {
  /** Executors of the remedies that it may choose. */
  readonly executors: readonly RemedyExecutor[];
  /** Why the host's owner does not permit one part with its place; null when it may be done. Absent: the order as a whole was judged. */
  readonly forbidden?: (work: AskedWork) => Promise<string | null>;
}

/** The order, as each part sees it. */
export interface RepairOrder {
  readonly options: TrustRepairOptions;
  readonly order: Order;
  readonly artifacts: ReadonlyMap<string, Uint8Array>;
  readonly parameters: TrustRepairParameters;
}

/** As a plan names it. */
export interface PlannedPart {
  readonly remedy: string;
  readonly parameters: Record<string, unknown>;
}

export interface OpenedPart extends PlannedPart {
  readonly opened: OpenedRemedy;
}

export interface PreparedPart extends OpenedPart, ReadyPart {
  readonly parameters: PlannedPart['parameters'];
  readonly foreseen: ForeseenEffect;
}

/** One part as a job of its own would be opened. */
export function openPart(
  { options, order, artifacts }: RepairOrder,
  part: PlannedPart,
): OpenedPart | RemedyRefusal {
  const executor = options.executors.find(({ name }) => name === part.remedy);
  if (executor === undefined)
    return { state: 'incompatible', detail: `This agent does not know the remedy ${part.remedy}.` };
  const opened = executor.open(
    { ...order, remedy: part.remedy, parameters: { ...part.parameters } },
    artifacts,
  );
  return 'state' in opened ? opened : { ...part, opened };
}

/** Every part of the closed list that this host can do, its effect made ready; and why the others are none. */
export async function prepareParts(
  given: RepairOrder,
  facts: HostFacts,
  targets: readonly RepairTarget[],
): Promise<{ readonly parts: readonly PreparedPart[]; readonly refused: readonly string[] }> {
  const parts: PreparedPart[] = [];
  const refused: string[] = [];
  for (const choice of repairParts(given.parameters, facts, targets)) {
    const part: PlannedPart = { remedy: choice.remedy, parameters: { ...choice.parameters } };
    const forbidden = await forbiddenPart(given, part);
    const opened = forbidden === null ? openPart(given, part) : { detail: forbidden };
    if ('detail' in opened) {
      refused.push(`${choice.remedy}: ${opened.detail}`);
      continue;
    }
    const foreseen = await opened.opened.foresee?.();
    if (foreseen === undefined) continue;
    parts.push({
      ...{ ...part, opened: opened.opened, foreseen, brings: [...foreseen.certificates.keys()] },
      effect: (before) => foreseen.on(before),
    });
  }
  return { parts, refused };
}

async function forbiddenPart(
  { options, order, artifacts }: RepairOrder,
  { remedy, parameters }: PlannedPart,
): Promise<string | null> {
  const work = { remedy, parameters, mode: order.mode, artifact: (sha256: string) => artifacts.get(sha256) };
  return (await options.forbidden?.(work)) ?? null;
}
