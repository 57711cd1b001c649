/** Who led from when to when, with eras numbered in the order in which they were led in. */
import type { TenureReport } from '../../contract/report.ts';
import { eraLabel } from '../../vocabulary/era.ts';
import type { Tenure } from './leaderships.ts';

export function tenureReports(tenures: readonly Tenure[], endUs: number): TenureReport[] {
  const eras = new Map<string, number>();
  return tenures.map(({ node, era, fromUs, readyUs, toUs, ended }) => {
    const label = eraLabel(era);
    const eraNumber = eras.get(label) ?? eras.size + 1;
    eras.set(label, eraNumber);
    return {
      ...{ node, era: label, eraNumber, ended },
      fromMs: fromUs / 1_000,
      readyMs: readyUs === null ? null : readyUs / 1_000,
      toMs: (toUs ?? endUs) / 1_000,
    };
  });
}
