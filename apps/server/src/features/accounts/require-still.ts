import type { Permission } from '@trustfleet/api';
import type { Account, ChangeRepositories } from '@trustfleet/database';
import { permissionsOf, type Viewer } from '../../http/permission.ts';
import { noLonger } from './account-problems.ts';

/**
 * The account as it is inside the change, after waiting for every other change of accounts: two who take each other's rights at once, or
 * one who makes a link while its right goes, and the second one has none left by then. @throws ApiProblem 403
 */
export async function requireStill(
  { accounts }: Pick<ChangeRepositories, 'accounts'>,
  viewer: Pick<Viewer, 'id'>,
  permission: Permission,
): Promise<Account> {
  const { account } = await accounts.lock(viewer.id);
  if (account === null || account.disabledAt !== null || !permissionsOf(account).has(permission))
    throw noLonger();
  return account;
}
