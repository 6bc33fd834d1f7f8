import { p11Driver } from '../../p11-kit/driver.ts';
import { rhelLayout } from './layout.ts';

/** RHEL, Fedora and what is made of them: `/etc/pki/ca-trust/source` and `update-ca-trust`. */
export const rhel = p11Driver({
  name: 'rhel',
  ids: ['rhel', 'fedora', 'centos', 'rocky', 'almalinux', 'ol', 'amzn'],
  layout: rhelLayout,
});
