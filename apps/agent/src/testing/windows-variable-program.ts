import { readFileSync, writeSync } from 'node:fs';
import { createHost, createRegistryWriter } from '@trustfleet/host';
import type { Order } from '@trustfleet/protocol';
import { createVariableSet, createVariableUnset, type DoneWork, type OpenedRemedy } from '@trustfleet/repair';
import { createVariableAccess } from '../variable-access.ts';

/** What the test asks of one process. */
export interface VariableRequest {
  readonly remedy: 'variable.set' | 'variable.unset';
  readonly parameters: Record<string, unknown>;
  /** `apply` may be killed: after so many steps were announced and begun; `takeBack` is what an agent does that finds such a journal. */
  readonly what: 'plan' | 'apply' | 'takeBack' | 'undo' | 'check';
  readonly killAt?: { readonly step: number; readonly when: 'before' | 'after' };
  readonly done?: DoneWork;
}

const signal = AbortSignal.timeout(60_000);
const say = (value: unknown): void => {
  writeSync(1, `${JSON.stringify(value)}\n`);
};

async function apply(remedy: OpenedRemedy, { killAt }: VariableRequest): Promise<DoneWork> {
  const { evidence: before } = await remedy.check('here', signal);
  const planned = await remedy.plan();
  if (planned.kind !== 'change') throw new Error(JSON.stringify(planned));
  const inverses: unknown[] = [];
  for (const [at, step] of planned.steps.entries()) {
    inverses.push(JSON.parse(JSON.stringify(await step.inverse())));
    // What a journal holds at this point.
    say({ inverses, before });
    if (killAt?.step === at && killAt.when === 'before') process.kill(process.pid, 'SIGKILL');
    await step.run(signal);
    if (killAt?.step === at) process.kill(process.pid, 'SIGKILL');
  }
  return { inverses, before };
}

async function undo(remedy: OpenedRemedy, done: DoneWork): Promise<unknown> {
  const reversed = remedy.reverse(done);
  const plan = await reversed.plan();
  if (plan.kind !== 'change') return plan;
  for (const step of plan.steps) await step.run(signal);
  return { kind: plan.kind, changes: plan.plan.changes, check: await reversed.check('readBack', signal) };
}

async function answer(remedy: OpenedRemedy, request: VariableRequest): Promise<unknown> {
  const done = request.done ?? { inverses: [], before: null };
  switch (request.what) {
    case 'plan':
      return remedy.plan();
    case 'apply':
      return apply(remedy, request);
    case 'undo':
      return undo(remedy, done);
    case 'takeBack':
      for (const step of remedy.undo(done.inverses)) await step.run(signal);
      return null;
    case 'check':
      return remedy.check('readBack', signal);
  }
}

/** Under Wine: one request on stdin, lines of JSON on stdout, the last one the answer. */
async function main(): Promise<void> {
  const request = JSON.parse(readFileSync(0, 'utf8')) as VariableRequest;
  const access = createVariableAccess({ host: createHost(), root: '/', registry: createRegistryWriter() });
  const executor = (request.remedy === 'variable.set' ? createVariableSet : createVariableUnset)(access);
  const opened = executor.open({ parameters: request.parameters } as unknown as Order, new Map());
  if ('state' in opened) throw new Error(opened.detail);
  say(await answer(opened, request).catch((error: unknown) => ({ failed: String(error) })));
}

void main();
