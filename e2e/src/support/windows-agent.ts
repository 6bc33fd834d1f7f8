import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { WineLab, WineProcess, WineResult } from '@trustfleet/testkit';
import { ROOT } from './running-fleet.ts';

const BUNDLE = path.join(ROOT, 'apps/agent/dist/trustfleet-agent.mjs');
const PROGRAM = 'C:\\Program Files\\Trustfleet\\trustfleet-agent.mjs';
/** One command, on two busy cores. */
const LIMIT_MS = 60_000;
const LONGEST_RUN_MS = 10 * 60_000;

/** The agent of `run`, under Wine. */
export interface RunningWindowsAgent {
  /** What it has logged. */
  log(): string;
  /** Ctrl-C; resolves when it has ended. */
  stop(): Promise<WineResult>;
  /** As the task manager does it. */
  kill(): Promise<WineResult>;
}

/** `trustfleet-agent` as an administrator of a Windows machine has it: the built program, Node for Windows, its places. */
export interface WindowsAgent {
  readonly wine: WineLab;
  /** Of this machine, as the others. */
  readonly stateDir: string;
  readonly allowList: string;
  /** Runs one command to its end. */
  command(...args: readonly string[]): Promise<WineResult>;
  /** Starts `run`. */
  start(): RunningWindowsAgent;
  /** Writes the allow-list; null removes it. */
  permit(remedies: readonly string[] | null): void;
  /** Sets a variable of the machine in the registry. */
  setMachineVariable(name: string, value: string): Promise<void>;
  /** The address at which it looks for its server from its next start on. */
  pointTo(address: string): void;
}

/** Installs the agent in a Wine lab of the caller's, who also disposes of it. The build of apps/agent has to stand there. */
export function installWindowsAgent(wine: WineLab): WindowsAgent {
  const program = wine.toUnix(PROGRAM);
  mkdirSync(path.dirname(program), { recursive: true });
  copyFileSync(BUNDLE, program);
  const base = wine.toUnix('C:\\ProgramData\\Trustfleet');
  const stateDir = path.join(base, 'Agent');
  const allowList = path.join(base, 'allow-list.json');
  const argv = (args: readonly string[]): [string, ...string[]] => [wine.node, PROGRAM, ...args];
  return {
    wine,
    stateDir,
    allowList,
    command: (...args) => wine.run(argv(args), { timeoutMs: LIMIT_MS }),
    start() {
      const running: WineProcess = wine.start(argv(['run']), { timeoutMs: LONGEST_RUN_MS });
      return {
        log: () => running.stderr(),
        stop() {
          // To this one process, as a console does it to each of its own; Wine turns the signal into Ctrl-C.
          process.kill(running.pid, 'SIGINT');
          return running.exited;
        },
        kill: () => running.kill(),
      };
    },
    permit(remedies) {
      if (remedies === null) {
        rmSync(allowList, { force: true });
        return;
      }
      mkdirSync(base, { recursive: true, mode: 0o755 });
      writeFileSync(allowList, JSON.stringify({ format: 1, permits: remedies }), { mode: 0o644 });
    },
    async setMachineVariable(name, value) {
      const key = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment';
      const ended = await wine.run(['reg', 'add', key, '/v', name, '/d', value, '/f'], {
        timeoutMs: LIMIT_MS,
      });
      if (ended.exitCode !== 0)
        throw new Error(`reg add ended with ${String(ended.exitCode)}: ${ended.stderr}`);
    },
    pointTo(address) {
      const file = path.join(stateDir, 'identity.json');
      const identity = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
      writeFileSync(file, JSON.stringify({ ...identity, address }));
    },
  };
}
