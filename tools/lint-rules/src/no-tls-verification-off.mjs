/** The two places that may look at a stranger's chain (security.md): each says why in its own file. */
const ALLOWED = [/libs\/host\/src\/observe-chain\.ts$/, /libs\/agent-link\/src\/tls\.ts$/];

/** `rejectUnauthorized: false` and its environment twin fail everywhere else. */
export const noTlsVerificationOff = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { off: 'TLS verification is never switched off: verify against a CA (security.md).' },
  },
  create(context) {
    if (ALLOWED.some((pattern) => pattern.test(context.filename.replaceAll('\\', '/')))) return {};
    const off = (node) => context.report({ node, messageId: 'off' });
    const isName = (node, name) => node?.name === name || node?.value === name;
    return {
      Property(node) {
        if (
          isName(node.key, 'rejectUnauthorized') &&
          node.value.type === 'Literal' &&
          node.value.value === false
        )
          off(node);
        if (isName(node.key, 'NODE_TLS_REJECT_UNAUTHORIZED')) off(node);
      },
      AssignmentExpression(node) {
        const property = node.left.type === 'MemberExpression' ? node.left.property : undefined;
        if (isName(property, 'NODE_TLS_REJECT_UNAUTHORIZED')) off(node);
        if (isName(property, 'rejectUnauthorized') && node.right.value === false) off(node);
      },
    };
  },
};
