/** The state of a Multi-Paxos node as plain JSON, and back, bit for bit. */
import { Prng, type PrngState } from '../../base/prng.ts';
import type { Json } from '../../vocabulary/json.ts';
import { ConfigHistory, type SavedConfigs } from './configs.ts';
import { SlotLog, type SavedLog } from './log.ts';
import type { MutantName } from './mutants.ts';
import type { Campaign, Leadership, PaxosState, Probe, Sending } from './state.ts';

/** Fields of `PaxosState` that are plain JSON already. */
type SavedState = Omit<
  PaxosState,
  'prng' | 'log' | 'configs' | 'mutants' | 'campaign' | 'lead' | 'probe' | 'sendings'
> & {
  readonly prng: PrngState;
  readonly log: SavedLog;
  readonly configs: SavedConfigs;
  readonly mutants: readonly MutantName[];
  readonly campaign: Json;
  readonly lead: Json;
  readonly probe: Json;
  readonly sendings: readonly (readonly [string, Sending])[];
};

/** Maps become lists of pairs; their insertion order, which is all their order, is kept. */
export function saveState(state: PaxosState): Json {
  const { campaign, lead, probe } = state;
  const saved: SavedState = {
    ...state,
    prng: state.prng.save(),
    log: state.log.save(),
    configs: state.configs.save(),
    mutants: [...state.mutants],
    campaign: campaign === null ? null : mapsToPairs(campaign, CAMPAIGN_MAPS),
    lead: lead === null ? null : saveLead(lead),
    probe: probe === null ? null : mapsToPairs(probe, ['answers']),
    sendings: [...state.sendings],
  };
  return JSON.parse(JSON.stringify(saved)) as Json;
}

export function restoreState(json: Json): PaxosState {
  const saved = JSON.parse(JSON.stringify(json)) as SavedState;
  const { campaign, lead, probe } = saved;
  return {
    ...saved,
    prng: Prng.restore(saved.prng),
    log: new SlotLog(saved.log),
    configs: new ConfigHistory(saved.configs),
    mutants: new Set(saved.mutants),
    campaign: campaign === null ? null : (pairsToMaps(campaign, CAMPAIGN_MAPS) as Campaign),
    lead: lead === null ? null : restoreLead(lead),
    probe: probe === null ? null : (pairsToMaps(probe, ['answers']) as Probe),
    sendings: new Map(saved.sendings),
  };
}

const CAMPAIGN_MAPS = ['votes', 'nextFrom', 'reports', 'counts'] as const;
const LEAD_MAPS = ['recovered', 'promised', 'outstanding', 'pending', 'peers'] as const;

function saveLead(lead: Leadership): Json {
  const { entering } = lead;
  const plain = entering === null ? null : mapsToPairs(entering, CAMPAIGN_MAPS);
  return mapsToPairs({ ...lead, entering: plain }, LEAD_MAPS);
}

function restoreLead(json: Json): Leadership {
  const lead = pairsToMaps(json, LEAD_MAPS) as Leadership;
  const entering = lead.entering as Json;
  if (entering !== null) lead.entering = pairsToMaps(entering, CAMPAIGN_MAPS) as Campaign;
  return lead;
}

function mapsToPairs(record: object, names: readonly string[]): Json {
  const plain: { [name: string]: unknown } = { ...record };
  for (const name of names) plain[name] = [...(plain[name] as Map<unknown, unknown>)];
  return plain as Json;
}

function pairsToMaps(json: Json, names: readonly string[]): unknown {
  const record: { [name: string]: unknown } = { ...(json as object) };
  for (const name of names) record[name] = new Map(record[name] as [unknown, unknown][]);
  return record;
}
