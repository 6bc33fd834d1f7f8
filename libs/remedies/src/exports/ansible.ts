import { yamlText } from './quoting.ts';
import type { VariableWanted } from './types.ts';

/** Tasks for ansible-core 2.12 and later, for the play that writes the target already. */
export function ansibleTasks(wanted: VariableWanted): string {
  return wanted.platform === 'windows' ? windowsTask(wanted) : fileTask(wanted);
}

function fileTask({ name, scope, source, value }: VariableWanted): string {
  const line = scope === 'service' ? `Environment="${name}=${value ?? ''}"` : `${name}=${value ?? ''}`;
  const begin = scope === 'service' ? `^\\s*Environment\\s*=\\s*["']?${name}=` : `^\\s*(export\\s+)?${name}=`;
  const created = scope === 'service' ? ['    insertafter: "^\\\\[Service\\\\]"'] : [];
  const wantedLines =
    value === null
      ? ['    state: absent']
      : [
          '    state: present',
          `    line: ${yamlText(line)}`,
          '    create: true',
          '    mode: "0644"',
          ...created,
        ];
  return [
    `- name: ${yamlText(`${value === null ? 'Unset' : 'Set'} ${name} in ${source}`)}`,
    '  ansible.builtin.lineinfile:',
    `    path: ${yamlText(source)}`,
    `    regexp: ${yamlText(begin)}`,
    ...wantedLines,
    '',
  ].join('\n');
}

function windowsTask({ name, scope, source, value }: VariableWanted): string {
  if (scope === 'service')
    return [
      `- name: ${yamlText(`Environment of the service at ${source}`)}`,
      '  ansible.windows.win_regedit:',
      `    path: ${yamlText(source.replace('HKEY_LOCAL_MACHINE', 'HKLM:'))}`,
      '    name: Environment',
      '    type: multistring',
      ...(value === null ? ['    state: absent'] : ['    data:', `      - ${yamlText(`${name}=${value}`)}`]),
      '',
    ].join('\n');
  return [
    `- name: ${yamlText(`${value === null ? 'Unset' : 'Set'} ${name}`)}`,
    '  ansible.windows.win_environment:',
    ...(value === null
      ? [`    name: ${name}`, '    state: absent']
      : ['    state: present', '    variables:', `      ${name}: ${yamlText(value)}`]),
    `    level: ${scope === 'machine' ? 'machine' : 'user'}`,
    '',
  ].join('\n');
}
