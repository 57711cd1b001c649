/**
 * A report as one HTML file: no script, nothing from elsewhere, readable on paper. It shows one
 * run, or several on the same scales.
 */
import type { RunReport } from '../../../contract/report.ts';
import { countText, spanText } from '../figure-text.ts';
import { costSection } from './cost-section.ts';
import { faultSection } from './fault-tables.ts';
import { figureSection } from './figure-table.ts';
import { html, Markup } from './markup.ts';
import { clientSection, settingsSection, verdictBadge, verdictSection } from './run-details.ts';
import { STYLES } from './styles.ts';
import { timePlots } from './time-plots.ts';
import { pageTitle, runTitle } from './titles.ts';

/** Even a page that was tampered with may fetch nothing. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** @param reports of at least one run */
export function reportPage(reports: readonly RunReport[]): string {
  const title = pageTitle(reports);
  const isBroken = reports.some(({ verdict }) => verdict === 'invalid');
  const verdicts = verdictSection(reports);
  return html`${new Markup('<!doctype html>')}
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}: report</title>
        ${new Markup(`<style>${STYLES}</style>`)}
      </head>
      <body>
        <header>
          <p class="mute">Quorum Lab, report of recorded runs</p>
          <h1>${title}</h1>
          <div class="runs">${reports.map(runCard)}</div>
        </header>
        <main>
          ${isBroken ? verdicts : []} ${timePlots(reports)} ${faultSection(reports)}
          ${costSection(reports)} ${figureSection(reports)} ${isBroken ? [] : verdicts}
          ${clientSection(reports)} ${settingsSection(reports)}
        </main>
        ${FOOTER}
      </body>
    </html> `.text;
}

function runCard(report: RunReport): Markup {
  const { nodes, seed, outcomes, durationMs, longestGapMs, latency, mutants } = report;
  const { host } = report.configuration;
  const off = mutants.map((mutant) => html`<span class="badge invalid">rule off: ${mutant}</span>`);
  const lost = outcomes.failed + outcomes.unknown;
  return html`<div class="card">
    <h2>${runTitle(report)} ${verdictBadge(report)} ${off}</h2>
    <p>${nodes} nodes, ${host}, seed ${seed}, ${spanText(durationMs)}</p>
    <p>
      <b>${countText(outcomes.ok)}</b> answered, <b>${countText(lost)}</b> not; p50
      <b>${spanText(latency.p50Ms)}</b>; longest gap <b>${spanText(longestGapMs)}</b>
    </p>
  </div>`;
}

const FOOTER = html`<footer>
  <p>
    Times of a fault count from its start: <b>detected</b>, the first node that seeks leadership or
    looks for a leader; <b>chosen</b>, a node begins to lead; <b>ready</b>, it can serve;
    <b>first commit</b>, the first operation of a client that takes effect under it;
    <b>all accept</b>, every live voter follows it. <b>Longest gap</b>: the longest time between two
    successful answers that overlaps the fault. <b>Steady time</b>: after the warm-up, without
    faults, commands and what came of them. Bytes are the messages as JSON, without envelopes; a
    sync is a barrier of one node's disk. docs/REPORTS.md of Quorum Lab defines every figure.
  </p>
</footer>`;
