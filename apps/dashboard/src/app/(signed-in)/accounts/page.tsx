import { AccountsView } from '../../../features/accounts/accounts-view.tsx';
import { reads } from '../../../lib/api/reads.ts';
import { Permitted } from '../../../lib/data/permitted.tsx';
import { Prefetched } from '../../../lib/data/prefetched.tsx';
import { pageTitle } from '../../../lib/i18n/server.ts';

export const generateMetadata = pageTitle('accounts.title');

export default function AccountsPage() {
  return (
    <Permitted needs="accounts.manage">
      <Prefetched reads={[reads.accounts, reads.groups]}>
        <AccountsView />
      </Prefetched>
    </Permitted>
  );
}
