/**
 * FIFO sessions between two nodes over a network that may lose, repeat, reorder and cut
 * (protocols.md 0.6): what ZAB stands on. Shared by the process host and the simulator.
 *
 * A session is a pair of epochs, one chosen by each end. Inside it messages are numbered; the end
 * that sees a gap closes it, and nothing of a closed session is delivered any more. As on a real
 * connection the sender of a lost message is not told. The node with the smaller id opens sessions,
 * the other only answers, so two nodes never open against each other:
 *
 *   opener  -- syn(a) -->        answerer
 *           <-- ack(b, a) --
 *           -- sure(a, b) -->    (or the first data of the session)
 *
 * Either end that gets a frame of a session it does not have answers `rst`, so that a half-open
 * session ends as soon as it is used. An answerer without a session asks for one now and then: an
 * opener that has nothing to send would else keep its half of a dead session for ever. A one-way
 * cut leaves it half-open until a timer of the protocol gives up: exactly what the protocols must
 * be able to live with.
 */

/** A frame between two endpoints; `mine` and `yours` are epochs as the sender sees them. */
export type SessionFrame =
  | { readonly t: 'syn' | 'ask'; readonly mine: number }
  | { readonly t: 'ack' | 'sure' | 'rst'; readonly mine: number; readonly yours: number }
  | {
      readonly t: 'data';
      readonly mine: number;
      readonly yours: number;
      readonly seq: number;
    };

export interface SessionPorts {
  /** Puts a control frame on the network; it may get lost. */
  sendFrame(frame: SessionFrame): void;
  up(linkEpoch: number): void;
  down(linkEpoch: number, why: string): void;
}

/** An opener tries again after this many ticks without an answer. */
const RETRY_TICKS = 5;
/** Pause of an opener after a session closed, so that two ends do not spin. */
const REOPEN_TICKS = 2;

type State = 'closed' | 'opening' | 'answered' | 'open';

/** One end of a session as plain data. */
export interface SavedSession {
  readonly state: State;
  readonly mine: number;
  readonly theirs: number;
  readonly sendSeq: number;
  readonly recvSeq: number;
  readonly waitTicks: number;
}

export class SessionLink {
  readonly #ports: SessionPorts;
  readonly #opens: boolean;
  #state: State = 'closed';
  #mine: number;
  #theirs = 0;
  #sendSeq = 0;
  #recvSeq = 0;
  #waitTicks = 0;

  /**
   * @param opens whether this end opens sessions (its node id is the smaller one).
   * @param incarnation keeps epochs of different lives apart.
   */
  constructor(opens: boolean, incarnation: number, ports: SessionPorts) {
    this.#opens = opens;
    this.#ports = ports;
    this.#mine = incarnation * 1_000_000;
  }

  save(): SavedSession {
    return {
      state: this.#state,
      mine: this.#mine,
      theirs: this.#theirs,
      sendSeq: this.#sendSeq,
      recvSeq: this.#recvSeq,
      waitTicks: this.#waitTicks,
    };
  }

  /** Goes on where `save` left off; tells nobody. */
  restore(saved: SavedSession): void {
    this.#state = saved.state;
    this.#mine = saved.mine;
    this.#theirs = saved.theirs;
    this.#sendSeq = saved.sendSeq;
    this.#recvSeq = saved.recvSeq;
    this.#waitTicks = saved.waitTicks;
  }

  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get linkEpoch(): number {
    return this.#mine;
  }

