import { describe, expect, test } from 'vitest';
import { delayFault } from '../../../src-main/faults/delay.ts';
import { LabError } from '../../../src-main/contract/errors.ts';
import { parseScenario, SCENARIO_BYTES_MAX } from '../../../src-main/lab/scenario-file.ts';
import { settingsFor } from '../../../src-main/lab/scenario-settings.ts';

const VALID = `version: 1
name: demo
cluster: { nodes: 3 }
durationMs: 10s
steps:
  - { at: 2s, do: kill, node: leader }
  - { when: { role: leader, changed: true }, after: 500ms, do: start, node: killed }
  - { at: 1s, do: delay, from: any, to: [n1, n2], ms: 50, jitterMs: 20 }
expect:
  - invariants
  - { recoversWithinMs: 2s }
`;

function errorOf(source: string): LabError {
  try {
    parseScenario(source, 'demo.yaml');
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  throw new Error('the file was accepted');
}

describe('a valid file', () => {
  test('gives milliseconds, lists of selectors, defaults and a text per step', () => {
    const spec = parseScenario(VALID, 'demo.yaml');
    expect(spec.durationMs).toBe(10_000);
    expect(spec.steps.map((step) => step.text)).toEqual([
      'at 1 s: delay any → n1, n2 by 50 ± 20 ms',
      'at 2 s: kill leader',
      '500 ms after the leader has changed: start killed',
    ]);
    expect(spec.steps[1]).toMatchObject({
      line: 6,
      action: { do: 'break-node', node: ['leader'], effect: { kind: 'kill' } },
    });
    expect(spec).toMatchObject({ title: 'demo', protocol: null, seed: 1, mutants: [] });
    expect(spec.workload).toMatchObject({ clients: 4, keys: 10 });
    expect(spec.timing).toEqual({ electionTimeoutMs: [150, 300], heartbeatMs: 50 });
    expect(spec.expect).toEqual([{ kind: 'invariants' }, { kind: 'recoversWithinMs', ms: 2_000 }]);
    expect(spec.source).toBe(VALID);
  });

  test('may leave out everything but version, name, nodes and duration', () => {
    const spec = parseScenario(
      'version: 1\nname: a\ncluster: { nodes: 1 }\ndurationMs: 500\n',
      'a.yaml',
    );
    expect(spec.steps).toEqual([]);
    expect(spec.expect).toEqual([{ kind: 'invariants' }]);
  });
});

describe('a wrong file is refused with file, line, column and what is allowed', () => {
  test.each([
    [
      'unknown key',
      'node: leader }',
      'node: leader, speed: 3 }',
      '6:39: steps[0]: unknown key "speed"; allowed: at, when, after, do, node',
    ],
    [
      'unknown top key',
      'name: demo',
      'name: demo\nnodes: 3',
      '3:1: unknown key "nodes"; allowed: version, name, title',
    ],
    [
      'unknown action',
      'do: kill',
      'do: explode',
      '6:19: steps[0].do: "explode" is not allowed; allowed: kill, stop, pause',
    ],
    ['missing action', 'do: kill, ', '', '6:5: steps[0].do: missing; allowed: kill'],
    [
      'unknown node word',
      'node: leader',
      'node: boss',
      '6:31: steps[0].node[0]: "boss" is not allowed; allowed: n1, n2',
    ],
    [
      'node outside the cluster',
      'to: [n1, n2]',
      'to: [n1, n9]',
      '8:46: steps[2].to[1]: "n9" is outside the cluster; allowed: n1 to n3',
    ],
    [
      'wrong type',
      'nodes: 3',
      'nodes: three',
      '3:19: cluster.nodes: "three" is not allowed; allowed: a number',
    ],
    [
      'too many nodes',
      'nodes: 3',
      'nodes: 12',
      '3:19: cluster.nodes: 12 is not allowed; allowed: at most 9',
    ],
    [
      'bad duration',
      'at: 2s',
      'at: soon',
      '6:11: steps[0].at: "soon" is not allowed; allowed: milliseconds',
    ],
    [
      'negative time',
      'at: 2s',
      'at: -5',
      '6:11: steps[0].at: -5 is not allowed; allowed: milliseconds',
    ],
    [
      'step after the end',
      'at: 2s',
      'at: 11s',
      '6:11: steps[0].at: 11 s is after the end of the run; allowed: 0 to 10 s',
    ],
    [
      'no time',
      'at: 2s, ',
      '',
      '6:5: steps[0]: the step has no time; allowed: exactly one of at, when',
    ],
    [
      'two times',
      'at: 2s',
      'at: 2s, when: { role: leader, changed: true }',
      '6:5: steps[0]: the step has at and when',
    ],
    [
      'after without when',
      'at: 2s',
      'at: 2s, after: 1s',
      '6:22: steps[0].after: "after" without "when"',
    ],
    ['rest outside groups', 'node: leader', 'node: rest', '6:31: steps[0].node: "rest" stands for'],
    [
      'unknown expectation',
      '- invariants',
      '- linearisable',
      '10:5: expect[0]: "linearisable" is not allowed; allowed: invariants',
    ],
    ['unknown version', 'version: 1', 'version: 2', '1:10: version: 2 is not allowed; allowed: 1'],
    ['missing field', 'durationMs: 10s\n', '', '1:1: durationMs: missing; allowed: milliseconds'],
    ['duplicate key', 'name: demo', 'name: demo\nname: other', '3:1: Map keys must be unique'],
    ['bad YAML', 'cluster: { nodes: 3 }', 'cluster: { nodes: 3', '4:'],
    ['unknown tag', 'name: demo', 'name: !!js/function demo', '2:7: Unresolved tag'],
    [
      'prototype key',
      'name: demo',
      'name: demo\n__proto__: { nodes: 3 }',
      '3:1: unknown key "__proto__"',
    ],
    [
      'bad workload',
      'name: demo',
      'name: demo\nworkload: { clients: 0 }',
      '3:22: workload.clients: 0 is not allowed; allowed: at least 1',
    ],
    [
      'election timeout',
      'nodes: 3',
      'nodes: 3, timing: { electionTimeoutMs: [300, 150] }',
      '3:51: cluster.timing.electionTimeoutMs: 300 is not below 150',
    ],
    [
      'unknown option',
      'nodes: 3',
      'nodes: 3, options: { warp: true }',
      '3:39: cluster.options.warp: unknown option; allowed: ',
    ],
    [
      'option of another protocol',
      'nodes: 3',
      'nodes: 3, protocol: zab, options: { preVote: true }',
      '3:57: cluster.options.preVote: unknown option',
    ],
    [
      'option of a wrong type',
      'nodes: 3',
      'nodes: 3, options: { preVote: 7 }',
      '3:42: cluster.options.preVote: 7 is not allowed; allowed: a boolean',
    ],
    [
      'unknown mutant',
      'nodes: 3',
      'nodes: 3, mutants: [no-rules]',
      '3:32: cluster.mutants[0]: unknown rule "no-rules"; allowed: ',
    ],
    [
      'a delay beyond what the fault takes',
      'ms: 50',
      'ms: 61s',
      '8:55: steps[2].ms: "61s" is not allowed; allowed: 0 ms to 1 m',
    ],
    [
      'a jitter beyond what the fault takes',
      'jitterMs: 20',
      'jitterMs: 60001',
      '8:69: steps[2].jitterMs: 60001 is not allowed; allowed: 0 ms to 1 m',
    ],
    [
      'a probability above one',
      'do: kill, node: leader',
      'do: loss, from: n1, to: n2, probability: 1.5',
      '6:56: steps[0].probability: 1.5 is not allowed; allowed: at most 1',
    ],
    [
      'a cut from a node to itself',
      'do: kill, node: leader',
      'do: cut, from: n1, to: n1',
      '6:38: steps[0].to: "n1" has no link to itself; allowed: another node',
    ],
    [
      'a loss from the leader to itself',
      'do: kill, node: leader',
      'do: loss, from: [leader], to: leader, probability: 1',
      '6:45: steps[0].to: "leader" has no link to itself; allowed: another node',
    ],
  ])('%s', (_name, from, to, expected) => {
    expect(VALID).toContain(from);
    const error = errorOf(VALID.replace(from, to));
    expect(error.code).toBe('bad-scenario');
    expect(error.message).toContain(`demo.yaml:${expected}`);
  });

  test('an empty file', () => {
    expect(errorOf('').message).toContain('demo.yaml:1:1: ');
  });

  test('a node in two groups', () => {
    const step = '{ at: 2s, do: partition, groups: [[n1, n2], [n2, n3]] }';
    const error = errorOf(VALID.replace('{ at: 2s, do: kill, node: leader }', step));
    expect(error.message).toContain('demo.yaml:6:50: steps[0].groups[1][0]: "n2" stands in two');
  });

  test('a file that is too large', () => {
    const error = errorOf(`${VALID}# ${'x'.repeat(SCENARIO_BYTES_MAX)}`);
    expect(error.message).toMatch(/^demo\.yaml:1:1: \d+ bytes are too large; allowed: at most/);
  });

  test('an alias bomb', () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const before = level === 0 ? 'x' : `*a${level - 1}`;
      return `k${level}: &a${level} [${Array(9).fill(before).join(', ')}]`;
    });
    expect(errorOf(levels.join('\n')).message).toContain('allowed: at most 50 aliases');
  });

  test('at most five lines, in the order of the file', () => {
    const steps = Array.from({ length: 9 }, () => '  - { at: 1s, do: nothing }').join('\n');
    const lines = errorOf(
      `version: 1\nname: a\ncluster: { nodes: 3 }\ndurationMs: 2s\nsteps:\n${steps}\n`,
    ).message.split('\n');
    expect(lines.map((line) => line.split(':')[1])).toEqual(['6', '7', '8', '9', '10']);
  });
});

test('what a file may ask of a delay is what the fault takes, to the millisecond', () => {
  const links = [{ from: 'n1', to: 'n2' }];
  const longest = VALID.replace('ms: 50, jitterMs: 20', 'ms: 1m, jitterMs: 60s');
  expect(parseScenario(longest, 'demo.yaml').steps[0]?.action).toMatchObject({
    effect: { delayMs: 60_000, jitterMs: 60_000 },
  });
  expect(delayFault.check({ kind: 'delay', links, delayMs: 60_000, jitterMs: 60_000 })).toBe(null);
  expect(delayFault.check({ kind: 'delay', links, delayMs: 60_001, jitterMs: 0 })).not.toBe(null);
});

test('a protocol gets the options and mutants that are its own', () => {
  const cluster = 'nodes: 3, options: { preVote: false }, mutants: [commit-old-term]';
  const spec = parseScenario(VALID.replace('nodes: 3', cluster), 'demo.yaml');
  expect(settingsFor(spec, 'raft')).toEqual({
    options: { preVote: false },
    mutants: ['commit-old-term'],
  });
  expect(settingsFor(spec, 'zab')).toEqual({ options: {}, mutants: [] });
});
