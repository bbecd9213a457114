import type { Checked, Fault, SchemaCheck } from '../fault.js';
import type {
  CanaryGuardrail,
  CanarySettings,
  EvaluationSettings,
  PromotionSettings,
  ReplaySettings,
  ShadowSettings,
} from './settings.js';

/** Settings as a file or a caller writes them: what is absent is as before. */
interface PromotionEntry {
  readonly onThinEvidence?: PromotionSettings['onThinEvidence'];
  readonly replay?: Partial<ReplaySettings>;
  readonly evaluation?: Partial<EvaluationSettings>;
  readonly shadow?: Partial<ShadowSettings>;
  readonly canary?: Partial<Omit<CanarySettings, 'guardrails'>> & {
    readonly guardrails?: readonly (Omit<CanaryGuardrail, 'relative'> & { readonly relative?: boolean })[];
  };
}

/** Settings over those that hold where they say nothing, section by section; every fault at once. */
export function parsePromotion(
  { file, value }: { readonly file: string; readonly value: unknown },
  check: SchemaCheck,
  usual: PromotionSettings,
): Checked<PromotionSettings> {
  const shape = check(value, file);
  if (shape.length > 0) return { ok: false, faults: shape };
  const { onThinEvidence, replay, evaluation, shadow, canary = {} } = value as PromotionEntry;
  const { guardrails, ...rest } = canary;
  const settings: PromotionSettings = {
    onThinEvidence: onThinEvidence ?? usual.onThinEvidence,
    replay: { ...usual.replay, ...replay },
    evaluation: { ...usual.evaluation, ...evaluation },
    shadow: { ...usual.shadow, ...shadow },
    canary: {
      ...usual.canary,
      ...rest,
      guardrails:
        guardrails?.map((each) => ({ ...each, relative: each.relative ?? false })) ?? usual.canary.guardrails,
    },
  };
  const faults = canaryFaults(settings.canary).map((fault) => ({ file, ...fault }));
  return faults.length > 0 ? { ok: false, faults } : { ok: true, value: settings };
}

function canaryFaults({ shares, guardrails, mustShow, minimumHours, maximumHours }: CanarySettings): Fault[] {
  const faults: Fault[] = [];
  const add = (path: string, reason: string): void => void faults.push({ path: `canary.${path}`, reason });
  shares.forEach((share, i) => {
    if (i > 0 && share <= shares[i - 1]!)
      add(`shares[${i}]`, `${share} is not above the step before, ${shares[i - 1]}`);
  });
  const metrics = guardrails.map(({ metric }) => metric);
  metrics.forEach((metric, i) => {
    if (metrics.indexOf(metric) < i) add(`guardrails[${i}].metric`, `"${metric}" is there twice`);
  });
  mustShow.forEach((metric, i) => {
    if (!metrics.includes(metric))
      add(`mustShow[${i}]`, `"${metric}" has no guardrail that says by how much it may be worse`);
  });
  if (minimumHours * shares.length > maximumHours)
    add(
      'maximumHours',
      `${maximumHours} is less than ${shares.length} steps of minimumHours, ${minimumHours}, take`,
    );
  return faults;
}
