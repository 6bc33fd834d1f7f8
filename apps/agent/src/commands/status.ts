import { readAllowList } from '@trustfleet/repair';
import { createAllowListSource } from '../allow-list-source.ts';
import { plain } from '../report/text.ts';
import { readIdentity } from '../state/identity.ts';
import { runningAgent } from '../state/instance-lock.ts';
import { readStatus, type AgentStatus } from '../state/status-file.ts';

export interface StatusOptions {
  readonly stateDir: string;
  readonly allowList: string;
}

const LINK_WORDS: Record<AgentStatus['link'], string> = {
  online: 'connected',
  connecting: 'connecting',
  waiting: 'not connected, will try again',
  stopped: 'stopped',
};

function connectionLines(status: AgentStatus | null, pid: number | null): string[] {
  if (status === null) return [pid === null ? 'Agent:       not running (start it with: trustfleet-agent run)' : `Agent:       running (process ${pid})`];
  const lines = [pid === null ? 'Agent:       not running (start it with: trustfleet-agent run)' : `Agent:       running (process ${pid}) since ${status.startedAt}`];
  if (pid !== null) lines.push(`Connection:  ${LINK_WORDS[status.link]} since ${status.linkSince}${status.reason === null ? '' : `: ${plain(status.reason)}`}`);
  lines.push(`Last online: ${pid !== null && status.link === 'online' ? 'now' : (status.lastOnlineAt ?? 'never')}`);
  lines.push(`Last scan:   ${status.lastScanAt ?? 'none yet'}`);
  lines.push(`Waiting:     ${status.pendingEvents} job event(s) that the server has not acknowledged`);
  if (status.interception) lines.push('Note:        TLS on the way to the server is inspected by somebody; the link is authenticated all the same.');
  return lines;
}

/** Reads the state directory; talks to nobody. */
export async function statusCommand(options: StatusOptions, output: NodeJS.WritableStream): Promise<void> {
  const identity = await readIdentity(options.stateDir);
  const list = await readAllowList(await createAllowListSource(), options.allowList);
  const permits = list.permits.length > 0 ? list.permits.join(', ') : 'nothing, this host only observes';
  const lines: string[] = [];
  if (identity === null) {
    lines.push(`Not enrolled (${options.stateDir} holds no identity). Enrol with: trustfleet-agent enroll --token TOKEN`);
  } else {
    lines.push(`Enrolled:    host ${identity.hostId} since ${identity.enrolledAt}${identity.name === null ? '' : `, named ${plain(identity.name)}`}`);
    lines.push(`Server:      ${identity.address}`);
    lines.push(...connectionLines(await readStatus(options.stateDir), await runningAgent(options.stateDir)));
  }
  lines.push(`Permits:     ${permits} (${list.path}${list.problem === null ? '' : `: ${plain(list.problem)}`})`);
  output.write(`${lines.join('\n')}\n`);
  const problems = identity === null ? [] : ((await readStatus(options.stateDir))?.problems ?? []);
  if (problems.length > 0) {
    output.write(`Last problems:\n${problems.map((problem) => `  ${problem.at}  ${plain(problem.message)}`).join('\n')}\n`);
  }
}
