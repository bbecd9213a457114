import type { LeaderboardView, LeaderView } from '../../../src/admin/views.js';
import { betaDensity, betaSd, priorPredictive } from '../beta.js';
import { decimal, percent, whole } from '../format.js';
import { FunctionPlot } from '../parts/function-plot.js';
import { Slider } from '../parts/slider.js';
import { Stat, WhenLoaded } from '../parts/state.js';
import { ForUseCase } from '../parts/use-case-choice.js';
import type { Go, Route } from '../route.js';
import { useSpanView } from '../span-view.js';

/** What a prior of quality says before any outcome, and how soon outcomes outweigh it. Changes nothing. */
export function Priors({ route, go }: { route: Route; go: Go }) {
  return (
    <ForUseCase route={route} go={go}>
      {(useCase) => <OfUseCase useCase={useCase} route={route} go={go} />}
    </ForUseCase>
  );
}

function OfUseCase({ useCase, route, go }: { useCase: string; route: Route; go: Go }) {
  const board = useSpanView<LeaderboardView>('leaderboard', route.span, useCase);
  return (
    <WhenLoaded of={board}>
      {({ leaders }) => {
        const models = [...leaders].sort((a, b) => (a.model < b.model ? -1 : 1));
        const model = models.find((leader) => leader.model === route.params['model']) ?? models[0];
        if (model === undefined) return <p class="empty panel">Nothing was decided for {useCase} yet.</p>;
        return <Sliders key={model.model} model={model} models={models} route={route} go={go} />;
      }}
    </WhenLoaded>
  );
}

interface SlidersProps {
  readonly model: LeaderView;
  readonly models: readonly LeaderView[];
  readonly route: Route;
  readonly go: Go;
}

const NEXT = 20;

function Sliders({ model, models, route, go }: SlidersProps) {
  const { params } = route;
  const inForce = { strength: model.prior.alpha + model.prior.beta, mean: 0 };
  inForce.mean = model.prior.alpha / inForce.strength;
  const mean = clamped(params['mean'], inForce.mean, [0.01, 0.99]);
  const strength = clamped(params['strength'], inForce.strength, [0.5, 500]);
  const shape = { alpha: mean * strength, beta: (1 - mean) * strength };
  const set = (name: string, value: string): void => go({ params: { ...params, [name]: value } }, 'replace');
  return (
    <>
      <div class="filters panel">
        <label>
          Model{' '}
          <select
            value={model.model}
            onChange={(event) => go({ params: { model: event.currentTarget.value } })}
          >
            {models.map(({ model: name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <Slider
          label="Mean"
          value={mean}
          min={0.01}
          max={0.99}
          step={0.01}
          onChange={(v) => set('mean', v)}
        />
        <Slider
          label="Strength"
          value={strength}
          min={0.5}
          max={500}
          step={0.5}
          onChange={(v) => set('strength', v)}
        />
        <button type="button" onClick={() => go({ params: { model: model.model } })}>
          As in force
        </button>
      </div>
      <dl class="stats">
        <Stat title="In force">
          {decimal(inForce.mean)} × {decimal(inForce.strength, 1)}
        </Stat>
        <Stat title="Halved by" help="A prior worth n outcomes has half the weight after n real ones">
          {whole(Math.ceil(strength))} outcomes
        </Stat>
        <Stat title="Standard deviation">{decimal(betaSd(shape), 3)}</Stat>
        <Stat title="Real outcomes so far">{whole(model.observations)}</Stat>
        <Stat title="Its weight now" help="Strength over strength and real outcomes">
          {percent(strength / (strength + model.observations))}
        </Stat>
      </dl>
      <div class="charts">
        <FunctionPlot
          title="Density of quality"
          fileName="sextant-prior-density"
          axis="quality"
          values={DENSITY_AT.map((x) => ({ x, y: betaDensity(shape, x) }))}
        />
        <FunctionPlot
          title={`Right answers it expects of the next ${NEXT}`}
          fileName="sextant-prior-predictive"
          axis="right answers"
          isBars
          values={priorPredictive(shape, NEXT).map((y, x) => ({ x, y }))}
        />
      </div>
      <p class="hint">
        The second is the prior predictive of outcomes that are right or wrong. What pleases goes to{' '}
        <code>priors.json</code>: <code>{`"quality": {"mean": ${mean}, "strength": ${strength}}`}</code>;
        other use cases and segments lend more where pooling says so.
      </p>
    </>
  );
}

const DENSITY_AT = Array.from({ length: 199 }, (_, i) => (i + 1) / 200);

function clamped(
  text: string | undefined,
  otherwise: number,
  [low, high]: readonly [number, number],
): number {
  const value = text === undefined ? NaN : Number(text);
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : otherwise;
}
