/**
 * The receiving end of a snapshot, chunk by chunk, in order, bound to one sender, one image and one
 * leadership (protocols.md 1.8): anything else begins anew or is no part of it.
 */

export interface Arrival {
  /** Sender, its image, its leadership: what a chunk has to match. */
  readonly key: string;
  /** The image of this host that the chunks become. */
  readonly handle: string;
  readonly chunks: number;
  /** The chunk that is wanted next; `chunks` when all are here. */
  readonly next: number;
}

/** `keep`: the chunk is the wanted one, let the host keep it under `arrival.handle`. */
export interface Taken {
  readonly arrival: Arrival | null;
  readonly keep: boolean;
}

/**
 * @param key see Arrival; `handle` is used when this chunk begins a new arrival.
 * @param chunk number of this chunk, `chunks` how many there are.
 * @returns what is being received from now on; null when nothing is and this is no beginning.
 */
export function takeChunk(
  before: Arrival | null,
  key: string,
  handle: string,
  chunk: number,
  chunks: number,
): Taken {
  const isMine = before !== null && before.key === key && before.chunks === chunks;
  if (isMine && chunk === before.next) {
    return { arrival: { ...before, next: chunk + 1 }, keep: true };
  }
  if (isMine) return { arrival: before, keep: false };
  if (chunk !== 0) return { arrival: before, keep: false };
  return { arrival: { key, handle, chunks, next: 1 }, keep: true };
}

export function hasArrived(arrival: Arrival): boolean {
  return arrival.next === arrival.chunks;
}
