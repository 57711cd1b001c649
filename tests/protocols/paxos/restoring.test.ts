/** A core restored from what it saved goes on bit for bit, whatever it was in the middle of. */
import { expect, test } from 'vitest';
import { paxosDefinition } from '../../../src-main/protocols/paxos/definition.ts';
import { PaxosNode } from '../../../src-main/protocols/paxos/paxos-node.ts';
import type { Core, Effect, Input } from '../../../src-main/protocols/kernel/core.ts';
import type { PaxosMessage } from '../../../src-main/protocols/paxos/messages.ts';
import { SWARM_DEFAULTS } from '../../../src-main/runtime/simulator/swarm/plan.ts';
import { runSeed } from '../../../src-main/runtime/simulator/swarm/swarm-run.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';

const EVERY = 15;

/** Every so often goes on as its own copy, after comparing what both do. */
class ReloadedCore implements Core {
  static compared = 0;
  /** Kinds of work that were under way when a copy was made. */
  static readonly met = new Set<string>();
  #core = new PaxosNode();
  #steps = 0;

  step(input: Input): Effect[] {
    const own = input as Input<PaxosMessage>;
    this.#steps += 1;
    if (this.#steps % EVERY !== 0) return this.#core.step(own);
    const saved = JSON.parse(JSON.stringify(this.#core.save())) as Json;
    noteWork(saved);
    const twin = PaxosNode.restore(saved);
    const effects = this.#core.step(own);
    expect(twin.step(own)).toEqual(effects);
    expect(twin.save()).toEqual(this.#core.save());
    this.#core = twin;
    ReloadedCore.compared += 1;
    return effects;
  }

  sleepTicks(): number {
    return this.#core.sleepTicks();
  }

  save(): Json {
    return this.#core.save();
  }

  describe() {
    return this.#core.describe();
  }
}

function noteWork(saved: Json): void {
  const { state } = saved as { readonly state?: { readonly [name: string]: Json } };
  for (const name of ['lead', 'campaign', 'outgoing', 'probe', 'arrival', 'snapshot']) {
    if (state?.[name] !== null) ReloadedCore.met.add(name);
  }
  const lead = (state?.['lead'] ?? {}) as { readonly [name: string]: Json };
  for (const name of ['entering', 'change', 'transfer', 'readRound']) {
    if ((lead[name] ?? null) !== null) ReloadedCore.met.add(name);
  }
}

test('seeds 1 to 24 of the swarm, with cores that their copies replace again and again', () => {
  const protocol = { ...paxosDefinition, create: () => new ReloadedCore() };
  const focus = ['membership', 'transfers', 'snapshots', 'reads'] as const;
  for (let seed = 1; seed <= 24; seed += 1) {
    const options = { ...SWARM_DEFAULTS, protocol, safetyMs: 3_000, focus };
    expect([seed, runSeed(seed, options).violation]).toEqual([seed, null]);
  }
  expect(ReloadedCore.compared).toBeGreaterThan(1_000);
  const wanted = ['lead', 'campaign', 'outgoing', 'snapshot', 'change', 'readRound', 'probe'];
  expect([...ReloadedCore.met]).toEqual(expect.arrayContaining(wanted));
}, 120_000);
