import { CLIENTS_SCRIPT, MAIN, SHOTGUN_SCRIPT } from './script/clients.ts';
import { FRAME, WATCH } from './script/frame.ts';

/** Our Python file: see its parts. For `python -B -c`, with the request as one line on stdin. */
export const PROBE_SCRIPT = [FRAME, WATCH, CLIENTS_SCRIPT, SHOTGUN_SCRIPT, MAIN].join('\n');
