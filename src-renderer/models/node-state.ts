/** What is done to the disk of a node, read from the faults that are on. */
import type { ClusterView } from '../../src-main/contract/cluster-view.ts';
import type { FaultKindName, FaultSpec, NodeId } from '../../src-main/contract/words.ts';

/** Its disk completes no write. */
export function isDiskHeld(view: ClusterView, id: NodeId): boolean {
  return view.faults.some(({ spec }) => spec.kind === 'hold-disk' && spec.node === id);
}

/** Its disk is lost, and it was not started since. */
export function isWiped(view: ClusterView, id: NodeId): boolean {
  return view.faults.some(({ spec }) => spec.kind === 'wipe' && spec.node === id);
}

/** What a disc shows by its form already: no process, a process that hangs. */
const SHOWN_KINDS: ReadonlySet<FaultKindName> = new Set(['kill', 'stop', 'power-cut', 'pause']);

/** Kinds of faults that are on for a node and that its state does not tell, each once. */
export function faultsOf(view: ClusterView, id: NodeId): FaultKindName[] {
  const kinds = view.faults.flatMap(({ spec }) =>
    'node' in spec && spec.node === id && !SHOWN_KINDS.has(spec.kind) ? [spec.kind] : [],
  );
  return [...new Set(kinds)];
}

/** Nothing more gets on its disk: it can promise nothing that counts. */
export function cannotWrite(view: ClusterView, id: NodeId): boolean {
  return view.faults.some(
    ({ spec }) => (spec.kind === 'hold-disk' || spec.kind === 'full-disk') && spec.node === id,
  );
}

const STARTING_KINDS: ReadonlySet<string> = new Set([
  'kill',
  'stop',
  'power-cut',
  'crash-at',
  'corrupt',
]);

/** Whether undoing the fault starts this node, when it is down. */
export function startsWhenUndone(spec: FaultSpec, id: NodeId): boolean {
  return 'node' in spec && spec.node === id && STARTING_KINDS.has(spec.kind);
}
