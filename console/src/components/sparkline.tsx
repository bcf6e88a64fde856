import './sparkline.css'

/** The shape of the last while, without axes: a line that breaks where nothing was measured. */
export function Sparkline({ values, label, width = 120, height = 24 }: { values: readonly (number | null)[]; label: string; width?: number; height?: number }) {
  const known = values.filter((value) => value !== null)
  if (known.length < 2) return <svg className="kg-sparkline" viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true" />
  const low = Math.min(...known)
  const high = Math.max(...known)
  const span = high - low || 1
  const step = width / Math.max(1, values.length - 1)
  let path = ''
  let drawing = false
  values.forEach((value, index) => {
    if (value === null) {
      drawing = false
      return
    }
    const y = high === low ? height / 2 : height - 2 - ((value - low) / span) * (height - 4)
    path += `${drawing ? 'L' : 'M'}${(index * step).toFixed(1)} ${y.toFixed(1)}`
    drawing = true
  })
  return (
    <svg className="kg-sparkline" viewBox={`0 0 ${width} ${height}`} width={width} height={height} preserveAspectRatio="none" role="img" aria-label={label}>
      <path d={path} />
    </svg>
  )
}
