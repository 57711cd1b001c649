/**
 * The report of one recorded run (protocols.md 8, docs/REPORTS.md). Feed lines and lab events in
 * the order of time, the client history in any, then ask once.
 */
import type { Run } from '../../contract/model.ts';
import type { ViewEvent } from '../../contract/events.ts';
import type { RunReport } from '../../contract/report.ts';
import { protocolDefinition } from '../../protocols/index.ts';
import { isDownFault, isRefused, type FaultRecord } from '../../vocabulary/fault.ts';
import type { StepHeader } from '../../vocabulary/journal.ts';
import type { Timing } from '../../vocabulary/timing.ts';
import type { OperationRecord, Workload } from '../../vocabulary/workload.ts';
import { ClientOutcomes } from './client-outcomes.ts';
import { CommitPaths } from './commit-paths.ts';
import { ConfigurationChanges } from './configuration-changes.ts';
import { FaultEffects } from './fault-effects.ts';
import { LabRecord } from './lab-record.ts';
import { Leaderships } from './leaderships.ts';
import { MessageCosts } from './message-costs.ts';
import { Lives, type Life, type RecordedLine } from './recorded-lines.ts';
import { runNotices } from './run-notices.ts';
import { without, type Span } from './spans.ts';
import { lengthOf } from './success-gaps.ts';
import { tenureReports } from './tenure-reports.ts';

/** What was known of a run when it began. */
export interface RunSettings {
  readonly members: readonly { readonly nodeId: string }[];
  readonly timing: Timing;
  readonly options: { readonly [name: string]: unknown };
  readonly workload: Workload;
  readonly labVersion: string;
  readonly host: RunReport['configuration']['host'];
}

/** Warm-up: this long after the first answer, but not more than a tenth of the run. */
const WARM_UP_US = 1_000_000;
const WARM_UP_SHARE = 0.1;
/** A gap of so many intervals of the workload is usual, whatever was measured. */
const GAP_INTERVALS = 5;
/** What is usual where neither quiet time nor a rate says so. */
const NO_RATE_GAP_US = 1_000_000;

export class RunReportBuilder {
  readonly #run: Run;
  readonly #settings: RunSettings;
  readonly #endUs: number;
  readonly #lives = new Lives();
  readonly #leaderships: Leaderships;
  readonly #commits = new CommitPaths();
  readonly #costs: MessageCosts;
  readonly #clients: ClientOutcomes;
  readonly #changes = new ConfigurationChanges();
  readonly #record = new LabRecord();

  constructor(run: Run, settings: RunSettings) {
    this.#run = run;
    this.#settings = settings;
    this.#endUs = Math.max(1, run.durationMs * 1_000);
    this.#leaderships = new Leaderships(settings.members.map(({ nodeId }) => nodeId));
    this.#costs = new MessageCosts(this.#endUs, protocolDefinition(run.protocol).messageKinds);
    this.#clients = new ClientOutcomes(this.#endUs);
  }

  handleLine({ node, incarnation, header, inputText }: RecordedLine): void {
    const life = this.#lives.of(node, incarnation);
    if (header.k === 's') this.#handleStep(life, header, inputText);
    else if (header.k === 'a') {
      const effects = this.#commits.handleApply(life, header);
      if (effects > 0) this.#costs.handleEffects(header.us, effects);
    } else if (header.k === 'l') this.#commits.handleLoad(life, header.pos);
  }

  /** What the lab says of anything else is no part of a report. */
  handleLabEvent(event: ViewEvent): void {
    const { us } = event;
    if (event.k === 'fault') this.#handleFault(event.fault);
    else if (event.k === 'admin') this.#record.handleCommand(event.record);
    else if (event.k === 'down') {
      this.#record.handleDown(us, event.node);
      this.#leaderships.handleDown(event.node, us, event.how);
    } else if (event.k === 'pause') this.#leaderships.handlePause(event.node, us, true);
    else if (event.k === 'resume') this.#leaderships.handlePause(event.node, us, false);
  }

  handleOperation(operation: OperationRecord): void {
    this.#clients.handleOperation(operation);
  }

