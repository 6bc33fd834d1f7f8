import { defaultPlaces } from './default-places.ts';

/** Version of this agent, as the server hears it. */
export const AGENT_VERSION = '0.1.0';

export const {
  stateDir: DEFAULT_STATE_DIR,
  allowList: DEFAULT_ALLOW_LIST,
  scanSettings: DEFAULT_SCAN_SETTINGS,
} = defaultPlaces(process.platform, process.env);
