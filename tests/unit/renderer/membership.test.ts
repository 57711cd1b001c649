import { describe, expect, test } from 'vitest';
import {
  applyEvent,
  emptyView,
  type ClusterView,
} from '../../../src-main/contract/cluster-view.ts';
import type { ViewEvent } from '../../../src-main/contract/events.ts';
import { PROTOCOL_NAMES } from '../../../src-main/contract/words.ts';
import { protocolDefinition } from '../../../src-main/protocols/index.ts';
import { configWords } from '../../../src-renderer/models/config-words.ts';
import { discsOf, quorumOf } from '../../../src-renderer/models/discs.ts';
import { headline, quorumNow } from '../../../src-renderer/models/insight.ts';
import {
  configurationOf,
  goesByAnother,
  goneIds,
  nextFreeId,
  presentIds,
  standingOf,
} from '../../../src-renderer/models/membership.ts';
import { readKeyframe } from '../../../src-renderer/models/keyframe.ts';
import { canCommand, nodeMenu } from '../../../src-renderer/models/node-menu.ts';
import { READ_LEVELS_OF } from '../../../src-renderer/models/read-levels.ts';
import { layoutLog } from '../../../src-renderer/widgets/log-layout.ts';

type Trace = Extract<ViewEvent, { k: 'trace' }>['e'];

function trace(view: ClusterView, node: string, e: Trace): void {
  applyEvent(view, { k: 'trace', us: 5, node, e });
}

function role(view: ClusterView, node: string, word: string): void {
  const leads = word === 'leader';
  const common = leads ? 'leader' : word === 'outsider' ? 'outsider' : 'follower';
  const era = { number: 2, owner: null };
  trace(view, node, { kind: 'role', role: common, word, era, leader: 'n1', ready: leads, why: '' });
}

function config(
  view: ClusterView,
  nodes: readonly string[],
  pos: number,
  sets: { voters: string[]; votersOld?: string[]; learners?: string[] },
): void {
  const { voters, votersOld = null, learners = [] } = sets;
  for (const id of nodes) trace(view, id, { kind: 'config', pos, voters, votersOld, learners });
}

/** n1 leads n2 and n3; n4 came later and is not in the configuration yet. */
function joined(): ClusterView {
  const view = emptyView(['n1', 'n2', 'n3'], 'raft');
  for (const node of ['n1', 'n2', 'n3', 'n4']) {
    applyEvent(view, { k: 'up', us: 1, node, incarnation: 1 });
    role(view, node, node === 'n1' ? 'leader' : node === 'n4' ? 'outsider' : 'follower');
  }
  config(view, ['n1', 'n2', 'n3'], 0, { voters: ['n1', 'n2', 'n3'] });
  return view;
}

function fault(view: ClusterView, id: number, kind: 'kill' | 'wipe' | 'hold-disk'): void {
  const spec = { kind, node: 'n3' } as const;
  const record = { id, spec, label: kind, origin: 'hand', startUs: 6, endUs: null, outcome: null };
  applyEvent(view, { k: 'fault', us: 6, fault: record as never });
}

function whyNot(view: ClusterView, node: string, entry: string): string | null | undefined {
  const shown = view.nodes[node];
  if (shown === undefined) throw new Error(`no ${node}`);
  return nodeMenu(view, shown, false)
    .flatMap((group) => group.entries)
    .find(({ id }) => id === entry)?.why;
}

