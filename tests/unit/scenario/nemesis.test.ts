/** What the nemesis draws: never more than it may break, and all of it undone before the end. */
import { describe, expect, test } from 'vitest';
import { LabError } from '../../../src-main/contract/errors.ts';
import { faultKind } from '../../../src-main/faults/index.ts';
import { withNemesis } from '../../../src-main/lab/nemesis-schedule.ts';
import {
  nemesisSteps,
  planFaults,
  type NemesisCluster,
  type PlannedFault,
} from '../../../src-main/lab/nemesis.ts';
import { parseScenario } from '../../../src-main/lab/scenario-file.ts';
import { SimulatedScenario } from '../../../src-main/lab/simulated-scenario.ts';
import type { LabEvent } from '../../../src-main/lab/ports.ts';
import type { FaultRecord, Link } from '../../../src-main/vocabulary/fault.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../../../src-main/vocabulary/ids.ts';
import type { NemesisSpec, ScenarioSpec } from '../../../src-main/vocabulary/scenario.ts';
import { hasConnectedMajority } from '../../../src-main/verification/connected-majority.ts';

function fileWith(nemesis: string, nodes = 5, durationMs = 8_000): string {
  return `version: 1
name: drawn
cluster: { nodes: ${nodes} }
workload: { clients: 4, ratePerSecond: 100, keys: 4 }
durationMs: ${durationMs}
nemesis: ${nemesis}
expect: [invariants, { recoversWithinMs: 4s }]
`;
}

function read(nemesis: string, nodes = 5, durationMs = 8_000): ScenarioSpec {
  return parseScenario(fileWith(nemesis, nodes, durationMs), 'drawn.yaml');
}

function nemesisOf(scenario: ScenarioSpec): NemesisSpec {
  if (scenario.nemesis === null) throw new Error('it has no nemesis');
  return scenario.nemesis;
}

const SEEDS = Array.from({ length: 200 }, (_, at) => at + 1);
const EAGER = '{ everyMs: [50, 200], lastsMs: [100, 900], atOnce: 4, fromMs: 100 }';

function clusterOf({ nodes, timing, durationMs }: ScenarioSpec): NemesisCluster {
  return { nodes, timing, durationMs };
}

function plansOf(scenario: ScenarioSpec): { seed: number; faults: readonly PlannedFault[] }[] {
  const spec = nemesisOf(scenario);
  return SEEDS.map((seed) => ({ seed, faults: planFaults(spec, clusterOf(scenario), seed) }));
}

/** Faults that are on at the moment another one begins, which is when most are. */
function onAt(faults: readonly PlannedFault[], atMs: number): readonly PlannedFault[] {
  return faults.filter((fault) => fault.atMs <= atMs && atMs < fault.endMs);
}

describe('at every moment', () => {
  test.each([3, 4, 5, 7, 9])('no more than a minority of %i nodes is hurt', (nodes) => {
    const minority = Math.ceil(nodes / 2) - 1;
    for (const { seed, faults } of plansOf(read(EAGER, nodes))) {
      expect(faults.length, `seed ${seed}`).toBeGreaterThan(3);
      for (const { atMs } of faults) {
        const hurt = new Set(onAt(faults, atMs).flatMap((fault) => fault.hurt));
        expect(hurt.size, `seed ${seed} at ${atMs} ms`).toBeLessThanOrEqual(minority);
      }
    }
  });

  test('a node is hurt by one fault only, and is left alone for a while after it', () => {
    for (const { seed, faults } of plansOf(read(EAGER))) {
      for (const fault of faults) {
        const others = faults.filter((other) => other !== fault && other.atMs >= fault.atMs);
        const again = others.find((other) => other.hurt.some((node) => fault.hurt.includes(node)));
        const soonMs = again === undefined ? Infinity : again.atMs - fault.endMs;
        expect(soonMs, `seed ${seed}`).toBeGreaterThanOrEqual(300);
      }
    }
  });

  test('a nemesis that may break the quorum does', () => {
    const plans = plansOf(read('{ everyMs: [50, 200], atOnce: 4, breakQuorum: true }', 5));
    const most = plans.map(({ faults }) =>
      Math.max(
        ...faults.map(({ atMs }) => new Set(onAt(faults, atMs).flatMap(({ hurt }) => hurt)).size),
      ),
    );
    expect(Math.max(...most)).toBeGreaterThan(2);
    expect(Math.max(...most)).toBeLessThanOrEqual(5);
  });

  test.each([1, 2, 3])('at most %i faults are on', (atOnce) => {
    const spec = `{ everyMs: [50, 100], lastsMs: [300, 900], atOnce: ${atOnce} }`;
    const counts = plansOf(read(spec, 9)).flatMap(({ faults }) =>
      faults.map(({ atMs }) => onAt(faults, atMs).length),
    );
    expect(Math.max(...counts)).toBe(atOnce);
  });
});

