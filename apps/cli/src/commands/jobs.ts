import { setTimeout as sleep } from 'node:timers/promises';
import { API_ROUTES, jobDetail, jobPage, orderView, type JobDetail, type JobSummary } from '@trustfleet/api';
import { CliError, columns, count, plain } from '@trustfleet/terminal';
import { signedInClient, type ApiClient } from '../client/api-client.ts';
import { NoAnswerError } from '../client/transport.ts';
import { print, printJson, type CliContext } from '../context.ts';
import { hostIdOf } from './find-host.ts';

export interface JobListOptions {
  readonly host?: string;
  readonly state?: string;
  readonly active: boolean;
  readonly failed: boolean;
  readonly page: string;
  readonly json: boolean;
}

const row = (job: JobSummary): string[] => [
  job.updatedAt,
  job.state,
  job.mode,
  plain(job.hostName),
  plain(job.title),
  job.id,
];

export async function listJobsCommand(options: JobListOptions, context: CliContext): Promise<void> {
  const client = await signedInClient(context);
  const query = new URLSearchParams({ page: options.page, pageSize: '50' });
  if (options.host !== undefined) query.set('hostId', await hostIdOf(client, options.host));
  if (options.state !== undefined) query.set('state', options.state);
  if (options.active) query.set('active', 'true');
  if (options.failed) query.set('failed', 'true');
  const answer = await client.get(`${API_ROUTES.jobs}?${query.toString()}`, jobPage);
  if (options.json) {
    printJson(context, answer);
    return;
  }
  const rows = [['UPDATED', 'STATE', 'MODE', 'HOST', 'WHAT', 'ID'], ...answer.items.map(row)];
  const shownUpTo = (answer.page - 1) * answer.pageSize + answer.items.length;
  print(context, [
    ...columns(rows, ''),
    shownUpTo < answer.total
      ? `${shownUpTo} of ${count(answer.total, 'job')}; the next: --page ${answer.page + 1}`
      : count(answer.total, 'job'),
  ]);
}

function eventLine(event: JobDetail['events'][number]): string {
  const step = event.step === null ? '' : ` ${plain(event.step)}`;
  const detail = event.detail === null ? '' : `: ${plain(event.detail)}`;
  return `  ${event.at}  ${event.state}${step}${detail}${event.late ? ' (evidence only)' : ''}`;
}

function jobLines(job: JobDetail): string[] {
  const facts: string[][] = [
    ['job', job.id],
    ['host', `${plain(job.hostName)} (${job.hostId})`],
    ['what', `${plain(job.remedy)}, ${job.mode}: ${plain(job.title)}`],
    ['state', job.nextAt === null ? job.state : `${job.state}, goes on at ${job.nextAt}`],
    ['ordered by', `${plain(job.createdBy)}: ${plain(job.reason)}`],
    ['undone', job.undone === null ? '-' : job.undone ? 'yes' : 'no'],
    ['result signed', job.resultSigned ? 'by the host, and checked' : 'no'],
  ];
  if (job.undoes !== null) facts.push(['undoes', job.undoes]);
  for (const undo of job.undoneBy) facts.push(['undone by', `${undo.id} (${undo.state})`]);
  return [...columns(facts, ''), '', ...job.events.map(eventLine)];
}

export async function showJobCommand(
  job: string,
  { json }: { json: boolean },
  context: CliContext,
): Promise<void> {
  const detail = await (await signedInClient(context)).get(API_ROUTES.job(job), jobDetail);
  if (json) printJson(context, detail);
  else print(context, jobLines(detail));
}

/** Between two looks. */
const POLL_MS = 1_000;
/** A planned restart of the server takes less: for so long no answer is no failure. */
const NO_ANSWER_MS = 30_000;
/** Ends that a script may build on. */
const GOOD_ENDS = new Set(['verified', 'alreadyCompliant', 'planned']);

/** Null while the server gives no answer, and it has for less than {@link NO_ANSWER_MS}. @throws CliError */
function createPatientLook(
  client: ApiClient,
  job: string,
  { now, stderr }: CliContext,
): () => Promise<JobDetail | null> {
  let silentSince: number | null = null;
  return async () => {
    try {
      const detail = await client.get(API_ROUTES.job(job), jobDetail);
      silentSince = null;
      return detail;
    } catch (error) {
      if (!(error instanceof NoAnswerError)) throw error;
      if (silentSince === null) stderr.write(`${error.message} Asking again for ${NO_ANSWER_MS / 1000} s.\n`);
      silentSince ??= now().getTime();
      if (now().getTime() - silentSince >= NO_ANSWER_MS) throw error;
      return null;
    }
  };
}

/** Prints what is new until the job has ended. @throws CliError when it ends otherwise than well, or does not end in time */
async function waitForJob(
  client: ApiClient,
  { job, seconds }: { readonly job: string; readonly seconds: number },
  context: CliContext,
): Promise<void> {
  const deadline = context.now().getTime() + seconds * 1000;
  const look = createPatientLook(client, job, context);
  let printed = 0;
  let state = 'without an answer of the server';
  for (;;) {
    const detail = await look();
    if (detail !== null) {
      print(context, detail.events.slice(printed).map(eventLine));
      printed = Math.max(printed, detail.events.length);
      state = detail.state;
      if (detail.final) {
        if (GOOD_ENDS.has(state)) return;
        throw new CliError(`Job ${job} on ${plain(detail.hostName)} ended ${state}.`);
      }
    }
    if (context.now().getTime() >= deadline)
      throw new CliError(`Job ${job} is still ${state} after ${seconds} s; it goes on without this command.`);
    await sleep(POLL_MS);
  }
}

export async function waitJobCommand(
  job: string,
  { timeout }: { timeout: number },
  context: CliContext,
): Promise<void> {
  await waitForJob(await signedInClient(context), { job, seconds: timeout }, context);
}

export async function cancelJobCommand(
  job: string,
  { reason }: { reason: string },
  context: CliContext,
): Promise<void> {
  const detail = await (await signedInClient(context)).post(API_ROUTES.cancelJob(job), { reason }, jobDetail);
  print(context, [
    detail.state === 'cancelled'
      ? 'The job is cancelled.'
      : `The host was asked to give the job up (now ${detail.state}); one that is changing finishes.`,
  ]);
}

export async function undoJobCommand(
  job: string,
  options: { reason: string; wait: boolean; timeout: number },
  context: CliContext,
): Promise<void> {
  const client = await signedInClient(context);
  const order = await client.post(API_ROUTES.undoJob(job), { reason: options.reason }, orderView);
  const [undo] = order.jobs;
  if (undo === undefined) throw new CliError(`Order ${order.id} was made and names no job.`);
  print(context, [`Job ${undo.id} undoes it on ${plain(undo.hostName)}.`]);
  if (options.wait) await waitForJob(client, { job: undo.id, seconds: options.timeout }, context);
}
