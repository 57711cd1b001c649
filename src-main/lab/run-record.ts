/** The record of one cluster's run: begun, fed and closed; does nothing where nobody records. */
import type { Run } from '../contract/model.ts';
import type { Member, NodeId } from '../vocabulary/ids.ts';
import type { ClusterPlan, ClusterTools } from './cluster-plan.ts';
import type { LabEvent, RunEnd } from './ports.ts';
import type { OperationRecord } from '../vocabulary/workload.ts';

export class RunRecord {
  readonly #plan: ClusterPlan;
  readonly #tools: ClusterTools;
  #runId: number | null = null;
  #groupId: number | null = null;
  /** The run's row on its way; a stop waits for it, so that no run is left without an end. */
  #beginning: Promise<void> | null = null;

  constructor(plan: ClusterPlan, tools: ClusterTools) {
    this.#plan = plan;
    this.#tools = tools;
  }

  /** null: nobody records, or not yet. */
  get runId(): number | null {
    return this.#runId;
  }

  get groupId(): number | null {
    return this.#groupId;
  }

  get isKept(): boolean {
    return this.#tools.recorder !== null;
  }

  begin(groupId: number, members: readonly Member[], directory: string): Promise<void> {
    this.#groupId = groupId;
    this.#beginning = this.#begin(groupId, members, directory);
    return this.#beginning;
  }

  async #begin(groupId: number, members: readonly Member[], directory: string): Promise<void> {
    const { recorder, labVersion } = this.#tools;
    if (recorder === null) return;
    const { id: _, nodes: _nodes, ...plan } = this.#plan;
    const startedAt = new Date().toISOString();
    this.#runId = await recorder.beginRun({
      ...plan,
      groupId,
      members,
      startedAt,
      labVersion,
      directory,
    });
  }

  /** Until its row is there, or cannot be. */
  async begun(): Promise<void> {
    await this.#beginning?.catch(() => undefined);
  }

  event(event: LabEvent): void {
    if (this.#runId !== null) this.#tools.recorder?.recordEvents(this.#runId, [event]);
  }

  /** @param closedUs all that was asked before this moment has been told now */
  operations(operations: readonly OperationRecord[], closedUs: number | null): void {
    if (this.#runId === null) return;
    this.#tools.recorder?.recordOperations(this.#runId, operations, closedUs);
  }

  journal(node: NodeId, incarnation: number, file: string): void {
    if (this.#runId === null) return;
    this.#tools.recorder?.followJournal(this.#runId, node, incarnation, file);
  }

  /** @returns the closed run; null when nothing was recorded or it could not be closed. */
  async end(end: RunEnd): Promise<Run | null> {
    if (this.#runId === null || this.#tools.recorder === null) return null;
    try {
      return await this.#tools.recorder.endRun(this.#runId, end);
    } catch (error) {
      // The files stay: the next start salvages what they hold.
      const why = error instanceof Error ? error.message : String(error);
      this.#tools.notice('error', `the recording of run ${this.#runId} was not closed: ${why}`);
      return null;
    }
  }
}
