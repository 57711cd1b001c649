/**
 * All traffic between this node and one peer: batches what one turn sends into one frame, applies
 * the fault shim on the way out and deafness on the way in, and, for protocols that need them, runs
 * FIFO sessions over it.
 */
import { assert } from '../../base/assert.ts';
import type { LinkRule } from '../../vocabulary/fault.ts';
import type { DropHeader } from '../../vocabulary/journal.ts';
import type { NodeId } from '../../vocabulary/ids.ts';
import type { Incoming, Outgoing } from '../driver/ports.ts';
import { SessionLink, type SessionFrame } from '../driver/session-link.ts';
import { LinkFilter, type Passing } from '../../faults/link-filter.ts';
import { FaultShim } from './fault-shim.ts';
import type { Freeze } from './freeze.ts';
import { formatMessage } from '../../protocols/kernel/message-text.ts';
import { IpcDialer } from './ipc.ts';
import type { Arrival, ManualInbox } from './manual-inbox.ts';
import type { WireItem } from './wire.ts';

/** Frames are cut after this many messages, and after each that carries entries: the peer can
 *  begin, and no frame grows without end (parsing one of 4 MB blocks it for half a second). */
const FRAME_ITEMS_MAX = 64;
/** A link that is no longer needed is closed after this long, whatever still waits in it. */
const LAST_WORDS_MS_MAX = 2_000;
const LAST_WORDS_POLL_MS = 20;

export interface PeerLinkEvents {
  /** Where what arrives waits in manual mode. */
  readonly inbox: ManualInbox;
  incoming(message: Incoming): void;
  up(peer: NodeId, linkEpoch: number): void;
  down(peer: NodeId, linkEpoch: number): void;
  dropped(
    message: { from: NodeId; to: NodeId; step: number; index: number; type: string },
    incarnation: number,
    why: DropHeader['why'],
  ): void;
  /** A limited fault has met its last message on the way to this peer. */
  spent(fault: number, peer: NodeId): void;
}

export interface PeerLinkOptions {
  readonly self: NodeId;
  readonly incarnation: number;
  readonly peer: NodeId;
  readonly socketDir: string;
  readonly hello: unknown;
  readonly overSessions: boolean;
  /** Whether messages of this type may carry many entries. */
  readonly isBulky: (type: string) => boolean;
  readonly kindOf: (type: string) => string | null;
  readonly seed: number;
  readonly freeze: Freeze;
}

export class PeerLink {
  readonly #options: PeerLinkOptions;
  readonly #events: PeerLinkEvents;
  readonly #dialer: IpcDialer;
  readonly #shim: FaultShim<WireItem>;
  readonly #session: SessionLink | null;
  #batch: WireItem[] = [];
  #deaf = false;
  #frames = 0;
  #peerIncarnation = 0;
  /** Number of the incoming connection, for protocols without sessions. */
  #connectionEpoch = 0;
  #isClosed = false;
  /** Items put on our present connection, and read from the peer's. */
  #sent = 0;
  #read = 0;

