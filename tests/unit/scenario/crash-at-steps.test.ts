/** What the ledger says of a node that died at a named point, and what brings it back. */
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src-main/lab/scenario-file.ts';
import { SimulatedScenario } from '../../../src-main/lab/simulated-scenario.ts';
import type { LabEvent } from '../../../src-main/lab/ports.ts';

function play(...steps: string[]) {
  const head = 'version: 1\nname: crash-at\ncluster: { nodes: 3 }\ndurationMs: 3s\nsteps:\n';
  const spec = parseScenario(head + steps.map((step) => `  - ${step}\n`).join(''), 'a.yaml');
  const events: LabEvent[] = [];
  const scenario = new SimulatedScenario(spec, 'raft', 1, {
    journal: null,
    event: (event) => void events.push(event),
    operation: () => undefined,
    note: () => undefined,
  });
  const outcome = scenario.run();
  const ends = events.flatMap((event) => {
    return event.k === 'fault' && event.fault.endUs !== null ? [event.fault] : [];
  });
  // The first lives are no part of the story.
  const lives = events.flatMap((event) => {
    if (event.k === 'up' && event.incarnation > 1) return [`${event.node} up`];
    return event.k === 'down' ? [`${event.node} ${event.how}: ${event.why}`] : [];
  });
  return { lives, ends, outcome };
}

describe('a node that died at a point', () => {
  test('comes back by a step, by its word among the killed, and the fault ends with it', () => {
    const { lives, ends, outcome } = play(
      '{ at: 200ms, do: crash-at, node: n1, point: before-apply, nth: 2 }',
      '{ at: 1s, do: start, node: killed }',
    );
    expect(lives).toEqual(['n1 kill: killed at before-apply, passage 2', 'n1 up']);
    expect(ends.map(({ label, outcome: how }) => [label, how])).toEqual([
      ['kill n1 at before-apply, passage 2', 'started again'],
    ]);
    expect(outcome).toMatchObject({ failedExpectations: [], undone: [] });
  });

  test('comes back when the fault is over, and not before', () => {
    const { lives, ends } = play(
      '{ at: 200ms, do: crash-at, node: n1, point: after-persist, for: 1s }',
      '{ at: 1s, do: restore, node: n1 }',
    );
    expect(lives).toEqual(['n1 kill: killed at after-persist', 'n1 up']);
    expect(ends.map(({ outcome }) => outcome)).toEqual(['over after 1000 ms']);
  });

  test('stays down while another fault keeps it down', () => {
    const { lives } = play(
      '{ at: 200ms, do: kill, node: n1, for: 1500ms }',
      '{ at: 300ms, do: crash-at, node: n1, point: install-loaded, for: 200ms }',
    );
    expect(lives).toEqual(['n1 kill: the scenario: kill', 'n1 up']);
  });

  test('dies once: the next life passes the same point unharmed', () => {
    const { lives } = play(
      '{ at: 200ms, do: crash-at, node: n1, point: before-apply }',
      '{ at: 600ms, do: start, node: n1 }',
      '{ at: 1200ms, do: crash-at, node: n1, point: before-apply }',
      '{ at: 1800ms, do: start, node: n1 }',
    );
    const death = 'n1 kill: killed at before-apply';
    expect(lives).toEqual([death, 'n1 up', death, 'n1 up']);
  });
});
