/** What is done to nodes, of one cluster or of several alike, and what makes sense there. */
import type { ClusterView } from '../../src-main/contract/cluster-view.ts';
import type { NodeFaultKind, NodeId } from '../../src-main/contract/words.ts';
import type { NodeTarget } from './fault-desk.svelte.ts';
import { currentLeader } from './leadership.ts';

/** Down because of it, or in need of a node that is down. */
const NEEDS_DOWN: ReadonlySet<NodeFaultKind> = new Set(['wipe', 'corrupt']);
const NEEDS_UP: ReadonlySet<NodeFaultKind> = new Set([
  'kill',
  'stop',
  'pause',
  'power-cut',
  'hold-disk',
  'jump',
]);

/** In each cluster the node that is meant; a cluster without it is left out. */
export function meantNodes(
  views: readonly ClusterView[],
  target: NodeTarget,
): { readonly view: ClusterView; readonly node: NodeId }[] {
  return views.flatMap((view) => {
    const node = target === 'leader' ? currentLeader(view)?.id : target;
    return node === undefined || view.nodes[node] === undefined ? [] : [{ view, node }];
  });
}

/** In how many of the clusters a fault of this kind is on for the node. */
export function onCount(
  views: readonly ClusterView[],
  target: NodeTarget,
  kind: NodeFaultKind,
): number {
  return meantNodes(views, target).filter(({ view, node }) =>
    view.faults.some(({ spec }) => 'node' in spec && spec.node === node && spec.kind === kind),
  ).length;
}

/** Why the lab would refuse it everywhere, or null. It is asked all the same: see the ledger. */
export function whyRefused(
  views: readonly ClusterView[],
  target: NodeTarget,
  kind: NodeFaultKind,
): string | null {
  const meant = meantNodes(views, target);
  if (meant.length === 0) return 'no such node';
  const up = meant.filter(({ view, node }) => view.nodes[node]?.state === 'up').length;
  if (NEEDS_UP.has(kind) && up === 0) return 'it is down';
  return NEEDS_DOWN.has(kind) && up === meant.length ? 'kill it first' : null;
}

/** One or two words on a node, for a narrow place. */
export function stateWord(view: ClusterView, id: NodeId): string {
  const node = view.nodes[id];
  if (node === undefined) return '';
  if (node.state !== 'up') return node.state === 'down' ? 'down' : 'starts';
  if (node.paused) return 'paused';
  return currentLeader(view)?.id === id ? 'leads' : node.word;
}

/** The same of several clusters: what they agree on, or where the node leads. */
export function sharedStateWord(
  views: readonly { readonly title: string; readonly view: ClusterView }[],
  id: NodeId,
): string {
  const words = views
    .filter(({ view }) => view.nodes[id] !== undefined)
    .map(({ title, view }) => ({ title, word: stateWord(view, id) }));
  const [first] = words;
  if (first === undefined) return '';
  if (words.every(({ word }) => word === first.word)) return first.word;
  return ['leads', 'down', 'paused']
    .flatMap((word) => {
      const titles = words.filter((one) => one.word === word).map(({ title }) => title);
      return titles.length === 0 ? [] : [`${word} ${titles.join(', ')}`];
    })
    .join('; ');
}
