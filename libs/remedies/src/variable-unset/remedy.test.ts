import { describe, expect, it } from 'vitest';
import { linux, unionBundle, variable, withVariables } from '../testing/variable-facts.ts';
import type { VariableUnsetParameters } from '../variables/schema.ts';
import { variableUnset } from './remedy.ts';

const MACHINE: VariableUnsetParameters = { name: 'SSL_CERT_FILE', scope: 'machine' };

describe('variable.unset', () => {
  it('takes it away, with the file that nobody names any more', () => {
    const provenance = [
      { kind: 'variable', name: 'SSL_CERT_FILE', scope: 'machine', owner: null, source: '/etc/environment' },
    ] as const;
    const facts = {
      ...withVariables(
        variable(),
        variable({ scope: 'user', owner: 'artist', source: '/home/artist/.profile' }),
      ),
      bundles: { bundles: [unionBundle({ path: '/old.pem', provenance: [...provenance] })] },
    };

    const effect = variableUnset.effect(facts, MACHINE, linux({ value: null }));

    expect(effect).toMatchObject({
      kind: 'change',
      changes: [{ kind: 'setVariable', value: null, previous: '/old.pem', source: '/etc/environment' }],
      facts: { variables: { variables: [{ scope: 'user' }] }, bundles: { bundles: [] } },
    });
  });

  it('nothing is there: nothing to do; the agent’s own process does not count', () => {
    const own = variable({ scope: 'service', owner: 'trustfleet-agent', source: 'process' });
    expect(variableUnset.effect(withVariables(own), MACHINE, linux({ value: null }))).toEqual({
      kind: 'none',
    });
  });

  it('a start-up file sets it too: whoever owns that takes it out, and nothing is half done', () => {
    const source = '/etc/profile.d/x.sh';
    const texts = new Map([[source, 'export SSL_CERT_FILE="/x.pem"\n']]);

    const effect = variableUnset.effect(
      withVariables(variable(), variable({ source, value: '/x.pem' })),
      MACHINE,
      linux({ value: null, texts }),
    );

    expect(effect).toMatchObject({
      changes: [
        {
          kind: 'propose',
          patch: `--- ${source}\n+++ ${source}\n@@ -1,1 +0,0 @@\n-export SSL_CERT_FILE="/x.pem"\n`,
        },
      ],
    });
  });
});
