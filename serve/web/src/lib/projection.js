// The first two principal components of a modality over a conversation.
import { MODALITIES } from './cells.js'
import { channels } from './api.js'
import { normal } from './random.js'

/** Utterances that the components are computed of at most, and steps of the power iteration. */
const MOST = 200
const STEPS = 30

/** Places the utterances of a conversation, and the withheld, estimated and drawn features of one. */
export function project(data, filled, m) {
  const name = MODALITIES[m]
  const standard = standardiser(data, m)
  const rows = []
  for (let i = 0; i < data.n; i++) if (data.nature[m * data.n + i] && i !== filled.index) rows.push(standard(rowOf(data, m, i)))
  const axes = components(rows.slice(0, MOST), data.widths[m])
  const place = (x) => axes.map((axis) => dot(axis, x))
  return {
    others: rows.map(place),
    withheld: data.nature[m * data.n + filled.index] ? place(standard(rowOf(data, m, filled.index))) : null,
    estimate: place(standard(filled.features[name])),
    draws: (filled.draws ?? []).map((d) => place(standard(d[name]))),
  }
}

const rowOf = (data, m, i) => data.features[m].subarray(i * data.widths[m], (i + 1) * data.widths[m])

function standardiser(data, m) {
  const { mean, deviation } = channels(data, m)
  return (x) => Float64Array.from(x, (v, j) => (v - mean[j]) / (deviation[j] || 1))
}

const dot = (a, b) => a.reduce((sum, v, j) => sum + v * b[j], 0)

/** Two principal components by power iteration, the second orthogonal to the first. */
function components(rows, width) {
  const axes = []
  for (let k = 0; k < 2; k++) {
    const next = normal(11 + k)
    let axis = Float64Array.from({ length: width }, next)
    for (let step = 0; step < STEPS; step++) {
      const out = new Float64Array(width)
      for (const row of rows) {
        const along = dot(row, axis)
        for (let j = 0; j < width; j++) out[j] += along * row[j]
      }
      for (const other of axes) {
        const along = dot(other, out)
        for (let j = 0; j < width; j++) out[j] -= along * other[j]
      }
      const length = Math.hypot(...out)
      if (!length) break
      axis = out.map((v) => v / length)
    }
    axes.push(axis)
  }
  return axes
}
