/** The log table as cells: rows are nodes, columns are the newest positions of the cluster. */
import type { ClusterView } from '../../src-main/contract/cluster-view.ts';
import type { NodeView } from '../../src-main/contract/node-view.ts';
import { isCommitted, lastPosition, runAt } from '../../src-main/contract/node-log.ts';
import { eraLabel, type NodeId } from '../../src-main/contract/words.ts';
import { eraColour, type EraColour } from '../theme/palette.svelte.ts';

/** Width of what stands before the first column: the node, its snapshot, what is out of sight. */
export const LOG_LEFT = 74;

export type CellLook = 'committed' | 'uncommitted' | 'memory' | 'hole';

export interface LogCell {
  readonly pos: number;
  readonly column: number;
  readonly look: CellLook;
  readonly era: EraColour;
  readonly text: string;
  readonly noop: boolean;
  /** A configuration that some node goes by stands here. */
  readonly config: boolean;
}

/** The part of a row that only its snapshot has. */
export interface SnapshotBlock {
  /** Its newest position. */
  readonly to: number;
  /** Columns it covers from the first one on; 0: it ends before what is in sight. */
  readonly columns: number;
}

export interface LogRow {
  readonly id: NodeId;
  readonly leads: boolean;
  readonly dim: boolean;
  readonly hatched: boolean;
  readonly cells: readonly LogCell[];
  readonly snapshot: SnapshotBlock | null;
  /** Positions before the first drawn column that are in the log. */
  readonly hidden: number;
  readonly applied: number;
  /** Column after the newest position that was applied, null when it is out of sight. */
  readonly appliedColumn: number | null;
  /** Said instead of cells when the row ends before the first column or is far behind. */
  readonly remark: string;
}

export interface LogTable {
  readonly from: number;
  readonly to: number;
  readonly columns: number;
  readonly ticks: readonly { readonly column: number; readonly pos: number }[];
  readonly rows: readonly LogRow[];
}

/** A row for each of `ids`. Columns end at the newest position of any node; a short log begins at
 *  the left. */
export function layoutLog(view: ClusterView, ids: readonly NodeId[], columns: number): LogTable {
  let newest = 0;
  for (const id of ids) newest = Math.max(newest, lastOf(nodeOf(view, id)));
  const to = Math.max(newest, columns);
  const from = to - columns + 1;
  const ticks = [];
  for (let pos = Math.ceil(from / 5) * 5; pos <= to; pos += 5) {
    ticks.push({ column: pos - from, pos });
  }
  const window = { from, to, newest, configs: configPositions(view) };
  const rows = ids.map((id) => layoutRow(nodeOf(view, id), window));
  return { from, to, columns, ticks, rows };
}

interface Window {
  readonly from: number;
  readonly to: number;
  readonly newest: number;
  readonly configs: ReadonlySet<number>;
}

function layoutRow(node: NodeView, { from, to, newest, configs }: Window): LogRow {
  const last = lastOf(node);
  const snapshot = snapshotBlock(node, from, to);
  const cells: LogCell[] = [];
  for (let pos = from + (snapshot?.columns ?? 0); pos <= Math.min(to, last); pos += 1) {
    const cell = layoutCell(node, pos, pos - from, configs.has(pos));
    if (cell !== null) cells.push(cell);
  }
  const drawn = cells.length + (snapshot?.columns ?? 0);
  return {
    id: node.id,
    leads: node.state === 'up' && node.role === 'leader',
    dim: node.state !== 'up',
    hatched: node.paused,
    cells,
    snapshot,
    hidden: Math.max(0, Math.min(last, from - 1) - (snapshot?.to ?? 0)),
    applied: node.applied,
    appliedColumn: node.applied >= from && node.applied <= to ? node.applied - from : null,
    remark: remarkOf(node, last, newest, drawn),
  };
}

/** What was dropped from the log because the snapshot has it. */
function snapshotBlock(node: NodeView, from: number, to: number): SnapshotBlock | null {
  if (node.snapshot === 0) return null;
  const end = Math.min(node.snapshot, (node.log[0]?.from ?? Infinity) - 1);
  if (end <= 0) return null;
  return { to: end, columns: Math.max(0, Math.min(end, to) - from + 1) };
}

function configPositions(view: ClusterView): ReadonlySet<number> {
  return new Set(view.nodeIds.flatMap((id) => view.nodes[id]?.config?.pos ?? []));
}

/** The newest position a node has, in its log or in its snapshot. */
function lastOf(node: NodeView): number {
  return Math.max(lastPosition(node.log), node.snapshot);
}

function layoutCell(node: NodeView, pos: number, column: number, config: boolean): LogCell | null {
  const run = runAt(node.log, pos);
  if (run === null) {
    // Before the first run that is kept nothing is known; between runs there is a hole.
    const first = node.log[0];
    if (first === undefined || pos < first.from) return null;
    return { pos, column, look: 'hole', era: 0, text: '', noop: false, config: false };
  }
  const look = isCommitted(node.committed, pos)
    ? 'committed'
    : pos <= node.durable
      ? 'uncommitted'
      : 'memory';
  return {
    pos,
    column,
    look,
    era: eraColour(run.era.number),
    text: eraLabel(run.era),
    noop: run.noop,
    config,
  };
}

function remarkOf(node: NodeView, last: number, newest: number, drawn: number): string {
  const behind = newest - last;
  if (node.state === 'starting') return 'starting';
  if (last === 0) return newest === 0 ? 'empty' : `empty, ${newest} behind`;
  if (drawn === 0) return `ends at ${last}, ${behind} behind`;
  return node.state === 'down' ? 'on disk' : '';
}

function nodeOf(view: ClusterView, id: NodeId): NodeView {
  return view.nodes[id] as NodeView;
}
