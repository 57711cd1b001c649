/**
 * Messages as marks that move along links. Real messages between processes of one machine take
 * tenths of a millisecond, too short to be seen, so a mark takes at least `minUs` of run time; one
 * that really takes longer is drawn as long as it takes. Bounded, and thinned per link and kind.
 */
import type { ViewEvent } from '../../src-main/contract/events.ts';
import type { MessageKind, NodeId } from '../../src-main/contract/words.ts';

interface Track {
  readonly id: string;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly type: string;
  readonly mk: MessageKind;
  readonly sentUs: number;
  endUs: number | null;
  dropped: boolean;
}

/** `progress`: 0 at the sender, 1 at the receiver. A dropped one stops on its way and fades. */
export interface MessageMark {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly type: string;
  readonly mk: MessageKind;
  readonly progress: number;
  readonly dropped: boolean;
  /** 1 is new, 0 is gone. */
  readonly strength: number;
}

const TRACKS_MAX = 600;
const DROP_AT = 0.45;
/** A message of unknown end is drawn on its way this long, then waits before the receiver. */
const WAIT_AT = 0.82;
/** Then it fades: how many more spans of a usual mark that takes. */
const WAIT_SPANS = 2;

export class MessageMarks {
  #tracks = new Map<string, Track>();
  #lastByLane = new Map<string, number>();

  /** `thinUs`: at most one mark per link and kind in this time; 0 keeps all. */
  observe(event: ViewEvent, thinUs: number): void {
    if (event.k === 'send') return this.#observeSend(event, thinUs);
    if (event.k !== 'recv' && event.k !== 'drop') return;
    const track = this.#tracks.get(event.id);
    if (track !== undefined) {
      track.endUs = event.us;
      track.dropped = event.k === 'drop';
    }
  }

  clear(): void {
    this.#tracks.clear();
    this.#lastByLane.clear();
  }

  /** Marks at `us`, oldest first. */
  visible(us: number, minUs: number): MessageMark[] {
    const marks: MessageMark[] = [];
    for (const track of this.#tracks.values()) {
      const mark = markAt(track, us, minUs);
      if (mark !== null) marks.push(mark);
    }
    return marks;
  }

  /** Forgets what ended more than `keepUs` before `us`. */
  prune(us: number, keepUs: number): void {
    for (const [id, track] of this.#tracks) {
      if ((track.endUs ?? track.sentUs + 4_000_000) < us - keepUs) this.#tracks.delete(id);
    }
  }

  #observeSend(event: Extract<ViewEvent, { k: 'send' }>, thinUs: number): void {
    if (thinUs > 0) {
      const lane = `${event.node} ${event.to} ${event.mk}`;
      const last = this.#lastByLane.get(lane);
      if (last !== undefined && event.us - last < thinUs && event.us >= last) return;
      this.#lastByLane.set(lane, event.us);
    }
    this.#tracks.set(event.id, {
      id: event.id,
      from: event.node,
      to: event.to,
      type: event.type,
      mk: event.mk,
      sentUs: event.us,
      endUs: null,
      dropped: false,
    });
    if (this.#tracks.size > TRACKS_MAX) {
      const oldest = this.#tracks.keys().next().value;
      if (oldest !== undefined) this.#tracks.delete(oldest);
    }
  }
}

function markAt(track: Track, us: number, minUs: number): MessageMark | null {
  if (us < track.sentUs) return null;
  const { from, to, type, mk } = track;
  const age = us - track.sentUs;
  if (track.dropped) {
    const travelUs = minUs * DROP_AT;
    const shownUs = travelUs + minUs;
    if (age > shownUs) return null;
    const progress = Math.min(1, age / travelUs) * DROP_AT;
    const strength = age < travelUs ? 1 : 1 - (age - travelUs) / minUs;
    return { from, to, type, mk, progress, dropped: age >= travelUs, strength };
  }
  if (track.endUs === null || track.endUs > us) {
    const known = track.endUs === null ? null : Math.max(minUs, track.endUs - track.sentUs);
    const progress = known === null ? Math.min(WAIT_AT, age / minUs) : Math.min(1, age / known);
    const strength = known === null ? 1 - (age - minUs) / (WAIT_SPANS * minUs) : 1;
    if (strength <= 0) return null;
    return { from, to, type, mk, progress, dropped: false, strength: Math.min(1, strength) };
  }
  const progress = age / Math.max(minUs, track.endUs - track.sentUs);
  return progress > 1 ? null : { from, to, type, mk, progress, dropped: false, strength: 1 };
}
