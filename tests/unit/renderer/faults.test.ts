import { describe, expect, test } from 'vitest';
import {
  applyEvent,
  emptyView,
  type ClusterView,
} from '../../../src-main/contract/cluster-view.ts';
import { faultSchema } from '../../../src-main/contract/faults.ts';
import type { Run } from '../../../src-main/contract/model.ts';
import type {
  FaultKindName,
  FaultRecord,
  FaultSpec,
  LinkFaultKind,
  NodeFaultKind,
} from '../../../src-main/contract/words.ts';
import { faultKind } from '../../../src-main/faults/index.ts';
import { discsOf } from '../../../src-renderer/models/discs.ts';
import {
  fieldsOf,
  initialValues,
  linkEffect,
  nodeEffect,
  problemOfValues,
  type FaultValues,
} from '../../../src-renderer/models/fault-forms.ts';
import { KIND_WORDS, NODE_KIND_GROUPS } from '../../../src-renderer/models/fault-words.ts';
import { linkStates } from '../../../src-renderer/models/insight.ts';
import { countLedger, filterLedger, ledgerRows } from '../../../src-renderer/models/ledger.ts';
import { isolationsOf } from '../../../src-renderer/models/node-actions.ts';
import { halves, matrixCells, presetLinks } from '../../../src-renderer/models/link-matrix.ts';
import { onCount, sharedStateWord, whyRefused } from '../../../src-renderer/models/node-faults.ts';
import { quorumLoss } from '../../../src-renderer/models/quorum-loss.ts';
import { verdictGroups } from '../../../src-renderer/models/verdict-rows.ts';
import { faultBands } from '../../../src-renderer/timeline/bands.ts';
import { FAULT_MARKS } from '../../../src-renderer/timeline/fault-marks.ts';

const IDS = ['n1', 'n2', 'n3', 'n4', 'n5'];
const KINDS = Object.keys(FAULT_MARKS) as FaultKindName[];
const NODE_KINDS: readonly string[] = NODE_KIND_GROUPS.flatMap(({ kinds }) => kinds);

function record(id: number, spec: FaultSpec, rest: Partial<FaultRecord> = {}): FaultRecord {
  const label = `fault ${id}`;
  return { id, spec, label, origin: 'hand', startUs: id, endUs: null, outcome: null, ...rest };
}

function links(...pairs: readonly string[]): { from: string; to: string }[] {
  return pairs.map((pair) => {
    const [from = '', to = ''] = pair.split('>');
    return { from, to };
  });
}

/** n1 leads, all are up. */
function steady(): ClusterView {
  const view = emptyView(IDS, 'raft');
  const era = { number: 3, owner: null };
  for (const node of IDS) {
    const role = node === 'n1' ? 'leader' : 'follower';
    const e = { kind: 'role', role, word: role, era, leader: 'n1', ready: true, why: '' } as const;
    applyEvent(view, { k: 'up', us: 0, node, incarnation: 1 });
    applyEvent(view, { k: 'trace', us: 1, node, e });
  }
  return view;
}

function withFaults(...specs: readonly FaultSpec[]): ClusterView {
  const view = steady();
  specs.forEach((spec, at) => applyEvent(view, { k: 'fault', us: 2, fault: record(at + 1, spec) }));
  return view;
}

function specOf(kind: FaultKindName, values: FaultValues): FaultSpec {
  return NODE_KINDS.includes(kind)
    ? { ...nodeEffect(kind as NodeFaultKind, values), node: 'n1' }
    : { ...linkEffect(kind as LinkFaultKind, values), links: links('n1>n2') };
}

describe('forms of faults', () => {
  test('every kind has a letter of its own, words, and a place in one of the two panels', () => {
    const letters = KINDS.map((kind) => FAULT_MARKS[kind].letter);
    expect(new Set(letters).size).toBe(KINDS.length);
    expect(Object.keys(KIND_WORDS).sort()).toEqual([...KINDS].sort());
    const linkKinds = KINDS.filter((kind) => ['lost', 'late'].includes(FAULT_MARKS[kind].family));
    expect([...NODE_KINDS, ...linkKinds].sort()).toEqual([...KINDS].sort());
  });

  test.each(KINDS)('what the form of %s holds at first is what the lab takes', (kind) => {
    const values = initialValues(kind);
    expect(problemOfValues(kind, values)).toBeNull();
    const spec = specOf(kind, values);
    expect(faultSchema.safeParse(spec).success).toBe(true);
    expect(faultKind(spec).check(spec)).toBeNull();
  });

  test.each(KINDS)('the limits in the form of %s are those of the lab', (kind) => {
    for (const field of fieldsOf(kind)) {
      if (field.is === 'choice') continue;
      for (const [value, isAllowed] of [
        [field.min, true],
        [field.max, true],
        [field.min - 1, false],
        [field.max + 1, false],
      ] as const) {
        // Two fields of `slow` depend on one another: the other one is out of the way.
        const room: FaultValues =
          kind === 'slow' && field.name === 'stallMs' ? { everyMs: 60_000 } : {};
        const away: FaultValues = kind === 'slow' && field.name === 'everyMs' ? { stallMs: 1 } : {};
        const values = { ...initialValues(kind), ...room, ...away, [field.name]: value };
        const spec = specOf(kind, values);
        const said = `${kind} ${field.name} ${value}`;
        expect(problemOfValues(kind, values) === null, `${said} in the form`).toBe(isAllowed);
        expect(faultKind(spec).check(spec) === null, `${said} in the lab`).toBe(isAllowed);
      }
    }
  });

  test('an empty field is a problem, and so is a fraction where whole numbers are meant', () => {
    expect(problemOfValues('jump', { ms: '' })).not.toBeNull();
    expect(problemOfValues('crash-at', { point: 'after-persist', nth: 1.5 })).not.toBeNull();
    expect(problemOfValues('skew', { rate: 1.5 })).toBeNull();
    expect(problemOfValues('crash-at', { point: 'nowhere', nth: 1 })).not.toBeNull();
    expect(problemOfValues('slow', { stallMs: 500, everyMs: 500 })).not.toBeNull();
  });
});

