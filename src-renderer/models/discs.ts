/** Node discs and broken links of a view: fresh values on every call, ready to be drawn. */
import type { ClusterView } from '../../src-main/contract/cluster-view.ts';
import type { NodeView } from '../../src-main/contract/node-view.ts';
import { lastPosition } from '../../src-main/contract/node-log.ts';
import { eraLabel, type NodeId } from '../../src-main/contract/words.ts';
import { eraColour } from '../theme/palette.svelte.ts';
import type { BrokenLink, Disc } from '../widgets/topology-layout.ts';
import { isCutOff, largestGroup, linkStates, majorityOf } from './insight.ts';

export function discsOf(view: ClusterView): Disc[] {
  const states = linkStates(view.faults);
  return view.nodeIds.map((id) => {
    const node = view.nodes[id] as NodeView;
    const cutOff = node.state === 'up' && isCutOff(view, states, id);
    const seeks = node.state === 'up' && (node.role === 'candidate' || node.role === 'looking');
    return {
      id,
      eraText: node.era.number === 0 ? '–' : eraLabel(node.era),
      era: eraColour(node.era.number),
      word: wordOf(node),
      state: node.state,
      leads: node.state === 'up' && node.role === 'leader',
      ready: node.ready,
      paused: node.paused,
      cutOff,
      votes: seeks ? (node.tally?.votes.length ?? 0) : null,
      unsynced: node.state === 'up' ? Math.max(0, lastPosition(node.log) - node.durable) : 0,
      summary: summaryOf(node, cutOff),
    };
  });
}

export function brokenLinksOf(view: ClusterView): BrokenLink[] {
  return [...linkStates(view.faults).values()];
}

/** The nodes that can commit together; null when no quorum exists. */
export function quorumOf(view: ClusterView): readonly NodeId[] | null {
  const group = largestGroup(view, linkStates(view.faults));
  return group.length >= majorityOf(view) ? group : null;
}

function wordOf(node: NodeView): string {
  if (node.state === 'down')
    return node.how === 'kill' ? 'killed' : node.how === 'stop' ? 'stopped' : 'crashed';
  return node.paused ? 'paused' : node.word;
}

/** For screen readers: everything the disc shows. */
function summaryOf(node: NodeView, cutOff: boolean): string {
  const parts = [node.id, wordOf(node)];
  if (node.era.number > 0) parts.push(`era ${eraLabel(node.era)}`);
  if (node.paused) parts.push(`was ${node.word}`);
  if (cutOff) parts.push('cut off');
  return parts.join(', ');
}
