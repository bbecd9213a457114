/** What is taken for known before there are residuals. */
export interface KnownNoise {
  readonly variance: number;
  /** Outcomes that it is worth. */
  readonly strength: number;
}

/** Mean of the inverse-gamma's scale: Σw·r² against what tickets predicted, and a prior worth `strength`. */
export const noiseVariance = (
  { rr, w }: { readonly rr: number; readonly w: number },
  { variance, strength }: KnownNoise,
): number => (rr + strength * variance) / (w + strength);
