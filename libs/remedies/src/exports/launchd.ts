import { xmlText } from './quoting.ts';
import type { VariableWanted } from './types.ts';

const HEAD = [
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
  '<!-- Rendered by Trustfleet and not tried on a Mac. -->',
];
const plist = (lines: readonly string[]): string =>
  [...HEAD, '<plist version="1.0">', ...lines, '</plist>', ''].join('\n');

/**
 * launchd.plist(5). Programs of the desktop read no start-up file of a shell (failures.md §7.5): a launch agent tells launchd at each sign-in.
 * For a service: what belongs into its own file.
 */
export function launchdPlist({ name, scope, value }: VariableWanted): string {
  if (scope === 'service')
    return plist([
      '<dict>',
      '  <key>EnvironmentVariables</key>',
      value === null
        ? `  <dict><!-- without ${name} --></dict>`
        : `  <dict><key>${name}</key><string>${xmlText(value)}</string></dict>`,
      '</dict>',
    ]);
  const call = value === null ? ['unsetenv', name] : ['setenv', name, value];
  return plist([
    '<dict>',
    `  <key>Label</key><string>com.trustfleet.variables.${name}</string>`,
    '  <key>ProgramArguments</key>',
    '  <array>',
    ...['/bin/launchctl', ...call].map((word) => `    <string>${xmlText(word)}</string>`),
    '  </array>',
    '  <key>RunAtLoad</key><true/>',
    '</dict>',
  ]);
}
