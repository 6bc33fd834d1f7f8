import { createReadStream } from 'node:fs';
import { API_ROUTES, auditPage, type AuditEntryView } from '@trustfleet/api';
import { CliError, columns, count, messageOf, plain } from '@trustfleet/terminal';
import { verifyExport } from '../audit/verify-export.ts';
import { signedInClient } from '../client/api-client.ts';
import { linesOf } from '../client/lines.ts';
import { saveHead, savedHeads } from '../client/audit-heads.ts';
import { print, printJson, type CliContext } from '../context.ts';

export interface AuditListOptions {
  readonly before?: string;
  readonly action?: string;
  readonly search?: string;
  readonly json: boolean;
}

const row = ({ seq, at, actor, action, subject }: AuditEntryView): string[] => [
  String(seq),
  at,
  plain(actor.name),
  plain(action),
  plain(subject.name ?? subject.id ?? ''),
];

export async function listAuditCommand(options: AuditListOptions, context: CliContext): Promise<void> {
  const query = new URLSearchParams({ limit: '50' });
  for (const [name, value] of Object.entries({
    before: options.before,
    action: options.action,
    q: options.search,
  }))
    if (value !== undefined) query.set(name, value);
  const answer = await (
    await signedInClient(context)
  ).get(`${API_ROUTES.audit}?${query.toString()}`, auditPage);
  if (options.json) {
    printJson(context, answer);
    return;
  }
  const last = answer.items.at(-1);
  print(context, [
    ...columns([['NO', 'WHEN', 'WHO', 'WHAT', 'ABOUT'], ...answer.items.map(row)], ''),
    ...(answer.more && last ? [`Older: --before ${last.seq}`] : []),
  ]);
}

/** Resolves when the reader of our output has room again. */
function write(context: CliContext, line: string): Promise<void> {
  return new Promise((resolve, reject) => {
    context.stdout.write(`${line}\n`, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

export async function exportAuditCommand(context: CliContext): Promise<void> {
  const client = await signedInClient(context);
  for await (const line of client.lines(API_ROUTES.auditExport)) await write(context, line);
}

async function* fileLines(path: string): AsyncGenerator<string> {
  try {
    yield* linesOf(createReadStream(path), path);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${path} cannot be read: ${messageOf(error)}.`, 1, { cause: error });
  }
}

function whatItIsWorth(since: number | null, kept: boolean): string {
  if (since !== null) return `It still goes through entry ${since}, which was checked before.`;
  return kept
    ? 'First check on this account: the head is kept, so that a later check finds entries that were removed from the end.'
    : 'This account has checked no audit of this fleet with its server, so who signed the head is not known, and nothing is kept. Do it once, signed in: trustfleet audit verify';
}

/** Verifies what the server holds, or `file` without any server. @throws CliError where the chain is broken */
export async function verifyAuditCommand(file: string | undefined, context: CliContext): Promise<void> {
  const lines =
    file === undefined ? (await signedInClient(context)).lines(API_ROUTES.auditExport) : fileLines(file);
  const verification = await verifyExport({
    lines,
    saved: await savedHeads(context.env),
    onProgress: (entries) => {
      context.stderr.write(`${entries} entries …\n`);
    },
  });
  if (!verification.ok)
    throw new CliError(
      `The audit is NOT whole at entry ${verification.seq}: ${verification.reason}. Keep this export and look at who could write to the database.`,
    );
  const { entries, head, since } = verification;
  // Whoever wrote a file chose its fleet and its key: a key is kept only from a server that this account is signed in to.
  const kept = since !== null || file === undefined;
  if (kept)
    await saveHead(context.env, head.fleetId, { seq: head.seq, hash: head.hash, serverKey: head.serverKey });
  print(context, [
    `The audit is whole: ${count(entries, 'entry', 'entries')}, head ${head.hash}.`,
    whatItIsWorth(since, kept),
  ]);
}
