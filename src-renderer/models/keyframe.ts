/** Keyframes of recordings, also of those that an older lab wrote. */
import { cloneView, emptyView, type ClusterView } from '../../src-main/contract/cluster-view.ts';

/** What this lab knows beyond the one that wrote the keyframe begins as it does without events. */
export function readKeyframe(keyframe: unknown): ClusterView {
  const kept = cloneView(keyframe as ClusterView);
  const view = { ...emptyView(kept.nodeIds, kept.protocol), ...kept };
  view.sent = { ...emptyView([], kept.protocol).sent, ...kept.sent };
  const empty = emptyView(kept.nodeIds, kept.protocol).nodes;
  for (const id of kept.nodeIds) {
    const [fresh, node] = [empty[id], kept.nodes[id]];
    if (fresh !== undefined && node !== undefined) view.nodes[id] = { ...fresh, ...node };
  }
  return view;
}
