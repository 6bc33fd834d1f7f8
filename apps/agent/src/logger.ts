import type { RepairLog } from '@trustfleet/repair';

const MAX_FIELD = 1000;

function fieldText(value: unknown): string {
  const text = JSON.stringify(
    typeof value === 'string' && value.length > MAX_FIELD ? `${value.slice(0, MAX_FIELD)}…` : value,
  );
  return text;
}

/**
 * One line an event on the given stream: time, level, message, fields as JSON (control characters of hostile text
 * come out escaped). Nobody hands it a secret.
 */
export function createLogger(stream: NodeJS.WritableStream, now: () => Date): RepairLog {
  return (level, message, fields = {}) => {
    const parts = Object.entries(fields).map(([name, value]) => `${name}=${fieldText(value)}`);
    stream.write([now().toISOString(), level, message, ...parts].join(' ').replaceAll('\n', ' ') + '\n');
  };
}
