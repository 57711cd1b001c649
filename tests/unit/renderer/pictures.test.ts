import { describe, expect, test } from 'vitest';
import {
  applyEvent,
  emptyView,
  type ClusterView,
} from '../../../src-main/contract/cluster-view.ts';
import type { ViewEvent } from '../../../src-main/contract/events.ts';
import type { FaultSpec } from '../../../src-main/vocabulary/fault.ts';
import { discsOf, quorumOf } from '../../../src-renderer/models/discs.ts';
import { headline, isCutOff, linkStates } from '../../../src-renderer/models/insight.ts';
import {
  actionForKey,
  isMeantAsLeader,
  isolationsOf,
} from '../../../src-renderer/models/node-actions.ts';
import { layoutLog } from '../../../src-renderer/widgets/log-layout.ts';
import { hullOf, leastHeight, placeNodes } from '../../../src-renderer/widgets/topology-layout.ts';

const IDS = ['n1', 'n2', 'n3', 'n4', 'n5'];

function fault(id: number, spec: FaultSpec): ViewEvent {
  const record = { id, spec, label: '', origin: 'hand', startUs: 1, endUs: null, outcome: null };
  return { k: 'fault', us: 1, fault: record as never };
}

function isolate(node: string): FaultSpec {
  const others = IDS.filter((id) => id !== node);
  return {
    kind: 'cut',
    links: others.flatMap((id) => [
      { from: id, to: node },
      { from: node, to: id },
    ]),
  };
}

/** n1 leads era 3 and all follow. */
function steady(): ClusterView {
  const view = emptyView(IDS, 'raft');
  const era = { number: 3, owner: null };
  for (const node of IDS) {
    const leads = node === 'n1';
    const role = leads ? 'leader' : 'follower';
    applyEvent(view, { k: 'up', us: 0, node, incarnation: 1 });
    applyEvent(view, {
      k: 'trace',
      us: 1,
      node,
      e: { kind: 'role', role, word: role, era, leader: 'n1', ready: leads, why: '' },
    });
  }
  return view;
}

describe('what a click on a node means', () => {
  test('a working leader is meant as the leader, everybody else by name', () => {
    const view = steady();
    expect(isMeantAsLeader(view, 'n1')).toBe(true);
    expect(isMeantAsLeader(view, 'n2')).toBe(false);
    applyEvent(view, { k: 'pause', us: 2, node: 'n1' });
    expect(isMeantAsLeader(view, 'n1')).toBe(false);
  });

  test('a second i takes the isolation back instead of stacking another', () => {
    const view = steady();
    const n2 = view.nodes['n2'];
    if (n2 === undefined) throw new Error('no n2');
    expect(actionForKey('i', n2, isolationsOf(view, 'n2').length > 0)).toBe('isolate');
    applyEvent(view, fault(1, isolate('n2')));
    expect(isolationsOf(view, 'n3')).toEqual([]);
    expect(actionForKey('I', n2, isolationsOf(view, 'n2').length > 0)).toBe('rejoin');
    expect(actionForKey('s', n2, false)).toBeNull();
  });
});

describe('headline', () => {
  test('a steady cluster says who leads and who follows', () => {
    expect(headline(steady())).toMatchObject({
      text: 'n1 leads',
      detail: 'n2 n3 n4 n5 follow',
      tone: 'good',
    });
  });

  test('an isolated leader that still believes it leads is not shown as leading', () => {
    const view = steady();
    applyEvent(view, fault(1, isolate('n1')));
    expect(headline(view)).toMatchObject({ text: 'No working leader', tone: 'waiting' });
    expect(isCutOff(view, linkStates(view.faults), 'n1')).toBe(true);
    expect(quorumOf(view)).toEqual(['n2', 'n3', 'n4', 'n5']);
  });

  test('without a majority that can talk there is no quorum', () => {
    const view = steady();
    for (const node of ['n2', 'n3', 'n4']) applyEvent(view, { k: 'pause', us: 2, node });
    expect(headline(view)).toMatchObject({ text: 'No quorum', tone: 'bad' });
    expect(quorumOf(view)).toBeNull();
  });

  test('at its start and its end a cluster has no quorum to lose', () => {
    const empty = emptyView(IDS, 'raft');
    expect(headline(empty, 'starting')).toMatchObject({ text: 'Starting', tone: 'waiting' });
    expect(headline(empty, 'running')).toMatchObject({ text: 'Starting', tone: 'waiting' });
    const view = steady();
    for (const node of ['n2', 'n3', 'n4']) applyEvent(view, { k: 'pause', us: 2, node });
    expect(headline(view, 'stopping')).toMatchObject({ text: 'Stopping', tone: 'waiting' });
  });

  test('a cut in one direction is enough to break a pair', () => {
    const view = steady();
    applyEvent(view, fault(1, { kind: 'cut', links: [{ from: 'n4', to: 'n5' }] }));
    const states = linkStates(view.faults);
    expect(states.size).toBe(1);
    expect(quorumOf(view)).toEqual(IDS);
  });

  test('delays of one direction add up, losses combine', () => {
    const view = steady();
    const links = [{ from: 'n1', to: 'n2' }];
    applyEvent(view, fault(1, { kind: 'delay', links, delayMs: 20, jitterMs: 0 }));
    applyEvent(view, fault(2, { kind: 'delay', links, delayMs: 30, jitterMs: 0 }));
    applyEvent(view, fault(3, { kind: 'loss', links, probability: 0.5 }));
    applyEvent(view, fault(4, { kind: 'loss', links, probability: 0.5 }));
    expect(linkStates(view.faults).get('n1 n2')).toMatchObject({ delayMs: 50, loss: 0.75 });
  });
});

