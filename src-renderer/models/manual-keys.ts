/** Keys of manual mode; letters that act on nodes keep their meaning. */
import type { ManualModel } from './manual.svelte.ts';

/** Does what the key says. @returns false: it is none of these, here. */
export function handleManualKey(manual: ManualModel, event: KeyboardEvent): boolean {
  if (manual.state === null) return false;
  const act = actionOf(manual, event);
  if (act === null) return false;
  event.preventDefault();
  void act();
  return true;
}

function actionOf(manual: ManualModel, event: KeyboardEvent): (() => unknown) | null {
  const { current } = manual;
  const onCurrent = (what: 'deliver' | 'drop' | 'duplicate') => {
    return current === null ? null : () => manual.handle(what, current);
  };
  switch (event.key.toLowerCase()) {
    case 'n':
      return () => manual.act({ do: 'step' });
    case 'r':
      return () => manual.runOrHalt();
    case 'x':
      return onCurrent('drop');
    case 'c':
      return onCurrent('duplicate');
    case 'enter':
      return isFree(event.target) ? onCurrent('deliver') : null;
    case 'arrowdown':
      return isFree(event.target) ? () => manual.pick(1) : null;
    case 'arrowup':
      return isFree(event.target) ? () => manual.pick(-1) : null;
    default:
      return null;
  }
}

/** Nothing has the focus that these keys belong to: nothing at all, or a row of the inbox. */
function isFree(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return true;
  return target === target.ownerDocument.body || target.matches('[data-row]');
}
