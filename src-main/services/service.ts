/**
 * A service: what a replicated state machine does with its commands (protocols.md 4). Pure and
 * deterministic: the same commands at the same positions give the same results and the same digest
 * on every node. Exactly-once is not its business, see sessions.ts.
 */
import type { Digest } from '../protocols/kernel/digest.ts';
import type { Json } from '../vocabulary/json.ts';
import type { Position } from '../vocabulary/ids.ts';

export interface Service {
  /**
   * Carries out one command. Never throws: a malformed command gives `{ error, message }`.
   * @param time service time in ms (protocols.md 4.1), the only time a service may know.
   */
  apply(payload: Json, position: Position, time: number): Json;
  /** What is wrong with the shape of a command, or null: to refuse it before it is replicated. */
  check(payload: Json): string | null;
  /** Whether a well-formed command only looks; then `read` can answer it. */
  isRead(payload: Json): boolean;
  /** Answers such a command as `apply` would, and changes nothing, not even the digest. */
  read(payload: Json): Json;
  /** Digest of the whole state, kept up to date by every command; costs nothing to read. */
  digest(): Digest;
  save(): Json;
  /** Replaces the whole state by a saved one. */
  restore(saved: Json): void;
  /** The whole state as it is now in small records; later commands do not change what it gives.
   *  Their order means nothing. */
  records(): Iterable<Json>;
  /** Back to the empty state, to be filled again by `place`. */
  clear(): void;
  place(record: Json): void;
}
