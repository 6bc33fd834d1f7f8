/**
 * One command line of which CommandLineToArgvW makes the same argv again: each part in quotes (an unquoted path with a space lets
 * Windows try `C:\Program.exe`), backslashes before a quote doubled. Throws for what cannot be said.
 */
export function commandLine(argv: readonly string[]): string {
  return argv
    .map((part) => {
      if (/["\0\r\n]/.test(part))
        throw new Error(`${JSON.stringify(part)} cannot stand in a service's command line`);
      return `"${part.replace(/\\+$/, '$&$&')}"`;
    })
    .join(' ');
}
