/**
 * Pieces of HTML that cannot be broken by what they show: everything that is put into a template is
 * escaped unless it is such a piece itself. Names, labels and messages come out of recordings.
 */

export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = Markup | string | number | readonly Markup[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let text = parts[0] ?? '';
  for (const [i, value] of values.entries()) text += textOf(value) + (parts[i + 1] ?? '');
  return new Markup(text);
}

export const NOTHING = new Markup('');

/** A remark; nothing for an empty one. */
export function hint(text: string): Markup {
  return text === '' ? NOTHING : html`<p class="hint">${text}</p>`;
}

function textOf(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  if (typeof value === 'string') return escapeText(value);
  return value.map(({ text }) => text).join('');
}

export function escapeText(text: string): string {
  return text.replace(/[&<>"'\p{Cc}]/gu, (sign) => ESCAPES[sign] ?? controlText(sign));
}

/** Control characters but tab and newline are no HTML at all. */
function controlText(sign: string): string {
  return sign === '\n' || sign === '\t' ? sign : '\ufffd';
}
