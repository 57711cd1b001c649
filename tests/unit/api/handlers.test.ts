import { describe, expect, test } from 'vitest';
import { answerCall, type Answer } from '../../../src-main/api/handlers.ts';
import { ScriptedHost } from '../../support/scripted-host.ts';

function call(name: unknown, input: unknown = {}): Promise<Answer> {
  return answerCall(new ScriptedHost(), () => undefined, name, input);
}

async function messageOf(name: unknown, input: unknown): Promise<string> {
  const answer = await call(name, input);
  if (answer.ok) throw new Error(`accepted: ${JSON.stringify(answer.value)}`);
  return `${answer.error.code}: ${answer.error.message}`;
}

describe('a call of the contract', () => {
  test('is answered with its value', async () => {
    expect(await call('lab.state')).toMatchObject({
      ok: true,
      value: { version: '0.0.0-test', scenarios: [{ name: 'demo', nodes: 3, steps: [] }] },
    });
  });

  test('gets the defaults of the contract', async () => {
    expect(await call('runs.list')).toEqual({ ok: true, value: { runs: [], total: 0 } });
  });

  test('a command of the operator goes to each cluster, with its defaults', async () => {
    const command = { do: 'add', node: 'n4' };
    expect(await call('clusters.admin', { clusters: ['a', 'b'], command })).toEqual({
      ok: true,
      value: {
        results: [
          { cluster: 'a', ok: true, message: 'done' },
          { cluster: 'b', ok: true, message: 'done' },
        ],
      },
    });
  });

  test.each([
    [
      'an unknown command',
      'clusters.admin',
      { clusters: ['a'], command: { do: 'crown', node: 'n1' } },
      'bad-input: clusters.admin: command.do: "crown" is not allowed; allowed: add, promote',
    ],
    [
      'a configuration without voters',
      'clusters.admin',
      { clusters: ['a'], command: { do: 'reconfigure', voters: [] } },
      'bad-input: clusters.admin: command.voters: [] is not allowed; allowed: at least 1 items',
    ],
    [
      'a node that a command cannot mean',
      'clusters.admin',
      { clusters: ['a'], command: { do: 'remove', node: 'n00' } },
      'bad-input: clusters.admin: command.node: ',
    ],
    [
      'an unknown call',
      'lab.explode',
      {},
      'bad-input: unknown call "lab.explode"; allowed: lab.state',
    ],
    ['a call that every object has', 'constructor', {}, 'bad-input: unknown call "constructor"'],
    ['a name that is no text', 7, {}, 'bad-input: unknown call 7'],
    [
      'an unknown key',
      'runs.get',
      { run: 1, x: 2 },
      'bad-input: runs.get: unknown key "x"; allowed: run',
    ],
    [
      'a wrong type',
      'runs.get',
      { run: 'a' },
      'bad-input: runs.get: run: "a" is not allowed; allowed: a number',
    ],
    ['a missing field', 'runs.get', {}, 'bad-input: runs.get: run: missing; allowed: a number'],
    [
      'an unknown action',
      'clusters.act',
      { clusters: ['a'], action: { do: 'melt' } },
      'bad-input: clusters.act: action.do: "melt" is not allowed; allowed: kill, stop',
    ],
    [
      'a node that cannot be',
      'clusters.act',
      { clusters: ['a'], action: { do: 'kill', node: 'x' } },
      'bad-input: clusters.act: action.node: ',
    ],
    [
      'too many clusters',
      'clusters.start',
      { clusters: Array(5).fill({ protocol: 'raft' }) },
      'bad-input: clusters.start: clusters: ',
    ],
    ['no mapping', 'runs.get', [1], 'bad-input: runs.get: [1] is not allowed; allowed: a mapping'],
    [
      'a report on no run',
      'runs.report',
      { runs: [] },
      'bad-input: runs.report: runs: [] is not allowed; allowed: at least 1 items',
    ],
    [
      'a report on a run that nobody knows',
      'runs.report',
      { runs: [4, 5] },
      'unknown-run: no run has the number 4',
    ],
    [
      'an unknown scenario',
      'scenarios.run',
      { name: 'x', protocols: ['raft'] },
      'unknown-scenario: no scenario is called "x"; allowed: demo',
    ],
  ])('%s is refused, naming what is right', async (_title, name, input, expected) => {
    expect(await messageOf(name, input)).toContain(expected);
  });

  test('an expected failure crosses as code, message and details', async () => {
    expect(await call('clusters.catchUp', { cluster: 'raft-1' })).toEqual({
      ok: false,
      error: {
        code: 'unknown-cluster',
        message: 'no live cluster raft-1',
        details: 'there is none',
      },
    });
  });

  test('a bug of ours crosses as internal, and nothing is thrown', async () => {
    const answer = await call('clusters.start', { clusters: [{ protocol: 'raft' }] });
    expect(answer).toMatchObject({ ok: false, error: { code: 'internal' } });
  });

  test('deleting runs is told to every window', async () => {
    const host = new ScriptedHost();
    const told: unknown[] = [];
    await answerCall(host, (name, payload) => told.push([name, payload]), 'runs.delete', {
      runs: [3, 4],
    });
    expect(host.deleted).toEqual([3, 4]);
    expect(told).toEqual([['runs-deleted', { runs: [3, 4] }]]);
  });
});
