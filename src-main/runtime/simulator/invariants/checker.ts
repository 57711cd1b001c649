/**
 * Checks a simulated cluster after every step, over what is on its disks, what its nodes say and
 * what its clients hear (protocols.md 7). Incremental: the cost of a step does not grow with the
 * length of the run.
 */
import { assertUnreachable } from '../../../base/assert.ts';
import type { Effect, Input, Message } from '../../../protocols/kernel/core.ts';
import type { PersistOp } from '../../../protocols/kernel/durable.ts';
import type { Entry } from '../../../protocols/kernel/entry.ts';
import type { ApplyResult } from '../../../services/state-machine.ts';
import type { NodeId } from '../../../vocabulary/ids.ts';
import type { TraceEvent } from '../../../vocabulary/trace.ts';
import type { Answer } from '../../driver/ports.ts';
import type { WorldObserver } from '../world/observed.ts';
import type { ClientRequestInfo, SimNode } from '../world/sim-node.ts';
import type { World } from '../world/world.ts';
import { CommonChecks } from './common-checks.ts';
import { Memories, remember, type ConfigEvent, type NodeMemory } from './memory.ts';
import { PaxosChecks } from './paxos-checks.ts';
import type { ProtocolChecks } from './protocol-checks.ts';
import { quorumRules, type QuorumRules } from './quorum-rules.ts';
import { RaftChecks } from './raft-checks.ts';
import type { Report, Violation } from './violation.ts';
import { ZabChecks } from './zab-checks.ts';

/** Further violations follow from the first ones. */
const VIOLATIONS_MAX = 20;

export class Checker implements WorldObserver {
  readonly violations: Violation[] = [];
  readonly common: CommonChecks;
  readonly #memories = new Memories();
  readonly #protocol: ProtocolChecks;
  readonly #initial: ConfigEvent;
  readonly #world: World;
  readonly #rules: QuorumRules;

  constructor(world: World) {
    this.#world = world;
    this.#rules = quorumRules(world.spec);
    const report: Report = (id, node, what) => {
      if (this.violations.length < VIOLATIONS_MAX) this.violations.push({ id, node, what });
    };
    const voters = world.members.map((member) => member.nodeId);
    this.#initial = { kind: 'config', pos: 0, voters, votersOld: null, learners: [] };
    this.common = new CommonChecks(world, report);
    this.#protocol = this.#checksFor(world, report);
  }

  #checksFor(world: World, report: Report): ProtocolChecks {
    const { name } = world.spec.protocol;
    switch (name) {
      case 'raft':
        return new RaftChecks(this.common, report);
      case 'paxos':
        return new PaxosChecks(world, report);
      case 'zab':
        return new ZabChecks(world, this.#memories, this.common, report);
      default:
        return assertUnreachable(name, 'invariants');
    }
  }

  /** What a node holds and believes, as its steps showed. */
  memory(node: SimNode): NodeMemory {
    return this.#memories.of(node);
  }

  /** The configuration a node goes by: as it said, else the one the cluster began with. */
  config(node: SimNode): ConfigEvent {
    return this.#memories.of(node).config ?? this.#initial;
  }

  /** Whether one configuration is in force, and no log has another one that may still come. */
  isConfigSettled(): boolean {
    const { configs, max } = this.common;
    const { pos, config } = configs.latest;
    if (config.votersOld !== null || (pos > 0 && max < pos + this.#rules.lag)) return false;
    return this.#world.ids.every((id) => {
      const node = this.#world.node(id);
      const { log } = this.#memories.of(node);
      for (let at = pos + 1; at < log.length; at += 1) if (log[at]?.type === 'config') return false;
      for (let at = pos + 1; at <= node.disk.lastPos; at += 1) {
        if (node.disk.at(at)?.type === 'config') return false;
      }
      return true;
    });
  }

  booted(node: SimNode): void {
    this.#memories.begin(node);
  }

  stepped(node: SimNode, input: Input, effects: readonly Effect[]): void {
    const memory = this.#memories.of(node);
    for (const effect of effects) {
      if (effect.kind !== 'persist') continue;
      this.#protocol.asked(memory, input, effect.ops);
      for (const op of effect.ops) {
        if (op.op === 'snapshot') this.common.asksSnapshot(memory, op.snapshot.lastPos);
        remember(memory, op);
      }
    }
    for (const effect of effects) {
      if (effect.kind === 'trace') this.#traced(memory, effect.event);
      else if (effect.kind === 'read') this.common.reads.allowed(memory, effect.reqId);
    }
    if (input.kind === 'snapshot-loaded') this.#loaded(node);
  }

  #loaded(node: SimNode): void {
    if (node.life === null) return;
    const { machine } = node.life;
    this.common.loaded(node, machine.position, machine.digest());
  }

  #traced(memory: NodeMemory, event: TraceEvent): void {
    this.#protocol.traced(memory, event);
    if (event.kind === 'config') memory.config = event;
    if (event.kind !== 'role' && event.kind !== 'commit') return;
    if (event.kind === 'role') {
      memory.role = event.role;
      memory.era = event.era;
      memory.ready = event.ready;
      if (this.#protocol.leads(event)) this.common.leads(memory.node, event.era);
      return;
    }
    for (let pos = event.from; pos <= event.to; pos += 1) {
      const isFirst = this.common.commits(memory, pos);
      const entry = memory.log[pos];
      if (isFirst && entry !== undefined) this.#protocol.committedFirst(memory, entry);
    }
    memory.committed = Math.max(memory.committed, event.to);
  }

  sending(node: SimNode, to: NodeId, msg: Message): void {
    this.#protocol.sending(node, to, msg);
  }

  synced(node: SimNode, ops: readonly PersistOp[], how: 'barrier' | 'crash'): void {
    this.common.synced(node, ops);
    this.#protocol.synced(node, ops, how);
  }

  wiped(node: SimNode): void {
    this.common.wiped(node);
  }

  applied(node: SimNode, entry: Entry, result: ApplyResult): void {
    const digest = node.life?.machine.digest();
    if (digest !== undefined) this.common.applied(node, entry, result, digest);
  }

  asked(request: ClientRequestInfo): void {
    this.common.asked(request);
  }

  answered(request: ClientRequestInfo, answer: Answer): void {
    this.common.answered(request, answer);
  }

  halted(node: SimNode, why: string): void {
    if (this.violations.length >= VIOLATIONS_MAX) return;
    this.violations.push({ id: 'assertion', node: node.id, what: `${node.id}: ${why}` });
  }
}
