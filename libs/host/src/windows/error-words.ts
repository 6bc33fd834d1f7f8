const WORDS: Readonly<Record<number, string>> = {
  0x00000002: 'there is no such store',
  0x00000003: 'there is no such store',
  0x00000005:
    'access is denied: let the agent run as a service (LocalSystem), or start it as an administrator',
  0x00000008: 'Windows is out of memory',
  0x00000020: 'another program holds it: try again',
  0x00000057: 'a parameter is wrong',
  0x000003fa: 'its registry key is being deleted: try again',
  0x000005aa: 'Windows is out of resources: try again',
  0x80070005:
    'access is denied: let the agent run as a service (LocalSystem), or start it as an administrator',
  0x80090016: 'a key that belongs to it is missing',
  0x80092002: 'it could not be decoded',
  0x80092003: 'the file or registry key could not be read or written',
  0x80092004: 'it is not there',
  0x80092005: 'it is there already',
  0x800b0109: 'its chain ends at a root that is not trusted',
};
const ASN1 = 0x80093100;

/** GetLastError() for people, with the number that administrators search for. */
export function describeError(code: number): string {
  const hex = `0x${code.toString(16).padStart(8, '0').toUpperCase()}`;
  const words = WORDS[code] ?? (code >>> 8 === ASN1 >>> 8 ? 'it is no valid certificate' : null);
  if (code === 0) return 'Windows gave no reason';
  return words === null ? `error ${hex} (certutil -error ${hex} says what it means)` : `${words} (${hex})`;
}

/** ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND: that store was never made. */
export function meansMissing(code: number | null): boolean {
  return code === 2 || code === 3;
}
