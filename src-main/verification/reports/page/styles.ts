/** The look of a report: the dashboard's palette, both themes, and paper. */

const COLOURS = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#e9ecef, #0b0e11); --surface: light-dark(#ffffff, #13171b);
  --surface-2: light-dark(#f5f6f8, #191e23); --line: light-dark(#dfe3e8, #242b32);
  --line-2: light-dark(#c2c9d1, #3a444e); --line-3: light-dark(#8b96a2, #66727e);
  --text: light-dark(#12171c, #e6eaee); --text-2: light-dark(#414b55, #b0bac4);
  --text-3: light-dark(#5a6570, #8d98a4);
  --era-1: light-dark(#5f5a8c, #8d96b4); --era-2: light-dark(#ac5d01, #df9526);
  --era-3: light-dark(#3c72cb, #6fb0fb); --era-4: light-dark(#999939, #b9de78);
  --era-5: light-dark(#5c2986, #a267c8); --era-6: light-dark(#887157, #b9b583);
  --era-7: light-dark(#254f52, #388b62); --era-8: light-dark(#d97693, #f6c9d5);
  --era-1-ink: light-dark(#ffffff, #0b0e11); --era-2-ink: light-dark(#ffffff, #0b0e11);
  --era-3-ink: light-dark(#ffffff, #0b0e11); --era-4-ink: #0b0e11;
  --era-5-ink: light-dark(#ffffff, #0b0e11); --era-6-ink: light-dark(#ffffff, #0b0e11);
  --era-7-ink: light-dark(#ffffff, #0b0e11); --era-8-ink: #0b0e11;
  --fault-down: light-dark(#b01464, #ff6fae); --fault-hang: light-dark(#4353c9, #98a8ff);
  --fault-disk: light-dark(#6f5a22, #cdb376); --fault-clock: light-dark(#04705a, #4fcfae);
  --fault-lost: light-dark(#c4281f, #ff7468); --fault-late: light-dark(#8f5b00, #f0ab45);
  --fault-kill: var(--fault-down); --fault-stop: var(--fault-down);
  --fault-crash-at: var(--fault-down); --fault-power-cut: var(--fault-down);
  --fault-pause: var(--fault-hang); --fault-slow: var(--fault-hang);
  --fault-hold-disk: var(--fault-disk); --fault-slow-disk: var(--fault-disk);
  --fault-full-disk: var(--fault-disk); --fault-io-error: var(--fault-disk);
  --fault-corrupt: var(--fault-disk); --fault-wipe: var(--fault-disk);
  --fault-skew: var(--fault-clock); --fault-jump: var(--fault-clock);
  --fault-cut: var(--fault-lost); --fault-loss: var(--fault-lost); --fault-hold: var(--fault-lost);
  --fault-delay: var(--fault-late); --fault-reorder: var(--fault-late);
  --fault-duplicate: var(--fault-late); --fault-bandwidth: var(--fault-late);
  --fault-other: light-dark(#6a51b8, #b79df5);
  --msg-replicate: light-dark(#24415f, #b9cfe4); --msg-answer: light-dark(#52708d, #8aa6c0);
  --msg-commit: light-dark(#12754a, #56cc93); --msg-election: light-dark(#8a5a00, #ffcf4d);
  --msg-heartbeat: light-dark(#8b96a2, #66727e); --msg-catch-up: light-dark(#8a31ad, #d59cf0);
  --msg-read: light-dark(#0b6f77, #6cd5de);
  --ok: light-dark(#12754a, #56cc93); --violated: light-dark(#c0141c, #ff6b66);
  --unknown: light-dark(#8a5a00, #f2b84b);
  --ui: -apple-system, 'Segoe UI Variable Text', 'Segoe UI', Roboto, 'Noto Sans',
    'Liberation Sans', system-ui, sans-serif;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', 'JetBrains Mono', 'DejaVu Sans Mono', monospace;
}`;

const PAGE = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 13px/1.45 var(--ui); }
header, main, footer { max-width: 1240px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 22px; }
footer { padding-bottom: 40px; color: var(--text-3); font-size: 12px; }
h1 { margin: 0 0 12px; font-size: 24px; font-weight: 650; letter-spacing: -0.01em; }
h2 { margin: 0 0 10px; font-size: 15px; font-weight: 650; }
h3 { margin: 18px 0 6px; font-size: 13px; font-weight: 650; }
p { margin: 4px 0; }
.mute, .hint, .note { color: var(--text-3); }
.hint { font-size: 12px; }
section { margin: 14px 0; padding: 16px 18px; border: 1px solid var(--line);
  background: var(--surface); }
.runs { display: grid; grid-template-columns: repeat(auto-fit, minmax(270px, 1fr)); gap: 10px; }
.card { padding: 12px 14px; border: 1px solid var(--line); background: var(--surface); }
.card h2 { margin: 0 0 4px; }
.card p { color: var(--text-2); }
.badge { display: inline-block; padding: 0 7px; border: 1px solid; border-radius: 3px;
  font-size: 11.5px; font-weight: 600; line-height: 18px; vertical-align: 1px; }
.valid { color: var(--ok); }
.invalid { color: var(--violated); }
.unknown.badge { border-style: dashed; color: var(--unknown); }
.notice { padding-left: 9px; border-left: 3px solid var(--unknown); color: var(--text-2); }`;

const PLOTS = `
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; color: var(--text-2); font-size: 12px; }
.key { display: inline-block; width: 13px; height: 9px; margin-right: 5px; vertical-align: 0; }
.plots { margin: 10px 0 18px; }
.plots h3 { margin-top: 10px; }
.row { display: grid; grid-template-columns: 104px minmax(0, 1fr); margin-bottom: 3px; }
.what { padding-right: 44px; color: var(--text-3); font-size: 11px; line-height: 1.25;
  text-align: left; }
.row .hint { grid-column: 2; }
.strip, .plot { position: relative; min-width: 0; }
.plot svg { display: block; width: 100%; height: 100%; background: var(--surface-2); }
.plot.answers { height: 120px; margin-top: 12px; }
.plot.latency { height: 92px; margin-top: 13px; }
.y { position: absolute; right: calc(100% + 6px); color: var(--text-3);
  font: 10px/1 var(--mono); white-space: nowrap; transform: translateY(-50%); }
svg * { vector-effect: non-scaling-stroke; }
.grid { stroke: var(--line); stroke-width: 1; }
.base { stroke: var(--line-3); stroke-width: 1; }
path.area, .key.area { fill: var(--line-2); stroke: var(--text-2); stroke-width: 1;
  background: var(--line-2); }
.key.area { border-top: 1px solid var(--text-2); }
rect.failed, .key.failed { fill: var(--violated); background: var(--violated); }
rect.unknown { fill: var(--surface); stroke: var(--unknown); stroke-width: 1.5; }
.key.unknown { border: 1.5px solid var(--unknown); }
path.p50, path.p95, path.p99 { fill: none; stroke: var(--text); }
path.p50 { stroke-width: 1.8; }
path.p95 { stroke: var(--text-2); stroke-dasharray: 5 3; }
path.p99 { stroke: var(--text-3); stroke-dasharray: 1.5 2.5; }
.key.p50, .key.p95, .key.p99 { height: 0; vertical-align: 4px; border-top: 2px solid var(--text); }
.key.p95 { border-top: 1.5px dashed var(--text-2); }
.key.p99 { border-top: 2px dotted var(--text-3); }
.shade { opacity: 0.11; }
.since { stroke-width: 1; opacity: 0.75; }
.fault { position: absolute; height: 15px; min-width: 2px; border-left: 1px solid var(--hue);
  background: color-mix(in srgb, var(--hue) 20%, transparent); font-size: 11px; line-height: 15px;
  white-space: nowrap; }
.fault b { display: inline-block; min-width: 15px; padding: 0 3px; background: var(--hue);
  color: var(--surface); font: 600 10px/15px var(--mono); text-align: center; }
.fault span { padding-left: 5px; }
.fault.open { border-right: 2px dashed var(--hue); }
.fault.refused span { text-decoration: line-through; }
.tenure { position: absolute; overflow: hidden; height: 17px; padding-left: 4px;
  font: 600 11px/17px var(--mono); white-space: nowrap; }
.tenure.unready { padding: 0; min-width: 2px;
  background: repeating-linear-gradient(135deg, var(--surface) 0 2px, transparent 2px 5px); }
.silence-mark { position: absolute; top: 13px; height: 7px; min-width: 2px;
  border: solid var(--text);
  border-width: 0 1px; }
.silence-mark::before { position: absolute; top: 3px; left: 0; width: 100%;
  border-top: 1px solid var(--text);
  content: ''; }
.silence-mark span { position: absolute; bottom: 6px; left: 50%; padding: 0 3px;
  background: var(--surface-2);
  font: 600 10.5px/13px var(--mono); white-space: nowrap; transform: translateX(-50%); }
.burst { position: absolute; bottom: calc(100% + 1px); color: var(--text-2);
  font: 10px/11px var(--mono); white-space: nowrap; transform: translateX(-50%); }
.axis { color: var(--text-3); }
.axis .strip { height: 16px; }
.axis span { position: absolute; top: 2px; font: 10px/1.2 var(--mono); white-space: nowrap;
  transform: translateX(-50%); }
.axis span:first-child { transform: none; }
.axis span:last-child { transform: translateX(-100%); }`;

const BARS = `
.phases .row, .costs .row { grid-template-columns: 150px minmax(0, 1fr); margin-bottom: 7px; }
.phases .what, .costs .what { padding-right: 12px; color: var(--text-2); font-size: 11.5px; }
.phases .what span { color: var(--text-3); font-size: 11px; }
.phased { height: 30px; margin-right: 64px; }
.phases .axis .strip { margin-right: 64px; }
.phase { position: absolute; top: 0; overflow: hidden; height: 18px; min-width: 1px;
  padding-left: 5px;
  font-size: 11px; line-height: 18px; white-space: nowrap; }
.detect { background: var(--line-2); color: var(--text); }
.elect { background: var(--line-3); color: var(--surface); }
.recover { background: var(--text-2); color: var(--surface); }
.commit { background: var(--ok); color: var(--surface); }
.silent, .key.silence { border-top: 2px solid var(--violated); }
.key.silence { height: 0; vertical-align: 4px; }
.silent { position: absolute; top: 21px; height: 5px;
  border-right: 1px solid var(--violated);
  border-left: 1px solid var(--violated); }
.total { padding-left: 7px; font: 600 11.5px/18px var(--mono); white-space: nowrap; }
.phased .total { position: absolute; top: 0; }
.quiet { position: absolute; top: 17px; padding-left: 5px; color: var(--violated);
  font: 10px/12px var(--mono); white-space: nowrap; }
.stack { display: flex; align-items: center; }
.part { overflow: hidden; height: 20px; padding-left: 5px; border-right: 1px solid var(--surface);
  color: var(--surface); font: 11px/20px var(--mono); }
.msg-replicate { background: var(--msg-replicate); } .msg-answer { background: var(--msg-answer); }
.msg-commit { background: var(--msg-commit); } .msg-election { background: var(--msg-election); }
.msg-heartbeat { background: var(--msg-heartbeat); } .msg-read { background: var(--msg-read); }
.msg-catch-up { background: var(--msg-catch-up); }`;

const TABLES = `
.wide { overflow-x: auto; margin: 6px 0 10px; }
table { border-collapse: collapse; font-size: 12px; }
th { color: var(--text-3); font-weight: 500; text-align: left; vertical-align: bottom; }
th, td { padding: 4px 12px 4px 0; }
thead th { border-bottom: 1px solid var(--line-2); white-space: nowrap; }
tbody td { border-top: 1px solid var(--line); }
td { vertical-align: top; }
.n { padding-right: 14px; text-align: right; white-space: nowrap; }
.tiles { display: grid;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, var(--tile, 360px)), 1fr));
  gap: 4px 36px; align-items: start; }
.tiles table { width: 100%; }
td.n { font-family: var(--mono); font-variant-numeric: tabular-nums; }
th.group { color: var(--text); font-weight: 650; white-space: normal; }
th.of { padding-left: 14px; border-bottom: 0; border-left: 1px solid var(--line-2); }
th.of.run { color: var(--text); font-weight: 650; }
td.edge, th.edge { border-left: 1px solid var(--line-2); }
tr.sum td { border-top: 1px solid var(--line-3); font-weight: 650; }
.faults { width: 100%; }
.faults td:first-child { white-space: nowrap; }
.faults tr.story td { white-space: normal; }
tr.story td { padding: 0 0 7px 26px; border: 0; color: var(--text-2); }
tr.story div { position: sticky; left: 26px; max-width: calc(100vw - 120px); }
.cost thead tr:not(:last-child) th { border-bottom: 0; }
.hurt { color: var(--violated); font-weight: 650; }
tr.is-none.head td, tr.is-not-applied td { color: var(--text-3); }
.number { display: inline-block; min-width: 16px; margin-right: 4px; padding: 0 3px;
  background: var(--hue); color: var(--surface); font: 600 10px/15px var(--mono);
  text-align: center; }
.violations b { color: var(--violated); }
.settings th, .figures td:first-child, .cost td:first-child { white-space: nowrap; }
.settings th { padding-right: 22px; vertical-align: top; }
.differs th i { color: var(--unknown); font-style: normal; }`;

const PAPER = `
@media (max-width: 900px) {
  header, main, footer { padding: 0 12px; }
  section { padding: 12px; }
  .row { grid-template-columns: 84px minmax(0, 1fr); }
  .n { padding-right: 7px; padding-left: 3px; }
  table { font-size: 11px; }
  thead th, thead th.n, .faults td:first-child { white-space: normal; }
  .faults td:first-child { min-width: 88px; }
  .faults td:nth-child(4) { white-space: nowrap; }
  .phases .row, .costs .row { grid-template-columns: 104px minmax(0, 1fr); }
}
@media print {
  :root { color-scheme: light; --ground: #ffffff; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  section, .card { border: 0; padding: 0; }
  .plots, tr, h2, h3, .card { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .wide { overflow: visible; }
  table { font-size: 9px; }
  th, td { padding: 2px 5px 2px 0; }
  thead th, thead th.n { white-space: normal; }
  .n { padding-left: 2px; padding-right: 4px; }
}`;

export const STYLES = `${COLOURS}${PAGE}${PLOTS}${BARS}${TABLES}${PAPER}\n`;
