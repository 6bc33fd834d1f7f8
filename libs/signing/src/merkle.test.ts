import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { merkleProof, merkleProofs, merkleRoot, verifyMerkle } from './index.ts';

// Leaves and roots of the Certificate Transparency project's tests (google/certificate-transparency, merkletree).
const LEAVES = ['', '\u0000', '\u0010', ' !', '01', '@ABC', 'PQRSTUVW', '`abcdefghijklmno'];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const idSet = fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 60 });

describe('Merkle targets', () => {
  it.each(ROOTS.map((root, i) => [i + 1, root] as const))(
    'builds the tree of RFC 6962 with %i leaves',
    (n, root) => {
      expect(merkleRoot(LEAVES.slice(0, n))).toBe(root);
    },
  );

  it('proves every member, and the proofs at once are the single ones', () => {
    fc.assert(
      fc.property(idSet, (ids) => {
        const { root, proofs } = merkleProofs(ids);

        expect(root).toBe(merkleRoot(ids));
        for (const id of ids) {
          expect(proofs.get(id)).toEqual(merkleProof(ids, id));
          expect(verifyMerkle({ root, id, proof: proofs.get(id)! })).toBe(true);
        }
      }),
    );
  });

  it('is a set: order and repetition do not matter', () => {
    fc.assert(
      fc.property(idSet, (ids) => {
        expect(merkleRoot([...ids].reverse().concat(ids))).toBe(merkleRoot(ids));
      }),
    );
  });

  it('refuses a stranger with any member’s proof, and a proof with a changed step', () => {
    fc.assert(
      fc.property(idSet, fc.uuid(), fc.nat(), (ids, stranger, n) => {
        fc.pre(!ids.includes(stranger) && ids.length > 1);
        const root = merkleRoot(ids);
        const id = ids[n % ids.length]!;
        const proof = merkleProof(ids, id);
        const at = n % proof.length;
        const turned = proof.map((step, i) =>
          i === at ? { ...step, side: step.side === 'left' ? ('right' as const) : ('left' as const) } : step,
        );

        expect(verifyMerkle({ root, id: stranger, proof })).toBe(false);
        expect(verifyMerkle({ root, id, proof: turned })).toBe(false);
        expect(verifyMerkle({ root, id, proof: proof.slice(1) })).toBe(false);
      }),
    );
  });

  it('does not take an inner node for a leaf', () => {
    const ids = ['a', 'b', 'c', 'd'];
    const leaf = (id: string) => createHash('sha256').update(`\0${id}`).digest();
    const inner = Buffer.concat([leaf('a'), leaf('b')]).toString('latin1');
    const [, sibling] = merkleProof(ids, 'a');

    expect(verifyMerkle({ root: merkleRoot(ids), id: inner, proof: [sibling!] })).toBe(false);
  });

  it('has no tree of nobody and no proof for a stranger', () => {
    expect(() => merkleRoot([])).toThrow(RangeError);
    expect(() => merkleProofs([])).toThrow(RangeError);
    expect(() => merkleProof(['a'], 'b')).toThrow(RangeError);
    expect(verifyMerkle({ root: merkleRoot(['a']), id: 'a', proof: [{ side: 'left', hash: 'zz' }] })).toBe(
      false,
    );
  });
});
