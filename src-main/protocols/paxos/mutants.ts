/** Rules of Multi-Paxos that can be switched off, to show what each is for. */
import type { Mutant } from '../kernel/core.ts';

export const MUTANTS = [
  {
    name: 'forget-promise',
    breaks: 'the promise is not read back after a restart: two values in one slot (P01, P1)',
  },
  {
    name: 'accept-below-promise',
    breaks: 'an acceptor accepts ballots below its promise: a chosen value is overwritten (P1)',
  },
  {
    name: 'accept-keeps-promise',
    breaks: 'accepting does not raise the promise: a late lower ballot un-chooses a value (P07)',
  },
  {
    name: 'ack-before-sync',
    breaks: 'promises and accepts are answered before they are durable: P02, send after durable',
  },
  {
    name: 'prepare-before-sync',
    breaks: 'Prepare leaves before the own promise is durable: a ballot is used in two lives (P8)',
  },
  {
    name: 'first-report-wins',
    breaks: 'a new leader takes the first reported value, not the highest ballot (P03, P3)',
  },
  {
    name: 'value-by-count',
    breaks: 'a new leader takes the value reported most often, not of the highest ballot (2.13-4)',
  },
  {
    name: 'reported-means-chosen',
    breaks: 'a value reported in phase 1 counts as chosen without phase 2 (P10)',
  },
  {
    name: 'trust-any-ballot',
    breaks: 'commitUpTo marks values of other ballots as chosen: replicas diverge (P5)',
  },
  {
    name: 'blind-takeover',
    breaks: 'a new leader ignores all reports and fills open slots with no-ops (P09, P3)',
  },
  {
    name: 'prepare-at-once',
    breaks: 'a preempted leader prepares again at once: duels without progress (P08, liveness)',
  },
  {
    name: 'no-stickiness',
    breaks: 'acceptors desert a live leader: one cut-off node disturbs all (R34, liveness)',
  },
  {
    name: 'fill-below-floor',
    breaks: 'slots below the floor of a promise count as empty: a chosen value is lost (P15, P3)',
    focus: ['snapshots'],
  },
  {
    name: 'config-at-once',
    breaks: 'the newest configuration counts for all slots, not from slot + alpha on (P12, P5)',
    focus: ['membership'],
  },
  {
    name: 'narrow-phase-1',
    breaks: 'a phase 1 quorum need not meet those of phase 2: two values in one slot (P17)',
  },
  {
    name: 'stop-old-early',
    breaks: 'old members are let go when the change is chosen: slots stay open for ever (2.13-11)',
    focus: ['membership'],
  },
  {
    name: 'read-before-recovered',
    breaks: 'a new leader answers reads before what it took over is chosen: stale reads (R40)',
    focus: ['reads'],
  },
  {
    name: 'quorum-read-chosen-only',
    breaks: 'a quorum read waits for known-chosen slots, not for accepted ones: stale reads (P9)',
    focus: ['reads'],
  },
  {
    name: 'lease-too-long',
    breaks:
      'a leader trusts its lease until it resigns, even when it hands over: stale reads (P18)',
    focus: ['leases', 'transfers'],
  },
] as const satisfies readonly Mutant[];

export type MutantName = (typeof MUTANTS)[number]['name'];
