/** How runs are called on a page. */
import type { RunReport } from '../../../contract/report.ts';

const PROTOCOLS: Readonly<Record<RunReport['protocol'], string>> = {
  paxos: 'Paxos',
  raft: 'Raft',
  zab: 'ZAB',
};

/** `Raft, run 7`. */
export function runTitle({ protocol, runId }: RunReport): string {
  return `${PROTOCOLS[protocol]}, run ${runId}`;
}

export function protocolTitle({ protocol }: RunReport): string {
  return PROTOCOLS[protocol];
}

/** The scenario that all runs have in common, else that there are several. */
export function pageTitle(reports: readonly RunReport[]): string {
  const names = new Set(reports.map(({ name }) => name));
  const [first] = reports;
  if (first === undefined || names.size > 1) return 'Several runs';
  return first.name;
}
