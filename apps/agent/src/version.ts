/** Version of this agent, as the server hears it. */
export const AGENT_VERSION = '0.1.0';

/** Where a service keeps its identity and journals, mode 0700. */
export const DEFAULT_STATE_DIR = '/var/lib/trustfleet-agent';
/** What the host's owner permits; no message can change it. */
export const DEFAULT_ALLOW_LIST = '/etc/trustfleet/allow-list.json';
