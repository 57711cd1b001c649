/**
 * Theme, and the resolved colours for canvases. Tokens are light-dark() pairs, which a canvas
 * cannot read: a probe element resolves them, again whenever the theme changes.
 */

export type ThemeChoice = 'system' | 'light' | 'dark';

export type ColourName = (typeof COLOUR_NAMES)[number];
export type Palette = Readonly<Record<ColourName, string>>;

const COLOUR_NAMES = [
  'ground',
  'surface',
  'surface-2',
  'surface-3',
  'line',
  'line-2',
  'line-3',
  'text',
  'text-2',
  'text-3',
  'on-ink',
  'focus',
  'era-0',
  'era-0-ink',
  'era-1',
  'era-2',
  'era-3',
  'era-4',
  'era-5',
  'era-6',
  'era-7',
  'era-8',
  'era-1-ink',
  'era-2-ink',
  'era-3-ink',
  'era-4-ink',
  'era-5-ink',
  'era-6-ink',
  'era-7-ink',
  'era-8-ink',
  'fault-down',
  'fault-hang',
  'fault-disk',
  'fault-clock',
  'fault-lost',
  'fault-late',
  'fault-command',
  'msg-replicate',
  'msg-answer',
  'msg-commit',
  'msg-election',
  'msg-heartbeat',
  'msg-catch-up',
  'msg-read',
  'ok',
  'violated',
  'unknown',
] as const;

const STORAGE_KEY = 'quorum-lab-theme';

export class Theme {
  choice = $state<ThemeChoice>('system');
  palette = $state.raw<Palette>(emptyPalette());
  readonly #document: Document;
  readonly #storage: Pick<Storage, 'getItem' | 'setItem'>;

  constructor(page: Window) {
    this.#document = page.document;
    this.#storage = page.localStorage;
    const kept = this.#storage.getItem(STORAGE_KEY);
    if (kept === 'light' || kept === 'dark') this.choice = kept;
    page
      .matchMedia('(prefers-color-scheme: dark)')
      .addEventListener('change', () => this.#readPalette());
    this.#apply();
  }

  /** System, light, dark, and again. */
  next(): void {
    this.choice = this.choice === 'system' ? 'light' : this.choice === 'light' ? 'dark' : 'system';
    this.#storage.setItem(STORAGE_KEY, this.choice);
    this.#apply();
  }

  #apply(): void {
    const root = this.#document.documentElement;
    if (this.choice === 'system') root.removeAttribute('data-theme');
    else root.setAttribute('data-theme', this.choice);
    this.#readPalette();
  }

  #readPalette(): void {
    const probe = this.#document.createElement('span');
    this.#document.body.append(probe);
    const entries = COLOUR_NAMES.map((name) => {
      probe.style.color = `var(--${name})`;
      return [name, getComputedStyle(probe).color] as const;
    });
    probe.remove();
    this.palette = Object.fromEntries(entries) as unknown as Palette;
  }
}

export type EraColour = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Eras repeat their colours after eight; the number is always printed beside. 0: none yet. */
export function eraColour(era: number): EraColour {
  return (era <= 0 ? 0 : ((era - 1) % 8) + 1) as EraColour;
}

function emptyPalette(): Palette {
  return Object.fromEntries(COLOUR_NAMES.map((name) => [name, '#888'])) as unknown as Palette;
}
