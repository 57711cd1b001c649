/**
 * The one loop of every host: input -> step -> journal -> ungated sends -> persist -> gated sends
 * -> apply -> reply. The durability rule of protocols.md 0.2 lives here and nowhere else:
 *
 * 1. The input of a step, and the digest of its effects, are in the journal before any effect
 *    leaves.
 * 2. A send gated on a token, and everything to be applied after a persist, wait until that token
 *    is durable.
 * 3. An answer leaves only after its entry was applied.
 * 4. An image is durable before a snapshot refers to it, and dropped only when none does any more.
 *
 * A turn takes everything that arrived since the last one; its persists become one barrier. Nothing
 * here awaits: a host with a synchronous disk runs a whole turn in one go, a host with a slow one
 * calls `persisted` when it is done.
 */
import { assert, assertUnreachable } from '../../base/assert.ts';
import type { Core, Effect, Input, Message, Token } from '../../protocols/kernel/core.ts';
import type { PersistOp, SnapshotRef } from '../../protocols/kernel/durable.ts';
import type { StateMachine } from '../../services/state-machine.ts';
import type { TraceEvent } from '../../vocabulary/trace.ts';
import { refuse } from '../../vocabulary/refusal.ts';
import { stepLine, type SentMessage } from './journal-lines.ts';
import { MachineWork, type SavedWork } from './machine-work.ts';
import { Passages, type SavedPassages } from './passages.ts';
import type { DriverPorts, Incoming, Outgoing } from './ports.ts';

interface GatedSend {
  readonly after: Token;
  readonly message: Outgoing;
}

/** All that a driver knows between two turns, as plain data. */
export interface SavedDriver {
  readonly step: number;
  readonly lamport: number;
  readonly gated: readonly GatedSend[];
  readonly issuedToken: Token;
  readonly durableToken: Token;
  readonly dropImagesAt: Token | null;
  readonly work: SavedWork;
  readonly linkEpochs: readonly (readonly [string, number])[];
  readonly passages: SavedPassages;
  readonly dead: boolean;
}

export class NodeDriver {
  readonly #core: Core;
  readonly #ports: DriverPorts;
  readonly #work: MachineWork;
  readonly #nodeId: string;
  readonly #passages: Passages;
  #step = 0;
  /** Of the steps, those whose lines are in the journal. */
  #journaled = 0;
  #lamport = 0;
  #lines = '';
  #ungated: Outgoing[] = [];
  #gated: GatedSend[] = [];
  #ops: PersistOp[] = [];
  #issuedToken: Token = 0;
  #pendingToken: Token = 0;
  #durableToken: Token = 0;
  #done: Extract<Effect, { kind: 'done' }>[] = [];
  /** Until this token is durable the images before the newest reference are still needed. */
  #dropImagesAt: Token | null = null;
  #refusals: Extract<Effect, { kind: 'reply' }>[] = [];
  /** The session with each peer as the core knows it: what it was told last, not what is now. */
  readonly #linkEpochs = new Map<string, number>();
  #closings: Extract<Effect, { kind: 'close-link' }>[] = [];
  #settling = false;
  #dead = false;

  constructor(core: Core, machine: StateMachine, nodeId: string, ports: DriverPorts) {
    this.#core = core;
    this.#ports = ports;
    this.#nodeId = nodeId;
    this.#work = new MachineWork(machine, nodeId, ports);
    this.#passages = new Passages(ports);
  }

