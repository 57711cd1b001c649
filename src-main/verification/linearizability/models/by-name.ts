/** The models there are. */
import type { Model } from '../model.ts';
import { counterModel } from './counter.ts';
import { kvModel } from './kv.ts';
import { lockModel } from './lock.ts';
import { queueModel } from './queue.ts';
import { registerModel } from './register.ts';
import { setModel } from './set.ts';

export const MODEL_NAMES = ['register', 'kv', 'counter', 'queue', 'lock', 'set'] as const;
export type ModelName = (typeof MODEL_NAMES)[number];

/** A model without its states being named: a search gives back only what it got. */
export type AnyModel = Model<unknown>;

const MODELS: Readonly<Record<ModelName, unknown>> = {
  register: registerModel,
  kv: kvModel,
  counter: counterModel,
  queue: queueModel,
  lock: lockModel,
  set: setModel,
};

export function modelOf(name: ModelName): AnyModel {
  return MODELS[name] as AnyModel;
}
