/** What must hold for every protocol at every step: X1 and X8 of protocols.md 7.1. */
import { digestHex, type Digest } from '../../../src-main/protocols/kernel/digest.ts';
import { eraLabel } from '../../../src-main/vocabulary/era.ts';
import type { NodeId, Position } from '../../../src-main/vocabulary/ids.ts';
import type { TraceEvent } from '../../../src-main/vocabulary/trace.ts';

export class AgreementChecks {
  readonly #digests = new Map<Position, { readonly node: NodeId; readonly hex: string }>();
  readonly #leaders = new Map<string, string>();

  /** X1: all nodes, in all lives, apply the same at the same position. */
  applied(node: NodeId, pos: Position, digest: Digest): string | null {
    const hex = digestHex(digest);
    const first = this.#digests.get(pos);
    if (first === undefined) this.#digests.set(pos, { node, hex });
    if (first === undefined || first.hex === hex) return null;
    return `X1: ${node} applied at ${pos} something else than ${first.node}`;
  }

  /** X8: one leader per era; another life of the same node counts as another leader. */
  role(node: NodeId, life: number, event: TraceEvent & { kind: 'role' }): string | null {
    if (event.role !== 'leader' || !event.ready) return null;
    const era = eraLabel(event.era);
    const leader = `${node} in life ${life}`;
    const first = this.#leaders.get(era) ?? leader;
    this.#leaders.set(era, first);
    return first === leader ? null : `X8: ${leader} leads era ${era}, as did ${first}`;
  }
}
