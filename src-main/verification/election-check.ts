/** X8 of protocols.md 7.1: at most one leader per era, counting the lives of a node separately. */
import { eraLabel, type Era } from '../vocabulary/era.ts';
import { lifeText, secondsText, type Findings, type Life } from './findings.ts';

export class ElectionCheck {
  readonly #leaders = new Map<string, { readonly life: Life; readonly us: number }>();
  readonly #findings: Findings;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** How many eras had a leader. */
  get eras(): number {
    return this.#leaders.size;
  }

  handleLeader(life: Life, us: number, era: Era): void {
    const key = `${era.number} ${era.owner ?? ''}`;
    const known = this.#leaders.get(key);
    if (known === undefined) {
      this.#leaders.set(key, { life, us });
      return;
    }
    const { life: other } = known;
    if (other.node === life.node && other.incarnation === life.incarnation) return;
    this.#findings.add(
      'election-safety',
      `Two leaders of era ${eraLabel(era)}: ${lifeText(other)} from ${secondsText(known.us)} and ` +
        `${lifeText(life)} from ${secondsText(us)}.`,
      us,
      life.node,
    );
  }
}
