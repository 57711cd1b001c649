/** Raft 5.3: appending, the window, hints, commitment and answers, on one core. */
import { describe, expect, test } from 'vitest';
import { append, command, entryAt, logOf, OneNode } from './one-node.ts';

describe('a follower', () => {
  test('acknowledges what it appended once it is on disk', () => {
    const node = new OneNode();
    node.recv('n2', append(1, [0, 0], [1, 1]));
    expect(node.sends('n2')).toMatchObject([{ after: 1, msg: { ok: true, matchPos: 2, term: 1 } }]);
    expect(node.traces('append')).toMatchObject([{ from: 1, to: 2, era: { number: 1 } }]);
    node.sync();
    expect(node.traces('durable')).toEqual([{ kind: 'durable', upTo: 2 }]);
    expect(node.disk).toMatchObject({ hard: { term: 1, vote: null }, log: logOf(1, 1) });
  });

  test('a repeated message waits for the same barrier, and for none once that is complete', () => {
    const node = new OneNode();
    node.recv('n2', append(1, [0, 0], [1, 1]));
    node.recv('n2', append(1, [2, 1], [1]));
    node.recv('n2', append(1, [0, 0], [1, 1]));
    expect(node.sends('n2')).toMatchObject([{ after: 1, msg: { matchPos: 2 } }]);
    node.sync();
    node.recv('n2', append(1, [0, 0], [1, 1]));
    expect(node.sends('n2')).toMatchObject([{ after: 0, msg: { matchPos: 2 } }]);
  });

  test('rejects with its last entry whose term could match', () => {
    const node = new OneNode({ term: 5, log: logOf(1, 1, 4, 4, 4) });
    expect(node.recv('n2', append(6, [8, 6], []))).toMatchObject([
      { ok: false, rejectedPrev: 8, hintPos: 5, hintTerm: 4 },
    ]);
    expect(node.recv('n2', append(6, [4, 3], []))).toMatchObject([
      { ok: false, rejectedPrev: 4, hintPos: 2, hintTerm: 1 },
    ]);
  });

  test('cuts at the first conflict, in one barrier with what follows', () => {
    const node = new OneNode({ term: 2, log: logOf(1, 1, 2, 2) });
    node.recv('n2', append(3, [1, 1], [1, 3, 3]));
    expect(node.terms).toEqual([1, 1, 3, 3]);
    expect(node.traces('truncate')).toEqual([{ kind: 'truncate', from: 3 }]);
    expect(node.effects.filter((effect) => effect.kind === 'persist')).toHaveLength(1);
    node.sync();
    expect(node.disk.log).toEqual([...logOf(1, 1), entryAt(3, 3), entryAt(4, 3)]);
  });

  test('a completion says nothing about what was rewritten since (pitfall 1.16-7)', () => {
    const node = new OneNode();
    node.recv('n2', append(1, [0, 0], [1, 1]));
    node.recv('n3', append(2, [0, 0], [2]));
    node.recv('n2', append(3, [0, 0], [3]));
    node.input({ kind: 'persisted', token: 1 });
    expect(node.view).toMatchObject({ lastPos: 1, durablePos: 0 });
    node.input({ kind: 'persisted', token: 3 });
    expect(node.view.durablePos).toBe(1);
  });

  test('answers a leader of an older term with its own', () => {
    const node = new OneNode({ term: 4 });
    expect(node.recv('n2', append(3, [0, 0], [3]))).toMatchObject([{ ok: false, term: 4 }]);
    expect(
      node.recv('n2', { type: 'Heartbeat', term: 3, commit: 0, round: 1, sentAt: 0 }),
    ).toMatchObject([{ term: 4 }]);
    expect(node.view).toMatchObject({ leader: null, lastPos: 0 });
  });

  test('sends clients to the leader it knows', () => {
    const node = new OneNode();
    node.client(command(1));
    expect(node.refusals()).toEqual([{ reqId: 1, code: 'no-leader', hint: null }]);
    node.recv('n3', { type: 'Heartbeat', term: 1, commit: 0, round: 1, sentAt: 0 });
    node.client(command(2));
    expect(node.refusals()).toEqual([{ reqId: 2, code: 'not-leader', hint: 'n3' }]);
  });
});

