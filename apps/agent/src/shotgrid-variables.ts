import type { VariablesSection } from '@trustfleet/protocol';
import type { DiscoverShotgridOptions } from '@trustfleet/shotgrid';
import type { InventoryOptions } from './section-readers.ts';

/** Variables that move Toolkit's caches (shotgrid.md §2.1), with whose rights what they name is looked at: of the person who set them. */
export async function shotgridVariables(
  { host, root }: Pick<InventoryOptions, 'host' | 'root'>,
  settings: NonNullable<VariablesSection['settings']>,
): Promise<NonNullable<DiscoverShotgridOptions['variables']>> {
  const moving = settings.filter(({ name }) => name.startsWith('SHOTGUN_'));
  if (moving.length === 0) return [];
  const { users } = await host.users(root);
  type Variable = NonNullable<DiscoverShotgridOptions['variables']>[number];
  return moving.flatMap(({ name, value, scope, owner }): Variable[] => {
    if (scope !== 'user') return [{ name, value, readAs: null }];
    const account = users.find((user) => user.name === owner);
    // Somebody whose rights cannot be taken is not looked for with the agent's.
    return account === undefined ? [] : [{ name, value, readAs: { uid: account.uid, gid: account.gid } }];
  });
}
