import { readAllowList, type AllowList } from '@trustfleet/repair';
import { createAllowListSource } from '../allow-list-source.ts';
import { count, duration, plain } from '@trustfleet/terminal';
import { describeService } from '../service/words.ts';
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

const NOT_RUNNING = 'Agent:       not running (start it with: trustfleet-agent run)';

function connectionLine(status: AgentStatus): string {
  const reason = status.reason === null ? '' : `: ${plain(status.reason)}`;
  return `Connection:  ${LINK_WORDS[status.link]} since ${status.linkSince}${reason}`;
}

/** A clock that is off by less is not worth a line: nothing here depends on it. */
const WRONG_CLOCK_MS = 60_000;

function clockLines(offsetMs: number | null): string[] {
  if (offsetMs === null || Math.abs(offsetMs) < WRONG_CLOCK_MS) return [];
  return [
    `Clock:       this machine's clock is ${duration(Math.abs(offsetMs))} ${offsetMs > 0 ? 'ahead of' : 'behind'} the server's; jobs go by the server's time, other programs may refuse certificates: set it right`,
  ];
}

/** What `run` left in status.json; `pid` is who holds the lock, null for nobody. Of another process its connection is history. */
function agentLines(status: AgentStatus | null, pid: number | null): string[] {
  // The lock is taken before status.json is written, and `undo` takes it too: what stands there is then of an earlier run.
  const holder = pid === null ? NOT_RUNNING : `Agent:       starting, or taking a job back (process ${pid})`;
  if (status === null) return [holder];
  const running = pid === status.pid;
  const online = running && status.link === 'online';
  return [
    ...(running
      ? [`Agent:       running (process ${pid}) since ${status.startedAt}`, connectionLine(status)]
      : [holder]),
    `Last online: ${online ? 'now' : (status.lastOnlineAt ?? 'never')}`,
    `Last scan:   ${status.lastScanAt ?? 'none yet'}`,
    `Waiting:     ${count(status.pendingEvents, 'job event')} not yet acknowledged by the server`,
    ...(status.interception
      ? [
          'Note:        TLS on the way to the server is inspected by somebody; the link is authenticated all the same.',
        ]
      : []),
    ...clockLines(status.clockOffsetMs),
    ...status.problems.map(
      (problem, index) =>
        `${index === 0 ? 'Problems:    ' : '             '}${problem.at}  ${plain(problem.message)}`,
    ),
  ];
}

function permitsLine(list: AllowList): string {
  if (list.permits.length > 0) return `Permits:     ${list.permits.join(', ')} (${list.path})`;
  const why = list.problem ?? `${list.path} lists nothing.`;
  return `Permits:     nothing, this host only observes: ${plain(why)}`;
}

/** Reads the state directory and asks this machine's service manager; talks to no server. */
export async function statusCommand(options: StatusOptions, output: NodeJS.WritableStream): Promise<void> {
  const identity = await readIdentity(options.stateDir);
  const list = await readAllowList(await createAllowListSource(), options.allowList);
  if (identity === null) {
    output.write(
      `Not enrolled (${options.stateDir} holds no identity). Enrol with: trustfleet-agent enroll --token TOKEN\n`,
    );
  } else {
    const name = identity.name === null ? '' : `, named ${plain(identity.name)}`;
    const agent = agentLines(await readStatus(options.stateDir), await runningAgent(options.stateDir));
    const lines = [
      `Enrolled:    host ${identity.hostId} since ${identity.enrolledAt}${name}`,
      `Server:      ${identity.address}`,
      ...agent,
    ];
    output.write(`${lines.join('\n')}\n`);
  }
  output.write(`${permitsLine(list)}\nService:     ${await describeService()}\n`);
}
