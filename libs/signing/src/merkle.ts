import { createHash } from 'node:crypto';
import type { MerkleStep } from '@trustfleet/protocol';
import { constantTimeEqual } from './digest.ts';

/**
 * Merkle tree over host ids as RFC 6962 §2.1 builds it: leaf SHA-256(0x00 ‖ id), node SHA-256(0x01 ‖ left ‖ right), split
 * at the largest power of two below n. The prefixes keep a node from being passed off as a leaf. Ids are a set:
 * they are sorted and made unique first, so every order of the same hosts has the same root.
 */
export function merkleRoot(ids: Iterable<string>): string {
  const leaves = sortedUnique(ids).map(leafHash);
  if (leaves.length === 0) throw new RangeError('A tree needs at least one host id');
  return subtree(leaves).toString('hex');
}

/** Siblings from leaf to root, each with the side on which it stands. Throws RangeError when `id` is not in `ids`. */
export function merkleProof(ids: Iterable<string>, id: string): MerkleStep[] {
  const sorted = sortedUnique(ids);
  const index = sorted.indexOf(id);
  if (index < 0) throw new RangeError('The host is not among the targets');
  return path(sorted.map(leafHash), index);
}

/** All proofs at once, by id; for a fleet much cheaper than one call a host. */
export function merkleProofs(ids: Iterable<string>): { root: string; proofs: Map<string, MerkleStep[]> } {
  const sorted = sortedUnique(ids);
  if (sorted.length === 0) throw new RangeError('A tree needs at least one host id');
  const steps: MerkleStep[][] = sorted.map(() => []);
  const root = collect(sorted.map(leafHash), steps);
  return { root: root.toString('hex'), proofs: new Map(sorted.map((id, i) => [id, steps[i] ?? []])) };
}

/** Whether `id` is one of the hosts whose root this is. */
export function verifyMerkle(request: {
  readonly root: string;
  readonly id: string;
  readonly proof: readonly MerkleStep[];
}): boolean {
  let hash = leafHash(request.id);
  for (const step of request.proof) {
    const sibling = Buffer.from(step.hash, 'hex');
    if (sibling.length !== 32) return false;
    hash = step.side === 'left' ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
  }
  return constantTimeEqual(hash.toString('hex'), request.root);
}

function sortedUnique(ids: Iterable<string>): string[] {
  return [...new Set(ids)].sort((a, b) => (a < b ? -1 : 1));
}

function leafHash(id: string): Buffer {
  return createHash('sha256').update('\0').update(id, 'utf8').digest();
}

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update('\u0001').update(left).update(right).digest();
}

/** Largest power of two below n (n ≥ 2). */
function split(n: number): number {
  return 2 ** (Math.ceil(Math.log2(n)) - 1);
}

function subtree(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first !== undefined && leaves.length === 1) return first;
  const k = split(leaves.length);
  return nodeHash(subtree(leaves.slice(0, k)), subtree(leaves.slice(k)));
}

function path(leaves: readonly Buffer[], index: number): MerkleStep[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  const left = leaves.slice(0, k);
  const right = leaves.slice(k);
  return index < k
    ? [...path(left, index), { side: 'right', hash: subtree(right).toString('hex') }]
    : [...path(right, index - k), { side: 'left', hash: subtree(left).toString('hex') }];
}

function collect(leaves: readonly Buffer[], steps: readonly MerkleStep[][]): Buffer {
  const [first] = leaves;
  if (first !== undefined && leaves.length === 1) return first;
  const k = split(leaves.length);
  const left = collect(leaves.slice(0, k), steps.slice(0, k));
  const right = collect(leaves.slice(k), steps.slice(k));
  for (const proof of steps.slice(0, k)) proof.push({ side: 'right', hash: right.toString('hex') });
  for (const proof of steps.slice(k)) proof.push({ side: 'left', hash: left.toString('hex') });
  return nodeHash(left, right);
}
