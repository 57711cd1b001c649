/** Registry of services: one line each. */
import { KvService } from './kv.ts';
import type { Service } from './service.ts';

const SERVICES: { readonly [name: string]: () => Service } = {
  kv: () => new KvService(),
};

export const SERVICE_NAMES: readonly string[] = Object.keys(SERVICES);

export const DEFAULT_SERVICE = 'kv';

/** A fresh, empty service, or null when there is none of this name. */
export function createService(name: string): Service | null {
  return Object.hasOwn(SERVICES, name) ? (SERVICES[name]?.() ?? null) : null;
}
