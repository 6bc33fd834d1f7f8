import { noLiteralText } from './no-literal-text.mjs';
import { noTlsVerificationOff } from './no-tls-verification-off.mjs';

export default {
  meta: { name: 'trustfleet' },
  rules: { 'no-literal-text': noLiteralText, 'no-tls-verification-off': noTlsVerificationOff },
};
