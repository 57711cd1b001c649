import fc from 'fast-check';
import { expect, test } from 'vitest';
import { whyNotWiped } from '../../src-main/protocols/quorum/lost-disks.ts';
import { isQuorum } from '../../src-main/protocols/quorum/majority.ts';

const ids = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7'];

test('a disk may go exactly when a quorum of whole disks stays', () => {
  const some = fc.subarray(ids, { minLength: 1 });
  fc.assert(
    fc.property(some, fc.option(some), fc.subarray(ids), (voters, votersOld, wiped) => {
      const node = voters[0] ?? '';
      const isWhole = (id: string): boolean => !wiped.includes(id);
      const left = new Set(ids.filter((id) => id !== node && isWhole(id)));
      const isLeft = isQuorum({ voters, votersOld: null }, left);
      const isLeftOld =
        votersOld === null ||
        !votersOld.includes(node) ||
        isQuorum({ voters: votersOld, votersOld: null }, left);
      const why = whyNotWiped(node, { voters, votersOld }, isWhole);
      expect(why === null).toBe(isLeft && isLeftOld);
    }),
  );
});

test('the reason says how many are left and how many are needed', () => {
  const sets = { voters: ['n1', 'n2', 'n3'], votersOld: null };
  expect(whyNotWiped('n4', sets, () => false)).toBeNull();
  expect(whyNotWiped('n1', sets, (id) => id !== 'n2')).toBe(
    'without the disk of n1 only 1 of 3 voters would have theirs, 2 are needed: ' +
      'replace a wiped voter first',
  );
});
