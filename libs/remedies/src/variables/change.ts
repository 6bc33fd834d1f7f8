import type { HostFacts } from '@trustfleet/policy';
import type { PlanChange } from '@trustfleet/protocol';
import { exportVariable } from '../exports/export-variable.ts';
import type { ManagerKind, OwnedTarget } from '../managers/types.ts';
import type { RemedyEffect, TargetManager } from '../types.ts';
import type { VariableContext } from './context.ts';
import { VARIABLE_FORMATS } from './formats/formats.ts';
import type { Subject, VariablePlace } from './place.ts';
import { assignedIn, withAssigned } from './predict.ts';
import { proposals } from './propose.ts';
import { affectedBy, seenBy, shown } from './words.ts';

/** One value for one variable, or none, in the place of its scope. */
export interface Wish {
  readonly facts: HostFacts;
  readonly subject: Subject;
  readonly value: string | null;
  readonly context: VariableContext;
  readonly place: Exclude<VariablePlace, { kind: 'none' }>;
}

export const notApplicable = (reason: string): RemedyEffect => ({ kind: 'notApplicable', reason });

/** Somebody else has to do it: `changes` say what. */
function proposed({ facts }: Wish, changes: PlanChange[], reason: string): RemedyEffect {
  return { kind: 'change', facts, changes, remark: reason };
}

/** What the place holds now; null where it does not assign the variable. */
export const standingAt = ({ facts, place, subject }: Wish): string | null =>
  assignedIn(facts, subject).findLast(({ source }) => source === place.source)?.value ?? null;

/** As an export for whoever owns the place. */
function exported(wish: Wish, kind: ManagerKind): PlanChange {
  const { context, place, subject, value } = wish;
  const { name, owner = null, scope } = subject;
  const wanted = { platform: context.platform, name, scope, owner, value, source: place.source };
  return { kind: 'propose', path: place.source, owner: kind, patch: exportVariable(kind, wanted) };
}

const named = (owners: readonly OwnedTarget[]): TargetManager[] =>
  owners.map(({ manager, target }) => ({ manager, target }));

/** The place has a manager that would put its own value back. */
function managedBy(wish: Wish, owners: readonly OwnedTarget[]): RemedyEffect | null {
  const owner = owners.find(({ putsBack }) => putsBack);
  if (owner === undefined) return null;
  const { kind, manager, target } = owner;
  return {
    kind: 'change',
    facts: wish.facts,
    changes: [exported(wish, kind)],
    managers: named(owners),
    remark: `managed by ${manager}: ${target} is not written here, since it would be put back. The plan holds what ${manager} needs; the host's own scans show when it is done.`,
  };
}

/** A line of the file says more than the variable. */
function saidWithOthers(wish: Wish): RemedyEffect | null {
  const { context, place, subject, value } = wish;
  const text = context.host?.texts.get(place.source);
  if (place.kind !== 'file' || text === undefined) return null;
  if (VARIABLE_FORMATS[place.format].isPlain(text, subject.name)) return null;
  const { name, owner = null, scope } = subject;
  const { source } = place;
  const said = { name, scope, owner, source, value: standingAt(wish) ?? '?' };
  return proposed(
    wish,
    proposals([said], value, context),
    `${place.source} says ${subject.name} together with other things, so it is left to whoever wrote it.`,
  );
}

/** Why the place is not written, with what its owner has to do; null where it may be. */
function leftToOthers(wish: Wish): RemedyEffect | null {
  const { context, place } = wish;
  if (place.kind === 'launchd')
    return proposed(
      wish,
      [exported(wish, 'mdm')],
      `On macOS variables belong to launchd: bring ${place.source} by your MDM. The file is rendered and was not tried on a Mac.`,
    );
  return managedBy(wish, context.host?.managers ?? []) ?? saidWithOthers(wish);
}

/** The change of the place, or what somebody else has to do about it; `elsewhere`: lines for other files that decide it as well. */
export function changeOf(wish: Wish, elsewhere: readonly PlanChange[]): RemedyEffect {
  if (elsewhere.length === 0) return leftToOthers(wish) ?? written(wish);
  const files = elsewhere.flatMap((change) => ('path' in change ? [change.path] : []));
  return proposed(
    wish,
    [...elsewhere],
    `${shown(wish.subject)} is decided in ${files.join(', ')}, which this remedy does not write: nothing was changed. The plan holds what has to be done there.`,
  );
}

function written(wish: Wish): RemedyEffect {
  const { context, facts, place, subject, value } = wish;
  const { name, owner = null, scope } = subject;
  const { managers = [], value: bundle = null } = context.host ?? {};
  const { source } = place;
  return {
    kind: 'change',
    facts: withAssigned(facts, { ...subject, source, value }, bundle),
    changes: [
      { kind: 'setVariable', name, scope, owner, value, previous: standingAt(wish), source },
      ...reloading(wish),
    ],
    ...(managers.length === 0 ? {} : { managers: named(managers) }),
    affected: affectedBy(subject),
    remark: seenBy(subject, context),
  };
}

const reloading = ({ context, place }: Wish): PlanChange[] =>
  place.kind === 'file' && place.format === 'unitDropIn' && context.host?.systemd !== false
    ? [{ kind: 'runTool', argv: ['systemctl', 'daemon-reload'] }]
    : [];
