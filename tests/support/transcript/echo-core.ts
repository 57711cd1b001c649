/**
 * The smallest core that uses every part of the contract, to test the harness itself: the leader
 * (the first member) writes what it is asked, sends it, and applies it once one other node wrote
 * it too. Not a consensus protocol: it survives nothing.
 */
import { assert } from '../../../src-main/base/assert.ts';
import type {
  BootInput,
  ClientRequest,
  Core,
  CoreDescription,
  Effect,
  Input,
  Message,
  ProtocolDefinition,
} from '../../../src-main/protocols/kernel/core.ts';
import { EffectList } from '../../../src-main/protocols/kernel/effects.ts';
import type { Entry } from '../../../src-main/protocols/kernel/entry.ts';
import { ERA_ZERO } from '../../../src-main/vocabulary/era.ts';
import type { NodeId } from '../../../src-main/vocabulary/ids.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';

interface EchoMessage extends Message {
  readonly entries?: readonly Entry[];
  readonly upTo: number;
}

interface EchoState {
  nodeId: NodeId;
  members: NodeId[];
  log: Entry[];
  durable: number;
  acked: number;
  applied: number;
  ticks: number;
  waiting: { pos: number; reqId: number }[];
  token: number;
}

const FRESH: EchoState = {
  nodeId: '',
  members: [],
  log: [],
  durable: 0,
  acked: 0,
  applied: 0,
  ticks: 0,
  waiting: [],
  token: 0,
};

class EchoCore implements Core<EchoMessage> {
  #state: EchoState;
  #effects: EffectList<EchoMessage, Entry>;

  constructor(state: EchoState) {
    this.#state = structuredClone(state);
    this.#effects = new EffectList(state.token);
  }

  step(input: Input<EchoMessage>): Effect<EchoMessage>[] {
    if (input.kind === 'boot') this.#boot(input);
    else if (input.kind === 'tick') this.#tick(input.elapsed);
    else if (input.kind === 'recv') this.#recv(input.from, input.msg);
    else if (input.kind === 'client') this.#client(input.requests);
    else if (input.kind === 'persisted') this.#persisted();
    this.#state.token = this.#effects.lastToken;
    return this.#effects.take();
  }

  sleepTicks(): number {
    return 1;
  }

  save(): Json {
    return structuredClone(this.#state) as unknown as Json;
  }

  describe(): CoreDescription {
    const { nodeId, log, durable, applied, ticks, members } = this.#state;
    return {
      role: this.#leads() ? 'leader' : 'follower',
      word: this.#leads() ? 'caller' : 'echo',
      era: { number: 1, owner: null },
      leader: members[0] ?? null,
      ready: this.#leads(),
      lastPos: log.length,
      durablePos: durable,
      committed: applied,
      applied,
      voters: members,
      learners: [],
      snapshotPos: 0,
      own: [
        { name: 'name', value: nodeId },
        { name: 'ticks', value: ticks },
      ],
    };
  }

  #boot(input: BootInput): void {
    const { nodeId, members, durable } = input;
    this.#state.nodeId = nodeId;
    this.#state.members = members.map((member) => member.nodeId);
    this.#state.log = [...durable.log];
    this.#state.durable = durable.log.length;
    if (this.#leads()) this.#role('boot');
  }

  #leads(): boolean {
    return this.#state.members[0] === this.#state.nodeId;
  }

  #role(why: string): void {
    const era = { ...ERA_ZERO, number: 1 };
    const { nodeId: leader } = this.#state;
    this.#effects.trace({
      kind: 'role',
      role: 'leader',
      word: 'caller',
      era,
      leader,
      ready: true,
      why,
    });
  }

  #tick(elapsed: number): void {
    this.#state.ticks += elapsed;
    if (!this.#leads() || this.#state.ticks % 10 !== 0) return;
    this.#broadcast({ type: 'beat', upTo: this.#state.applied });
  }

  #broadcast(msg: EchoMessage): void {
    for (const to of this.#state.members) {
      if (to !== this.#state.nodeId) this.#effects.send(to, msg);
    }
  }

  #client(requests: readonly ClientRequest[]): void {
    const leader = this.#state.members[0] ?? null;
    if (!this.#leads()) {
      for (const { reqId } of requests) this.#effects.refuse(reqId, 'not-leader', 'echo', leader);
      return;
    }
    const entries = requests.map((request, i) => this.#entryOf(request, i));
    this.#write(entries);
    this.#broadcast({ type: 'call', entries, upTo: this.#state.applied });
  }

  #entryOf({ reqId, op }: ClientRequest, i: number): Entry {
    const pos = this.#state.log.length + 1 + i;
    this.#state.waiting.push({ pos, reqId });
    const stamp = { pos, term: 1, time: 0 };
    if (op.kind === 'open-session') {
      return { ...stamp, type: 'session-open', client: null, payload: null } as Entry;
    }
    assert(op.kind === 'command', 'echo has no session-close');
    const client = { session: op.session, seq: op.seq, acked: op.acked };
    return { ...stamp, type: 'command', client, payload: op.payload } as Entry;
  }

  #write(entries: readonly Entry[]): number {
    this.#state.log.push(...entries);
    return this.#effects.persist({ op: 'put', entries });
  }

  #recv(from: NodeId, msg: EchoMessage): void {
    if (msg.type === 'echo') {
      this.#state.acked = Math.max(this.#state.acked, msg.upTo);
      this.#maybeApply(Math.min(this.#state.durable, this.#state.acked));
      return;
    }
    const fresh = msg.entries?.filter((entry) => entry.pos === this.#state.log.length + 1) ?? [];
    if (fresh.length > 0) {
      const token = this.#write(fresh);
      this.#effects.send(from, { type: 'echo', upTo: this.#state.log.length }, token);
    }
    this.#maybeApply(Math.min(this.#state.log.length, msg.upTo));
  }

  #persisted(): void {
    this.#state.durable = this.#state.log.length;
    this.#effects.trace({ kind: 'durable', upTo: this.#state.durable });
    if (this.#leads()) this.#maybeApply(Math.min(this.#state.durable, this.#state.acked));
  }

  #maybeApply(upTo: number): void {
    const { applied, log, waiting } = this.#state;
    if (upTo <= applied) return;
    this.#state.applied = upTo;
    this.#effects.apply(
      log.slice(applied, upTo),
      waiting.filter(({ pos }) => pos <= upTo),
    );
    this.#state.waiting = waiting.filter(({ pos }) => pos > upTo);
    if (this.#leads()) this.#broadcast({ type: 'beat', upTo });
  }
}

export const echoDefinition: ProtocolDefinition = {
  name: 'raft',
  overSessions: false,
  readLevels: [],
  messageKinds: { call: 'replicate', echo: 'answer', beat: 'heartbeat' },
  defaultOptions: {},
  mutants: [],
  create: () => new EchoCore(FRESH) as unknown as Core,
  restore: (saved) => new EchoCore(saved as unknown as EchoState) as unknown as Core,
};