describe('the matrix of links', () => {
  const cut: FaultSpec = { kind: 'cut', links: links('n1>n2', 'n2>n1') };

  test('a cell shows what is on in its direction only', () => {
    const spec: FaultSpec = {
      kind: 'cut',
      links: links('n1>n3'),
      only: { types: ['AppendEntries'], first: 3 },
    };
    const cells = matrixCells(IDS, [[record(1, spec)]]);
    expect(cells).toHaveLength(20);
    const marked = cells.filter(({ marks }) => marks.length > 0);
    expect(marked.map(({ key, marks }) => [key, marks[0]?.text])).toEqual([
      ['n1 n3', 'cut next 3 AppendEntries'],
    ]);
  });

  test('the same in several clusters is one mark that counts them', () => {
    const cells = matrixCells(IDS, [[record(1, cut)], [record(7, cut)], []]);
    const cell = cells.find(({ key }) => key === 'n2 n1');
    expect(cell?.marks).toEqual([{ kind: 'cut', text: 'cut', clusters: 2 }]);
  });

  test('presets cut what their names say, in both directions or in one', () => {
    expect(presetLinks('isolate', IDS, 'n2')).toHaveLength(8);
    expect(presetLinks('half-open', IDS, 'n2')).toEqual(links('n1>n2', 'n3>n2', 'n4>n2', 'n5>n2'));
    expect(presetLinks('ring', IDS, null)).toHaveLength(10);
    expect(halves(IDS)).toEqual([
      ['n1', 'n2', 'n3'],
      ['n4', 'n5'],
    ]);
    expect(presetLinks('partition', IDS, null)).toHaveLength(12);
  });

  test('what means some messages only does not break a pair; held and wholly lost does', () => {
    const blocked = (spec: FaultSpec): boolean | undefined =>
      linkStates([record(1, spec)]).get('n1 n2')?.blocked;
    const on = links('n1>n2');
    expect(blocked({ kind: 'cut', links: on })).toBe(true);
    expect(blocked({ kind: 'cut', links: on, only: { types: ['Vote'], first: null } })).toBe(false);
    expect(blocked({ kind: 'hold', links: on })).toBe(true);
    expect(blocked({ kind: 'loss', links: on, probability: 1 })).toBe(true);
    expect(blocked({ kind: 'loss', links: on, probability: 0.9 })).toBe(false);
    expect(blocked({ kind: 'bandwidth', links: on, bytesPerSecond: 100 })).toBe(false);
  });
});

describe('nodes', () => {
  test('what the lab would refuse is known beforehand', () => {
    const views = [steady()];
    expect(whyRefused(views, 'n2', 'wipe')).toBe('kill it first');
    expect(whyRefused(views, 'n9', 'kill')).toBe('no such node');
    expect(whyRefused(views, 'leader', 'kill')).toBeNull();
    const dead = [withFaults({ kind: 'kill', node: 'n2' })];
    expect(whyRefused(dead, 'n2', 'wipe')).toBeNull();
    expect(whyRefused(dead, 'n2', 'pause')).toBe('it is down');
    expect(onCount([...dead, ...views], 'n2', 'kill')).toBe(1);
  });

  test('several clusters say together what a node is', () => {
    const paused = steady();
    applyEvent(paused, { k: 'pause', us: 2, node: 'n2' });
    const both = [
      { title: 'Raft', view: paused },
      { title: 'ZAB', view: steady() },
    ];
    expect(sharedStateWord(both, 'n1')).toBe('leads');
    expect(sharedStateWord(both, 'n2')).toBe('paused Raft');
    expect(sharedStateWord(both, 'n3')).toBe('follower');
  });
});

