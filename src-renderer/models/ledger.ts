/** The faults of a run as rows of a ledger: the same live and in a recording. */
import { isRefused, REFUSED, type FaultRecord } from '../../src-main/contract/words.ts';

export type LedgerFilter = 'all' | 'on' | 'refused';
export type LedgerState = 'on' | 'over' | 'refused';

/** `title`: empty where there is one cluster only. */
export interface LedgerCluster {
  readonly id: string;
  readonly title: string;
}

export interface LedgerRow {
  readonly key: string;
  readonly fault: FaultRecord;
  readonly state: LedgerState;
  readonly cluster: LedgerCluster;
  readonly lastedUs: number;
  /** How it ended, or why it was refused; empty while it is on. */
  readonly ended: string;
}

/** @param upToUs what is not over counts up to there; what began later is not there yet */
export function ledgerRows(
  faults: readonly FaultRecord[],
  cluster: LedgerCluster,
  upToUs: number,
): LedgerRow[] {
  return faults
    .filter(({ startUs }) => startUs <= upToUs)
    .map((fault) => rowOf(fault, cluster, upToUs));
}

function rowOf(fault: FaultRecord, cluster: LedgerCluster, upToUs: number): LedgerRow {
  const isOver = fault.endUs !== null && fault.endUs <= upToUs;
  const endUs = isOver ? (fault.endUs ?? upToUs) : upToUs;
  return {
    key: `${cluster.id} ${fault.id}`,
    fault,
    state: isRefused(fault) ? 'refused' : isOver ? 'over' : 'on',
    cluster,
    lastedUs: Math.max(0, endUs - fault.startUs),
    ended: isOver ? endedText(fault) : '',
  };
}

function endedText({ outcome }: FaultRecord): string {
  if (outcome === null) return '';
  return outcome.startsWith(REFUSED) ? outcome.slice(REFUSED.length) : outcome;
}

/** Newest first. */
export function filterLedger(rows: readonly LedgerRow[], filter: LedgerFilter): LedgerRow[] {
  return rows
    .filter(({ state }) => filter === 'all' || state === filter)
    .sort((a, b) => b.fault.startUs - a.fault.startUs || b.fault.id - a.fault.id);
}

export function countLedger(rows: readonly LedgerRow[]): Readonly<Record<LedgerFilter, number>> {
  const of = (state: LedgerState): number => rows.filter((row) => row.state === state).length;
  return { all: rows.length, on: of('on'), refused: of('refused') };
}
