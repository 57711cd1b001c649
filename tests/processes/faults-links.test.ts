/**
 * Faults of one directed link between live nodes, observed in the journals of both ends: which
 * messages were sent, which came, when, in which order and how often, and that after the undo the
 * link is as it was.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensure } from '../../src-main/base/assert.ts';
import type { LiveCluster } from '../../src-main/lab/live-cluster.ts';
import type { Link, LinkEffect, LinkFault } from '../../src-main/vocabulary/fault.ts';
import type { FaultRecord } from '../../src-main/vocabulary/fault.ts';
import { latencyMs, trafficOf, type Seen, type Traffic } from '../support/live-faults.ts';
import { nextSuccess, openProcessLab, until, untilLevel } from '../support/process-lab.ts';
import type { ProcessLab } from '../support/process-lab.ts';

/** Patience enough that no fault of a test costs the leader its office. */
const PATIENT = { electionTimeoutMs: [1_000, 1_500] as [number, number], heartbeatMs: 50 };
let host: ProcessLab;
let cluster: LiveCluster;
beforeEach(async () => {
  host = await openProcessLab();
});
afterEach(() => host.close());

async function startPatient(protocol: 'paxos' | 'raft' | 'zab'): Promise<Link> {
  cluster = await host.start(protocol, 3, 100, PATIENT);
  await nextSuccess(cluster);
  const from = ensure(cluster.leadership.ready(), 'nobody leads');
  const to = cluster.nodeIds.find((node) => node !== from) ?? '';
  return { from, to };
}

function begin(link: Link, effect: LinkEffect): FaultRecord {
  const fault: LinkFault = { ...effect, links: [link] };
  return cluster.begin(fault, 'hand');
}

/** Every node has the rules of now: its control channel keeps the order of what it carries. */
async function heard(): Promise<void> {
  expect((await cluster.counters()).size).toBe(cluster.nodeIds.length);
}

/** What is sent over a link while a fault is on, once it is known to be. */
async function under(link: Link, effect: LinkEffect, messages = 30): Promise<Traffic> {
  const fault = begin(link, effect);
  await heard();
  const sinceUs = cluster.nowUs();
  await until('enough was sent', () => {
    return trafficOf(cluster, link.from, link.to, sinceUs).sent.length >= messages;
  });
  const untilUs = cluster.nowUs();
  expect(cluster.undo(fault.id, 'test')).toBe(true);
  await untilPrompt(link);
  const { sent, received, dropped } = trafficOf(cluster, link.from, link.to, sinceUs);
  const meant = sent.filter(({ us }) => us < untilUs);
  const ids = new Set(meant.map(({ id }) => id));
  return {
    sent: meant,
    received: received.filter(({ id }) => ids.has(id)),
    dropped: dropped.filter(({ id }) => ids.has(id)),
  };
}

/** The undo is done: messages that are sent from now on come, and come soon. */
async function untilPrompt({ from, to }: Link): Promise<void> {
  const sinceUs = cluster.nowUs();
  await until('messages come soon', () => {
    const { sent, received } = trafficOf(cluster, from, to, sinceUs);
    return latenciesMs(sent, received).some((ms) => ms < 50);
  });
}

/** Of each message that came, for as long as it was under way. */
function latenciesMs(sent: readonly Seen[], received: readonly Seen[]): number[] {
  const sentUs = new Map(sent.map(({ id, us }) => [id, us]));
  return received.flatMap(({ id, us }) => {
    const fromUs = sentUs.get(id);
    return fromUs === undefined ? [] : [(us - fromUs) / 1_000];
  });
}

function idsOf(seen: readonly { readonly id: string }[]): string[] {
  return seen.map(({ id }) => id);
}

/** Each in the order of its first coming. */
function firstTimes(seen: readonly Seen[]): string[] {
  return [...new Set(idsOf(seen))];
}

async function endWell(): Promise<void> {
  cluster.workload.quiet();
  await untilLevel(cluster);
  const [run = 0] = await host.lab.stopClusters();
  expect(host.run(run).violations).toEqual([]);
  expect(host.verify(run).divergence).toBe(null);
}

