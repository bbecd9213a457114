import { Gauge, type Registry } from 'prom-client';
import {
  gateOf,
  isRunning,
  PROMOTION_GATES,
  PROMOTION_STATUSES,
  stepStartMs,
  type PromotionState,
} from '../core/promotion/promotion-state.js';
import { dutiesOf } from '../core/promotion/advance.js';
import type { Runtime } from '../runtime/runtime.js';

/** Metrics of the promotion under way and of how the last one ended, read when they are scraped. */
export function addPromotionMetrics(registry: Registry, { promotions }: Pick<Runtime, 'promotions'>): void {
  const registers = [registry];
  const running = (): PromotionState | undefined => promotions.all.find(isRunning);
  const lastEnded = (): PromotionState | undefined => promotions.all.find((state) => !isRunning(state));
  new Gauge({
    name: 'sextant_promotion_gate',
    help: '1 for the gate that a promotion under way stands at, 0 for the others; all 0 where none is under way.',
    labelNames: ['gate'],
    registers,
    collect() {
      const state = running();
      for (const gate of PROMOTION_GATES)
        this.set({ gate }, Number(state !== undefined && gateOf(state).gate === gate));
    },
  });
  new Gauge({
    name: 'sextant_promotion_step_start_timestamp_seconds',
    help: 'When the promotion under way came to its gate, or to its step of the canary; absent where none is.',
    registers,
    collect() {
      // Without labels a reset would leave 0, which is 1970.
      this.remove();
      const state = running();
      if (state !== undefined) this.set(stepStartMs(state) / 1000);
    },
  });
  new Gauge({
    name: 'sextant_promotion_canary_share',
    help: 'Share of requests that the candidate of a promotion decides; 0 outside of a canary.',
    registers,
    collect() {
      const state = running();
      this.set((state && dutiesOf(state).canaryShare) ?? 0);
    },
  });
  new Gauge({
    name: 'sextant_promotion_last_status',
    help: '1 for how the last promotion ended, 0 for the others; all 0 where none has ended.',
    labelNames: ['status'],
    registers,
    collect() {
      const last = lastEnded()?.end;
      for (const status of PROMOTION_STATUSES)
        if (status !== 'running') this.set({ status }, Number(last?.status === status));
    },
  });
  new Gauge({
    name: 'sextant_promotion_last_end_timestamp_seconds',
    help: 'When the last promotion ended; absent where none has.',
    registers,
    collect() {
      this.remove();
      const last = lastEnded()?.end;
      if (last !== undefined) this.set(last.timeMs / 1000);
    },
  });
}
