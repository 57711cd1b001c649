/** The figures of all runs side by side; of several the best in bold. */
import type { RunReport } from '../../../contract/report.ts';
import { bestRuns, FIGURE_ROWS, figureCell, type FigureRow } from '../figure-rows.ts';
import { html, type Markup } from './markup.ts';
import { runTitle } from './titles.ts';

/** Width of a table's titles, and of each column. */
const TITLE_PX = 230;
const COLUMN_PX = 96;

export function figureSection(reports: readonly RunReport[]): Markup {
  const shown = FIGURE_ROWS.filter((row) => reports.some((report) => row.value(report) !== null));
  const groups = [...new Set(shown.map(({ group }) => group))];
  const tables = groups.map((group) =>
    groupTable(
      group,
      shown.filter((row) => row.group === group),
      reports,
    ),
  );
  return html`<section>
    <h2>Figures</h2>
    <div class="tiles" style="--tile:${TITLE_PX + reports.length * COLUMN_PX}px">${tables}</div>
  </section>`;
}

function groupTable(
  group: string,
  rows: readonly FigureRow[],
  reports: readonly RunReport[],
): Markup {
  return html`<div class="wide">
    <table class="figures">
      <thead>
        <tr>
          <th class="group">${group}</th>
          ${reports.map((report) => html`<th class="n">${runTitle(report)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map((row) => figureRow(row, reports))}
      </tbody>
    </table>
  </div>`;
}

function figureRow(row: FigureRow, reports: readonly RunReport[]): Markup {
  const best = bestRuns(row, reports);
  const cells = reports.map((report) => {
    const text = figureCell(row, report);
    return html`<td class="n">${best.has(report) ? html`<b>${text}</b>` : text}</td>`;
  });
  return html`<tr>
    <td>${row.title}</td>
    ${cells}
  </tr>`;
}