describe('the times', () => {
  test('nothing begins before the beginning, nothing is on in the recovery', () => {
    const scenario = read('{ fromMs: 700, recoveryMs: 3s }');
    for (const { faults } of plansOf(scenario)) {
      expect(Math.min(...faults.map(({ atMs }) => atMs))).toBeGreaterThanOrEqual(700);
      expect(Math.max(...faults.map(({ endMs }) => endMs))).toBeLessThanOrEqual(5_000);
    }
  });

  test('its last step undoes everything', () => {
    const scenario = read('{ recoveryMs: 3s }');
    for (const seed of SEEDS) {
      const steps = nemesisSteps(nemesisOf(scenario), clusterOf(scenario), seed);
      expect(steps.at(-1)).toMatchObject({
        time: { atMs: 5_000 },
        action: { do: 'recover' },
        origin: 'nemesis',
      });
    }
  });

  test('after so many faults nothing is on for the quiet time', () => {
    const spec = '{ everyMs: [100, 200], atOnce: 2, quiet: { after: 3, ms: 500 } }';
    for (const { seed, faults } of plansOf(read(spec))) {
      for (let third = 3; third < faults.length; third += 3) {
        const before = faults.slice(0, third);
        const overMs = Math.max(...before.map(({ endMs }) => endMs));
        expect((faults[third]?.atMs ?? 0) - overMs, `seed ${seed}`).toBeGreaterThanOrEqual(500);
      }
    }
  });
});