describe('discs', () => {
  test('a killed node is down from the fault on and a paused one keeps its era', () => {
    const view = steady();
    applyEvent(view, fault(1, { kind: 'kill', node: 'n1' }));
    applyEvent(view, { k: 'pause', us: 2, node: 'n2' });
    const [n1, n2] = discsOf(view);
    expect(n1).toMatchObject({ state: 'down', word: 'killed', leads: false });
    expect(n2).toMatchObject({ paused: true, word: 'paused', eraText: '3' });
  });
});

describe('topology layout', () => {
  test.each([1, 2, 3, 4, 5, 7, 9])('%i discs stand inside the box and apart', (count) => {
    const ids = Array.from({ length: count }, (_, i) => `n${i + 1}`);
    const places = placeNodes(ids, 360, 240);
    for (const place of places) {
      expect(place.x).toBeGreaterThanOrEqual(22);
      expect(place.x).toBeLessThanOrEqual(338);
      expect(place.y).toBeGreaterThanOrEqual(22);
      expect(place.y).toBeLessThanOrEqual(218.001);
    }
    for (const a of places) {
      for (const b of places) {
        if (a !== b) expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(44);
      }
    }
  });

  test.each([3, 5, 7])(
    'in a narrow column the words of %i discs stay inside and apart',
    (count) => {
      const ids = Array.from({ length: count }, (_, i) => `n${i + 1}`);
      const width = 260;
      const places = placeNodes(ids, width, leastHeight(count, width));
      for (const place of places) {
        if (place.anchor === 'middle') {
          expect(place.labelX).toBeGreaterThanOrEqual(36);
          expect(place.labelX).toBeLessThanOrEqual(width - 36);
        }
        for (const other of places) {
          if (other === place) continue;
          const gap = { x: other.x - place.labelX, y: other.y - place.labelY - 6 };
          expect(Math.hypot(gap.x, gap.y), `${place.id} on ${other.id}`).toBeGreaterThan(30);
        }
      }
    },
  );

  test('the hull leaves out what lies inside', () => {
    const square = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 10, y: 10 },
      { x: 0, y: 10 },
    ];
    expect(hullOf([...square, { x: 5, y: 5 }])).toHaveLength(4);
  });
});

describe('log table', () => {
  function withLog(): ClusterView {
    const view = steady();
    const era = { number: 3, owner: null };
    const trace = (node: string, e: Extract<ViewEvent, { k: 'trace' }>['e']): void =>
      applyEvent(view, { k: 'trace', us: 3, node, e });
    trace('n1', { kind: 'append', from: 1, to: 30, era, noop: false });
    trace('n1', { kind: 'durable', upTo: 29 });
    trace('n1', { kind: 'commit', from: 1, to: 28 });
    trace('n2', { kind: 'append', from: 1, to: 24, era, noop: false });
    trace('n2', { kind: 'append', from: 26, to: 26, era, noop: true });
    trace('n2', { kind: 'durable', upTo: 26 });
    return view;
  }

  test('columns end at the newest position; what is before them is counted', () => {
    const table = layoutLog(withLog(), IDS, 10);
    expect([table.from, table.to]).toEqual([21, 30]);
    expect(table.rows[0]?.hidden).toBe(20);
    expect(table.rows[0]?.cells).toHaveLength(10);
  });

  test('a cell tells committed from on disk from in memory', () => {
    const looks = layoutLog(withLog(), IDS, 10)
      .rows[0]?.cells.slice(-3)
      .map((cell) => cell.look);
    expect(looks).toEqual(['committed', 'uncommitted', 'memory']);
  });

  test('a hole between entries is drawn, an end is not', () => {
    const cells = layoutLog(withLog(), IDS, 10).rows[1]?.cells.map((cell) => [cell.pos, cell.look]);
    expect(cells?.slice(-2)).toEqual([
      [25, 'hole'],
      [26, 'uncommitted'],
    ]);
    expect(layoutLog(withLog(), IDS, 10).rows[1]?.cells.at(-1)?.noop).toBe(true);
  });

  test('an empty log says how far behind it is', () => {
    expect(layoutLog(withLog(), IDS, 10).rows[2]?.remark).toBe('empty, 30 behind');
    expect(layoutLog(steady(), IDS, 10).rows[0]?.remark).toBe('empty');
  });
});
