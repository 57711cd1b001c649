/** The order in which nodes stand on the screen: by number, n10 after n9. */
import type { NodeId } from '../../src-main/contract/words.ts';

export function byNumber(a: NodeId, b: NodeId): number {
  return Number(a.slice(1)) - Number(b.slice(1));
}
