import { afterAll, beforeAll, expect, test } from 'vitest';
import { runResultSchema } from '../../src-main/contract/results.ts';
import { Workplace } from './qlab.ts';

const SCENARIO = `version: 1
name: undone
cluster: { nodes: 3, timing: { electionTimeoutMs: [600, 900] } }
workload: { clients: 2, ratePerSecond: 60, keys: 5 }
durationMs: 1s
steps:
  - { at: 200ms, do: heal }
  - { at: 300ms, do: resume, node: n2 }
  - { at: 500ms, do: start, node: killed }
  - { when: { role: leader, changed: true }, do: heal }
`;

let place: Workplace;
beforeAll(() => {
  place = new Workplace();
  place.write('undone.yaml', SCENARIO);
});
afterAll(() => place.close());

test('steps that did not happen are not told as done, and leave the verdict unknown', async () => {
  const { exitCode, stdout, stderr } = await place.run('run', 'undone.yaml', '--json');
  const { verdict, note, violations } = runResultSchema.parse(JSON.parse(stdout));
  expect(violations).toEqual([]);
  expect(stderr).toContain('at 200 ms: heal all links\n');
  expect(stderr).toContain('at 300 ms: resume n2: not done: n2 is not paused\n');
  expect(stderr).not.toContain('at 300 ms: resume n2\n');
  expect(note).toContain('3 steps were not done: at 300 ms: resume n2 (n2 is not paused); ');
  expect(note).toContain('at 500 ms: start killed (no node is killed)');
  expect(note).toContain('when the leader has changed: heal all links (the leader never changed)');
  expect(verdict).toBe('unknown');
  expect(exitCode).toBe(3);
});
