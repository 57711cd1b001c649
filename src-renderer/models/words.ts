/** Names as people write them. */
import type { Run } from '../../src-main/contract/model.ts';
import type { ProtocolName } from '../../src-main/contract/words.ts';

const TITLES: Readonly<Record<ProtocolName, string>> = { paxos: 'Paxos', raft: 'Raft', zab: 'ZAB' };

export function protocolTitle(protocol: ProtocolName): string {
  return TITLES[protocol];
}

/** What was run: a scenario, or what somebody did by hand. */
export function runTitle(run: Run): string {
  return run.scenario ?? run.name.replace(/^(paxos|raft|zab) /, '');
}

export interface VerdictWords {
  readonly kind: 'ok' | 'violated' | 'unknown' | 'plain';
  readonly text: string;
}

/** How a run came out: status first, because an unfinished run has no verdict to trust. */
export function verdictOf(run: Run): VerdictWords {
  if (run.status === 'running') return { kind: 'plain', text: 'running' };
  if (run.verdict === 'invalid') {
    const count = run.violations.length;
    return { kind: 'violated', text: `${count} ${count === 1 ? 'rule' : 'rules'} broken` };
  }
  if (run.status === 'failed') return { kind: 'unknown', text: 'failed' };
  if (run.status === 'incomplete') return { kind: 'unknown', text: 'incomplete' };
  if (run.verdict === 'valid') return { kind: 'ok', text: 'rules hold' };
  return { kind: 'unknown', text: 'unknown' };
}

/** `20 Nov, 21:34:05`, in the reader's own time zone. */
export function formatWhen(iso: string): string {
  return new Date(iso).toLocaleString(undefined, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}
