interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: string) => void;
}

/** A number on a scale, with its figure. */
export function Slider({ label, value, onChange, ...range }: SliderProps) {
  return (
    <label class="slider">
      {label} <output>{Number(value.toPrecision(3))}</output>
      <input type="range" {...range} value={value} onInput={(event) => onChange(event.currentTarget.value)} />
    </label>
  );
}