describe('standing', () => {
  test('a node that comes later is outside, then a learner, then a voter', () => {
    const view = joined();
    expect(standingOf(view, 'n4')).toBe('outside');
    expect(configWords(view).text).toBe('voters n1 n2 n3, outside n4');
    config(view, ['n1', 'n4'], 40, { voters: ['n1', 'n2', 'n3'], learners: ['n4'] });
    role(view, 'n4', 'learner');
    expect(standingOf(view, 'n4')).toBe('learner');
    expect(discsOf(view).at(-1)).toMatchObject({ id: 'n4', standing: 'learner', word: 'learner' });
    config(view, ['n1', 'n4'], 50, { voters: ['n1', 'n2', 'n3', 'n4'] });
    role(view, 'n4', 'follower');
    expect(standingOf(view, 'n4')).toBe('voter');
  });

  test('who was removed and has ended is drawn no more, but named', () => {
    const view = joined();
    config(view, ['n1', 'n2'], 60, { voters: ['n1', 'n2'] });
    applyEvent(view, { k: 'down', us: 7, node: 'n3', how: 'stop', why: '' });
    applyEvent(view, { k: 'down', us: 7, node: 'n4', how: 'stop', why: '' });
    expect(presentIds(view)).toEqual(['n1', 'n2']);
    expect(goneIds(view)).toEqual(['n3', 'n4']);
    expect(discsOf(view).map((disc) => disc.id)).toEqual(['n1', 'n2']);
    expect(configWords(view).text).toBe('voters n1 n2, gone n3 n4');
  });

  test('a voter that is down keeps its place, and one on a fresh disk is outside', () => {
    const view = joined();
    fault(view, 1, 'kill');
    expect(standingOf(view, 'n3')).toBe('voter');
    fault(view, 2, 'wipe');
    expect(discsOf(view)[2]).toMatchObject({ standing: 'voter', word: 'wiped' });
    applyEvent(view, { k: 'up', us: 8, node: 'n3', incarnation: 2 });
    role(view, 'n3', 'outsider');
    expect(standingOf(view, 'n3')).toBe('outside');
    expect(headline(view).detail).toContain('n3 outsider');
    expect(whyNot(view, 'n3', 'replace')).toBeNull();
    expect(whyNot(view, 'n4', 'replace')).toBe('no member');
  });

  test('a learner on a fresh disk is named outside, one that has just come is not', () => {
    const view = joined();
    config(view, ['n1'], 40, { voters: ['n1', 'n2', 'n3'], learners: ['n4'] });
    expect(configWords(view).text).toBe('voters n1 n2 n3, learners n4');
    applyEvent(view, { k: 'up', us: 8, node: 'n4', incarnation: 2 });
    role(view, 'n4', 'outsider');
    expect(configWords(view).text).toBe('voters n1 n2 n3, learners n4, outside n4');
  });

  test('the leader’s configuration counts, and who goes by another one is known', () => {
    const view = joined();
    config(view, ['n1'], 70, { voters: ['n1', 'n2', 'n3', 'n4'] });
    expect(configurationOf(view).pos).toBe(70);
    const [n1, n2] = [view.nodes['n1'], view.nodes['n2']];
    if (n1 === undefined || n2 === undefined) throw new Error('no nodes');
    expect([goesByAnother(view, n1), goesByAnother(view, n2)]).toEqual([false, true]);
  });

  test('a new node gets the first id that nobody has', () => {
    expect(nextFreeId(['n1', 'n2', 'n4'])).toBe('n3');
  });
});

describe('quorum', () => {
  test('a joint configuration needs both halves', () => {
    const view = joined();
    const halves = { voters: ['n2', 'n3', 'n4'], votersOld: ['n1', 'n2', 'n3'] };
    config(view, ['n1'], 80, halves);
    role(view, 'n4', 'follower');
    expect(configWords(view)).toMatchObject({ changing: true, pos: 80 });
    expect(configWords(view).text).toBe('joint at 80 n2 n3 n4, and n1 n2 n3');
    expect(quorumNow(view).spare).toBe(1);
    for (const node of ['n3', 'n4']) applyEvent(view, { k: 'pause', us: 9, node });
    expect(quorumNow(view)).toMatchObject({ have: 1, of: 3, spare: -1 });
    expect(quorumOf(view)).toBeNull();
    expect(headline(view)).toMatchObject({ text: 'No quorum', tone: 'bad' });
  });

  test('a learner never makes a quorum', () => {
    const view = joined();
    config(view, ['n1'], 80, { voters: ['n1', 'n2', 'n3'], learners: ['n4'] });
    role(view, 'n4', 'learner');
    for (const node of ['n2', 'n3']) applyEvent(view, { k: 'pause', us: 9, node });
    expect(quorumOf(view)).toBeNull();
  });

  test('who cannot write counts for nothing, but a leader may commit by what others have', () => {
    const view = joined();
    fault(view, 1, 'hold-disk');
    expect(quorumNow(view)).toMatchObject({ have: 2, spare: 0 });
    applyEvent(view, { k: 'pause', us: 9, node: 'n2' });
    expect(headline(view).detail).toBe('1 of 3 can talk and write, 2 are needed');
    applyEvent(view, { k: 'resume', us: 10, node: 'n2' });
    role(view, 'n1', 'follower');
    role(view, 'n3', 'leader');
    expect(headline(view)).toMatchObject({ text: 'n3 leads', tone: 'good' });
  });

  test('a leader that is being voted out still leads', () => {
    const view = joined();
    config(view, ['n1'], 90, { voters: ['n2', 'n3', 'n4'] });
    role(view, 'n4', 'follower');
    expect(headline(view)).toMatchObject({ text: 'n1 leads', tone: 'good' });
  });
});

