import { describe, expect, test } from 'vitest';
import { answerCall, type Answer } from '../../../src-main/api/handlers.ts';
import { manualActSchema } from '../../../src-main/contract/manual.ts';
import { ScriptedHost } from '../../support/scripted-host.ts';

function act(asked: unknown): Promise<Answer> {
  const input = { cluster: 'raft-1', act: asked };
  return answerCall(new ScriptedHost(), () => undefined, 'manual.act', input);
}

test('a run takes a thousand steps at most unless it says another number', () => {
  expect(manualActSchema.parse({ do: 'run', until: { is: 'leader' } })).toEqual({
    do: 'run',
    until: { is: 'leader' },
    steps: 1_000,
  });
});

test('the mode is switched for several clusters at once, each with its state', async () => {
  const input = { clusters: ['raft-1', 'zab-2'], on: true };
  const answer = await answerCall(new ScriptedHost(), () => undefined, 'clusters.manual', input);
  expect(answer).toMatchObject({
    ok: true,
    value: { states: [{ cluster: 'raft-1' }, { cluster: 'zab-2' }] },
  });
});

describe('what is done by hand is checked at the edge', () => {
  test.each([
    ['an unknown verb', { do: 'shuffle' }, 'act.do'],
    ['an item without its node', { do: 'deliver', item: 3 }, 'act.node'],
    ['no item of any inbox', { do: 'drop', node: 'n1', item: 0 }, 'act.item'],
    ['an unknown condition', { do: 'run', until: { is: 'peace' } }, 'act.until.is'],
    ['a position that is none', { do: 'run', until: { is: 'committed', atLeast: 0 } }, 'atLeast'],
    ['steps without end', { do: 'run', until: { is: 'idle' }, steps: 1e9 }, 'act.steps'],
    ['an operation without a key', { do: 'ask', op: 'read', key: '' }, 'act.key'],
  ])('%s', async (_what, asked, where) => {
    const answer = await act(asked);
    expect(answer).toMatchObject({ ok: false, error: { code: 'bad-input' } });
    expect(answer.ok ? '' : answer.error.message).toContain(where);
  });
});
