// Recovered features beside the withheld ones, on the scale of the conversation.
import { MODALITIES } from './cells.js'
import { channels } from './api.js'

/** Channels that a profile shows at most. */
export const MOST = 48

/**
 * The profile of modality m of an utterance that was recovered: what was withheld (null if
 * the file does not have it), the estimate, its deviation and the draws, in standard
 * deviations of each channel. A wide modality shows the channels that vary most.
 */
export function profile(data, filled, m) {
  const name = MODALITIES[m]
  const { mean, deviation } = channels(data, m)
  // A channel that does not vary in the conversation is on the scale of its error.
  const scale = deviation.map((d, j) => d || filled.deviation[name][j] || 1)
  const width = data.widths[m]
  const shown = Array.from({ length: width }, (_, j) => j)
  if (width > MOST) {
    shown.sort((a, b) => deviation[b] - deviation[a] || a - b).length = MOST
    shown.sort((a, b) => a - b)
  }
  const standard = (x) => Array.from(x, (v, j) => (v - mean[j]) / scale[j])
  const truth = data.nature[m * data.n + filled.index] ? standard(data.features[m].subarray(filled.index * width, (filled.index + 1) * width)) : null
  const estimate = standard(filled.features[name])
  const pick = (x) => x && shown.map((j) => x[j])
  return {
    shown,
    width,
    withheld: pick(truth),
    estimate: pick(estimate),
    spread: shown.map((j) => filled.deviation[name][j] / scale[j]),
    draws: (filled.draws ?? []).map((d) => pick(standard(d[name]))),
    agreement: truth && agreement(truth, estimate),
  }
}

/** The root mean squared error and the correlation of two vectors. */
export function agreement(x, y) {
  const n = x.length
  const mean = (v) => v.reduce((a, b) => a + b, 0) / n
  const mx = mean(x)
  const my = mean(y)
  let xy = 0
  let xx = 0
  let yy = 0
  let error = 0
  for (let j = 0; j < n; j++) {
    xy += (x[j] - mx) * (y[j] - my)
    xx += (x[j] - mx) ** 2
    yy += (y[j] - my) ** 2
    error += (x[j] - y[j]) ** 2
  }
  return { rmse: Math.sqrt(error / n), correlation: xx && yy ? xy / Math.sqrt(xx * yy) : null }
}
