/** Quorum arithmetic against naive counting over every subset. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isQuorum,
  majoritySize,
  quorumPosition,
  voteResult,
  type VoterSets,
} from '../../src-main/protocols/quorum/majority.ts';

const IDS = ['n1', 'n2', 'n3', 'n4', 'n5', 'n6'];

const voters = fc.subarray(IDS, { minLength: 1 });
const single = voters.map((ids): VoterSets => ({ voters: ids, votersOld: null }));
const joint = fc
  .tuple(voters, voters)
  .map(([now, old]): VoterSets => ({ voters: now, votersOld: old }));
const sets = fc.oneof(single, joint);
const members = fc.subarray([...IDS, 'stranger']).map((ids) => new Set(ids));

/** Subsets of all ids that are quorums by the words of the definition. */
function naiveQuorums(of: VoterSets): ReadonlySet<string>[] {
  const halves = of.votersOld === null ? [of.voters] : [of.voters, of.votersOld];
  return allSubsets(IDS).filter((subset) =>
    halves.every((half) => half.filter((id) => subset.has(id)).length * 2 > half.length),
  );
}

function allSubsets(ids: readonly string[]): ReadonlySet<string>[] {
  return Array.from(
    { length: 2 ** ids.length },
    (_, bits) => new Set(ids.filter((_id, i) => ((bits >> i) & 1) === 1)),
  );
}

function swapped(of: VoterSets): VoterSets {
  return of.votersOld === null ? of : { voters: of.votersOld, votersOld: of.voters };
}

describe('isQuorum', () => {
  test('agrees with the naive enumeration', () => {
    fc.assert(
      fc.property(sets, (of) => {
        const naive = naiveQuorums(of);
        const ours = allSubsets(IDS).filter((subset) => isQuorum(of, subset));
        expect(ours.map((subset) => [...subset])).toEqual(naive.map((subset) => [...subset]));
      }),
      { numRuns: 50 },
    );
  });

  test('any two quorums share a voter', () => {
    fc.assert(
      fc.property(sets, members, members, (of, a, b) => {
        fc.pre(isQuorum(of, a) && isQuorum(of, b));
        expect(of.voters.some((id) => a.has(id) && b.has(id))).toBe(true);
      }),
    );
  });

  test('a joint quorum meets every quorum of each half', () => {
    fc.assert(
      fc.property(joint, members, members, (of, a, b) => {
        fc.pre(isQuorum(of, a) && isQuorum({ voters: of.votersOld ?? [], votersOld: null }, b));
        expect([...a].some((id) => b.has(id))).toBe(true);
      }),
    );
  });

  test('does not care which half is the old one', () => {
    fc.assert(
      fc.property(joint, members, (of, who) => {
        expect(isQuorum(swapped(of), who)).toBe(isQuorum(of, who));
      }),
    );
  });

  test('nobody is a quorum of no voters', () => {
    expect(isQuorum({ voters: [], votersOld: null }, new Set(IDS))).toBe(false);
  });
});

test('majoritySize is the smallest number that is more than half', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), (size) => {
      const needed = majoritySize(size);
      expect(needed * 2).toBeGreaterThan(size);
      expect((needed - 1) * 2).toBeLessThanOrEqual(size);
    }),
  );
});

describe('voteResult', () => {
  const votes = fc
    .array(fc.tuple(fc.constantFrom(...IDS, 'stranger'), fc.boolean()), { maxLength: 8 })
    .map((pairs) => new Map(pairs));

  test('is won exactly when the grants are a quorum', () => {
    fc.assert(
      fc.property(sets, votes, (of, given) => {
        const grants = new Set([...given].filter(([, yes]) => yes).map(([id]) => id));
        expect(voteResult(of, given) === 'won').toBe(isQuorum(of, grants));
      }),
    );
  });

  test('is lost exactly when no further votes could win it', () => {
    fc.assert(
      fc.property(sets, votes, (of, given) => {
        const possible = new Set(IDS.filter((id) => given.get(id) !== false));
        expect(voteResult(of, given) === 'lost').toBe(!isQuorum(of, possible));
      }),
    );
  });

  test('does not care which half is the old one', () => {
    fc.assert(
      fc.property(joint, votes, (of, given) => {
        expect(voteResult(swapped(of), given)).toBe(voteResult(of, given));
      }),
    );
  });
});

describe('quorumPosition', () => {
  const positions = fc
    .array(fc.nat(20), { minLength: IDS.length, maxLength: IDS.length })
    .map((values) => new Map(IDS.map((id, i) => [id, values[i] ?? 0])));

  test('is the largest position that a quorum has reached', () => {
    fc.assert(
      fc.property(sets, positions, (of, reached) => {
        const at = (id: string): number => reached.get(id) ?? 0;
        const reachedBy = (pos: number): Set<string> => new Set(IDS.filter((id) => at(id) >= pos));
        let naive = 0;
        while (naive < 21 && isQuorum(of, reachedBy(naive + 1))) naive += 1;
        expect(quorumPosition(of, at)).toBe(naive);
        expect(quorumPosition(swapped(of), at)).toBe(naive);
      }),
    );
  });

  test('never falls when a voter gets further', () => {
    fc.assert(
      fc.property(sets, positions, fc.constantFrom(...IDS), fc.nat(5), (of, reached, id, more) => {
        const at = (each: string): number => reached.get(each) ?? 0;
        const later = (each: string): number => at(each) + (each === id ? more : 0);
        expect(quorumPosition(of, later)).toBeGreaterThanOrEqual(quorumPosition(of, at));
      }),
    );
  });
});
