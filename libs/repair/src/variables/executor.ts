import { sha256Hex } from '@trustfleet/certificates';
import type { HostFacts } from '@trustfleet/policy';
import type { JobPlan, Order, SubjectEvidence } from '@trustfleet/protocol';
import {
  assignedIn,
  effectiveAfter,
  effectiveIn,
  pathWanted,
  placeOf,
  REMEDIES,
  shownVariable,
  type RemedyEffect,
  type Subject,
  type VariableContext,
  type VariablePlace,
  type VariableSetParameters,
  type VariableUnsetParameters,
} from '@trustfleet/remedies';
import { sameEvidence } from '../same-evidence.ts';
import type {
  DoneWork,
  ForeseenEffect,
  OpenedRemedy,
  PlanGiven,
  RemedyCheck,
  RemedyExecutor,
  RemedyPlan,
  RemedyRefusal,
  RemedyStep,
} from '../remedy.ts';
import type { VariableAccess } from './ports.ts';
import { announceStep, changeFileStep, changeRegistryStep, makeDirectoryStep } from './steps.ts';
import { undoSteps, whatIsLeft } from './undo.ts';

/** One of the two remedies, with its parameters read. */
type Asked =
  | { readonly name: 'variable.set'; readonly parameters: VariableSetParameters }
  | { readonly name: 'variable.unset'; readonly parameters: VariableUnsetParameters };

interface Changing {
  readonly access: VariableAccess;
  readonly asked: Asked;
  /** The path that it is to name; null: none. */
  readonly value: string | null;
}

const subjectOf = ({ asked }: Changing): Subject => asked.parameters;

function effectOf({ asked }: Changing, facts: HostFacts, context: VariableContext): RemedyEffect {
  return asked.name === 'variable.set'
    ? REMEDIES['variable.set'].effect(facts, asked.parameters, context)
    : REMEDIES['variable.unset'].effect(facts, asked.parameters, context);
}

async function lookAt(
  changing: Changing,
): Promise<{ context: VariableContext; certificates: ForeseenEffect['certificates'] }> {
  const { access, value } = changing;
  const { certificates, host } = await access.look(subjectOf(changing), value);
  return { certificates, context: { platform: access.platform, host } };
}

/** Of a proposal nothing but its lines is there; a change has its steps. */
const isProposal = (changes: JobPlan['changes']): boolean => changes.every(({ kind }) => kind === 'propose');

/** The variables as they are now, beside which copies of the API are known: those decide whether anybody looks at one. */
async function factsOf({ access }: Changing, { facts, measured }: PlanGiven): Promise<HostFacts> {
  if (facts !== undefined) return facts;
  const { pythons, shotgrid } = measured?.facts ?? {};
  return { pythons, shotgrid, ...(await access.facts()) };
}

async function makePlan(changing: Changing, given: PlanGiven): Promise<RemedyPlan> {
  const { context } = await lookAt(changing);
  const effect = effectOf(changing, await factsOf(changing, given), context);
  if (effect.kind !== 'change') return effect;
  const { affected, changes, managers, remark } = effect;
  const plan: JobPlan = {
    changes,
    ...(managers === undefined ? {} : { managers: managers.map((one) => ({ ...one })) }),
    ...(affected === undefined ? {} : { affected: [...affected] }),
    ...(remark === null ? {} : { remarks: [remark] }),
  };
  if (isProposal(changes)) return { kind: 'proposed', plan, reason: remark ?? 'Somebody else has to do it.' };
  return { kind: 'change', plan, steps: stepsOf(changing, changes, context), remark };
}

/** What a line of the plan says is what is done, in its order. */
function stepsOf(changing: Changing, changes: JobPlan['changes'], context: VariableContext): RemedyStep[] {
  const { access } = changing;
  const place = placeOf(subjectOf(changing), context);
  return changes.flatMap((change) => {
    if (change.kind === 'runTool')
      return context.host?.systemd === true ? [announceStep(access, 'units')] : [];
    return change.kind === 'setVariable' ? changeSteps(changing, place, change.previous) : [];
  });
}

function changeSteps(
  { access, asked, value }: Changing,
  place: VariablePlace,
  previous: string | null,
): RemedyStep[] {
  const subject: Subject = asked.parameters;
  if (place.kind === 'registry') {
    // A service is told nothing: it gets its variables when it starts.
    const told = subject.scope === 'service' ? [] : [announceStep(access, 'environment')];
    return [changeRegistryStep(access, { place, subject, value }), ...told];
  }
  if (place.kind !== 'file') return [];
  const makes = place.format !== 'etcEnvironment' && value !== null;
  return [
    ...(makes ? [makeDirectoryStep(access, place, subject)] : []),
    changeFileStep(access, { place, subject, value }, previous),
  ];
}

