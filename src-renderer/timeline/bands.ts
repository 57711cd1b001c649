/** What was done to a cluster from outside, as bands on a time axis: faults and commands. */
import {
  isRefused,
  type AdminRecord,
  type FaultKindName,
  type FaultRecord,
} from '../../src-main/contract/words.ts';
import { FAULT_MARKS, faultInk } from './fault-marks.ts';

/** Height of one lane of bands. */
export const LANE_HEIGHT = 12;

/** What was done to a cluster from outside: a fault, or a command of the operator. */
export type BandKind = FaultKindName | 'command';

export function bandLetter(kind: BandKind): string {
  return kind === 'command' ? 'M' : FAULT_MARKS[kind].letter;
}

/** Its colour: a name of the palette. */
export function bandInk(kind: BandKind): 'fault-command' | ReturnType<typeof faultInk> {
  return kind === 'command' ? 'fault-command' : faultInk(kind);
}

/** What was done, as every row of an axis draws it; the same in several clusters is one band. */
export interface FaultBand {
  readonly kind: BandKind;
  readonly label: string;
  readonly fromUs: number;
  /** null while it is on. */
  readonly toUs: number | null;
  readonly lane: number;
}

const SAME_FAULT_US = 400_000;

type Band = Omit<FaultBand, 'lane'>;

/** What bands are made of. */
export interface Done {
  readonly faults: readonly FaultRecord[];
  readonly commands: readonly AdminRecord[];
}

/** Gives bands that overlap lanes of their own; what has no lane left is counted in the last. */
export function faultBands(done: Done, lanesMax: number): FaultBand[] {
  return clusterFaultBands([{ name: '', ...done }], lanesMax);
}

/** Joins the same deed in several clusters; one that not all of them have names its own. */
export function clusterFaultBands(
  groups: readonly (Done & { readonly name: string })[],
  lanesMax: number,
): FaultBand[] {
  const sorted = groups
    .flatMap((group) => bandsOf(group).map((band) => ({ name: group.name, band })))
    .sort((a, b) => a.band.fromUs - b.band.fromUs);
  const joined: { band: Band; names: string[] }[] = [];
  for (const { name, band } of sorted) {
    const same = joined.find(
      ({ band: known, names }) =>
        known.label === band.label &&
        band.fromUs - known.fromUs < SAME_FAULT_US &&
        !names.includes(name),
    );
    if (same === undefined) {
      joined.push({ band, names: [name] });
    } else {
      same.band = { ...same.band, toUs: laterEnd(same.band.toUs, band.toUs) };
      same.names.push(name);
    }
  }
  const named = joined.map(({ band, names }) =>
    names.length === groups.length ? band : { ...band, label: `${band.label}, ${names.join(' ')}` },
  );
  return assignLanes(named, lanesMax);
}

/** Snapshots that were asked of several nodes at once are one deed. */
function joinSnapshots(commands: readonly AdminRecord[]): AdminRecord[] {
  const joined: AdminRecord[] = [];
  for (const command of commands) {
    const last = joined.at(-1);
    if (last === undefined || !areOneSnapshot(last, command)) {
      joined.push(command);
      continue;
    }
    const node = command.spec.do === 'snapshot' ? command.spec.node : '';
    const endUs = laterEnd(last.endUs, command.endUs);
    joined[joined.length - 1] = { ...last, label: `${last.label} ${node}`, endUs };
  }
  return joined;
}

function areOneSnapshot(a: AdminRecord, b: AdminRecord): boolean {
  const both = a.spec.do === 'snapshot' && b.spec.do === 'snapshot';
  return both && a.ok !== false && b.ok !== false && b.startUs - a.startUs < SAME_FAULT_US;
}

function bandsOf({ faults, commands }: Done): Band[] {
  return [
    ...faults.flatMap((fault) => {
      const { spec, startUs, endUs } = fault;
      const label = fault.origin === 'nemesis' ? `${fault.label} (nemesis)` : fault.label;
      return isRefused(fault) ? [] : [{ kind: spec.kind, label, fromUs: startUs, toUs: endUs }];
    }),
    ...joinSnapshots(commands).map(({ label, startUs, endUs, ok }) => {
      const text = ok === false ? `${label}: refused` : label;
      return { kind: 'command' as const, label: text, fromUs: startUs, toUs: endUs };
    }),
  ];
}

function assignLanes(bands: readonly Band[], lanesMax: number): FaultBand[] {
  const laneEnds: number[] = [];
  const placed: FaultBand[] = [];
  let rest: { band: FaultBand; at: number; count: number } | null = null;
  for (const band of bands) {
    const endUs = band.toUs ?? Infinity;
    let lane = laneEnds.findIndex((end) => end <= band.fromUs);
    if (lane < 0 && laneEnds.length < lanesMax) lane = laneEnds.length;
    if (lane >= 0) {
      laneEnds[lane] = endUs;
      placed.push({ ...band, lane });
      if (lane === lanesMax - 1)
        rest = { band: { ...band, lane }, at: placed.length - 1, count: 1 };
      continue;
    }
    if (rest === null) continue;
    rest.count += 1;
    const toUs = laterEnd(rest.band.toUs, band.toUs);
    rest.band = { ...rest.band, label: `${rest.count} more`, toUs };
    placed[rest.at] = rest.band;
    laneEnds[lanesMax - 1] = toUs ?? Infinity;
  }
  return placed;
}

function laterEnd(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.max(a, b);
}

export function faultLanesHeight(bands: readonly FaultBand[]): number {
  const lanes = bands.reduce((most, band) => Math.max(most, band.lane + 1), 1);
  return lanes * LANE_HEIGHT + 4;
}
