/** What one committed operation cost: messages, bytes and barriers, split by what they were for. */
import type { CostReport, RunReport } from '../../../contract/report.ts';
import { perOperation, totalBytes, totalMessages } from '../figure-rows.ts';
import { countText, ratioText } from '../figure-text.ts';
import { html, NOTHING, type Markup } from './markup.ts';
import { rounded, ticksTo } from './scales.ts';
import { protocolTitle, runTitle } from './titles.ts';

type Kind = keyof CostReport['messages'];

const KINDS: readonly { kind: Kind; title: string }[] = [
  { kind: 'replicate', title: 'replicate' },
  { kind: 'answer', title: 'acknowledge' },
  { kind: 'commit', title: 'commit notice' },
  { kind: 'heartbeat', title: 'heartbeat' },
  { kind: 'read', title: 'read' },
  { kind: 'catch-up', title: 'catch-up' },
  { kind: 'election', title: 'election' },
];
const TICKS = 8;

export function costSection(reports: readonly RunReport[]): Markup {
  const measured = reports.filter(({ steady }) => steady !== null);
  return html`<section>
    <h2>What a committed operation cost</h2>
    ${measured.length === 0 ? NOTHING : messageBars(measured)} ${costTable(reports)}
    ${reports.map(costNote)}
  </section>`;
}

function messageBars(reports: readonly RunReport[]): Markup {
  const totals = reports.map(({ steady }) => perOperation(steady, totalMessages) ?? 0);
  const max = Math.max(1, ...totals) * 1.04;
  const labels = ticksTo(max, TICKS).map((value) => {
    return html`<span style="left:${rounded((value / max) * 100)}%">${rounded(value)}</span>`;
  });
  return html`<h3>Messages between nodes for each operation, in steady time</h3>
    <p class="legend">
      ${KINDS.map(({ kind, title }) => html`<span><i class="key msg-${kind}"></i>${title}</span>`)}
    </p>
    <figure class="plots costs">
      ${reports.map((report) => messageBar(report, max))}
      <div class="row axis">
        <div class="what">messages</div>
        <div class="strip">${labels}</div>
      </div>
    </figure>`;
}

function messageBar(report: RunReport, max: number): Markup {
  const { steady } = report;
  const total = perOperation(steady, totalMessages) ?? 0;
  const parts = KINDS.map(({ kind }) => {
    const share = perOperation(steady, (cost) => cost.messages[kind]) ?? 0;
    const width = `width:${rounded((share / max) * 100)}%`;
    const text = share / max > 0.05 ? ratioText(share) : '';
    return share === 0
      ? NOTHING
      : html`<div class="part msg-${kind}" style="${width}">${text}</div>`;
  });
  return html`<div class="row">
    <div class="what"><b>${protocolTitle(report)}</b> ${report.runId}</div>
    <div class="stack">${parts}<span class="total">${ratioText(total)}</span></div>
  </div>`;
}

/** Each run has two pairs of columns: steady time, and the whole run. */
function costTable(reports: readonly RunReport[]): Markup {
  const costs = reports.flatMap(({ steady, whole }) => [steady, whole]);
  const rows = KINDS.map(({ kind, title }) => {
    const cells = costs.flatMap((cost) => [
      cell(cost, ({ messages }) => messages[kind], true),
      cell(cost, ({ bytes }) => bytes[kind], false),
    ]);
    return html`<tr>
      <td><i class="key msg-${kind}"></i> ${title}</td>
      ${cells}
    </tr>`;
  });
  const sums = costs.flatMap((cost) => [
    cell(cost, totalMessages, true),
    cell(cost, totalBytes, false),
  ]);
  const syncs = costs.flatMap((cost) => [cell(cost, ({ syncs: n }) => n, true), html`<td></td>`]);
  return html`<div class="wide">
    <table class="cost">
      ${costHead(reports)}
      <tbody>
        ${rows}
        <tr class="sum">
          <td>together</td>
          ${sums}
        </tr>
        <tr>
          <td>syncs, all nodes</td>
          ${syncs}
        </tr>
      </tbody>
    </table>
  </div>`;
}

function costHead(reports: readonly RunReport[]): Markup {
  const spans = reports.flatMap(() => ['in steady time', 'in the whole run']);
  return html`<thead>
    <tr>
      <th></th>
      ${reports.map((report) => html`<th class="of run" colspan="4">${runTitle(report)}</th>`)}
    </tr>
    <tr>
      <th></th>
      ${spans.map((name) => html`<th class="of" colspan="2">${name}</th>`)}
    </tr>
    <tr>
      <th>per operation</th>
      ${spans.map(
        () =>
          html`<th class="n edge">messages</th>
            <th class="n">bytes</th>`,
      )}
    </tr>
  </thead>`;
}

function cell(cost: CostReport | null, of: (cost: CostReport) => number, isEdge: boolean): Markup {
  const text = ratioText(perOperation(cost, of));
  return html`<td class="${isEdge ? 'n edge' : 'n'}">${text}</td>`;
}

/** What was measured, how many round trips commits took, and what the nodes themselves counted. */
function costNote(report: RunReport): Markup {
  const { steady, whole, roundTrips } = report;
  const trips = roundTrips.map(({ roundTrips: count, commits }) => {
    return `${countText(commits)} took ${count}`;
  });
  const way = trips.length === 0 ? 'no commit is recorded' : trips.join(', ');
  return html`<p class="mute">
    <b>${runTitle(report)}:</b> ${spanOfCost('steady time', steady)},
    ${spanOfCost('whole run', whole)}; round trips between nodes on the way to commit: ${way}.
    ${countedText(report)}
  </p>`;
}

/** With envelopes and frames, as they left the sockets. */
function countedText({ counted, whole }: RunReport): string {
  if (whole.operations === 0 || counted.bytes === 0) return '';
  const per = (total: number): string => ratioText(total / whole.operations);
  const { messages, bytes, syncs } = counted;
  const sum = `${per(messages)} messages, ${per(bytes)} bytes, ${per(syncs)} syncs`;
  return `The nodes themselves counted, envelopes included, per operation: ${sum}.`;
}

function spanOfCost(name: string, cost: CostReport | null): string {
  if (cost === null) return `${name}: none in which an operation took effect`;
  const seconds = (cost.spanMs / 1_000).toFixed(1);
  return `${name}: ${countText(cost.operations)} operations in ${seconds} s`;
}