describe.each(['raft', 'paxos'] as const)('%s', (protocol) => {
  test('what a link loses: all of one direction, one kind, or the next three', async () => {
    const link = await startPatient(protocol);
    const back: Link = { from: link.to, to: link.from };
    const sinceUs = cluster.nowUs();
    const cut = await under(back, { kind: 'cut' });
    expect([cut.received, new Set(cut.dropped.map(({ why }) => why))]).toEqual([
      [],
      new Set(['cut']),
    ]);
    expect(idsOf(cut.dropped).sort()).toEqual(idsOf(cut.sent).sort());
    const forth = trafficOf(cluster, link.from, link.to, sinceUs);
    expect(forth.received.length).toBeGreaterThan(0);

    const beats = await under(link, {
      kind: 'loss',
      probability: 1,
      only: { types: ['replicate'], first: null },
    });
    const types = new Set(beats.dropped.map(({ type }) => type));
    expect([...types]).toEqual([protocol === 'raft' ? 'AppendEntries' : 'Accept']);
    expect(beats.received.some(({ type }) => types.has(type))).toBe(false);
    expect(beats.received.length).toBeGreaterThan(0);

    const fromUs = cluster.nowUs();
    const only = { types: ['replicate'], first: 3 };
    const fault = begin(link, { kind: 'cut', only });
    await until('three were lost', () => {
      return trafficOf(cluster, link.from, link.to, fromUs).dropped.length === 3;
    });
    await until('it is over by itself', () => cluster.ledger.find(fault.id) === null);
    await untilPrompt(link);
    expect(trafficOf(cluster, link.from, link.to, fromUs).dropped).toHaveLength(3);
    await endWell();
  });

  test('messages that come late, in disorder or twice, and in time again after', async () => {
    const link = await startPatient(protocol);
    const delay = { kind: 'delay', delayMs: 120, jitterMs: 40 } as const;
    const late = await under(link, delay, 60);
    // Those that were under way when it was undone came at once.
    const times = latenciesMs(late.sent, late.received);
    expect(times.filter((ms) => ms >= 79).length).toBeGreaterThan(5);
    expect(firstTimes(late.received)).toEqual(idsOf(late.sent));

    const mixed = await under(link, { kind: 'reorder', windowMs: 100 });
    expect(firstTimes(mixed.received)).not.toEqual(idsOf(mixed.sent));
    expect(firstTimes(mixed.received).sort()).toEqual(idsOf(mixed.sent).sort());

    const twice = await under(link, { kind: 'duplicate', probability: 1, windowMs: 20 });
    const counts = twice.sent.map(({ id }) => twice.received.filter((r) => r.id === id).length);
    expect(new Set(counts)).toEqual(new Set([2]));
    await endWell();
  });

  test('a narrow link is slow by its bytes, a held one lets nothing go until undone', async () => {
    const link = await startPatient(protocol);
    const narrow = await under(link, { kind: 'bandwidth', bytesPerSecond: 1_000 }, 120);
    const times = latenciesMs(narrow.sent, narrow.received);
    expect(Math.max(...times)).toBeGreaterThan(150);
    expect(firstTimes(narrow.received)).toEqual(idsOf(narrow.sent));

    const only = { types: ['replicate', 'commit'], first: null };
    const held = await under(link, { kind: 'hold', only }, 20);
    const isMeant = (type: string): boolean => !/Heartbeat|Resp/.test(type);
    const meant = held.sent.filter(({ type }) => isMeant(type));
    const came = held.received.filter(({ type }) => isMeant(type));
    expect(meant.length).toBeGreaterThan(0);
    expect(idsOf(came)).toEqual(idsOf(meant));
    const heldUs = (meant.at(-1)?.us ?? 0) - (meant[0]?.us ?? 0);
    expect(latenciesMs(meant, came)[0]).toBeGreaterThanOrEqual(heldUs / 1_000);
    expect(held.dropped).toEqual([]);
    await endWell();
  });
});

test('clients see the delay of all links of their leader, and do not after the undo', async () => {
  const { from } = await startPatient('raft');
  const links = cluster.nodeIds.flatMap((to) => (to === from ? [] : [{ from, to }]));
  const fault = cluster.begin(
    { kind: 'delay', delayMs: 150, jitterMs: 20, distribution: 'exponential', links },
    'hand',
  );
  await nextSuccess(cluster);
  await until('operations are late', async () => (await latencyMs(cluster, 3)) >= 150);
  cluster.undo(fault.id, 'test');
  await until('operations are in time', async () => (await latencyMs(cluster, 3)) < 100);
  await endWell();
});

describe('zab, over sessions', () => {
  test('what is late, mixed up or doubled on the way still comes in order and once', async () => {
    const link = await startPatient('zab');
    const effects: readonly LinkEffect[] = [
      { kind: 'delay', delayMs: 80, jitterMs: 80 },
      { kind: 'reorder', windowMs: 80 },
      { kind: 'duplicate', probability: 1, windowMs: 20 },
      { kind: 'hold', only: { types: ['replicate'], first: null } },
    ];
    for (const effect of effects) {
      const traffic = await under(link, effect, 20);
      expect([effect.kind, idsOf(traffic.received)]).toEqual([effect.kind, idsOf(traffic.sent)]);
    }
    await endWell();
  });

  test('a lost message ends the session, and nothing behind the hole arrives in it', async () => {
    const link = await startPatient('zab');
    const sinceUs = cluster.nowUs();
    const only = { types: ['replicate'], first: 1 };
    const fault = begin(link, { kind: 'loss', probability: 1, only });
    await until('it is over by itself', () => cluster.ledger.find(fault.id) === null);
    await untilPrompt(link);
    const { sent, received, dropped } = trafficOf(cluster, link.from, link.to, sinceUs);
    const lost = dropped.find(({ why }) => why === 'loss');
    expect(lost?.type).toBe('Proposal');
    const behind = sent.slice(idsOf(sent).indexOf(lost?.id ?? '') + 1);
    const refused = new Set(idsOf(dropped.filter(({ why }) => why === 'session')));
    expect(refused.size).toBeGreaterThan(0);
    expect(refused.has(behind[0]?.id ?? '')).toBe(true);
    expect(received.some(({ id }) => refused.has(id))).toBe(false);
    await endWell();
  });
});