describe('discs', () => {
  test('a disc has a letter for what its state does not tell, and says it', () => {
    const view = withFaults(
      { kind: 'pause', node: 'n2' },
      { kind: 'skew', node: 'n2', rate: 2 },
      { kind: 'hold-disk', node: 'n2' },
    );
    const disc = discsOf(view).find(({ id }) => id === 'n2');
    expect(disc?.faults).toEqual(['skew', 'hold-disk']);
    expect(disc?.summary).toContain('skew, hold-disk');
  });

  test('a cut of one message type to everybody is no isolation', () => {
    const around = presetLinks('isolate', IDS, 'n2');
    const only = { types: ['Heartbeat'], first: null };
    expect(isolationsOf(withFaults({ kind: 'cut', links: around }), 'n2')).toHaveLength(1);
    expect(isolationsOf(withFaults({ kind: 'cut', links: around, only }), 'n2')).toEqual([]);
  });
});

describe('the banner of a broken quorum', () => {
  test('a majority that is up and connected needs none', () => {
    expect(quorumLoss(steady())).toBeNull();
    expect(quorumLoss(withFaults({ kind: 'kill', node: 'n1' }))).toBeNull();
  });

  test('killed, hanging and cut off voters are named with what they lack', () => {
    const isolated = presetLinks('isolate', IDS, 'n5');
    const view = withFaults({ kind: 'kill', node: 'n1' }, { kind: 'cut', links: isolated });
    applyEvent(view, { k: 'pause', us: 2, node: 'n2' });
    expect(quorumLoss(view)).toMatchObject({
      is: 'lost',
      have: 2,
      needed: 3,
      missing: ['n1 down', 'n2 paused', 'n5 cut off'],
    });
  });

  test('a full disk is as good as no voter', () => {
    const specs = ['n1', 'n2', 'n3'].map((node) => ({ kind: 'full-disk', node }) as const);
    expect(quorumLoss(withFaults(...specs))?.missing).toContain('n3 cannot write');
  });

  test('a hub whose leaves do not reach one another is said to be one', () => {
    const star = withFaults({ kind: 'cut', links: presetLinks('star', IDS, 'n3') });
    expect(quorumLoss(star)).toMatchObject({ is: 'through-one', hub: 'n3' });
    const bridge = withFaults({ kind: 'cut', links: presetLinks('bridge', IDS, 'n3') });
    expect(quorumLoss(bridge)).toBeNull();
  });
});

describe('the ledger', () => {
  const refused = record(
    2,
    { kind: 'wipe', node: 'n1' },
    { endUs: 2, outcome: 'refused: n1 runs' },
  );
  const over = record(1, { kind: 'kill', node: 'n1' }, { endUs: 9, outcome: 'started again' });
  const on = record(3, { kind: 'pause', node: 'n2' });
  const rows = ledgerRows([over, refused, on], { id: 'c', title: '' }, 20);

  test('newest first, by what became of them', () => {
    expect(filterLedger(rows, 'all').map(({ fault }) => fault.id)).toEqual([3, 2, 1]);
    expect(filterLedger(rows, 'refused').map(({ ended }) => ended)).toEqual(['n1 runs']);
    expect(filterLedger(rows, 'on').map(({ lastedUs }) => lastedUs)).toEqual([17]);
    expect(countLedger(rows)).toEqual({ all: 3, on: 1, refused: 1 });
  });

  test('at an earlier moment later faults are not there yet and later ends have not come', () => {
    const then = ledgerRows([over, refused, on], { id: 'c', title: '' }, 2);
    expect(then.map(({ state }) => state)).toEqual(['on', 'refused']);
  });

  test('what was refused has no band on a time axis', () => {
    const bands = faultBands({ faults: [over, refused, on], commands: [] }, 4);
    expect(bands.map(({ label }) => label)).toEqual(['fault 1', 'fault 3']);
  });
});

describe('the verdict of a run', () => {
  const base = { verdict: 'valid', violations: [], note: null, status: 'finished' };

  function statesOf(run: Partial<Run>): Record<string, string> {
    const groups = verdictGroups({ ...base, ...run } as unknown as Run, true);
    return Object.fromEntries(
      groups.flatMap(({ rows }) => rows.map(({ check, state }) => [check, state])),
    );
  }

  test('a violation breaks its own check, the others hold', () => {
    const violation = { check: 'linearizable', message: 'no', us: 7, node: 'n1' };
    const states = statesOf({ verdict: 'invalid', violations: [violation] });
    expect(states['linearizable']).toBe('invalid');
    expect(states['election-safety']).toBe('valid');
  });

  test('an undecided history leaves the rules of the protocol decided', () => {
    const note = 'whether the history of key a is legal was not decided: too long';
    const states = statesOf({ verdict: 'unknown', note });
    expect(states['linearizable']).toBe('unknown');
    expect(states['state-agreement']).toBe('valid');
    expect(statesOf({ verdict: 'unknown', note: 'a journal is missing' })).toMatchObject({
      linearizable: 'unknown',
      'state-agreement': 'unknown',
    });
  });

  test('a check that is not in the list is shown when it is broken, earliest moment first', () => {
    const of = (us: number) => ({ check: 'R9', message: `at ${us}`, us, node: null });
    const run = { ...base, verdict: 'invalid', violations: [of(9), of(3)] } as unknown as Run;
    const other = verdictGroups(run, false).find(({ title }) => title === 'Other rules');
    expect(other?.rows[0]?.violations.map(({ us }) => us)).toEqual([3, 9]);
  });
});
