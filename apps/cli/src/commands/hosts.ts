import {
  API_ROUTES,
  hostDetail,
  hostPage,
  hostSettingView,
  hostSummary,
  timelinePage,
  type HostSummary,
} from '@trustfleet/api';
import { CliError, columns, count, plain } from '@trustfleet/terminal';
import { signedInClient } from '../client/api-client.ts';
import { ask } from '../client/password.ts';
import { print, printJson, type CliContext } from '../context.ts';
import { hostIdOf } from './find-host.ts';
import { entryLines } from './timeline-lines.ts';

export interface HostListOptions {
  readonly search?: string;
  readonly presence?: string;
  readonly findings?: string;
  readonly admission?: string;
  readonly page: string;
  readonly json: boolean;
}

function standing(host: HostSummary): string {
  if (host.revokedAt !== null) return 'revoked';
  if (host.quarantine !== null) return `held: ${host.quarantine.reason}`;
  return host.presence;
}

function findingsOf({ openBlockers, openFindings }: HostSummary): string {
  if (openFindings === 0) return '-';
  return openBlockers > 0 ? `${openFindings} (${openBlockers} blocking)` : String(openFindings);
}

const row = (host: HostSummary): string[] => [
  plain(host.name),
  standing(host),
  findingsOf(host),
  plain(host.os ?? host.platform),
  plain(host.group.name),
  host.id,
];

export async function listHostsCommand(options: HostListOptions, context: CliContext): Promise<void> {
  const { search, presence, findings, admission, page, json } = options;
  const query = new URLSearchParams({ page, pageSize: '50' });
  for (const [name, value] of Object.entries({ q: search, presence, findings, admission }))
    if (value !== undefined) query.set(name, value);
  const answer = await (
    await signedInClient(context)
  ).get(`${API_ROUTES.hosts}?${query.toString()}`, hostPage);
  if (json) {
    printJson(context, answer);
    return;
  }
  const rows = [['NAME', 'STATE', 'FINDINGS', 'SYSTEM', 'GROUP', 'ID'], ...answer.items.map(row)];
  const shownUpTo = (answer.page - 1) * answer.pageSize + answer.items.length;
  print(context, [
    ...columns(rows, ''),
    shownUpTo < answer.total
      ? `${shownUpTo} of ${count(answer.total, 'host')}; the next: --page ${answer.page + 1}`
      : count(answer.total, 'host'),
  ]);
}

export async function showHostCommand(
  host: string,
  { json }: { json: boolean },
  context: CliContext,
): Promise<void> {
  const client = await signedInClient(context);
  const detail = await client.get(API_ROUTES.host(await hostIdOf(client, host)), hostDetail);
  if (json) {
    printJson(context, detail);
    return;
  }
  const facts = [
    ['name', plain(detail.name)],
    ['id', detail.id],
    ['state', standing(detail)],
    ['system', plain(detail.os ?? detail.platform)],
    ['group', plain(detail.group.name)],
    ['agent', plain(detail.agentVersion ?? 'unknown')],
    ['last seen', detail.lastSeen ?? 'never'],
    [
      'permits',
      detail.permits.length === 0 ? 'nothing (observe-only)' : detail.permits.map(plain).join(', '),
    ],
  ];
  const findings = detail.findings.map((finding) => [
    finding.severity,
    plain(finding.cause),
    plain(finding.anchor?.name ?? ''),
    finding.since,
  ]);
  print(context, [
    ...columns(facts, ''),
    '',
    findings.length === 0 ? 'No open finding.' : `${count(findings.length, 'open finding')}:`,
    ...columns(findings),
  ]);
}

export async function hostTimelineCommand(
  host: string,
  options: { before?: string; json: boolean },
  context: CliContext,
): Promise<void> {
  const client = await signedInClient(context);
  const query = new URLSearchParams({ limit: '50', ...(options.before ? { before: options.before } : {}) });
  const id = await hostIdOf(client, host);
  const answer = await client.get(`${API_ROUTES.hostTimeline(id)}?${query.toString()}`, timelinePage);
  if (options.json) {
    printJson(context, answer);
    return;
  }
  const last = answer.items.at(-1);
  print(context, [
    ...answer.items.flatMap(entryLines),
    ...(answer.more && last ? [`Older: --before ${last.at}`] : []),
  ]);
}

export interface HoldOptions {
  readonly reason: string;
  readonly yes: boolean;
}

/** Asks for the host's name, unless `--yes` stands for it. @throws CliError */
async function confirmRevocation(host: string, yes: boolean, context: CliContext): Promise<void> {
  if (yes) return;
  const typed = await ask(
    context,
    `Revoking ends this host's connection for good; to come back it has to enrol again. Type ${plain(host)} to go on: `,
  );
  if (typed === null) throw new CliError('Nobody is there to confirm: add --yes.', 2);
  if (typed.trim() !== host) throw new CliError('That is another name: nothing was done.');
}

export async function revokeHostCommand(
  host: string,
  options: HoldOptions,
  context: CliContext,
): Promise<void> {
  const client = await signedInClient(context);
  const id = await hostIdOf(client, host);
  await confirmRevocation(host, options.yes, context);
  const after = await client.post(API_ROUTES.revokeHost(id), { reason: options.reason }, hostSummary);
  print(context, [`${plain(after.name)} is revoked: its connection is closed and its open jobs have ended.`]);
}

export async function releaseHostCommand(
  host: string,
  options: Pick<HoldOptions, 'reason'>,
  context: CliContext,
): Promise<void> {
  const client = await signedInClient(context);
  const after = await client.post(
    API_ROUTES.releaseHost(await hostIdOf(client, host)),
    { reason: options.reason },
    hostSummary,
  );
  print(context, [`${plain(after.name)} is released: it gets jobs again.`]);
}

export async function rotateHostCommand(
  host: string,
  options: Pick<HoldOptions, 'reason'>,
  context: CliContext,
): Promise<void> {
  const client = await signedInClient(context);
  const setting = await client.post(
    API_ROUTES.hostSettings(await hostIdOf(client, host)),
    { newSecret: true, reason: options.reason },
    hostSettingView,
  );
  print(context, [
    `The host gets a new credential when it is connected, tries it, and keeps it or goes back (${setting.state}).`,
  ]);
}
