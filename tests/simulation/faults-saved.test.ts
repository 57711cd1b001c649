/** A simulation that is saved while all kinds of faults are on goes on bit for bit. */
import { expect, test } from 'vitest';
import type { SavedSimulation } from '../../src-main/runtime/simulator/timed/simulation.ts';
import { Simulation } from '../../src-main/runtime/simulator/timed/simulation.ts';
import type { LinkEffect, NodeRules } from '../../src-main/vocabulary/fault.ts';
import { SOUND_NODE } from '../../src-main/vocabulary/fault.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../../src-main/vocabulary/ids.ts';
import { timedSpec } from './fault-bench.ts';

const EFFECTS: readonly LinkEffect[] = [
  { kind: 'delay', delayMs: 8, jitterMs: 5, distribution: 'normal' },
  { kind: 'duplicate', probability: 0.4, windowMs: 5 },
  { kind: 'loss', probability: 0.02 },
  { kind: 'bandwidth', bytesPerSecond: 30_000 },
];
const RULES: NodeRules = {
  disk: { delayMs: 10, jitterMs: 8, failure: 'none' },
  clock: { rate: 1.2 },
  stall: { stallMs: 30, everyMs: 90 },
  crashAt: [],
};

/** What happens from some moment on, to the last bit. */
function follow(simulation: Simulation): string[] {
  const lines: string[] = [];
  simulation.world.observe({
    stepped: ({ id }, input) =>
      void lines.push(`${simulation.nowUs} ${id} ${JSON.stringify(input)}`),
    lost: (from, to, msg, why) => void lines.push(`${from}>${to} lost ${msg.type} ${why}`),
    synced: ({ id }, ops) => void lines.push(`${simulation.nowUs} ${id} synced ${ops.length}`),
  });
  return lines;
}

function breakAll(simulation: Simulation): void {
  EFFECTS.forEach((effect, at) => {
    simulation.setLinkRules('n1', 'n2', [
      ...EFFECTS.slice(0, at).map((other, fault) => ({ fault, effect: other })),
      { fault: at, effect },
    ]);
  });
  simulation.setLinkRules('n2', 'n3', [{ fault: 8, effect: { kind: 'hold' } }]);
  const next = {
    kind: 'delay',
    delayMs: 30,
    jitterMs: 0,
    only: { types: null, first: 9 },
  } as const;
  simulation.setLinkRules('n3', 'n1', [{ fault: 9, effect: next }]);
  simulation.setNodeRules('n3', RULES);
  simulation.pause('n2');
}

/** The faults end, which lets go what they kept. */
function mendAll(simulation: Simulation): void {
  simulation.resume('n2');
  simulation.setNodeRules('n3', SOUND_NODE);
  for (const [from, to] of [
    ['n1', 'n2'],
    ['n2', 'n3'],
    ['n3', 'n1'],
  ] as const) {
    simulation.setLinkRules(from, to, []);
  }
}

function finish(simulation: Simulation): string[] {
  const lines = follow(simulation);
  simulation.run(simulation.nowUs + 400_000, () => false);
  mendAll(simulation);
  simulation.run(simulation.nowUs + 400_000, () => false);
  return lines;
}

function broken(protocol: ProtocolName): Simulation {
  const simulation = new Simulation(timedSpec(protocol, 3));
  simulation.start();
  simulation.run(600_000, () => false);
  breakAll(simulation);
  simulation.run(700_000, () => false);
  return simulation;
}

test.each(PROTOCOL_NAMES)(
  '%s: saved under faults and restored, it takes the same course',
  (name) => {
    const simulation = broken(name);
    const saved = JSON.parse(JSON.stringify(simulation.save())) as SavedSimulation;
    const restored = new Simulation(timedSpec(name, 3));
    restored.restore(saved);
    const lines = finish(simulation);
    expect(lines.length).toBeGreaterThan(100);
    expect(finish(restored)).toEqual(lines);
  },
);

test.each(PROTOCOL_NAMES)('%s: the same seed under the same faults is the same run', (name) => {
  expect(finish(broken(name))).toEqual(finish(broken(name)));
});
