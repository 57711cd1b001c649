/** The log table as cells: rows are nodes, columns are the newest positions of the cluster. */
import type { ClusterView } from '../../src-main/contract/cluster-view.ts';
import type { NodeView } from '../../src-main/contract/node-view.ts';
import { isCommitted, lastPosition, runAt } from '../../src-main/contract/node-log.ts';
import { eraLabel, type NodeId } from '../../src-main/contract/words.ts';
import { eraColour, type EraColour } from '../theme/palette.svelte.ts';

export type CellLook = 'committed' | 'uncommitted' | 'memory' | 'hole';

export interface LogCell {
  readonly pos: number;
  readonly column: number;
  readonly look: CellLook;
  readonly era: EraColour;
  readonly text: string;
  readonly noop: boolean;
}

export interface LogRow {
  readonly id: NodeId;
  readonly leads: boolean;
  readonly dim: boolean;
  readonly hatched: boolean;
  readonly cells: readonly LogCell[];
  /** Positions before the first drawn column. */
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

/** Columns end at the newest position of any node; a short log begins at the left. */
export function layoutLog(view: ClusterView, columns: number): LogTable {
  let newest = 0;
  for (const id of view.nodeIds) newest = Math.max(newest, lastPosition(nodeOf(view, id).log));
  const to = Math.max(newest, columns);
  const from = to - columns + 1;
  const ticks = [];
  for (let pos = Math.ceil(from / 5) * 5; pos <= to; pos += 5) {
    ticks.push({ column: pos - from, pos });
  }
  const rows = view.nodeIds.map((id) => layoutRow(nodeOf(view, id), from, to, newest));
  return { from, to, columns, ticks, rows };
}

function layoutRow(node: NodeView, from: number, to: number, newest: number): LogRow {
  const last = lastPosition(node.log);
  const cells: LogCell[] = [];
  for (let pos = from; pos <= Math.min(to, last); pos += 1) {
    const cell = layoutCell(node, pos, pos - from);
    if (cell !== null) cells.push(cell);
  }
  return {
    id: node.id,
    leads: node.state === 'up' && node.role === 'leader',
    dim: node.state !== 'up',
    hatched: node.paused,
    cells,
    hidden: Math.max(0, Math.min(last, from - 1)),
    applied: node.applied,
    appliedColumn: node.applied >= from && node.applied <= to ? node.applied - from : null,
    remark: remarkOf(node, last, newest, cells.length),
  };
}

function layoutCell(node: NodeView, pos: number, column: number): LogCell | null {
  const run = runAt(node.log, pos);
  if (run === null) {
    // Before the first run that is kept nothing is known; between runs there is a hole.
    const first = node.log[0];
    if (first === undefined || pos < first.from) return null;
    return { pos, column, look: 'hole', era: 0, text: '', noop: false };
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
