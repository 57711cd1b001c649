/** Faults, elections and commands of each run, one row each. */
import type { FaultReport, RunReport } from '../../../contract/report.ts';
import { countText, momentText, spanText } from '../figure-text.ts';
import { colourOf } from './fault-strip.ts';
import { hint, html, NOTHING, type Markup } from './markup.ts';
import { phaseBars } from './phase-bars.ts';
import { runTitle } from './titles.ts';

/** Rows of one table; the JSON of the report has all. */
const ROWS_MAX = 400;

export function faultSection(reports: readonly RunReport[]): Markup {
  const isAny = reports.some(({ faults }) => faults.length > 0);
  return html`<section>
    <h2>Faults and what came of them</h2>
    ${isAny ? NOTHING : html`<p>No fault was injected.</p>`} ${phaseBars(reports)}
    ${reports.map((report) => runTables(report, reports.length > 1))}
  </section>`;
}

function runTables(report: RunReport, isNamed: boolean): Markup {
  const { faults, elections, changes } = report;
  if (faults.length + elections.length + changes.length === 0) return NOTHING;
  return html`${isNamed ? html`<h3>${runTitle(report)}</h3>` : NOTHING}
  ${faults.length === 0 ? NOTHING : faultTable(faults)} ${changeTable(changes)}
  ${electionTable(elections)}`;
}

function faultTable(faults: readonly FaultReport[]): Markup {
  const hidden = faults.length - ROWS_MAX;
  return html`<div class="wide">
      <table class="faults">
        <thead>
          <tr>
            <th>fault</th>
            <th class="n">at</th>
            <th class="n">for</th>
            <th>led then</th>
            <th class="n">detected</th>
            <th class="n">chosen</th>
            <th class="n">ready</th>
            <th class="n">first commit</th>
            <th class="n">all accept</th>
            <th class="n">failed rounds</th>
            <th class="n">longest gap</th>
            <th class="n">p50 meanwhile</th>
            <th class="n">failed</th>
            <th class="n">unknown</th>
          </tr>
        </thead>
        <tbody>
          ${faults.slice(0, ROWS_MAX).map(faultRow)}
        </tbody>
      </table>
    </div>
    ${hint(hidden > 0 ? `${hidden} more: qlab report --json has them.` : '')}`;
}

function faultRow(fault: FaultReport): Markup {
  const { id, label, origin, startMs, endMs, outcome, leader, effect } = fault;
  const ended = endMs === null ? 'to the end' : spanText(endMs - startMs);
  const led = leader === null ? 'nobody' : `${leader.node} · ${leader.era}`;
  const asked = `asked for by ${origin}; ${outcome ?? 'never undone'}`;
  const cell = (text: string): Markup => html`<td class="n">${text}</td>`;
  return html`<tr class="head is-${effect}">
      <td><i class="number" style="--hue:${colourOf(fault)}">${id}</i> <b>${label}</b></td>
      ${cell(momentText(startMs))} ${cell(ended)}
      <td>${led}</td>
      ${cell(spanText(fault.detectedMs))} ${cell(spanText(fault.electedMs))}
      ${cell(spanText(fault.readyMs))} ${cell(spanText(fault.firstCommitMs))}
      ${cell(spanText(fault.healthyMs))}
      ${cell(fault.failedRounds === null ? '-' : countText(fault.failedRounds))}
      <td class="n ${effect === 'outage' ? 'hurt' : ''}">${spanText(fault.outageMs)}</td>
      <td class="n ${effect === 'slower' ? 'hurt' : ''}">${spanText(fault.latencyP50Ms)}</td>
      ${cell(countText(fault.failed))} ${cell(countText(fault.unknown))}
    </tr>
    <tr class="story">
      <td colspan="14">
        <div>${fault.summary} <span class="mute">${asked}</span></div>
      </td>
    </tr>`;
}

function changeTable(changes: RunReport['changes']): Markup {
  if (changes.length === 0) return NOTHING;
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          <th>command</th>
          <th class="n">at</th>
          <th class="n">took</th>
          <th class="n">decided after</th>
          <th class="n">in force after</th>
          <th class="n">longest gap</th>
          <th>what came of it</th>
        </tr>
      </thead>
      <tbody>
        ${changes.slice(0, ROWS_MAX).map((change) => {
          const { label, startMs, endMs, decidedMs, effectiveMs, gapMs, ok, outcome } = change;
          const state = ok === null ? 'under way' : ok ? '' : 'not done';
          return html`<tr>
            <td><b>${label}</b></td>
            <td class="n">${momentText(startMs)}</td>
            <td class="n">${endMs === null ? '-' : spanText(endMs - startMs)}</td>
            <td class="n">${spanText(decidedMs)}</td>
            <td class="n">${spanText(effectiveMs)}</td>
            <td class="n">${spanText(gapMs)}</td>
            <td><b>${state}</b> ${outcome ?? ''}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

function electionTable(elections: RunReport['elections']): Markup {
  if (elections.length === 0) return NOTHING;
  return html`<div class="wide">
    <table>
      <thead>
        <tr>
          <th>other changes of leader</th>
          <th class="n">at</th>
          <th class="n">ready after</th>
          <th>cause</th>
        </tr>
      </thead>
      <tbody>
        ${elections.slice(0, ROWS_MAX).map(({ leader, atMs, readyMs, cause }) => {
          return html`<tr>
            <td><b>${leader.node} · ${leader.era}</b></td>
            <td class="n">${momentText(atMs)}</td>
            <td class="n">${readyMs === null ? 'never' : spanText(readyMs - atMs)}</td>
            <td>${cause}</td>
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}
