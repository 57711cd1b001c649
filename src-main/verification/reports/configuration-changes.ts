/**
 * Commands of the operator: when what they asked for was decided, when it was in force, how long
 * clients had to wait meanwhile (protocols.md 8.2, reconfiguration and hand-over).
 */
import type { ChangeReport } from '../../contract/report.ts';
import type { AdminRecord } from '../../vocabulary/admin.ts';
import type { Position } from '../../vocabulary/ids.ts';
import type { TraceEvent } from '../../vocabulary/trace.ts';
import type { CommitPaths } from './commit-paths.ts';
import { lengthOf, type SuccessGaps } from './success-gaps.ts';

interface ConfigTimes {
  /** When a node first went by it, alone or beside the one before. */
  readonly toldUs: number;
  /** When a node first went by it alone. */
  aloneUs: number | null;
}

/** Of a run; each command makes two at most. */
const CONFIGS_MAX = 10_000;

export class ConfigurationChanges {
  readonly #configs = new Map<Position, ConfigTimes>();

  handleConfig(us: number, event: Extract<TraceEvent, { kind: 'config' }>): void {
    if (event.pos === 0 || this.#configs.size >= CONFIGS_MAX) return;
    const alone = event.votersOld === null;
    const known = this.#configs.get(event.pos);
    if (known === undefined) {
      this.#configs.set(event.pos, { toldUs: us, aloneUs: alone ? us : null });
    } else if (alone) known.aloneUs ??= us;
  }

  reports(
    commands: readonly AdminRecord[],
    commits: CommitPaths,
    gaps: SuccessGaps,
    endUs: number,
  ): ChangeReport[] {
    return commands.map((command) => {
      const { label, startUs, endUs: doneUs, ok, outcome } = command;
      const { decidedUs, effectiveUs } = this.#timesOf(command, commits, endUs);
      const gap = gaps.longestIn({ fromUs: startUs, toUs: doneUs ?? endUs });
      const since = (us: number | null): number | null =>
        us === null ? null : (us - startUs) / 1_000;
      return {
        ...{ label, ok, outcome, startMs: startUs / 1_000 },
        endMs: doneUs === null ? null : doneUs / 1_000,
        decidedMs: since(decidedUs),
        effectiveMs: since(effectiveUs),
        gapMs: gap === null ? null : lengthOf(gap) / 1_000,
      };
    });
  }

  /** Of the last configuration that came of it: a joint one is a step on the way. */
  #timesOf({ startUs, endUs: doneUs }: AdminRecord, commits: CommitPaths, endUs: number) {
    const last = [...this.#configs]
      .filter(([, { toldUs }]) => toldUs >= startUs && toldUs <= (doneUs ?? endUs))
      .sort(([a], [b]) => a - b)
      .at(-1);
    if (last === undefined) return { decidedUs: null, effectiveUs: null };
    const [pos, { aloneUs }] = last;
    const decidedUs = commits.committedAt(pos);
    if (decidedUs === null || aloneUs === null) return { decidedUs, effectiveUs: null };
    return { decidedUs, effectiveUs: commits.firstEffectFrom(Math.max(decidedUs, aloneUs)) };
  }
}
