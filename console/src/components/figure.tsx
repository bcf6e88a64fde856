import type { ReactNode } from 'react'

import './figure.css'

/** One number that matters, with what it counts. */
export function Figure({ label, value, unit, note }: { label: ReactNode; value: ReactNode; unit?: ReactNode; note?: ReactNode }) {
  return (
    <div className="kg-figure">
      <div className="kg-figure-label">{label}</div>
      <div className="kg-figure-value">
        {value}
        {unit && <span className="kg-figure-unit">{unit}</span>}
      </div>
      {note && <div className="kg-figure-note">{note}</div>}
    </div>
  )
}
