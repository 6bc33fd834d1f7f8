import { IDENTITY_FILE } from '../../state/identity.ts';
import type { ServicePlaces } from '../types.ts';

export const UNIT = 'trustfleet-agent.service';
/** RestartSteps came with systemd 254; an older one warns of it at every start. */
const RESTART_STEPS_SINCE = 254;

export interface UnitRequest {
  readonly program: string;
  readonly places: ServicePlaces;
  /** Of systemd on this machine, e.g. 252. */
  readonly systemdVersion: number;
}

type Line = readonly [name: string, value: string];

/**
 * What the agent needs in spite of being root: read and write what belongs to anybody (stores of persons and programs), keep an
 * owner, become the person whose program it asks, end programs of theirs, and make the namespace of process numbers that ties a tool to
 * its life (tied-programs.ts, unshare(2)). Nothing of the network, of devices, of the kernel.
 */
const CAPABILITIES = [
  ...['CAP_DAC_OVERRIDE', 'CAP_DAC_READ_SEARCH', 'CAP_CHOWN', 'CAP_FOWNER', 'CAP_FSETID'],
  ...['CAP_SETUID', 'CAP_SETGID', 'CAP_KILL', 'CAP_SYS_NICE', 'CAP_SYS_ADMIN'],
];

/** Trust is changed in /etc, /usr/share, /usr/lib (Java, Python), /opt, homes; programs, start-up and accounts never are. '-': where it exists. */
const NEVER_WRITTEN = [
  ...['/boot', '/efi', '/usr/bin', '/usr/sbin', '/usr/lib/modules', '/usr/lib/systemd', '/usr/lib/udev'],
  ...['/etc/systemd', '/etc/udev', '/etc/pam.d', '/etc/security', '/etc/sudoers.d', '/etc/ssh'],
  ...['/etc/passwd', '/etc/shadow', '/etc/group', '/etc/gshadow', '/etc/sudoers', '/etc/ld.so.conf.d'],
  ...['/etc/init.d', '/etc/profile.d', '/etc/crontab', '/var/spool/cron'],
  ...['/etc/cron.d', '/etc/cron.hourly', '/etc/cron.daily', '/etc/cron.weekly', '/etc/cron.monthly'],
].map((path) => `-${path}`);

const RUNNING = ({ program, places }: UnitRequest): readonly Line[] => [
  ['Type', 'exec'],
  // Quoted, and with the specifiers of systemd.unit(5) taken literally.
  [
    'ExecStart',
    [program, 'run', '--state-dir', places.stateDir, '--allow-list', places.allowList].map(quoted).join(' '),
  ],
  // Only the agent is asked to stop, and its tools run to their end: killing update-ca-certificates half-way leaves half a bundle.
  ['KillMode', 'mixed'],
  // run-agent.ts gives a running job 30 s.
  ['TimeoutStopSec', '45s'],
];

/** Whatever it ended with: there is nothing else on this machine that would repair it. Never given up, but slower and slower. */
const restarting = (version: number): readonly Line[] => [
  ['Restart', 'always'],
  ['RestartSec', '5s'],
  ...(version >= RESTART_STEPS_SINCE
    ? ([
        ['RestartSteps', '6'],
        ['RestartMaxDelaySec', '5min'],
      ] as const)
    : []),
];

const LIMITS: readonly Line[] = [
  // 70 MiB as a rule; a scan starts interpreters and keytool's Java beside it.
  ['MemoryHigh', '1G'],
  ['MemoryMax', '2G'],
  ['TasksMax', '512'],
  // An interpreter that takes too much is no reason to end the agent.
  ['OOMPolicy', 'continue'],
  // Its memory holds the host's key.
  ['LimitCORE', '0'],
  // Public files are made by the stores' tools with the umask they get: 0077 would leave a bundle that only root can read. What is
  // secret is written with a mode of its own into a directory of mode 0700.
  ['UMask', '0022'],
];