async function foresee(changing: Changing): Promise<ForeseenEffect> {
  const { certificates, context } = await lookAt(changing);
  return { certificates, on: (facts) => effectOf(changing, facts, context) };
}

/** What new programs of the scope get now; the digest is over every file that says the variable. */
async function look(
  changing: Changing,
): Promise<{ evidence: SubjectEvidence; value: string | null; where: string }> {
  const subject = subjectOf(changing);
  const facts = await changing.access.facts();
  const effective = effectiveIn({ variables: own(facts, subject) }, subject, changing.access.platform);
  const all = assignedIn(facts, subject).map(({ source, value }) => [source, value]);
  const value = effective?.value ?? null;
  return {
    value,
    where: effective?.definedIn ?? '',
    evidence: {
      subject: 'variable',
      name: shownVariable(subject),
      state: value,
      sha256: sha256Hex(new TextEncoder().encode(JSON.stringify(all))),
      holds: value === changing.value,
    },
  };
}

/** The scope's own alone: what an account gets of the machine's is no work of this remedy. */
const own = (facts: HostFacts, subject: Subject): NonNullable<HostFacts['variables']> => ({
  variables: assignedIn(facts, subject),
});

async function check(changing: Changing): Promise<RemedyCheck> {
  const { evidence, value, where } = await look(changing);
  if (evidence.holds) return { holds: true, detail: null, evidence };
  const { name } = evidence;
  const detail =
    value === null
      ? `${name} is not set.`
      : `${name} is ${value} (${where})${changing.value === null ? '' : `, not ${changing.value}`}.`;
  return { holds: false, detail, evidence };
}

type Common = Pick<OpenedRemedy, 'effective' | 'settled' | 'undo' | 'reverse'>;

function common(changing: Changing): Common {
  return {
    effective: effectiveAfter(subjectOf(changing)),
    settled: () => Promise.resolve(),
    undo: (inverses) => undoSteps(changing.access, inverses),
    reverse: (done) => reversed(changing, done),
  };
}

function reversed(changing: Changing, { before, inverses }: DoneWork): OpenedRemedy {
  const { access, asked } = changing;
  return {
    ...common(changing),
    async plan() {
      const context = await whatIsLeft(access, inverses);
      const facts = await access.facts();
      const effect =
        asked.name === 'variable.set'
          ? REMEDIES['variable.set'].undoEffect(facts, asked.parameters, context)
          : REMEDIES['variable.unset'].undoEffect(facts, asked.parameters, context);
      if (effect.kind !== 'change') return effect;
      const { changes } = effect;
      return { kind: 'change', plan: { changes }, steps: undoSteps(access, inverses), remark: null };
    },
    async check() {
      const { evidence } = await look(changing);
      if (sameEvidence(before, evidence)) return { holds: true, detail: null, evidence };
      const { left } = await whatIsLeft(access, inverses);
      const still = left.find(({ now, previous }) => now !== previous);
      if (still === undefined) return { holds: true, detail: null, evidence };
      const detail = `${asked.parameters.name} in ${still.source} is ${still.now ?? 'not set'}, not ${still.previous ?? 'unset'} as before.`;
      return { holds: false, detail, evidence };
    },
  };
}

function askedOf(name: Asked['name'], order: Order): Asked | { readonly issue: string } {
  const parsed = REMEDIES[name].parameters.safeParse(order.parameters);
  if (!parsed.success) return { issue: parsed.error.issues[0]?.message ?? '' };
  return { name, parameters: parsed.data } as Asked;
}

function open(name: Asked['name'], access: VariableAccess, order: Order): OpenedRemedy | RemedyRefusal {
  const asked = askedOf(name, order);
  if ('issue' in asked)
    return {
      state: 'incompatible',
      detail: `This agent does not understand the parameters of ${name}: ${asked.issue}`,
    };
  const value = asked.name === 'variable.set' ? pathWanted(asked.parameters, access.platform) : null;
  const changing: Changing = { access, asked, value };
  return {
    ...common(changing),
    plan: (given = {}) => makePlan(changing, given),
    foresee: () => foresee(changing),
    check: () => check(changing),
  };
}

/** The executor of one of these remedies on one host. */
export function variableExecutor(name: Asked['name'], access: VariableAccess): RemedyExecutor {
  return { name, class: REMEDIES[name].class, open: (order) => open(name, access, order) };
}
