import { createHash } from 'node:crypto';
import { SextantError } from '../../src/core/errors.js';
import type { TenantId, UseCase } from '../../src/core/ids.js';
import { compareStates } from '../../src/core/learning/compare-states.js';
import type { AttemptReport } from '../../src/core/outcome/normalize.js';
import { rngFromSeed, type Rng } from '../../src/core/random.js';
import type { ModelId } from '../../src/core/registry/model.js';
import type { Runtime } from '../../src/runtime/runtime.js';
import { ephemeralTicketKeys } from '../../src/runtime/ticket-keys.js';
import { questionOf, scoresOf } from '../builders/question.js';
import { actor, fixedEnvironment, openTestRuntime } from '../builders/runtime.js';
import { FaultyStore } from './faulty-store.js';

const TENANTS = ['acme', 'globex', 'initech'] as const;
const USE_CASES = ['chat', 'sql', 'summaries', 'code'] as const;
const TICKETS_MOST = 400;
const HOUR_MS = 3_600_000;
const PROPENSITY_UNITS = 65_536;

/** A decision that may be reported on. */
interface Open {
  readonly tenant: TenantId;
  readonly ticket: Uint8Array;
  readonly attempts: number;
  /** What was said of it, by attempt, so that it can be said again. */
  readonly said: Map<number, AttemptReport>;
}

/** How often each thing happened. */
export type Happened = Record<string, number>;

/**
 * The core of a server (deciding, reporting, learning, budgets, breakers, registry) on a clock, a source of randomness
 * and a store that are all drawn from one seed: the same seed is the same run, to the last bit.
 *
 * What is true at every step is asserted there: probabilities sum to one, the choice is a candidate, every figure is
 * finite, and the log has grown by exactly what was acknowledged.
 */
export class Simulation {
  readonly happened: Happened = {};
  private readonly rng: Rng;
  private readonly environment = fixedEnvironment();
  private readonly keys = ephemeralTicketKeys();
  private readonly disk: FaultyStore;
  private readonly hash = createHash('sha256');
  private readonly open: Open[] = [];
  private runtime!: Runtime;
  private made = 0;

  constructor(
    seed: bigint,
    private readonly policyFolder: string,
    /** Share of steps that make or delete a model. What was learned of a deleted one stays: it is not for free. */
    private readonly modelChangesShare: number,
  ) {
    this.rng = rngFromSeed(seed);
    this.disk = new FaultyStore(rngFromSeed(seed ^ 0x5eedn));
  }

  async start(): Promise<void> {
    this.runtime = await openTestRuntime({
      policyFolder: this.policyFolder,
      store: this.disk.ofNextProcess(),
      keys: this.keys,
      environment: this.environment,
      ticketLifeSeconds: 48 * 3_600,
      snapshotEveryOutcomes: 500,
    });
  }

  /** @param share of steps after which the disk fails, the process crashes, and it is restarted, each. */
  async run(steps: number, share: number): Promise<void> {
    for (let i = 0; i < steps; i++) {
      await this.step();
      if (this.rng() < share) await this.failDisk();
      if (this.rng() < share) await this.restart('crash');
      if (this.rng() < share) await this.restart('restart');
    }
  }

  /** Of everything that was decided and acknowledged so far. */
  digest(): string {
    return this.hash.copy().digest('hex');
  }

  async end(): Promise<void> {
    await this.restart('crash');
    await this.restart('restart');
    await this.runtime.close();
  }

  private async step(): Promise<void> {
    const u = this.rng();
    if (u < 0.45) return this.select();
    if (u < 0.9) return this.report();
    if (u < 1 - this.modelChangesShare) return this.passTime();
    return this.changeModels();
  }

  private count(what: string): void {
    this.happened[what] = (this.happened[what] ?? 0) + 1;
  }

  private note(...values: readonly unknown[]): void {
    this.hash.update(JSON.stringify(values));
  }

  private pick<T>(of: readonly T[]): T {
    return of[Math.floor(this.rng() * of.length)]!;
  }

  private select(): void {
    const tenant = this.pick(TENANTS) as TenantId;
    const question = questionOf({
      tenant,
      useCase: this.pick(USE_CASES) as UseCase,
      input: {
        ...questionOf().input,
        complexity: scoresOf(this.rng()),
        inputTokens: Math.ceil(this.rng() * 4_000),
      },
      maxFallbacks: Math.floor(this.rng() * 5),
    });
    try {
      const { decision, ticket } = this.runtime.decider.select(question, this.rng() < 0.1);
      const { candidates, chain } = decision;
      const sum = candidates.reduce((total, { propensityQ16 }) => total + propensityQ16, 0);
      assert(sum === PROPENSITY_UNITS, `propensities sum to ${sum}`);
      assert(candidates.includes(chain[0]!), 'the choice is no candidate');
      const figures = candidates.map(({ expectedUtility }) => expectedUtility);
      assert(figures.every(Number.isFinite), `a figure is not finite: ${figures.join(' ')}`);
      this.note(
        'decided',
        chain.map(({ arm }) => arm.armId),
        chain[0]!.propensityQ16,
        decision.seed.toString(),
      );
      if (this.open.length >= TICKETS_MOST) this.open.splice(Math.floor(this.rng() * TICKETS_MOST), 1);
      this.open.push({ tenant, ticket, attempts: chain.length, said: new Map() });
      this.count('selects');
    } catch (error) {
      this.refused('select', error);
    }
  }

