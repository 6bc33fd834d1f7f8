import type { ToolkitConfiguration } from '@trustfleet/protocol';
import type { CoreSettings } from './context.ts';

/**
 * Unified diff for `core/core_api.yml` of the source configuration. With the file at hand, its line (credentials masked); without, the
 * line as Toolkit's own configurations have it.
 */
export function settingsPatch(
  { core }: ToolkitConfiguration,
  version: string,
  settings: CoreSettings | null,
): string {
  const head = '--- a/core/core_api.yml\n+++ b/core/core_api.yml\n';
  if (settings?.kind === 'edited') {
    const { line, before, after } = settings;
    return `${head}@@ -${line} +${line} @@\n-${before}\n+${after}\n`.slice(0, 16_384);
  }
  return `${head}@@ -1 +1 @@ location\n-  version: ${core?.version ?? ''}\n+  version: ${version}\n`;
}