describe('a leader', () => {
  function leader(options = {}): OneNode {
    const node = new OneNode({ options });
    node.lead(1);
    node.sync();
    node.ok('n2', 1);
    node.ok('n3', 1);
    return node;
  }

  test('turns the requests of a turn into one barrier and one message a peer', () => {
    const node = leader();
    node.client(command(1), command(2), { reqId: 3, op: { kind: 'close-session', session: 7 } });
    expect(node.effects.map((effect) => effect.kind)).toEqual(['persist', 'trace', 'send', 'send']);
    const [toN2, toN3] = node.sends();
    expect(toN2).toMatchObject({ after: 0, msg: { prevPos: 1, entries: { length: 3 } } });
    expect(toN3!.msg).toBe(toN2!.msg);
  });

  test('answers once a quorum has it on disk, itself included only then', () => {
    const node = leader();
    node.client(command(1), command(2));
    node.ok('n3', 3);
    expect(node.view.committed).toBe(1);
    node.sync();
    const apply = node.effects.find((effect) => effect.kind === 'apply');
    expect(apply).toMatchObject({
      entries: [{ pos: 2 }, { pos: 3 }],
      waiting: [
        { pos: 2, reqId: 1 },
        { pos: 3, reqId: 2 },
      ],
    });
  });

  test('commits on the others when its own disk is slower', () => {
    const node = leader();
    node.client(command(1));
    node.ok('n2', 2);
    node.ok('n3', 2);
    expect(node.view).toMatchObject({ committed: 2, durablePos: 1 });
  });

  test('tells idle peers at once what is committed, and busy ones with the next entries', () => {
    const node = leader();
    node.client(command(1));
    node.sync();
    node.ok('n2', 2);
    expect(node.sends()).toMatchObject([{ to: 'n2', msg: { type: 'CommitNotice', commit: 2 } }]);
    node.ok('n3', 2);
    expect(node.sends()).toMatchObject([{ to: 'n3', msg: { type: 'CommitNotice', commit: 2 } }]);
  });

  test('keeps at most maxInflight messages of maxEntriesPerMessage entries on the way', () => {
    const node = leader({ maxInflight: 2, maxEntriesPerMessage: 2 });
    node.client(...[1, 2, 3, 4, 5, 6].map((reqId) => command(reqId)));
    expect(node.sends('n2').map(({ msg }) => 'entries' in msg && msg.entries.length)).toEqual([
      2, 2,
    ]);
    node.ok('n2', 3);
    expect(node.sends('n2')).toMatchObject([{ msg: { prevPos: 5, entries: [{ pos: 6 }, {}] } }]);
  });

  test('finds out behind a window whose messages were all lost', () => {
    const node = leader({ maxInflight: 1 });
    node.client(command(1));
    node.client(command(2));
    expect(node.sends('n2')).toEqual([]);
    expect(node.recv('n2', { type: 'HeartbeatResp', term: 1, round: 0, sentAt: 0 })).toMatchObject([
      { prevPos: 2, entries: [] },
    ]);
    const reject = { ok: false, rejectedPrev: 2, hintPos: 1, hintTerm: 1 };
    expect(node.recv('n2', { type: 'AppendEntriesResp', term: 1, ...reject })).toMatchObject([
      { prevPos: 1, entries: [{ pos: 2 }, { pos: 3 }] },
    ]);
  });

  test('skips a term per round when logs differ', () => {
    const node = new OneNode({ term: 6, log: logOf(1, 1, 1, 4, 4, 5, 5, 6, 6, 6) });
    node.lead(7);
    const reject = { ok: false, rejectedPrev: 10, hintPos: 9, hintTerm: 3 };
    const [again] = node.recv('n2', { type: 'AppendEntriesResp', term: 7, ...reject });
    expect(again).toMatchObject({ prevPos: 3, prevTerm: 1 });
    expect(node.traces('catch-up')).toMatchObject([{ peer: 'n2', method: 'probe', from: 4 }]);
  });

  test('a reject that is doubled or late changes nothing', () => {
    const node = leader();
    const reject = { ok: false, rejectedPrev: 1, hintPos: 0, hintTerm: 0 };
    expect(node.recv('n2', { type: 'AppendEntriesResp', term: 1, ...reject })).toEqual([]);
    expect(node.traces('ignored')).toHaveLength(1);
  });

  test('bounds the commit position of a heartbeat by what the peer matches', () => {
    const node = leader();
    node.client(command(1), command(2));
    node.sync();
    node.ok('n2', 3);
    node.tick(2);
    expect(node.sends()).toMatchObject([
      { to: 'n2', msg: { type: 'Heartbeat', commit: 3 } },
      { to: 'n3', msg: { type: 'Heartbeat', commit: 1 } },
    ]);
  });

  test('refuses what exceeds the uncommitted entries it may hold', () => {
    const node = leader({ maxUncommitted: 2 });
    node.client(command(1), command(2), command(3));
    expect(node.refusals()).toMatchObject([{ reqId: 3, code: 'busy' }]);
    node.sync();
    node.ok('n2', 3);
    node.client(command(4));
    expect(node.refusals()).toEqual([]);
  });

  test('tells everybody who waits when it loses its term, and never by position alone', () => {
    const node = leader();
    node.client(command(1));
    node.recv('n3', append(2, [1, 1], [2]));
    expect(node.refusals()).toEqual([{ reqId: 1, code: 'leadership-lost', hint: 'n3' }]);
    node.recv('n3', { type: 'Heartbeat', term: 2, commit: 2, round: 1, sentAt: 0 });
    expect(node.effects.find((effect) => effect.kind === 'apply')).toMatchObject({ waiting: [] });
  });

  test('stamps service time that goes on from the log and counts only its own ticks', () => {
    const log = [{ ...entryAt(1, 1), time: 700 }];
    const node = new OneNode({ term: 1, log });
    node.lead(2);
    node.tick(3);
    node.client(command(1));
    expect(node.sends('n2')).toEqual([]);
    node.ok('n2', 2);
    expect(node.sends('n2')[0]).toMatchObject({ msg: { entries: [{ pos: 3, time: 730 }] } });
  });

  test('a lost link makes it probe, a mended one is used at once', () => {
    const node = leader();
    node.client(command(1));
    node.input({ kind: 'link-down', peer: 'n2', linkEpoch: 1 });
    node.client(command(2));
    expect(node.sends('n2')).toEqual([]);
    node.input({ kind: 'link-up', peer: 'n2', linkEpoch: 2 });
    expect(node.sends('n2')).toMatchObject([{ msg: { type: 'Heartbeat' } }]);
    expect(node.recv('n2', { type: 'HeartbeatResp', term: 1, round: 0, sentAt: 0 })).toMatchObject([
      { prevPos: 1, entries: { length: 2 } },
    ]);
  });
});