  finish(): RunReport {
    this.#leaderships.finish(this.#endUs);
    this.#clients.finish();
    const effects = this.#effects();
    const quiet = this.#quietTime(effects.disturbed());
    const usualGapUs = this.#longestGapWithin(quiet);
    const latencyP50Ms = this.#clients.medianLatencyIn(quiet);
    const client = this.#clients.report();
    const { gaps } = this.#clients;
    const longest = gaps.longestIn({ fromUs: 0, toUs: this.#endUs });
    return {
      ...this.#identity(),
      ...client,
      notices: runNotices(this.#run, client.outcomes),
      usualGapMs: inMs(usualGapUs),
      usualLatencyP50Ms: latencyP50Ms,
      longestGapMs: inMs(longest === null ? null : lengthOf(longest)),
      commitLatency: this.#commits.commitLatency(),
      visibility: this.#commits.visibility(),
      faults: effects.reports({ gapUs: this.#usualGapUs(usualGapUs), latencyP50Ms }),
      elections: effects.elections(),
      tenures: tenureReports(this.#leaderships.tenures, this.#endUs),
      changes: this.#changes.reports(this.#record.commands, this.#commits, gaps, this.#endUs),
      ...this.#costFigures(quiet, client.reads),
    };
  }

  #handleStep(life: Life, header: StepHeader, inputText: string | null): void {
    const { us } = header;
    if (header.input === 'boot') this.#leaderships.handleBoot(life, us);
    this.#leaderships.handleLine(life, us);
    this.#costs.handleStep(life, header, inputText);
    this.#commits.handleStep(life, header, this.#senderOf(header));
    if (header.trace === undefined) return;
    for (const event of header.trace) {
      if (event.kind === 'role') {
        this.#leaderships.handleRole(life, us, event, header.input === 'boot');
      } else if (event.kind === 'config') {
        this.#leaderships.handleConfig(us, event);
        this.#changes.handleConfig(us, event);
      }
    }
  }

  /** A message's number is `node:life:step:index`. */
  #senderOf({ recv }: StepHeader): { life: Life; step: number } | null {
    if (recv === undefined) return null;
    const [node, incarnation, step] = recv[0].split(':');
    if (node === undefined || incarnation === undefined || step === undefined) return null;
    return { life: this.#lives.of(node, Number(incarnation)), step: Number(step) };
  }

  #handleFault(fault: FaultRecord): void {
    this.#record.handleFault(fault);
    if (!isDownFault(fault.spec) || !('node' in fault.spec)) return;
    const { node } = fault.spec;
    if (fault.endUs === null) this.#leaderships.handleKilled(node, fault.startUs);
    else if (isRefused(fault)) this.#leaderships.handleSpared(node, fault.startUs);
  }

  #effects(): FaultEffects {
    const found = {
      leaderships: this.#leaderships,
      commits: this.#commits,
      clients: this.#clients,
      endUs: this.#endUs,
    };
    return new FaultEffects(found, this.#record.faults, this.#record.commands);
  }

  /** After the warm-up, before the last answer, without faults, commands and what came of them. */
  #quietTime(disturbed: readonly Span[]): Span[] {
    const { firstUs, lastUs } = this.#clients.gaps;
    if (firstUs === null || lastUs === null) return [];
    const warmUpUs = Math.min(WARM_UP_US, this.#endUs * WARM_UP_SHARE);
    const commands = this.#record.commands.map(({ startUs, endUs }) => {
      return { fromUs: startUs, toUs: endUs ?? this.#endUs };
    });
    const whole = { fromUs: firstUs + warmUpUs, toUs: lastUs };
    return without(whole, [...disturbed, ...commands, ...this.#unhealthy()]);
  }

  #unhealthy(): Span[] {
    const { health } = this.#leaderships;
    return health.flatMap(({ us, healthy }, i) =>
      healthy ? [] : [{ fromUs: us, toUs: health[i + 1]?.us ?? this.#endUs }],
    );
  }

  #longestGapWithin(spans: readonly Span[]): number | null {
    const gaps = spans.map((span) => this.#clients.gaps.longestWithin(span));
    const lengths = gaps.filter((gap) => gap !== null).map(lengthOf);
    return lengths.length === 0 ? null : Math.max(...lengths);
  }

  /** Also what chance alone makes of arrivals: a short quiet time may have missed it. */
  #usualGapUs(measuredUs: number | null): number {
    const { ratePerSecond } = this.#settings.workload;
    const byChance = ratePerSecond > 0 ? (GAP_INTERVALS * 1e6) / ratePerSecond : 0;
    return Math.max(measuredUs ?? 0, byChance) || NO_RATE_GAP_US;
  }

  #costFigures(quiet: readonly Span[], reads: RunReport['reads']) {
    const whole = this.#costs.whole(this.#endUs);
    const inQuiet = this.#costs.over(quiet);
    const steady = inQuiet.operations === 0 ? null : inQuiet;
    const roundTrips = this.#commits.roundTrips();
    const commits = roundTrips.reduce((sum, one) => sum + one.commits, 0);
    const trips = roundTrips.reduce((sum, one) => sum + one.commits * one.roundTrips, 0);
    const asked = reads.reduce((sum, { outcomes }) => sum + outcomes.ok, 0);
    const { metrics } = this.#run;
    return {
      steady,
      whole,
      counted: {
        messages: metrics?.messages ?? 0,
        bytes: metrics?.bytes ?? 0,
        syncs: metrics?.syncs ?? 0,
      },
      amplification: this.#amplification(steady),
      batch: this.#commits.batch(),
      roundTrips,
      roundTripsPerCommit: commits === 0 ? null : trips / commits,
      messagesPerRead: asked === 0 ? null : whole.messages.read / asked,
    };
  }

  #amplification(steady: RunReport['steady']): number | null {
    const { payloadLength } = this.#clients;
    if (steady === null || payloadLength === null) return null;
    const bytes = Object.values(steady.bytes).reduce((sum, one) => sum + one, 0);
    return bytes / steady.operations / payloadLength;
  }

  #identity() {
    const run = this.#run;
    const { timing, members, options, workload, labVersion, host } = this.#settings;
    const { tickMs, heartbeatTicks, electionTicksMin, electionTicksMax } = timing;
    const electionTimeoutMs: [number, number] = [
      (electionTicksMin + 1) * tickMs,
      electionTicksMax * tickMs,
    ];
    return {
      ...{ runId: run.id, name: run.name, scenario: run.scenario, protocol: run.protocol },
      ...{ nodes: run.nodes, seed: run.seed, mutants: run.mutants, startedAt: run.startedAt },
      ...{ durationMs: run.durationMs, status: run.status, verdict: run.verdict },
      ...{ violations: run.violations, events: run.events },
      configuration: {
        members: members.map(({ nodeId }) => nodeId),
        timing: { tickMs, heartbeatMs: heartbeatTicks * tickMs, electionTimeoutMs },
        options: { ...options },
        workload: { ...workload },
        host,
        labVersion,
      },
    };
  }
}

function inMs(us: number | null): number | null {
  return us === null ? null : us / 1_000;
}