  private async report(): Promise<void> {
    if (this.open.length === 0) return;
    const open = this.pick(this.open);
    const attempt = Math.floor(this.rng() * open.attempts);
    const before = open.said.get(attempt);
    const said = before !== undefined && this.rng() < 0.7 ? before : this.outcomeOf(attempt);
    const u = this.rng();
    const tenant = u < 0.03 ? (this.pick(TENANTS) as TenantId) : open.tenant;
    const ticket = u > 0.97 ? this.forged(open.ticket) : open.ticket;
    const position = this.position;
    try {
      const { recorded } = await this.runtime.reporter.report(tenant, ticket, [said]);
      assert(ticket === open.ticket && tenant === open.tenant, 'a forged or foreign ticket was taken');
      const fresh = recorded.filter(({ duplicate }) => !duplicate).length;
      assert(
        this.position - position === fresh,
        `${fresh} acknowledged, ${this.position - position} counted`,
      );
      this.note('recorded', recorded);
      if (!open.said.has(attempt)) open.said.set(attempt, said);
      this.count(fresh > 0 ? 'reports' : 'duplicates');
    } catch (error) {
      assert(this.position === position, 'a refused report counted');
      this.refused('report', error);
    }
  }

  private outcomeOf(attempt: number): AttemptReport {
    const isGood = this.rng() < 0.85;
    return {
      attempt,
      status: isGood
        ? 'success'
        : this.pick(['timeout', 'rate_limited', 'server_error', 'content_filtered'] as const),
      ...(isGood && {
        quality: this.rng(),
        usage: { inputTokens: 900, outputTokens: Math.ceil(this.rng() * 3_000) },
      }),
      qualitySource: 'simulation',
      latencyMs: Math.ceil(this.rng() * 20_000),
      endTimeMs: this.environment.timeMs + Math.round((this.rng() - 0.5) * HOUR_MS),
    };
  }

  private forged(ticket: Uint8Array): Uint8Array {
    const copy = Uint8Array.from(ticket);
    copy[Math.floor(this.rng() * copy.length)]! ^= 1 << Math.floor(this.rng() * 8);
    return copy;
  }

  private passTime(): void {
    const u = this.rng();
    const environment = this.environment;
    if (u < 0.97) environment.timeMs += Math.round(-Math.log(1 - this.rng()) * 20_000);
    else if (u < 0.985) environment.timeMs -= Math.round(this.rng() * HOUR_MS);
    else environment.timeMs += Math.round(this.rng() * 60 * HOUR_MS);
    this.count(u < 0.97 ? 'moments' : 'clock jumps');
  }

  private async changeModels(): Promise<void> {
    const { registry } = this.runtime;
    const options = { actor: actor('simulation'), nowMs: this.environment.timeMs, validateOnly: false };
    const stored = [...registry.registry.list()].filter(({ origin }) => origin !== 'file');
    try {
      if (stored.length < 3) {
        const [template] = registry.registry.list();
        const id = `simulated/model-${this.made++}` as ModelId;
        await registry.create({ ...template!.model, id, aliases: [] }, options);
      } else await registry.delete(this.pick(stored).model.id, options);
      this.count('model changes');
    } catch (error) {
      this.refused('model change', error);
    }
  }

  /** Whether the failed write is there is only known after the restart: its report may be sent again, and counts once. */
  private async failDisk(): Promise<void> {
    this.disk.nextFails = true;
    const before = this.position;
    await this.report();
    if (!this.disk.nextFails) {
      assert(this.position === before, 'a report counted that was not acknowledged');
      this.count('disk failures');
      await this.restart('crash');
    }
    this.disk.nextFails = false;
  }

  /** An orderly end or a crash, and a start on what the store holds. */
  private async restart(how: 'restart' | 'crash'): Promise<void> {
    const { journal } = this.runtime;
    const known = journal.failed ? undefined : this.runtime.snapshot().learning;
    const position = this.position;
    const { runtime } = this;
    if (how !== 'crash') await runtime.close();
    await this.start();
    // What it leaves in memory would add up. Its store is gone: what it would save fails.
    if (how === 'crash') await runtime.close().catch(() => undefined);
    if (known !== undefined) {
      assert(this.position === position, `${position} outcomes before the ${how}, ${this.position} after`);
      const differences = compareStates(known, this.runtime.snapshot().learning);
      assert(differences.length === 0, `after the ${how}: ${differences.slice(0, 3).join('; ')}`);
    }
    this.count(how);
  }

  private get position(): number {
    return this.runtime.snapshot().learning.sequence;
  }

  private refused(what: string, error: unknown): void {
    if (!(error instanceof SextantError) || error.code === 'INTERNAL') throw error;
    this.note('refused', error.code);
    this.count(`${what} ${error.code}`);
  }
}

function assert(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
