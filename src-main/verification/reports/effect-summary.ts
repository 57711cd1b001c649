/** What a fault did, in a sentence. */
import type { FaultReport } from '../../contract/report.ts';
import { momentText, spanText } from './figure-text.ts';

/** What a sentence needs beside the report itself. */
interface Context {
  /** Live voters ceased to follow one leader. */
  readonly healthLost: boolean;
  /** The leader at its start led for as long as it was on. */
  readonly leaderStayed: boolean;
  /** Of quiet time. */
  readonly usual: { readonly gapUs: number; readonly latencyP50Ms: number | null };
}

export function effectSummary(report: FaultReport, context: Context): string {
  const { healthLost, leaderStayed, usual } = context;
  const { struckMs } = report;
  const sentences = [
    struckMs === null ? '' : `It struck at ${momentText(struckMs)}.`,
    leaderText(report, leaderStayed),
    healthText(report, healthLost),
    clientText(report, usual.gapUs),
    slowText(report, usual.latencyP50Ms),
  ];
  return sentences.filter((sentence) => sentence !== '').join(' ');
}

function leaderText(report: FaultReport, leaderStayed: boolean): string {
  const { leader, newLeader, detectedMs, electedMs, readyMs } = report;
  if (newLeader !== null && electedMs !== null) {
    const ready = readyMs === null ? ', never ready' : `, ready after ${spanText(readyMs)}`;
    const era = `${newLeader.node} leads era ${newLeader.era}`;
    return `${era}, chosen after ${spanText(electedMs)}${ready}.`;
  }
  if (detectedMs !== null) {
    const sought = `A node sought leadership after ${spanText(detectedMs)}`;
    if (leader === null) return `${sought}; nobody came to lead.`;
    return leaderStayed ? `${sought}; ${leader.node} went on leading.` : `${sought}.`;
  }
  if (leader === null) return 'Nobody led when it began.';
  if (leaderStayed) return `No election: ${leader.node} went on leading.`;
  return `That ${leader.node} ceased to lead is not put down to it.`;
}

function healthText({ healthyMs }: FaultReport, healthLost: boolean): string {
  if (!healthLost) return '';
  if (healthyMs === null) return 'Not all live voters accepted one leader again.';
  return `All live voters accepted one leader after ${spanText(healthyMs)}.`;
}

function clientText(report: FaultReport, usualGapUs: number): string {
  const { id, effect, outageMs, outageOpen, outageOf, failed, unknown } = report;
  if (outageOf !== null && outageOf !== id) {
    const gap = `That no commit was answered for ${spanText(outageMs)}`;
    return lostText(failed, unknown, `${gap} is put down to #${outageOf}.`);
  }
  if (outageMs === null) return lostText(failed, unknown, 'No commit was answered.');
  if (outageOpen) return lostText(failed, unknown, 'No commit was answered any more.');
  if (effect === 'outage') {
    return lostText(failed, unknown, `No commit was answered for ${spanText(outageMs)}.`);
  }
  const gaps = `longest gap ${spanText(outageMs)}, usual up to ${spanText(usualGapUs / 1_000)}`;
  if (effect === 'slower') return `No outage (${gaps}).`;
  return `Clients noticed nothing (${gaps}).`;
}

function slowText({ latencyP50Ms, effect }: FaultReport, usualMs: number | null): string {
  if (effect !== 'slower') return '';
  const usual = usualMs === null ? '' : `, usual ${spanText(usualMs)}`;
  return `Clients waited longer: p50 ${spanText(latencyP50Ms)}${usual}.`;
}

function lostText(failed: number, unknown: number, text: string): string {
  if (failed + unknown === 0) return `${text} No operation failed.`;
  return `${text} ${failed} failed, ${unknown} of unknown outcome.`;
}
