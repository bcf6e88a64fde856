import './range-bar.css'

/** Where a number stands between the ends of its normal range; beyond them the marker turns into an arrow at the end. */
export function RangeBar({ value, min, max, label }: { value: number; min: number; max: number; label: string }) {
  const at = (value - min) / (max - min)
  const place = Math.min(1, Math.max(0, at))
  const outside = at < 0 ? 'low' : at > 1 ? 'high' : undefined
  return (
    <svg className="kg-range" viewBox="0 0 96 10" role="img" aria-label={label}>
      <title>{label}</title>
      <path className="kg-range-track" d="M4 5h88" />
      <path className="kg-range-track" d="M4 2.5v5M92 2.5v5" />
      {outside === 'low' && <path className="kg-range-out" d="M0 5l7-5v10z" />}
      {outside === 'high' && <path className="kg-range-out" d="M96 5l-7-5v10z" />}
      {!outside && <path className="kg-range-marker" d={`M${4 + place * 88} 0v10`} />}
    </svg>
  )
}