  /** The state between two turns; core, state machine and disk are saved by who owns them. */
  save(): SavedDriver {
    assert(!this.#settling, `${this.#nodeId}: saved in the middle of a turn`);
    return {
      step: this.#step,
      lamport: this.#lamport,
      gated: [...this.#gated],
      issuedToken: this.#issuedToken,
      durableToken: this.#durableToken,
      dropImagesAt: this.#dropImagesAt,
      work: this.#work.save(),
      linkEpochs: [...this.#linkEpochs],
      passages: this.#passages.save(),
      dead: this.#dead,
    };
  }

  /** Goes on where `save` left off; before the first turn. */
  restore(saved: SavedDriver): void {
    assert(this.#step === 0, `${this.#nodeId}: restored after ${this.#step} steps`);
    this.#step = saved.step;
    this.#journaled = saved.step;
    this.#lamport = saved.lamport;
    this.#gated = [...saved.gated];
    this.#issuedToken = saved.issuedToken;
    this.#pendingToken = saved.issuedToken;
    this.#durableToken = saved.durableToken;
    this.#dropImagesAt = saved.dropImagesAt;
    this.#work.restore(saved.work);
    for (const [peer, epoch] of saved.linkEpochs) this.#linkEpochs.set(peer, epoch);
    this.#passages.restore(saved.passages);
    this.#dead = saved.dead;
  }

  get steps(): number {
    return this.#step;
  }

  get applied(): number {
    return this.#work.applied;
  }

  get core(): Core {
    return this.#core;
  }

  /** Runs inputs that have no message identity: boot, tick, links, clients. */
  turn(inputs: readonly (Input | Incoming)[]): void {
    assert(!this.#dead, `${this.#nodeId}: a stopped driver got input`);
    for (const input of inputs) {
      if ('kind' in input) this.#run(input, null);
      else this.#receive(input);
    }
    this.#settle();
  }

  /** The host's disk has everything up to `token`. */
  persisted(token: Token): void {
    assert(
      token <= this.#pendingToken && token > this.#durableToken,
      `${this.#nodeId}: persisted ${token} of ${this.#pendingToken}, had ${this.#durableToken}`,
    );
    this.#durableToken = token;
    if (this.#settling) return;
    this.#afterDurable();
    this.#settle();
  }

  /** A failed disk is fatal (protocols.md 0.4): the core is told, and nothing leaves any more. */
  persistFailed(token: Token, error: string): void {
    this.#run({ kind: 'persist-failed', token, error }, null);
    this.#writeJournal();
    this.#dead = true;
  }

  #receive(incoming: Incoming): void {
    // A chunk that came without its text says nothing.
    if (incoming.msg.image !== undefined && incoming.bulk === null) return;
    this.#lamport = Math.max(this.#lamport, incoming.lamport);
    this.#run(
      { kind: 'recv', from: incoming.from, linkEpoch: incoming.linkEpoch, msg: incoming.msg },
      incoming,
    );
  }

  #run(input: Input, incoming: Incoming | null): void {
    this.#step += 1;
    this.#lamport += 1;
    if (input.kind === 'link-up') this.#linkEpochs.set(input.peer, input.linkEpoch);
    if (input.kind === 'boot') this.#work.open(input.durable.snapshot?.handle ?? null);
    const effects = this.#core.step(input);
    const sends: SentMessage[] = [];
    const trace: TraceEvent[] = [];
    for (const effect of effects) this.#take(effect, incoming, sends, trace);
    if (this.#ports.journal === null) return;
    this.#lines += stepLine({
      n: this.#step,
      us: this.#ports.nowUs(),
      lamport: this.#lamport,
      input,
      incoming,
      effects,
      sends,
      trace,
    });
  }

  #take(
    effect: Effect,
    incoming: Incoming | null,
    sends: SentMessage[],
    trace: TraceEvent[],
  ): void {
    switch (effect.kind) {
      case 'persist':
        assert(effect.token === this.#issuedToken + 1, `${this.#nodeId}: token ${effect.token}`);
        this.#issuedToken = effect.token;
        for (const op of effect.ops) this.#ops.push(op);
        return;
      case 'send':
        this.#takeSend(effect.to, effect.msg, effect.after, sends);
        return;
      case 'apply':
        this.#work.addApply(this.#step, this.#issuedToken, effect);
        return;
      case 'take-snapshot':
        this.#work.addImage('take', this.#step, this.#issuedToken, effect);
        return;
      case 'load-snapshot':
        this.#work.addImage('load', this.#step, this.#issuedToken, effect);
        return;
      case 'read':
        this.#takeRead(effect);
        return;
      case 'done':
        this.#done.push(effect);
        return;
      case 'members':
        this.#ports.members(effect.members);
        return;
      case 'keep-chunk':
        this.#work.keepChunk(effect.handle, effect.chunk, incoming?.bulk ?? null);
        return;
      case 'reply':
        this.#refusals.push(effect);
        return;
      case 'trace':
        trace.push(effect.event);
        this.#ports.trace(effect.event);
        return;
      case 'close-link':
        this.#closings.push(effect);
        return;
      default:
        assertUnreachable(effect, 'effect');
    }
  }

  #takeSend(to: string, msg: Message, after: Token, sends: SentMessage[]): void {
    assert(to !== this.#nodeId, `${this.#nodeId} sends ${msg.type} to itself`);
    const index = sends.length;
    const linkEpoch = this.#linkEpochs.get(to) ?? 0;
    const { images } = this.#ports;
    const bulk = msg.image === undefined ? null : images.get(msg.image.handle, msg.image.chunk);
    const message = { to, step: this.#step, index, lamport: this.#lamport, linkEpoch, msg, bulk };
    sends.push([index, to, msg.type]);
    // The image is gone: as if lost on the way.
    if (msg.image !== undefined && bulk === null) return;
    if (after <= this.#durableToken) this.#ungated.push(message);
    else this.#gated.push({ after, message });
  }

  #takeRead(read: Extract<Effect, { kind: 'read' }>): void {
    if (this.#work.addRead(read)) return;
    const refusal = refuse('busy', 'too many reads wait at this node');
    this.#refusals.push({ kind: 'reply', reqId: read.reqId, refusal });
  }

  /** Carries out what the steps asked for, in the one legal order, until nothing is left to do. */
  #settle(): void {
    const answered = this.#work.answered;
    for (;;) {
      this.#settleEffects();
      this.#lines += this.#work.run(this.#durableToken);
      const told = this.#work.takeInputs();
      if (told.length === 0) break;
      for (const input of told) this.#run(input, null);
    }
    this.#work.answerReads();
    this.#answerOthers();
    this.#writeJournal();
    this.#ports.flush();
    if (this.#work.answered > answered) this.#passages.at('after-reply');
  }

  #settleEffects(): void {
    this.#settling = true;
    for (;;) {
      this.#writeJournal();
      if (this.#journaled < this.#step) this.#passages.at('after-journal');
      this.#journaled = this.#step;
      this.#sendUngated();
      if (!this.#persistPending()) break;
      if (this.#durableToken < this.#pendingToken) break;
      this.#afterDurable();
    }
    this.#settling = false;
  }

  #writeJournal(): void {
    if (this.#lines === '' || this.#ports.journal === null) return;
    this.#ports.journal(this.#lines);
    this.#lines = '';
  }

  #sendUngated(): void {
    const closings = this.#closings;
    this.#closings = [];
    const messages = this.#ungated;
    this.#ungated = [];
    if (messages.length > 0) this.#passages.at('before-send');
    for (const message of messages) this.#ports.send(message);
    for (const link of closings) this.#ports.closeLink(link.peer, link.linkEpoch, link.why);
    if (messages.length > 0) this.#ports.flush();
  }

  /** Hands the turn's operations to the disk as one barrier; false when there are none. */
  #persistPending(): boolean {
    if (this.#issuedToken === this.#pendingToken) return false;
    const ops = this.#ops;
    this.#ops = [];
    this.#pendingToken = this.#issuedToken;
    this.#passages.at('before-persist');
    for (const op of ops) if (op.op === 'snapshot') this.#sealImage(op.snapshot);
    this.#passages.beginBarrier(this.#pendingToken, ops);
    this.#ports.persist(ops, this.#pendingToken);
    return true;
  }

  /** An image is durable before anything on disk refers to it (protocols.md 1.7). */
  #sealImage(snapshot: SnapshotRef): void {
    this.#work.seal(snapshot);
    this.#dropImagesAt = this.#pendingToken;
    this.#passages.at('snapshot-sealed');
  }

  /** Gated sends leave first (their steps are in the journal), then the core hears of it. */
  #afterDurable(): void {
    this.#passages.durable(this.#durableToken);
    this.#sendGated();
    if (this.#dropImagesAt !== null && this.#dropImagesAt <= this.#durableToken) {
      this.#dropImagesAt = null;
      this.#work.dropOldImages();
      this.#passages.at('old-image-dropped');
    }
    this.#run({ kind: 'persisted', token: this.#durableToken }, null);
  }

  #sendGated(): void {
    const waiting: GatedSend[] = [];
    let released = false;
    for (const send of this.#gated) {
      if (send.after > this.#durableToken) {
        waiting.push(send);
        continue;
      }
      this.#ports.send(send.message);
      released = true;
    }
    this.#gated = waiting;
    if (!released) return;
    this.#ports.flush();
    this.#passages.at('after-send');
  }

  #answerOthers(): void {
    const refusals = this.#refusals;
    const done = this.#done;
    this.#refusals = [];
    this.#done = [];
    for (const { reqId, refusal } of refusals) this.#ports.reply(reqId, { ok: false, refusal });
    const pos = this.#work.applied;
    for (const { reqId, result } of done) this.#ports.reply(reqId, { ok: true, result, pos });
  }
}