describe('the menu of a node', () => {
  test('what makes no sense says why', () => {
    const view = joined();
    expect(whyNot(view, 'n1', 'transfer')).toBe('it leads');
    expect(whyNot(view, 'n2', 'transfer')).toBeNull();
    expect(whyNot(view, 'n4', 'transfer')).toBe('it has no vote');
    expect(whyNot(view, 'n2', 'promote')).toBe('it votes');
    expect(whyNot(view, 'n4', 'promote')).toBe('add it first');
    expect(whyNot(view, 'n4', 'remove')).toBe('no member');
    expect(whyNot(view, 'n2', 'wipe')).toBe('kill it first');
    expect(whyNot(view, 'n2', 'start')).toBe('it runs');
  });

  test('a held disk can be released, a lost one is started empty, and then added again', () => {
    const view = joined();
    fault(view, 1, 'hold-disk');
    expect(whyNot(view, 'n3', 'hold-disk')).toBeUndefined();
    expect(whyNot(view, 'n3', 'release-disk')).toBeNull();
    fault(view, 2, 'kill');
    expect(whyNot(view, 'n3', 'wipe')).toBeNull();
    expect(canCommand(view, 'n3', 'add-learner')).toBe(false);
    fault(view, 3, 'wipe');
    expect(whyNot(view, 'n3', 'wipe')).toBe('done already');
    expect(canCommand(view, 'n3', 'add-learner')).toBe(true);
  });

  test('the last voter cannot be removed', () => {
    const view = joined();
    config(view, ['n1'], 95, { voters: ['n1'] });
    expect(whyNot(view, 'n1', 'remove')).toBe('nobody else votes');
  });
});

describe('snapshots in the log table', () => {
  test('what only the snapshot has is one block, and a configuration is marked', () => {
    const view = joined();
    const era = { number: 2, owner: null };
    trace(view, 'n1', { kind: 'append', from: 1, to: 20, era, noop: false });
    trace(view, 'n1', { kind: 'snapshot', what: 'taken', pos: 16, peer: null });
    trace(view, 'n1', { kind: 'compact', upTo: 14 });
    config(view, ['n1'], 18, { voters: ['n1', 'n2', 'n3'] });
    const near = layoutLog(view, ['n1'], 10).rows[0];
    expect(near).toMatchObject({ snapshot: { to: 14, columns: 4 }, hidden: 0 });
    expect(near?.cells.map(({ pos }) => pos)).toEqual([15, 16, 17, 18, 19, 20]);
    expect(near?.cells.filter((cell) => cell.config).map(({ pos }) => pos)).toEqual([18]);
    expect(layoutLog(view, ['n1'], 3).rows[0]).toMatchObject({
      snapshot: { to: 14, columns: 0 },
      hidden: 3,
    });
  });

  test('of a disk that is lost nothing is drawn any more, of one that runs all', () => {
    const view = joined();
    const era = { number: 2, owner: null };
    for (const node of ['n1', 'n3']) {
      trace(view, node, { kind: 'append', from: 1, to: 9, era, noop: false });
      trace(view, node, { kind: 'durable', upTo: 9 });
    }
    fault(view, 1, 'wipe');
    expect(layoutLog(view, ['n3'], 10).rows[0]?.cells).toHaveLength(9);
    fault(view, 2, 'kill');
    fault(view, 3, 'wipe');
    const table = layoutLog(view, ['n1', 'n3'], 10);
    expect(table.rows[1]).toMatchObject({ cells: [], remark: 'empty, 9 behind' });
  });

  test('a log that is all in the snapshot is not empty', () => {
    const view = joined();
    trace(view, 'n2', { kind: 'snapshot', what: 'installed', pos: 40, peer: 'n1' });
    const table = layoutLog(view, ['n2'], 10);
    expect(table.to).toBe(40);
    expect(table.rows[0]).toMatchObject({ snapshot: { to: 40, columns: 10 }, remark: '' });
  });
});

describe('a keyframe of an older recording', () => {
  test('is shown and folded on, without what was not known then', () => {
    const old = JSON.parse(JSON.stringify(joined())) as Record<string, unknown>;
    delete old['commands'];
    for (const node of Object.values(old['nodes'] as Record<string, Record<string, unknown>>)) {
      delete node['config'];
      delete node['snapshot'];
    }
    const view = readKeyframe(old);
    expect(configWords(view).text).toBe('voters n1 n2 n3, outside n4');
    expect(view.nodes['n1']).toMatchObject({ word: 'leader', snapshot: 0, config: null });
    const spec = { do: 'transfer', to: 'n2' } as const;
    const record = { id: 1, spec, label: 'transfer', origin: 'hand', startUs: 9, endUs: null };
    applyEvent(view, {
      k: 'admin',
      us: 9,
      record: { ...record, ok: null, outcome: null } as never,
    });
    expect(view.commands).toHaveLength(1);
  });
});

describe('levels of reads', () => {
  test.each(PROTOCOL_NAMES)('those offered for %s are those it has', (protocol) => {
    const own = protocolDefinition(protocol).readLevels;
    expect([...READ_LEVELS_OF[protocol]].sort()).toEqual(['log', ...own].sort());
  });
});
