/** Commands of the operator are given one after the other; their words wait for their turn. */
import { expect, test } from 'vitest';
import { parseScenario } from '../../../src-main/lab/scenario-file.ts';
import { SimulatedScenario } from '../../../src-main/lab/simulated-scenario.ts';
import type { LabEvent } from '../../../src-main/lab/ports.ts';
import { PROTOCOL_NAMES } from '../../../src-main/vocabulary/ids.ts';

const SOURCE = `
version: 1
name: two-leaders-leave
cluster: { nodes: 5 }
seed: 3
workload: { clients: 2, ratePerSecond: 50 }
durationMs: 8s
steps:
  - { at: 1s, do: remove, node: leader }
  - { at: 1s, do: remove, node: leader }
`;

test.each(PROTOCOL_NAMES)(
  'a second "remove leader" of %s means who leads after the first, not who is leaving',
  (protocol) => {
    const events: LabEvent[] = [];
    const scenario = new SimulatedScenario(parseScenario(SOURCE, 'a.yaml'), protocol, 3, {
      journal: null,
      event: (event) => void events.push(event),
      operation: () => undefined,
      note: () => undefined,
    });
    const outcome = scenario.run();
    expect(outcome).toMatchObject({ failedExpectations: [], undone: [] });
    const removed = events.flatMap((event) =>
      event.k === 'admin' && event.record.ok === true ? [event.record.label] : [],
    );
    expect(new Set(removed).size).toBe(2);
  },
);
