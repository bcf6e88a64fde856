import './skeleton.css'

/** Grey bars in the shape of what is coming. */
export function SkeletonRows({ rows = 8, columns = 4 }: { rows?: number; columns?: number }) {
  return (
    <div className="kg-skeleton" aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="kg-skeleton-row" style={{ gridTemplateColumns: `2fr repeat(${columns - 1}, 1fr)` }}>
          {Array.from({ length: columns }, (_unused, column) => (
            <span key={column} style={{ width: `${55 + ((row * 7 + column * 13) % 40)}%` }} />
          ))}
        </div>
      ))}
    </div>
  )
}

export function SkeletonBlock({ height = 240 }: { height?: number }) {
  return <div className="kg-skeleton-block" style={{ height }} aria-hidden="true" />
}
