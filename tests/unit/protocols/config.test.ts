import { describe, expect, test } from 'vitest';
import {
  changedConfig,
  hasMember,
  idsOf,
  initialConfig,
  isClusterConfig,
  membersOf,
  votersChanged,
  type ClusterConfig,
  type ConfigChange,
} from '../../../src-main/protocols/kernel/config.ts';
import type { Member } from '../../../src-main/vocabulary/ids.ts';

const member = (nodeId: string, storageId = `disk-${nodeId}`): Member => ({ nodeId, storageId });
const three = initialConfig([member('n3'), member('n1'), member('n2')]);
const withLearner: ClusterConfig = { ...three, learners: [member('n4')] };

function after(config: ClusterConfig, change: ConfigChange): string {
  const changed = changedConfig(config, change);
  if (typeof changed === 'string') return changed;
  return `${idsOf(changed.voters).join()}|${idsOf(changed.learners).join()}`;
}

describe('what operator commands make of a configuration', () => {
  test('add, promote and remove move one node', () => {
    expect(after(three, { op: 'add', member: member('n4'), as: 'learner' })).toBe('n1,n2,n3|n4');
    expect(after(three, { op: 'add', member: member('n0'), as: 'voter' })).toBe('n0,n1,n2,n3|');
    expect(after(withLearner, { op: 'promote', nodeId: 'n4' })).toBe('n1,n2,n3,n4|');
    expect(after(withLearner, { op: 'add', member: member('n4'), as: 'voter' })).toBe(
      'n1,n2,n3,n4|',
    );
    expect(after(withLearner, { op: 'remove', nodeId: 'n4' })).toBe('n1,n2,n3|');
    expect(after(three, { op: 'remove', nodeId: 'n2' })).toBe('n1,n3|');
  });

  test('what makes no sense is refused with the reason', () => {
    expect(after(three, { op: 'promote', nodeId: 'n4' })).toBe('n4 is no learner');
    expect(after(three, { op: 'promote', nodeId: 'n1' })).toBe('n1 is no learner');
    expect(after(three, { op: 'remove', nodeId: 'n9' })).toBe('n9 is no member');
    expect(after(three, { op: 'add', member: member('n1', 'new'), as: 'learner' })).toBe(
      'n1 is a voter already',
    );
    const alone = initialConfig([member('n1')]);
    expect(after(alone, { op: 'remove', nodeId: 'n1' })).toBe('a cluster needs a voter');
    const twice = { op: 'reconfigure', voters: [member('n1')], learners: [member('n1')] } as const;
    expect(after(three, twice)).toBe('a node stands twice in n1 n1');
  });

  test('a voter never gets another disk in one step (museum R28)', () => {
    const change = {
      op: 'reconfigure',
      voters: [member('n1'), member('n2', 'wiped'), member('n3')],
      learners: [],
    } as const;
    expect(after(three, change)).toBe(
      'n2 is a voter with another disk: remove it first, then add it',
    );
  });

  test('a disk counts only under the name it was added with', () => {
    expect(hasMember(three, 'n2', 'disk-n2')).toBe(true);
    expect(hasMember(three, 'n2', 'other')).toBe(false);
    expect(hasMember(withLearner, 'n4', 'disk-n4')).toBe(true);
  });

  test('a joint configuration has the members of both halves', () => {
    const joint: ClusterConfig = { ...withLearner, votersOld: [member('n5'), member('n1')] };
    expect(idsOf(membersOf(joint))).toEqual(['n1', 'n2', 'n3', 'n4', 'n5']);
    expect(votersChanged(joint.voters, joint.votersOld ?? [])).toBe(3);
  });

  test('payloads of anybody are told from configurations', () => {
    expect(isClusterConfig(JSON.parse(JSON.stringify(withLearner)))).toBe(true);
    for (const value of [null, 7, {}, { ...three, voters: [] }, { ...three, learners: [{}] }]) {
      expect(isClusterConfig(value)).toBe(false);
    }
  });
});
