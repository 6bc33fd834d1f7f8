import { p11Driver } from '../../p11-kit/driver.ts';
import { archLayout } from './layout.ts';

/** Arch and what is made of it: `/etc/ca-certificates/trust-source` and `trust extract-compat`. */
export const arch = p11Driver({ name: 'arch', ids: ['arch'], layout: archLayout });
