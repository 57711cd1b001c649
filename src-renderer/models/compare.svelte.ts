/** Several runs side by side: their figures, and what happened in each over time. */
import type { ViewEvent } from '../../src-main/contract/events.ts';
import type { Run } from '../../src-main/contract/model.ts';
import { isDownFault, type FaultRecord, type NodeId } from '../../src-main/contract/words.ts';
import type { LabClient } from '../connection/client.ts';
import { emptyHistory, recordHistory, type ClusterHistory } from '../timeline/history.ts';
import { compareRuns } from './comparison.ts';
import { nodeIdsOf } from './playback.svelte.ts';

const PAGE = 20_000;
/** An overview of a comparison needs no more; the rest is said to be left out. */
const PAGES_MAX = 50;

export interface ComparedRun {
  readonly run: Run;
  readonly history: ClusterHistory;
  readonly complete: boolean;
}

export class Comparison {
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  error = $state('');
  compared = $state.raw<readonly ComparedRun[]>([]);
  readonly rows = $derived(compareRuns(this.compared.map((entry) => entry.run)));
  readonly #client: LabClient;
  #ticket = 0;

  constructor(client: LabClient) {
    this.#client = client;
  }

  async load(ids: readonly number[]): Promise<void> {
    const ticket = (this.#ticket += 1);
    this.state = 'loading';
    try {
      const { runs } = await this.#client.call('runs.compare', { runs: [...ids].slice(0, 8) });
      if (ticket !== this.#ticket) return;
      this.compared = runs.map((run) => emptyEntry(run));
      this.state = 'ready';
      await Promise.all(runs.map((run) => this.#loadHistory(run, ticket)));
    } catch (error) {
      if (ticket !== this.#ticket) return;
      this.state = 'failed';
      this.error = error instanceof Error ? error.message : String(error);
    }
  }

  get complete(): boolean {
    return this.compared.every((entry) => entry.complete);
  }

  /** Shows each page as it comes: a long run is not waited for. */
  async #loadHistory(run: Run, ticket: number): Promise<void> {
    const history = emptyHistory(nodeIdsOf(run));
    let fromUs: number | null = 0;
    for (let page = 0; page < PAGES_MAX && fromUs !== null; page += 1) {
      const answer: { events: ViewEvent[]; nextUs: number | null } = await this.#client.call(
        'runs.events',
        {
          run: run.id,
          fromUs,
          toUs: Number.MAX_SAFE_INTEGER,
          limit: PAGE,
          withoutMessages: true,
        },
      );
      for (const event of answer.events) recordHistory(history, event);
      fromUs = answer.nextUs;
      if (ticket !== this.#ticket) return;
      const entry = { run, history, complete: fromUs === null || page + 1 === PAGES_MAX };
      this.compared = this.compared.map((other) => (other.run.id === run.id ? entry : other));
    }
  }
}

/** When the first fault of a run began; runs are aligned on it. */
export function firstFaultUs(history: ClusterHistory): number | null {
  const first = history.faults[0];
  return first === undefined ? null : first.startUs;
}

/**
 * Elections that no fault explains: neither the first one, nor one after a fault that hit the
 * leader, nor one after a node that was away came back and may have unseated the leader, nor one
 * that a command of the operator may have asked for.
 */
export function uncausedElections({ run, history }: ComparedRun): number {
  const elections = run.metrics?.elections ?? 0;
  let causes = 1;
  for (const fault of history.faults) {
    if (touches(fault, leaderAt(history, fault.startUs))) causes += 1;
    if (!isDownFault(fault.spec) && fault.endUs !== null && fault.endUs < history.endUs)
      causes += 1;
  }
  for (const { spec } of history.commands) if (spec.do !== 'snapshot') causes += 1;
  return Math.max(0, elections - causes);
}

function leaderAt(history: ClusterHistory, us: number): NodeId | null {
  let leader: NodeId | null = null;
  for (const leadership of history.leaders) {
    if (leadership.us > us) break;
    leader = leadership.node;
  }
  return leader;
}

function touches(fault: FaultRecord, node: NodeId | null): boolean {
  if ('node' in fault.spec) return fault.spec.node === node;
  return fault.spec.links.some((link) => link.from === node || link.to === node);
}

function emptyEntry(run: Run): ComparedRun {
  return { run, history: emptyHistory(nodeIdsOf(run)), complete: false };
}