  constructor(options: PeerLinkOptions, events: PeerLinkEvents) {
    this.#options = options;
    this.#events = events;
    const { seed, overSessions, kindOf } = options;
    this.#shim = new FaultShim(new LinkFilter(seed, overSessions, kindOf), passingOf, (items) => {
      this.#release(items);
    });
    this.#session = options.overSessions ? this.#makeSession() : null;
    this.#dialer = new IpcDialer(options.socketDir, options.peer, [], {
      connected: () => {
        this.#sent = 0;
        this.#dialer.send('hello', options.hello);
      },
      disconnected: () => this.#socketLost(),
      received: () => undefined,
    });
  }

  #makeSession(): SessionLink {
    const { self, peer, incarnation } = this.#options;
    return new SessionLink(self < peer, incarnation, {
      sendFrame: (frame) => this.#sendControl(frame),
      up: (epoch) => this.#events.up(peer, epoch),
      down: (epoch) => {
        // What still waits belongs to the closed session and must never be delivered.
        for (const item of this.#shim.clear()) this.#noteDrop(item, 'session');
        this.#events.down(peer, epoch);
      },
    });
  }

  get frames(): number {
    return this.#frames;
  }

  get bytes(): number {
    return this.#dialer.bytesWritten;
  }

  /** Of the present connections. */
  get traffic(): { readonly sent: number; readonly read: number } {
    return { sent: this.#sent, read: this.#read };
  }

  setRules(outgoing: readonly LinkRule[], deaf: boolean): void {
    const lost = this.#shim.setRules(outgoing, performance.now());
    for (const item of lost) this.#drop(item, 'cut');
    this.#deaf = deaf;
  }

  tick(ticks: number): void {
    this.#session?.tick(ticks);
    this.flush();
  }

  /** Queues a message for the next flush. */
  send(message: Outgoing): void {
    assert(message.to === this.#options.peer, `${message.to} is not ${this.#options.peer}`);
    const frame = this.#session === null ? null : this.#session.stamp(message.linkEpoch);
    if (this.#session !== null && frame === null) {
      this.#drop([message.step, message.index, 0, message.msg, null, null], 'session');
      return;
    }
    const { step, index, lamport, msg, bulk } = message;
    this.#admit([step, index, lamport, msg, frame, bulk]);
  }

  #sendControl(frame: SessionFrame): void {
    this.#admit([0, 0, 0, null, frame, null]);
  }

  #admit(item: WireItem): void {
    const verdict = this.#shim.admit(item, performance.now());
    if (verdict === 'pass') this.#push(item);
    else if (verdict !== 'wait') this.#drop(item, verdict);
    for (const fault of this.#shim.takeSpent()) this.#events.spent(fault, this.#options.peer);
  }

  #push(item: WireItem): void {
    this.#batch.push(item);
    const isBulky = item[3] !== null && this.#options.isBulky(item[3].type);
    if (isBulky || this.#batch.length >= FRAME_ITEMS_MAX) this.flush();
  }

  #release(items: WireItem[]): void {
    this.#options.freeze.pass(() => {
      for (const item of items) this.#push(item);
      this.flush();
    });
  }

  flush(): void {
    if (this.#batch.length === 0) return;
    const items = this.#batch;
    this.#batch = [];
    if (this.#dialer.send('messages', { items })) {
      this.#frames += 1;
      this.#sent += items.length;
      return;
    }
    const why = this.#dialer.isConnected ? 'overflow' : 'no-link';
    for (const item of items) this.#drop(item, why);
  }

  #drop(item: WireItem, why: DropHeader['why']): void {
    const [, , , msg, session] = item;
    this.#noteDrop(item, why);
    // A hole in the stream: the session cannot go on (protocols.md 0.6). A network that loses a
    // message or is cut tells nobody: the peer closes when it sees the hole, or somebody's timer
    // gives up. Our own full queue or a socket that is gone we do know of.
    const known = why === 'overflow' || why === 'no-link';
    if (known && msg !== null && session !== null) this.#session?.close(`not sent: ${why}`);
  }

  #noteDrop([step, index, , msg]: WireItem, why: DropHeader['why']): void {
    if (msg === null) return;
    const { self, peer, incarnation } = this.#options;
    this.#events.dropped({ from: self, to: peer, step, index, type: msg.type }, incarnation, why);
  }

  /** A message of the peer that is not delivered here. */
  #noteRefused(
    [step, index, , msg]: WireItem,
    why: DropHeader['why'],
    incarnation = this.#peerIncarnation,
  ): void {
    if (msg === null) return;
    const { self, peer } = this.#options;
    const message = { from: peer, to: self, step, index, type: msg.type };
    this.#events.dropped(message, incarnation, why);
  }

  /** The peer dialled us. */
  accept(incarnation: number): void {
    this.#peerIncarnation = incarnation;
    this.#connectionEpoch += 1;
    this.#read = 0;
    if (this.#session !== null) return;
    const epoch = this.#connectionEpoch;
    this.#pass('connection', () => this.#events.up(this.#options.peer, epoch));
  }

  /** The peer's connection to us is gone. */
  lost(): void {
    const epoch = this.#connectionEpoch;
    this.#pass('connection lost', () => {
      if (this.#session === null) this.#events.down(this.#options.peer, epoch);
      else this.#session.close('the peer closed its connection');
    });
  }

  #socketLost(): void {
    this.#sent = 0;
    if (this.#session === null) return;
    this.#pass('connection lost', () => this.#session?.close('the connection to the peer is gone'));
  }

  /** What arrived before comes first, also in manual mode. */
  #pass(type: string, go: () => void): void {
    const from = this.#options.peer;
    const nothing = { drop: () => undefined, again: () => null };
    const arrival = {
      kind: 'link',
      from,
      type,
      text: '',
      bytes: 0,
      deliver: go,
      ...nothing,
    } as const;
    if (!this.#events.inbox.keep(arrival)) go();
  }

  closeSession(linkEpoch: number, why: string): void {
    this.#session?.close(why, linkEpoch);
    this.flush();
  }

  receive(item: WireItem): void {
    this.#read += 1;
    if (this.#deaf) {
      this.#noteRefused(item, 'cut');
      return;
    }
    const { inbox } = this.#events;
    const incarnation = this.#peerIncarnation;
    const epoch = this.#connectionEpoch;
    if (inbox.isOpen && inbox.keep(this.#arrivalOf(item, incarnation, epoch))) return;
    this.#deliver(item, incarnation, epoch);
  }

  #arrivalOf(item: WireItem, incarnation: number, epoch: number): Arrival {
    const [, , , msg, frame, bulk] = item;
    return {
      kind: msg === null ? 'link' : 'message',
      from: this.#options.peer,
      type: msg?.type ?? `session ${frame?.t ?? ''}`,
      text: msg === null ? '' : formatMessage(msg).slice(msg.type.length + 1),
      bytes: msg === null ? 0 : JSON.stringify(msg).length + (bulk?.length ?? 0),
      deliver: () => {
        if (this.#isClosed) this.#noteRefused(item, 'no-link', incarnation);
        else this.#deliver(item, incarnation, epoch);
      },
      drop: (why) => this.#noteRefused(item, why, incarnation),
      again: () => this.#arrivalOf(item, incarnation, epoch),
    };
  }

  /** @param epoch number of the connection it came over, for protocols without sessions. */
  #deliver(item: WireItem, incarnation: number, epoch: number): void {
    const [step, index, lamport, msg, frame, bulk] = item;
    if (this.#session !== null && (frame === null || !this.#session.receive(frame))) {
      this.#noteRefused(item, 'session', incarnation);
      this.flush();
      return;
    }
    if (msg === null) return;
    this.#events.incoming({
      from: this.#options.peer,
      fromIncarnation: incarnation,
      linkEpoch: this.#session?.linkEpoch ?? epoch,
      step,
      index,
      lamport,
      msg,
      bulk,
    });
  }

  /** The peer is none any more: what it was told still leaves, then the link is closed. */
  closeWhenSent(closed: () => void, waitedMs = 0): void {
    if (this.#isClosed) return;
    this.flush();
    const isSent = this.#shim.isEmpty && this.#dialer.isDrained;
    if (isSent || waitedMs >= LAST_WORDS_MS_MAX) {
      this.close();
      closed();
      return;
    }
    const timer = setTimeout(
      () => this.closeWhenSent(closed, waitedMs + LAST_WORDS_POLL_MS),
      LAST_WORDS_POLL_MS,
    );
    timer.unref();
  }

  close(): void {
    this.#isClosed = true;
    this.#shim.clear();
    this.#dialer.close();
  }
}

function passingOf([, , , msg, , bulk]: WireItem): Passing {
  if (msg === null) return { type: null, bytes: () => 0 };
  return { type: msg.type, bytes: () => JSON.stringify(msg).length + (bulk?.length ?? 0) };
}
