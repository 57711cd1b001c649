/**
 * Carries out what the cores of a TestCluster ask for: what kernel/core.ts says a host owes a core,
 * in memory, in a fixed order. Checks on the way what every protocol must hold.
 */
import { AssertionError } from '../../../src-main/base/assert.ts';
import { deriveSeed } from '../../../src-main/base/prng.ts';
import type {
  Core,
  Effect,
  Input,
  Message,
  ProtocolDefinition,
} from '../../../src-main/protocols/kernel/core.ts';
import { createService, DEFAULT_SERVICE } from '../../../src-main/services/index.ts';
import type { Service } from '../../../src-main/services/service.ts';
import type { ApplyResult } from '../../../src-main/services/state-machine.ts';
import { compareIds, type Member, type NodeId } from '../../../src-main/vocabulary/ids.ts';
import type { Json } from '../../../src-main/vocabulary/json.ts';
import type { Timing } from '../../../src-main/vocabulary/timing.ts';
import { AgreementChecks } from './agreement-checks.ts';
import { TestNetwork, type InFlight } from './test-network.ts';
import { TestNode, type AppliedEntry, type GatedSend } from './test-node.ts';

/** protocols.md 0.7 */
export const TEST_TIMING: Timing = {
  tickMs: 10,
  heartbeatTicks: 1,
  electionTicksMin: 10,
  electionTicksMax: 20,
};

export interface TestClusterSpec {
  readonly protocol: ProtocolDefinition;
  readonly nodes: number;
  readonly seed?: number;
  readonly timing?: Timing;
  readonly options?: { readonly [name: string]: Json };
  readonly mutants?: readonly string[];
  readonly service?: string;
  /** Default true: a violation or a failed assertion throws. false: it becomes an event. */
  readonly strict?: boolean;
  /** After every step the core is replaced by `restore(save())`. */
  readonly reloadEveryStep?: boolean;
}

/** What happened, in order; a transcript is this, printed. */
export type ClusterEvent =
  | { readonly kind: 'input'; readonly node: NodeId; readonly input: Input }
  | { readonly kind: 'effect'; readonly node: NodeId; readonly effect: Effect }
  | { readonly kind: 'applied'; readonly node: NodeId; readonly applied: AppliedEntry }
  | { readonly kind: 'answered'; readonly node: NodeId; readonly reqId: number }
  | { readonly kind: 'lost'; readonly message: Omit<InFlight, 'linkEpoch'>; readonly why: string }
  | { readonly kind: 'halted'; readonly node: NodeId; readonly why: string }
  | { readonly kind: 'violation'; readonly what: string };

/** Answer to a client: from applying, or a refusal of the core. */
export interface Answer {
  readonly node: NodeId;
  /** null: refused without an entry. */
  readonly pos: number | null;
  readonly outcome: Pick<ApplyResult, 'ok'> & Partial<ApplyResult>;
}

export class ClusterHost {
  readonly protocol: ProtocolDefinition;
  readonly ids: readonly NodeId[];
  readonly network: TestNetwork;
  readonly violations: string[] = [];
  /** By reqId; a request without one has an unknown outcome so far. */
  readonly answers = new Map<number, Answer>();
  onEvent: (event: ClusterEvent) => void = () => {};
  readonly #spec: TestClusterSpec;
  readonly #nodes = new Map<NodeId, TestNode>();
  readonly #members: readonly Member[];
  readonly #checks = new AgreementChecks();
  readonly #pending: { readonly id: NodeId; readonly input: Input }[] = [];
  #pumping = false;

  constructor(spec: TestClusterSpec) {
    this.#spec = spec;
    this.protocol = spec.protocol;
    this.ids = Array.from({ length: spec.nodes }, (_, i) => `n${i + 1}`).sort(compareIds);
    this.#members = this.ids.map((nodeId) => ({ nodeId, storageId: `disk-${nodeId}` }));
    this.network = new TestNetwork(this.ids, spec.protocol.overSessions);
    for (const id of this.ids) this.#nodes.set(id, new TestNode(id, () => this.#newService()));
  }

  get timing(): Timing {
    return this.#spec.timing ?? TEST_TIMING;
  }

  node(id: NodeId): TestNode {
    const node = this.#nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  coreOf(id: NodeId): Core {
    const { core } = this.node(id);
    if (core === null) throw new Error(`${id} is down`);
    return core;
  }