  /**
   * Number of a message about to be sent, or null when the session it was meant for is not open:
   * an answer that waited for the disk must not slip into the next session.
   */
  stamp(linkEpoch: number): Extract<SessionFrame, { t: 'data' }> | null {
    if (this.#state !== 'open' || linkEpoch !== this.#mine) return null;
    this.#sendSeq += 1;
    return { t: 'data', mine: this.#mine, yours: this.#theirs, seq: this.#sendSeq };
  }

  /** Time passes; drives the retries of the opener and the answerer. */
  tick(ticks: number): void {
    if (this.#state === 'open') return;
    this.#waitTicks -= ticks;
    if (this.#waitTicks > 0) return;
    this.#waitTicks = RETRY_TICKS;
    if (this.#state === 'answered') this.#sendControl('ack');
    else if (this.#opens) this.#open();
    else this.#ports.sendFrame({ t: 'ask', mine: this.#mine });
  }

  #open(): void {
    if (this.#state !== 'opening') {
      this.#mine += 1;
      this.#state = 'opening';
    }
    this.#ports.sendFrame({ t: 'syn', mine: this.#mine });
  }

  #sendControl(t: 'ack' | 'sure' | 'rst'): void {
    this.#ports.sendFrame({ t, mine: this.#mine, yours: this.#theirs });
  }

  /**
   * A frame arrived. @returns true when it is a message of the open session, next in order, and is
   * to be delivered under `linkEpoch`.
   */
  receive(frame: SessionFrame): boolean {
    switch (frame.t) {
      case 'syn':
        this.#handleSyn(frame.mine);
        return false;
      case 'ask':
        this.#handleAsk(frame.mine);
        return false;
      case 'ack':
        this.#handleAck(frame.mine, frame.yours);
        return false;
      case 'sure':
        if (this.#answeredTo(frame)) this.#becomeOpen();
        return false;
      case 'rst':
        if (this.#matches(frame)) this.#becomeClosed('reset by the peer', false);
        return false;
      case 'data':
        return this.#handleData(frame);
    }
  }

  #handleSyn(theirs: number): void {
    if (this.#opens) return;
    const repeated = this.#theirs === theirs && this.#state !== 'closed';
    if (!repeated) {
      // The opener knows of no session, so ours is dead.
      if (this.#state === 'open') this.#becomeClosed('the peer opened a new one', false);
      this.#mine += 1;
      this.#theirs = theirs;
      this.#state = 'answered';
      this.#waitTicks = RETRY_TICKS;
    }
    this.#sendControl('ack');
  }

  /** The answerer had no session when its epoch was `theirs`: one of that epoch, or of an earlier
   *  one, is dead. A late frame from before the present session says nothing. */
  #handleAsk(theirs: number): void {
    if (!this.#opens || this.#state !== 'open' || theirs < this.#theirs) return;
    this.#becomeClosed('the peer has no session any more', false);
  }

  #handleAck(theirs: number, mine: number): void {
    if (!this.#opens || mine !== this.#mine) return;
    if (this.#state === 'opening') {
      this.#theirs = theirs;
      this.#becomeOpen();
    }
    if (this.#state === 'open' && theirs === this.#theirs) this.#sendControl('sure');
  }

  #handleData(frame: Extract<SessionFrame, { t: 'data' }>): boolean {
    if (this.#answeredTo(frame)) this.#becomeOpen();
    if (this.#state !== 'open' || !this.#matches(frame)) {
      this.#ports.sendFrame({ t: 'rst', mine: frame.yours, yours: frame.mine });
      return false;
    }
    // A repeated frame is harmless: the session already delivered it.
    if (frame.seq <= this.#recvSeq) return false;
    if (frame.seq !== this.#recvSeq + 1) {
      this.#becomeClosed(`message ${this.#recvSeq + 1} was lost`, true);
      return false;
    }
    this.#recvSeq = frame.seq;
    return true;
  }

  #matches(frame: { readonly mine: number; readonly yours: number }): boolean {
    return frame.yours === this.#mine && frame.mine === this.#theirs;
  }

  #answeredTo(frame: { readonly mine: number; readonly yours: number }): boolean {
    return this.#state === 'answered' && this.#matches(frame);
  }

  #becomeOpen(): void {
    this.#state = 'open';
    this.#sendSeq = 0;
    this.#recvSeq = 0;
    this.#ports.up(this.#mine);
  }

  #becomeClosed(why: string, tellPeer: boolean): void {
    const wasOpen = this.#state === 'open';
    if (tellPeer && wasOpen) this.#sendControl('rst');
    this.#state = 'closed';
    this.#waitTicks = REOPEN_TICKS;
    if (wasOpen) this.#ports.down(this.#mine, why);
  }

  /**
   * Ends the session: the protocol asks for it, the own side dropped a message, or the socket went.
   * @param linkEpoch only if this is still the session; null: whatever it is.
   */
  close(why: string, linkEpoch: number | null = null): void {
    if (linkEpoch !== null && linkEpoch !== this.#mine) return;
    if (this.#state === 'closed') return;
    this.#becomeClosed(why, true);
  }
}
