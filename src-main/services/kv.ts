/**
 * The key-value store (protocols.md 4.3). A key that was deleted and made again starts at version 1
 * with another `createPos`; who fears ABA compares that.
 *
 * Results: get `{ value, version, createPos, modPos }` or `{ value: null, version: 0 }`; put
 * `{ version }`; delete `{ deleted }`; cas `{ swapped: true, version }` or
 * `{ swapped: false, value, version }`; incr `{ value, version }`; list `{ items, more }`. Anything
 * else gives `{ error, message }`.
 */
import { assert } from '../base/assert.ts';
import { digestOf, type Digest } from '../protocols/kernel/digest.ts';
import type { Json } from '../vocabulary/json.ts';
import type { Position } from '../vocabulary/ids.ts';
import { KeyOrder, lowerBound } from './key-order.ts';
import {
  kvCommandProblem,
  LIST_LIMIT_DEFAULT,
  type KvCommand,
  type KvValue,
} from './kv-command.ts';
import type { Service } from './service.ts';

interface Item {
  readonly value: KvValue;
  /** 1 when created, one more with each change. */
  readonly version: number;
  readonly createPos: Position;
  readonly modPos: Position;
  readonly digest: Digest;
}

type SavedItem = readonly [string, KvValue, number, Position, Position];

export class KvService implements Service {
  readonly #items = new Map<string, Item>();
  #order = new KeyOrder();
  /** Sum of the digests of all items, lane by lane: independent of the order they came in. */
  #high = 0;
  #low = 0;

  check(payload: Json): string | null {
    return kvCommandProblem(payload);
  }

  apply(payload: Json, position: Position): Json {
    const problem = kvCommandProblem(payload);
    if (problem !== null) return { error: 'bad-command', message: problem };
    const command = payload as KvCommand;
    switch (command.op) {
      case 'put':
        return { version: this.#write(command.key, command.value, position).version };
      case 'get':
        return this.#get(command.key);
      case 'delete':
        return { deleted: this.#delete(command.key) };
      case 'cas':
        return this.#cas(command, position);
      case 'incr':
        return this.#incr(command.key, command.by ?? 1, position);
      case 'list':
        return this.#list(command.prefix ?? '', command.limit ?? LIST_LIMIT_DEFAULT);
    }
  }

  isRead(payload: Json): boolean {
    const { op } = payload as KvCommand;
    return op === 'get' || op === 'list';
  }

  read(payload: Json): Json {
    const problem = kvCommandProblem(payload);
    if (problem !== null) return { error: 'bad-command', message: problem };
    const command = payload as KvCommand;
    if (command.op === 'get') return this.#get(command.key);
    if (command.op === 'list') {
      return this.#list(command.prefix ?? '', command.limit ?? LIST_LIMIT_DEFAULT);
    }
    return { error: 'bad-command', message: `${command.op} is not a read` };
  }

  digest(): Digest {
    return { high: this.#high, low: this.#low };
  }

  save(): Json {
    return [...this.records()];
  }

  restore(saved: Json): void {
    assert(Array.isArray(saved), 'saved kv state must be an array');
    this.clear();
    for (const record of saved as readonly Json[]) this.place(record);
  }

  /** Items are never changed in place, so a copy of the map is a copy of the state. */
  records(): Iterable<Json> {
    return savedItems([...this.#items]);
  }

  clear(): void {
    this.#items.clear();
    this.#order = new KeyOrder();
    this.#high = 0;
    this.#low = 0;
  }

  place(record: Json): void {
    const [key, value, version, createPos, modPos] = record as unknown as SavedItem;
    this.#place(key, value, version, createPos, modPos);
  }

  #get(key: string): Json {
    const item = this.#items.get(key);
    if (item === undefined) return { value: null, version: 0 };
    const { value, version, createPos, modPos } = item;
    return { value, version, createPos, modPos };
  }

  #cas(command: KvCommand & { op: 'cas' }, position: Position): Json {
    const item = this.#items.get(command.key);
    const value = item?.value ?? null;
    const version = item?.version ?? 0;
    const matches =
      command.expectVersion === undefined
        ? value === command.expectValue
        : version === command.expectVersion;
    if (!matches) return { swapped: false, value, version };
    return { swapped: true, version: this.#write(command.key, command.value, position).version };
  }

  #incr(key: string, by: number, position: Position): Json {
    const before = this.#items.get(key)?.value ?? 0;
    const after = typeof before === 'number' ? before + by : Number.NaN;
    if (!Number.isSafeInteger(after)) {
      return { error: 'not-an-integer', message: 'value or sum is not a safe integer' };
    }
    return { value: after, version: this.#write(key, after, position).version };
  }

  #list(prefix: string, limit: number): Json {
    const keys = this.#order.sorted(this.#items);
    const items: Json[] = [];
    let at = lowerBound(keys, prefix);
    for (; at < keys.length && items.length < limit; at += 1) {
      const key = keys[at] ?? '';
      const item = this.#items.get(key);
      if (item === undefined || !key.startsWith(prefix)) break;
      items.push({ key, value: item.value, version: item.version });
    }
    return { items, more: keys[at]?.startsWith(prefix) ?? false };
  }

  #write(key: string, value: KvValue, position: Position): Item {
    const old = this.#items.get(key);
    if (old === undefined) {
      this.#order.added(key, this.#items.size);
      return this.#place(key, value, 1, position, position);
    }
    this.#subtract(old.digest);
    return this.#place(key, value, old.version + 1, old.createPos, position);
  }

  #place(
    key: string,
    value: KvValue,
    version: number,
    createPos: Position,
    modPos: Position,
  ): Item {
    const stamp = digestOf(modPos, digestOf(createPos, digestOf(version)));
    const digest = digestOf(value, digestOf(key, stamp));
    const item = { value, version, createPos, modPos, digest };
    this.#items.set(key, item);
    this.#high = (this.#high + digest.high) | 0;
    this.#low = (this.#low + digest.low) | 0;
    return item;
  }

  #delete(key: string): boolean {
    const item = this.#items.get(key);
    if (item === undefined) return false;
    this.#subtract(item.digest);
    this.#items.delete(key);
    this.#order.removed();
    return true;
  }

  #subtract(digest: Digest): void {
    this.#high = (this.#high - digest.high) | 0;
    this.#low = (this.#low - digest.low) | 0;
  }
}

function* savedItems(items: readonly (readonly [string, Item])[]): Generator<Json> {
  for (const [key, { value, version, createPos, modPos }] of items) {
    yield [key, value, version, createPos, modPos];
  }
}
