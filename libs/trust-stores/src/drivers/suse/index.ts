import { p11Driver } from '../../p11-kit/driver.ts';
import { suseLayout } from './layout.ts';

/** SUSE: `/etc/pki/trust` and its own `update-ca-certificates`. */
export const suse = p11Driver({
  name: 'suse',
  ids: ['suse', 'opensuse', 'sles', 'sled'],
  layout: suseLayout,
});
