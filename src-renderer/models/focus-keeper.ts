/**
 * Keeps the keyboard's place. A control that goes away while it has the focus (Start, Undo, Delete)
 * leaves it on the page's body, and the next Tab begins at the top. Then the focus goes to the next
 * control of the same area, or to the heading of what is shown now; a control that was only
 * disabled for a while gets it back.
 */

const AREA = '[data-focus-area]';
/** The first of these that is there. */
const HOMES = ['main [data-focus-home]', 'main h1'] as const;
const CONTROLS = 'button:not(:disabled), a[href]';
/** Menus and dialogs give the focus back on their own, some frames after they close. */
const FRAMES_WAITED = 12;

export class FocusKeeper {
  readonly #document: Document;
  #last: HTMLElement | null = null;
  #area: Element | null = null;
  #frames = 0;
  #wasDisabled = false;

  constructor(document: Document) {
    this.#document = document;
    document.addEventListener('focusin', (event) => this.#handleFocus(event.target));
    document.addEventListener('pointerdown', () => (this.#wasDisabled = false));
  }

  /** To be called once per frame. */
  check(): void {
    const last = this.#last;
    if (last === null || this.#document.activeElement !== this.#document.body) {
      this.#frames = 0;
      return;
    }
    this.#frames += 1;
    const isDisabled = last.isConnected && last.matches(':disabled');
    this.#wasDisabled ||= isDisabled;
    if (isDisabled || this.#frames < FRAMES_WAITED) return;
    this.#last = null;
    if (!last.isConnected) this.#findPlace()?.focus({ preventScroll: true });
    else if (this.#wasDisabled) last.focus({ preventScroll: true });
  }

  #handleFocus(target: EventTarget | null): void {
    if (!(target instanceof HTMLElement)) return;
    this.#last = target;
    this.#area = target.closest(AREA);
    this.#frames = 0;
    this.#wasDisabled = false;
  }

  #findPlace(): HTMLElement | null {
    const next = this.#area?.isConnected === true ? this.#area.querySelector(CONTROLS) : null;
    if (next instanceof HTMLElement) return next;
    const homes = HOMES.map((selector) => this.#document.querySelector(selector));
    const home = homes.find((element) => element instanceof HTMLElement);
    if (home === undefined) return null;
    home.tabIndex = -1;
    return home;
  }
}