describe('the draws', () => {
  test('the same seed gives the same steps, another one others', () => {
    const scenario = read('{}');
    const draw = (seed: number): unknown =>
      nemesisSteps(nemesisOf(scenario), clusterOf(scenario), seed);
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  test('every kind of the mix that fits the cluster comes up, and no other', () => {
    const kinds = plansOf(read('{}')).flatMap(({ faults }) => faults.map(({ step }) => step.do));
    // A star, a ring or a chain of five leaves no three that all reach each other.
    const fitting = nemesisOf(read('{}')).faults.filter(
      (kind) => !['star', 'ring', 'chain'].includes(kind),
    );
    expect([...new Set<string>(kinds)].sort()).toEqual([...fitting].sort());
  });

  test.each(['ring', 'chain', 'star'])('%s is drawn where it may break the quorum', (shape) => {
    const spec = read(`{ faults: [${shape}], breakQuorum: true }`);
    for (const { faults } of plansOf(spec)) {
      expect(faults.length).toBeGreaterThan(0);
      expect(faults.every(({ step }) => step.do === shape)).toBe(true);
    }
  });

  test('every fault is within the limits of its kind', () => {
    const scenario = read(EAGER);
    const links: Link[] = [{ from: 'n1', to: 'n2' }];
    for (const seed of SEEDS) {
      for (const { action, text } of nemesisSteps(nemesisOf(scenario), clusterOf(scenario), seed)) {
        if (action.do === 'break-node') {
          const fault = { ...action.effect, node: 'n1' };
          expect(faultKind(fault).check(fault), text).toBeNull();
        }
        if (action.do === 'break-link') {
          const fault = { ...action.effect, links };
          expect(faultKind(fault).check(fault), text).toBeNull();
        }
      }
    }
  });
});

describe('the schedule', () => {
  test('is part of the text, which is a file without a nemesis that means the same', () => {
    const planned = withNemesis(read('{}'), 11);
    const again = parseScenario(planned.source, 'again.yaml');
    expect(planned.nemesis).toBeNull();
    expect(again).toMatchObject({ nemesis: null, seed: 11 });
    expect(again.steps.map(({ time, action }) => ({ time, action }))).toEqual(
      planned.steps.map(({ time, action }) => ({ time, action })),
    );
  });

  test('comes beside the steps of the file', () => {
    const source = `${fileWith('{}')}steps: [{ at: 1s, do: snapshot, node: any }]\n`;
    const planned = withNemesis(parseScenario(source, 'both.yaml'), 11);
    const own = planned.steps.filter(({ origin }) => origin === 'scenario');
    expect(own.map(({ text }) => text)).toEqual(['at 1 s: snapshot of any']);
    expect(parseScenario(planned.source, 'again.yaml').steps).toHaveLength(planned.steps.length);
  });

  test('of a scenario without a nemesis is the scenario', () => {
    const scenario = parseScenario(fileWith('null'), 'plain.yaml');
    expect(withNemesis(scenario, 3)).toBe(scenario);
  });
});

function errorOf(nemesis: string, nodes = 5): string {
  try {
    read(nemesis, nodes);
  } catch (error) {
    if (error instanceof LabError) return error.message;
    throw error;
  }
  throw new Error('the file was accepted');
}

describe('a nemesis that cannot be is refused with what is allowed', () => {
  test.each([
    ['{ everyMs: [5s, 1s] }', 'nemesis.everyMs: 5000 is above 1000; allowed: [min, max]'],
    ['{ lastsMs: [2s, 1s] }', 'nemesis.lastsMs: 2000 is above 1000; allowed: [min, max]'],
    ['{ recoveryMs: 8s }', 'nemesis.recoveryMs: no fault fits before the recovery'],
    ['{ atOnce: 0 }', 'nemesis.atOnce'],
    ['{ everyMs: [1, 5] }', 'nemesis.everyMs: that can become 5502 steps, at most 2000'],
    ['{ faults: [star, ring] }', 'each of these leaves no majority of 5 nodes connected'],
    ['{ faults: [explode] }', 'nemesis.faults[0]: "explode" is not allowed; allowed: kill, stop'],
  ])('%s', (nemesis, message) => {
    expect(errorOf(nemesis)).toContain(message);
  });
});

interface Run {
  readonly events: readonly LabEvent[];
  readonly problems: readonly unknown[];
}

function simulate(scenario: ScenarioSpec, protocol: ProtocolName, seed: number): Run {
  const events: LabEvent[] = [];
  const run = new SimulatedScenario(withNemesis(scenario, seed), protocol, seed, {
    journal: null,
    event: (event) => void events.push(event),
    operation: () => undefined,
    note: () => undefined,
  });
  const { failedExpectations, undone } = run.run();
  return { events, problems: [...failedExpectations, ...undone] };
}

/** Faults that leave everybody reachable, if late. */
const GENTLE: readonly string[] = ['delay', 'duplicate', 'reorder', 'jump'];

/** The ledger says what really was on: whether a majority was whole, whoever the leader was. */
function hadMajority(faults: readonly FaultRecord[], us: number): boolean {
  const on = faults.filter(
    ({ spec, startUs, endUs }) =>
      startUs <= us && us < (endUs ?? Infinity) && !GENTLE.includes(spec.kind),
  );
  const down = on.flatMap(({ spec }) => ('node' in spec ? [spec.node] : []));
  const broken = on.flatMap(({ spec }) => ('links' in spec ? spec.links : []));
  const nodeIds = ['n1', 'n2', 'n3', 'n4', 'n5'];
  return hasConnectedMajority({
    nodeIds,
    running: nodeIds.filter((node) => !down.includes(node)),
    isCut: (from, to) => broken.some((link) => link.from === from && link.to === to),
  });
}

describe.each(PROTOCOL_NAMES)('twenty simulated runs of %s', (protocol) => {
  test('always have a whole majority, undo every fault and violate nothing', () => {
    for (const seed of SEEDS.slice(0, 20)) {
      const { events, problems } = simulate(read(EAGER), protocol, seed);
      expect(problems, `seed ${seed}`).toEqual([]);
      const records = events.flatMap((event) => (event.k === 'fault' ? [event.fault] : []));
      const faults = [...new Map(records.map((record) => [record.id, record])).values()];
      expect(faults.length, `seed ${seed}`).toBeGreaterThan(3);
      expect(faults.every(({ endUs, origin }) => endUs !== null && origin === 'nemesis')).toBe(
        true,
      );
      for (const { startUs } of faults) {
        expect(hadMajority(faults, startUs), `seed ${seed} at ${startUs} us`).toBe(true);
      }
    }
  });
});
