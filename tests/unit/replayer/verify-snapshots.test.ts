/** Re-execution of lives that took a snapshot over: with the state another life had there, else
 *  without states, and said so. Recorded on the simulator: the same lines as a process writes. */
import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src-main/lab/scenario-file.ts';
import { SimulatedScenario } from '../../../src-main/lab/simulated-scenario.ts';
import { verifyRun, type LifeJournal } from '../../../src-main/runtime/replayer/verify-run.ts';
import type { JournalRecord } from '../../../src-main/runtime/replayer/verify-life.ts';
import { PROTOCOL_NAMES, type ProtocolName } from '../../../src-main/vocabulary/ids.ts';
import type { JournalHeader } from '../../../src-main/vocabulary/journal.ts';

const SCENARIO = `version: 1
name: behind
cluster: { nodes: 3, options: { snapshotEvery: 40, retainEntries: 5 } }
workload: { ratePerSecond: 200, mix: { write: 1 } }
durationMs: 3s
steps:
  - { at: 200ms, do: kill, node: n1 }
  - { at: 2s, do: start, node: n1 }
`;

interface Life {
  readonly node: string;
  readonly incarnation: number;
  lines: string;
}

function recorded(protocol: ProtocolName): Life[] {
  const lives: Life[] = [];
  const run = new SimulatedScenario(parseScenario(SCENARIO, 'behind.yaml'), protocol, 5, {
    journal: (node, lines) => {
      const life = lives.findLast((one) => one.node === node);
      if (life !== undefined) life.lines += lines;
    },
    event: (event) => {
      if (event.k !== 'up') return;
      lives.push({ node: event.node, incarnation: event.incarnation, lines: '' });
    },
    operation: () => undefined,
    note: () => undefined,
  });
  expect(run.run()).toMatchObject({ failedExpectations: [], undone: [] });
  return lives;
}

function journal({ node, incarnation, lines }: Life, change = (text: string) => text): LifeJournal {
  const records = lines
    .split('\n')
    .slice(0, -1)
    .map((line): JournalRecord => {
      const [header = '', inputText = ''] = change(line).split('\t');
      return { header: JSON.parse(header) as JournalHeader, inputText };
    });
  return { node, incarnation, records: () => records };
}

/** The life that came back to a log that no longer begins where it needs it. */
const isLate = ({ node, incarnation }: Life): boolean => node === 'n1' && incarnation === 2;

describe.each(PROTOCOL_NAMES)('%s', (protocol) => {
  const lives = recorded(protocol);
  const verify = (journals: LifeJournal[]) => {
    return verifyRun({ protocol, service: 'kv', lives: journals });
  };

  test('a snapshot was taken over, and every life gives the same again', () => {
    const late = lives.find(isLate);
    expect(late?.lines).toMatch(/"k":"l"/);
    const { divergence, skipped } = verify(lives.map((life) => journal(life)));
    expect([divergence, skipped]).toEqual([null, []]);
  });

  test('a life whose snapshot nobody had is compared without states, which is said', () => {
    const { divergence, skipped, inputs } = verify(lives.filter(isLate).map((one) => journal(one)));
    expect(divergence).toBe(null);
    expect(skipped.join()).toMatch(/n1 life 2: nobody's state is known at its snapshot of \d+/);
    expect(inputs).toBeGreaterThan(50);
  });

  test('a wrong hash behind a snapshot is found', () => {
    const journals = lives.map((life) => {
      let isBehind = false;
      return journal(life, (line) => {
        isBehind ||= line.startsWith('{"k":"l"');
        const isFirst = isBehind && isLate(life) && line.startsWith('{"k":"a"');
        if (!isFirst) return line;
        isBehind = false;
        return line.replace(/("hashes":\[\[\d+,")[0-9a-f]{16}/, '$1ffffffffffffffff');
      });
    });
    expect(verify(journals).divergence).toMatchObject({
      node: 'n1',
      incarnation: 2,
      expected: expect.stringContaining('ffffffffffffffff') as string,
    });
  });
});
