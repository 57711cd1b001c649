/** Verdicts with the first illegal moment, clients, and the settings that figures depend on. */
import type { RunReport } from '../../../contract/report.ts';
import { countText, momentText, spanText } from '../figure-text.ts';
import { hint, html, NOTHING, type Markup } from './markup.ts';
import { runTitle } from './titles.ts';

export function verdictSection(reports: readonly RunReport[]): Markup {
  return html`<section>
    <h2>Verdicts</h2>
    <div class="tiles">${reports.map((report) => html`<div>${verdictOf(report)}</div>`)}</div>
  </section>`;
}

export function verdictBadge({ verdict }: RunReport): Markup {
  const name = verdict ?? 'unknown';
  const signs = { valid: '✓', invalid: '✕', unknown: '?' } as const;
  return html`<span class="badge ${name}">${signs[name]} ${name}</span>`;
}

function verdictOf(report: RunReport): Markup {
  const { violations, notices, verdict } = report;
  const none =
    verdict === 'valid'
      ? 'Every rule that was checked while recording held.'
      : 'No violation was found, but not everything could be checked.';
  return html`<h3>${runTitle(report)} ${verdictBadge(report)}</h3>
    ${notices.map((notice) => html`<p class="notice">${notice}</p>`)}
    ${violations.length === 0 ? html`<p>${none}</p>` : violationTable(violations)}`;
}

/** One row for each rule that was broken: its first illegal moment, and how often. */
function violationTable(violations: RunReport['violations']): Markup {
  const sorted = [...violations].sort((a, b) => a.us - b.us);
  const checks = [...new Set(sorted.map(({ check }) => check))];
  const rows = checks.map((check) => {
    const found = sorted.filter((one) => one.check === check);
    const { us = 0, node = null, message = '' } = found[0] ?? {};
    return html`<tr>
      <td><b>${check}</b></td>
      <td class="n">${momentText(us / 1_000)}</td>
      <td>${node ?? ''}</td>
      <td>${message}</td>
      <td class="n">${countText(found.length)}</td>
    </tr>`;
  });
  return html`<div class="wide">
    <table class="violations">
      <thead>
        <tr>
          <th>broken</th>
          <th class="n">first illegal moment</th>
          <th>on</th>
          <th>what was seen then</th>
          <th class="n">times</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

export function clientSection(reports: readonly RunReport[]): Markup {
  return html`<section>
    <h2>Clients</h2>
    <div class="tiles">${reports.map((report) => html`<div>${clientTable(report)}</div>`)}</div>
  </section>`;
}

function clientTable(report: RunReport): Markup {
  const { clients, refusals, reads } = report;
  if (clients.length === 0) return html`<p>${runTitle(report)}: no client asked for anything.</p>`;
  const codes = refusals.map(({ code, count }) => `${code} ${countText(count)}`).join(', ');
  const levels = reads.map(({ level, outcomes, latency }) => {
    return `${level}: ${countText(outcomes.ok)} answered, p50 ${spanText(latency.p50Ms)}`;
  });
  return html`<h3>${runTitle(report)}</h3>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th>client</th>
            <th class="n">sessions</th>
            <th class="n">ok</th>
            <th class="n">failed</th>
            <th class="n">unknown</th>
            <th class="n">sent again</th>
            <th class="n">p99</th>
          </tr>
        </thead>
        <tbody>
          ${clients.map(({ client, sessions, outcomes, retried, p99Ms }) => {
            return html`<tr>
              <td>c${client}</td>
              <td class="n">${sessions}</td>
              <td class="n">${countText(outcomes.ok)}</td>
              <td class="n">${countText(outcomes.failed)}</td>
              <td class="n">${countText(outcomes.unknown)}</td>
              <td class="n">${countText(retried)}</td>
              <td class="n">${spanText(p99Ms)}</td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>
    ${hint(codes === '' ? '' : `Not answered because: ${codes}.`)}
    ${hint(levels.length === 0 ? '' : `Reads outside the log, ${levels.join('; ')}.`)}`;
}

export function settingsSection(reports: readonly RunReport[]): Markup {
  const rows = SETTINGS.map(([title, value]) => {
    const cells = reports.map(value);
    const differs = new Set(cells).size > 1;
    return html`<tr class="${differs ? 'differs' : ''}">
      <th>${title}${differs ? html` <i title="not the same in all runs">≠</i>` : NOTHING}</th>
      ${cells.map((cell) => html`<td>${cell}</td>`)}
    </tr>`;
  });
  return html`<section>
    <h2>Settings</h2>
    <div class="wide">
      <table class="settings">
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`;
}

const SETTINGS: readonly (readonly [title: string, value: (report: RunReport) => string])[] = [
  ['run', (r) => String(r.runId)],
  ['scenario', (r) => r.scenario ?? 'none: run by hand'],
  ['protocol', (r) => r.protocol],
  ['nodes', (r) => r.configuration.members.join(' ')],
  ['host', (r) => r.configuration.host],
  ['seed', (r) => String(r.seed)],
  ['recorded', (r) => `${r.startedAt}, ${r.status}, ${countText(r.events)} events`],
  ['length', (r) => spanText(r.durationMs)],
  ['heartbeat', (r) => spanText(r.configuration.timing.heartbeatMs)],
  ['election timeout', (r) => r.configuration.timing.electionTimeoutMs.map(spanText).join(' to ')],
  ['options', (r) => fieldsText(r.configuration.options)],
  ['rules switched off', (r) => (r.mutants.length === 0 ? 'none' : r.mutants.join(', '))],
  [
    'workload',
    ({ configuration: { workload: w } }) => {
      const rate = w.ratePerSecond === 0 ? 'no requests' : `${countText(w.ratePerSecond)} a second`;
      const level = w.readLevel === undefined ? '' : `, reads of level ${w.readLevel}`;
      return `${w.clients} clients, ${rate}, ${w.keys} keys, ${w.valueBytes} B values${level}`;
    },
  ],
  ['mix', (r) => fieldsText(r.configuration.workload.mix)],
  ['lab', (r) => r.configuration.labVersion],
];

function fieldsText(fields: { readonly [name: string]: unknown }): string {
  const parts = Object.entries(fields).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return parts.length === 0 ? 'as built in' : parts.join(', ');
}
