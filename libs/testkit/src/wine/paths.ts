/** A path of this machine as programs under Wine see it: below C: where it lies in the prefix, else below Z:, which is the root. */
export function toWindowsPath(prefix: string, path: string): string {
  const drive = `${prefix}/drive_c`;
  const [letter, rest] =
    path === drive || path.startsWith(`${drive}/`) ? ['C:', path.slice(drive.length)] : ['Z:', path];
  return `${letter}${rest === '' ? '\\' : rest.replaceAll('/', '\\')}`;
}

/** The other way; only C: and Z: exist. */
export function toUnixPath(prefix: string, path: string): string {
  const match = /^([cz]):(.*)$/is.exec(path);
  if (match?.[1] === undefined) throw new Error(`${path} lies on no drive of the Wine lab (C: and Z:)`);
  const rest = (match[2] ?? '').replaceAll('\\', '/');
  return match[1].toLowerCase() === 'z' ? rest || '/' : `${prefix}/drive_c${rest === '/' ? '' : rest}`;
}
