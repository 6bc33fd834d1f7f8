/** Attributes that a person reads or hears. */
const SPOKEN = new Set([
  'title',
  'alt',
  'placeholder',
  'label',
  'aria-label',
  'aria-description',
  'aria-placeholder',
  'aria-valuetext',
]);

const hasWords = (text) => /\p{L}/u.test(text);

/**
 * All text that a person reads comes from the message catalogue (English and Korean), so a literal in JSX is a
 * sentence that one of them never gets.
 */
export const noLiteralText = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      literal: 'Text for people comes from the message catalogue: "{{text}}" stands here as a literal.',
    },
  },
  create(context) {
    const report = (node, text) => {
      if (hasWords(text))
        context.report({ node, messageId: 'literal', data: { text: text.trim().slice(0, 40) } });
    };
    const inspect = (node) => {
      if (!node) return;
      if (node.type === 'Literal' && typeof node.value === 'string') report(node, node.value);
      else if (node.type === 'TemplateLiteral')
        node.quasis.forEach((quasi) => report(quasi, quasi.value.raw));
      else if (node.type === 'ConditionalExpression') [node.consequent, node.alternate].forEach(inspect);
      else if (node.type === 'LogicalExpression') inspect(node.right);
    };
    return {
      JSXText: (node) => report(node, node.value),
      JSXExpressionContainer(node) {
        if (node.parent.type === 'JSXElement' || node.parent.type === 'JSXFragment') inspect(node.expression);
      },
      JSXAttribute(node) {
        if (!SPOKEN.has(node.name.name)) return;
        inspect(node.value?.type === 'JSXExpressionContainer' ? node.value.expression : node.value);
      },
    };
  },
};