  /** Gives a node one input and carries out everything that follows from it at once. */
  step(id: NodeId, input: Input): void {
    this.#pending.push({ id, input });
    this.pump();
  }

  /** Replaces a core by `restore(save())` by way of JSON: nothing may change by it. */
  reload(id: NodeId): void {
    const saved = JSON.stringify(this.coreOf(id).save());
    this.node(id).core = this.protocol.restore(JSON.parse(saved) as Json);
  }

  /**
   * Loses all that was volatile and everything after the last completed barrier, but for the first
   * `keep` barriers under way: they reached the disk and nobody was told (protocols.md 0.3).
   */
  crash(id: NodeId, keep = 0): void {
    const node = this.node(id);
    if (!node.running) return;
    node.completeBarriers(keep);
    node.stop();
    for (const { a, b } of this.network.connectionsOf(id)) this.disconnect(a, b);
    this.pump();
  }

  #newService(): Service {
    const name = this.#spec.service ?? DEFAULT_SERVICE;
    const service = createService(name);
    if (service === null) throw new Error(`no service ${name}`);
    return service;
  }

  protected boot(node: TestNode): void {
    const { seed = 1, options = {}, mutants = [] } = this.#spec;
    node.incarnation += 1;
    node.core = this.protocol.create();
    const input: Input = {
      kind: 'boot',
      cluster: 'test',
      nodeId: node.id,
      storageId: `disk-${node.id}`,
      incarnation: node.incarnation,
      members: this.#members,
      durable: clonePlain(node.durable()),
      seed: deriveSeed(seed, `${node.id}/${node.incarnation}`),
      timing: this.timing,
      options: { ...this.protocol.defaultOptions, ...options },
      mutants,
    };
    this.step(node.id, input);
  }

  /** Opens the connections of `id`, or the one to `peer`, that no command closed. */
  protected connect(id: NodeId, peer?: NodeId): void {
    for (const connection of this.network.connectionsOf(id)) {
      const { a, b, held } = connection;
      if (peer !== undefined && peer !== a && peer !== b) continue;
      if (held || !this.node(a).running || !this.node(b).running) continue;
      if (!this.network.open(connection)) continue;
      const linkEpoch = connection.epoch;
      this.#pending.push({ id: a, input: { kind: 'link-up', peer: b, linkEpoch } });
      this.#pending.push({ id: b, input: { kind: 'link-up', peer: a, linkEpoch } });
    }
  }

  protected disconnect(a: NodeId, b: NodeId): void {
    const connection = this.network.connection(a, b);
    if (!this.network.close(connection)) return;
    const linkEpoch = connection.epoch;
    this.#pending.push({ id: a, input: { kind: 'link-down', peer: b, linkEpoch } });
    this.#pending.push({ id: b, input: { kind: 'link-down', peer: a, linkEpoch } });
  }

  /** Barriers complete before anything else happens, unless their disk is held. */
  protected pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    try {
      for (;;) {
        if (this.#completeOneBarrier()) continue;
        const next = this.#pending.shift();
        if (next === undefined) return;
        this.#stepOnce(this.node(next.id), next.input);
      }
    } finally {
      this.#pumping = false;
    }
  }

  #completeOneBarrier(): boolean {
    for (const node of this.#nodes.values()) {
      if (node.diskHeld || node.barriersPending === 0) continue;
      this.completeBarriers(node, 1);
      return true;
    }
    return false;
  }

  protected completeBarriers(node: TestNode, count: number): void {
    const token = node.completeBarriers(count);
    if (token === null) return;
    for (const send of node.takeReleasedSends()) this.#sendReleased(node.id, send);
    this.#stepOnce(node, { kind: 'persisted', token });
  }

  #stepOnce(node: TestNode, input: Input): void {
    if (node.core === null) return;
    this.onEvent({ kind: 'input', node: node.id, input });
    try {
      for (const effect of node.core.step(input)) this.#carryOut(node, effect);
    } catch (error) {
      this.#haltOn(node, error);
      return;
    }
    if (this.#spec.reloadEveryStep === true && node.running) this.reload(node.id);
  }

  /** A failed assertion stops the node for good, as a host must do; anything else is a defect. */
  #haltOn(node: TestNode, error: unknown): void {
    const strict = this.#spec.strict ?? true;
    if (strict || !(error instanceof AssertionError)) throw error;
    node.haltedBy = error.message;
    this.onEvent({ kind: 'halted', node: node.id, why: error.message });
    this.crash(node.id);
  }

  #carryOut(node: TestNode, effect: Effect): void {
    this.onEvent({ kind: 'effect', node: node.id, effect });
    switch (effect.kind) {
      case 'persist':
        node.queueBarrier(effect.token, clonePlain(effect.ops));
        return;
      case 'send':
        this.#gateOrSend(node, effect.to, effect.msg, effect.after);
        return;
      case 'apply':
        this.#apply(node, effect);
        return;
      case 'reply': {
        const outcome = { ok: false as const, refusal: effect.refusal };
        this.#answer(effect.reqId, { node: node.id, pos: null, outcome });
        return;
      }
      case 'trace':
        if (effect.event.kind === 'role') {
          this.#report(this.#checks.role(node.id, node.incarnation, effect.event));
        }
        return;
      case 'close-link':
        this.#closeByCore(node.id, effect.peer, effect.linkEpoch);
        return;
      case 'members':
        // All nodes of a transcript are connected, whoever is a member.
        return;
      default:
        throw new Error(`${node.id}: the test host has no ${effect.kind}`);
    }
  }

  #gateOrSend(node: TestNode, to: NodeId, msg: Message, after: number): void {
    if (after > node.tokenLast) {
      throw new Error(`${node.id}: ${msg.type} waits for barrier ${after} of ${node.tokenLast}`);
    }
    if (to === node.id) throw new Error(`${node.id} sends ${msg.type} to itself`);
    const copy = clonePlain(msg);
    if (after <= node.tokenDurable) {
      this.#send(node.id, to, copy);
      return;
    }
    const linkEpoch = this.network.connection(node.id, to).epoch;
    node.gated.push({ to, msg: copy, after, linkEpoch });
  }

  /** What was meant for a session that has ended must not turn up in the next one. */
  #sendReleased(from: NodeId, { to, msg, linkEpoch }: GatedSend): void {
    const { overSessions } = this.network;
    if (!overSessions || this.network.connection(from, to).epoch === linkEpoch) {
      this.#send(from, to, msg);
    } else this.onEvent({ kind: 'lost', message: { from, to, msg }, why: 'old session' });
  }

  #send(from: NodeId, to: NodeId, msg: Message): void {
    const why = this.network.send(from, to, msg);
    if (why !== null) this.onEvent({ kind: 'lost', message: { from, to, msg }, why });
  }

  #apply(node: TestNode, effect: Effect & { kind: 'apply' }): void {
    for (const entry of effect.entries) {
      const applied = { entry, outcome: node.machine.apply(clonePlain(entry)) };
      node.applied.push(applied);
      this.onEvent({ kind: 'applied', node: node.id, applied });
      this.#report(this.#checks.applied(node.id, entry.pos, node.machine.digest()));
    }
    for (const { pos, reqId } of effect.waiting) {
      const applied = node.applied[pos - 1];
      if (applied === undefined) throw new Error(`${node.id}: ${reqId} waits for unapplied ${pos}`);
      this.#answer(reqId, { node: node.id, pos, outcome: applied.outcome });
      this.onEvent({ kind: 'answered', node: node.id, reqId });
    }
  }

  #answer(reqId: number, answer: Answer): void {
    if (this.answers.has(reqId)) this.#report(`request ${reqId} was answered twice`);
    this.answers.set(reqId, answer);
  }

  #closeByCore(id: NodeId, peer: NodeId, linkEpoch: number): void {
    if (this.network.connection(id, peer).epoch === linkEpoch) this.disconnect(id, peer);
  }

  #report(violation: string | null): void {
    if (violation === null) return;
    this.violations.push(violation);
    this.onEvent({ kind: 'violation', what: violation });
    if (this.#spec.strict ?? true) throw new Error(`violation: ${violation}`);
  }
}

/** A copy as another process would get it, frozen so that a core that writes to it is found out. */
function clonePlain<T>(value: T): T {
  return deepFreeze(JSON.parse(JSON.stringify(value)) as T);
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const field of Object.values(value)) deepFreeze(field);
  return Object.freeze(value);
}