describe('a restart', () => {
  test('shows its log, keeps term and vote, and knows nothing as committed', () => {
    const node = new OneNode({ term: 3, vote: 'n2', log: logOf(1, 1, 3) });
    expect(node.traces('role')).toMatchObject([{ word: 'follower', era: { number: 3 } }]);
    expect(node.traces('append')).toMatchObject([
      { from: 1, to: 2, era: { number: 1 } },
      { from: 3, to: 3, era: { number: 3 } },
    ]);
    expect(node.traces('durable')).toEqual([{ kind: 'durable', upTo: 3 }]);
    expect(node.view).toMatchObject({ committed: 0, applied: 0, durablePos: 3 });
    node.recv('n3', { type: 'Heartbeat', term: 3, commit: 2, round: 1, sentAt: 0 });
    expect(node.applied.map((entry) => entry.pos)).toEqual([1, 2]);
  });

  test('a log with a hole is refused loudly (museum R13)', () => {
    expect(() => new OneNode({ term: 1, log: [entryAt(2, 1)] })).toThrow(
      /log from 2 without a snapshot/,
    );
  });

  test('a log beyond the term of its record is of that term, in which nobody was voted for', () => {
    const node = new OneNode({ term: 1, vote: 'n2', log: logOf(2) });
    node.sync();
    expect(node.disk.hard).toEqual({ term: 2, vote: null });
  });

  test('applies what is committed in order, in bounded pieces', () => {
    const node = new OneNode({ term: 1, log: logOf(...Array<number>(10_000).fill(1)) });
    node.recv('n2', { type: 'Heartbeat', term: 1, commit: 10_000, round: 1, sentAt: 0 });
    const sizes = node.effects.map((e) => (e.kind === 'apply' ? e.entries.length : 0));
    expect(sizes.filter((size) => size > 0)).toEqual([4096, 4096, 1808]);
    expect(node.traces('commit')).toEqual([{ kind: 'commit', from: 1, to: 10_000 }]);
    expect(node.applied.every((entry, i) => entry.pos === i + 1)).toBe(true);
  });

  test('what the host must never do is a bug and said so', () => {
    expect(() => new OneNode({ options: { prevote: true } })).toThrow(/unknown option prevote/);
    expect(() => new OneNode({ options: { maxInflight: 0 } })).toThrow(/maxInflight/);
    expect(() => new OneNode({ mutants: ['no-such'] })).toThrow(/unknown mutant/);
    const node = new OneNode();
    expect(() => node.tick(0)).toThrow(/tick of 0/);
    expect(() => node.input({ kind: 'persisted', token: 5 })).toThrow(/barrier 5/);
    expect(() =>
      node.input({ kind: 'snapshot-ready', lastPos: 1, handle: 'own-1-1', chunks: 1, bytes: 1 }),
    ).toThrow(/was not asked for/);
  });

  test('a failed sync ends all part in the cluster, and who waits learns so', () => {
    const node = new OneNode();
    node.lead(1);
    node.client(command(1));
    node.input({ kind: 'persist-failed', token: 2, error: 'EIO' });
    expect(node.refusals()).toMatchObject([{ reqId: 1, code: 'leadership-lost' }]);
    expect(node.traces('role')).toMatchObject([{ role: 'outsider', why: 'storage failed: EIO' }]);
    expect(node.tick(1000)).toEqual([]);
    expect(node.ok('n2', 2)).toEqual([]);
    expect(node.sync()).toEqual([]);
    expect(node.view.committed).toBe(0);
  });
});