const CONFINEMENT: readonly Line[] = [
  ['NoNewPrivileges', 'yes'],
  ['CapabilityBoundingSet', CAPABILITIES.join(' ')],
  ['ReadOnlyPaths', NEVER_WRITTEN.join(' ')],
  ...(
    [
      ...['ProtectKernelTunables', 'ProtectKernelModules', 'ProtectKernelLogs', 'ProtectClock'],
      ...['ProtectControlGroups', 'ProtectHostname', 'PrivateDevices', 'LockPersonality'],
      ...['RestrictRealtime', 'RestrictSUIDSGID'],
    ] as const
  ).map((name): Line => [name, 'yes']),
  // Process numbers alone: see CAPABILITIES.
  ['RestrictNamespaces', 'pid'],
  // The server and the endpoints; AF_NETLINK lists interfaces; AF_UNIX is what journal and name service speak.
  ['RestrictAddressFamilies', 'AF_UNIX AF_INET AF_INET6 AF_NETLINK'],
  // It connects and is never connected to (security.md, "no listening port").
  ['SocketBindDeny', 'any'],
  ['KeyringMode', 'private'],
  ['SystemCallArchitectures', 'native'],
  // Without mount(2) nothing of the above is taken back. Refused calls fail: an interpreter that tries one goes on.
  ['SystemCallFilter', '@system-service'],
  // The same again as SocketBindDeny, which a systemd without BPF_FRAMEWORK (Debian 12) passes over.
  ['SystemCallFilter', '~listen'],
  ['SystemCallErrorNumber', 'EPERM'],
  // These make Node or the loader run code before ours.
  ['UnsetEnvironment', 'NODE_OPTIONS OPENSSL_CONF LD_PRELOAD LD_LIBRARY_PATH'],
];

/*
 * Not set, each for a reason. ProtectSystem, ProtectHome: stores and bundles lie anywhere, and are changed there. PrivateTmp: a
 * variable may name a bundle in /tmp, which must be seen. MemoryDenyWriteExecute: V8 compiles regular expressions. ProtectProc: a tool
 * that an administrator runs must be seen before the same is started. PrivateNetwork, IPAddressDeny: the server may be anywhere.
 */

function quoted(argument: string): string {
  if (/[\0\r\n]/.test(argument)) throw new Error(`${JSON.stringify(argument)} cannot stand in a unit.`);
  const escaped = argument
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('%', '%%')
    .replaceAll('$', '$$$$');
  return /^[A-Za-z0-9_./-]+$/.test(argument) ? argument : `"${escaped}"`;
}

const section = (name: string, lines: readonly Line[]): string =>
  [`[${name}]`, ...lines.map(([key, value]) => `${key}=${value}`)].join('\n');

/** The unit's text (systemd.service(5), systemd.exec(5)). Pure. */
export function unitText(request: UnitRequest): string {
  const unit: readonly Line[] = [
    ['Description', 'Trustfleet agent: reports what this machine trusts, and repairs what its owner permits'],
    ['Wants', 'network-online.target'],
    ['After', 'network-online.target'],
    // A machine that is not enrolled yet would start an agent every few seconds that ends at once.
    ['ConditionPathExists', `${request.places.stateDir.replaceAll('%', '%%')}/${IDENTITY_FILE}`],
    // Restart slows down by itself; a limit would end it for good.
    ['StartLimitIntervalSec', '0'],
  ];
  const service = [
    ...RUNNING(request),
    ...stateDirectory(request.places.stateDir),
    ...restarting(request.systemdVersion),
    ...LIMITS,
    ...CONFINEMENT,
  ];
  const sections = [
    section('Unit', unit),
    section('Service', service),
    section('Install', [['WantedBy', 'multi-user.target']]),
  ];
  return `# Written by trustfleet-agent install, and written anew with each release: put changes into a drop-in (systemctl edit).\n${sections.join('\n\n')}\n`;
}

/** systemd makes it, mode 0700, where it lies in its own place for states. */
function stateDirectory(path: string): readonly Line[] {
  const [, name] = /^\/var\/lib\/([A-Za-z0-9_.-]+)$/.exec(path) ?? [];
  return name === undefined
    ? []
    : [
        ['StateDirectory', name],
        ['StateDirectoryMode', '0700'],
      ];
}
