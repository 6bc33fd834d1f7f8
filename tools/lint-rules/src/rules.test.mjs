import { RuleTester } from 'eslint';
import { describe, it } from 'vitest';
import { noLiteralText } from './no-literal-text.mjs';
import { noTlsVerificationOff } from './no-tls-verification-off.mjs';

RuleTester.describe = describe;
RuleTester.it = it;

const jsx = { languageOptions: { parserOptions: { ecmaFeatures: { jsx: true } } } };

new RuleTester(jsx).run('no-literal-text', noLiteralText, {
  valid: [
    '<p>{t("hosts.title")}</p>',
    '<p className="text-lg">—</p>',
    '<img alt={t("x")} />',
    '<p>{count > 0 ? t("a") : t("b")}</p>',
  ],
  invalid: [
    { code: '<p>Hosts</p>', errors: [{ messageId: 'literal' }] },
    { code: '<p>호스트</p>', errors: [{ messageId: 'literal' }] },
    { code: '<p>{"Hosts"}</p>', errors: [{ messageId: 'literal' }] },
    {
      code: '<p>{count > 0 ? "some" : "none"}</p>',
      errors: [{ messageId: 'literal' }, { messageId: 'literal' }],
    },
    { code: '<p>{`Hosts ${n}`}</p>', errors: [{ messageId: 'literal' }] },
    { code: '<button aria-label="Close" />', errors: [{ messageId: 'literal' }] },
  ],
});

new RuleTester().run('no-tls-verification-off', noTlsVerificationOff, {
  valid: [
    'connect({ rejectUnauthorized: true })',
    { code: 'connect({ rejectUnauthorized: false })', filename: '/w/libs/agent-link/src/tls.ts' },
    { code: 'connect({ rejectUnauthorized: false })', filename: '/w/libs/host/src/observe-chain.ts' },
  ],
  invalid: [
    {
      code: 'connect({ rejectUnauthorized: false })',
      filename: '/w/libs/agent-link/src/link.ts',
      errors: [{ messageId: 'off' }],
    },
    { code: 'options.rejectUnauthorized = false', errors: [{ messageId: 'off' }] },
    { code: 'process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0"', errors: [{ messageId: 'off' }] },
    { code: 'spawn(x, { env: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } })', errors: [{ messageId: 'off' }] },
  ],
});
