/** Node discs and broken links of a view: fresh values on every call, ready to be drawn. */
import type { ClusterView } from '../../src-main/contract/cluster-view.ts';
import type { NodeView } from '../../src-main/contract/node-view.ts';
import { lastPosition } from '../../src-main/contract/node-log.ts';
import { eraLabel, type NodeId } from '../../src-main/contract/words.ts';
import { eraColour } from '../theme/palette.svelte.ts';
import type { BrokenLink, Disc } from '../widgets/topology-layout.ts';
import { isCutOff, largestGroup, linkStates, quorumNow } from './insight.ts';
import { configurationOf, presentIds, standingOf, type Standing } from './membership.ts';
import { faultsOf, isWiped } from './node-state.ts';

export function discsOf(view: ClusterView): Disc[] {
  const states = linkStates(view.faults);
  const config = configurationOf(view);
  return presentIds(view).map((id) => {
    const standing = standingOf(view, id, config);
    const node = view.nodes[id] as NodeView;
    const cutOff = node.state === 'up' && isCutOff(view, states, id);
    const seeks = node.state === 'up' && (node.role === 'candidate' || node.role === 'looking');
    return {
      id,
      eraText: node.era.number === 0 ? '–' : eraLabel(node.era),
      era: eraColour(node.era.number),
      word: isWiped(view, id) ? 'wiped' : wordOf(node, standing),
      standing: standing === 'gone' ? 'outside' : standing,
      state: node.state,
      leads: node.state === 'up' && node.role === 'leader',
      ready: node.ready,
      paused: node.paused,
      cutOff,
      votes: seeks ? (node.tally?.votes.length ?? 0) : null,
      unsynced: node.state === 'up' ? Math.max(0, lastPosition(node.log) - node.durable) : 0,
      faults: faultsOf(view, id),
      summary: [summaryOf(node, standing, cutOff), ...faultsOf(view, id)].join(', '),
    };
  });
}

export function brokenLinksOf(view: ClusterView): BrokenLink[] {
  return [...linkStates(view.faults).values()];
}

/** The nodes that can commit together; null when no quorum exists. */
export function quorumOf(view: ClusterView): readonly NodeId[] | null {
  return quorumNow(view).spare < 0 ? null : largestGroup(view, linkStates(view.faults));
}

const DOWN_WORDS = { kill: 'killed', stop: 'stopped', crash: 'crashed' } as const;

/** The protocol's own word for a role says that a node has no vote; a state of the process does
 *  not, and then it is said as well. */
function wordOf(node: NodeView, standing: Standing): string {
  if (node.state === 'starting') return node.word;
  const state =
    node.state === 'down' ? DOWN_WORDS[node.how ?? 'crash'] : node.paused ? 'paused' : null;
  if (state !== null) return standing === 'learner' ? `${state} learner` : state;
  return standing === 'outside' ? 'outside' : node.word;
}

/** For screen readers: everything the disc shows. */
function summaryOf(node: NodeView, standing: Standing, cutOff: boolean): string {
  const word = wordOf(node, standing);
  const parts = [node.id, word];
  if (standing === 'learner' && !word.includes('learner')) parts.push('learner, no vote');
  if (standing === 'outside') parts.push('in no configuration with the disk it has');
  if (node.era.number > 0) parts.push(`era ${eraLabel(node.era)}`);
  if (node.paused) parts.push(`was ${node.word}`);
  if (cutOff) parts.push('cut off');
  return parts.join(', ');
}
