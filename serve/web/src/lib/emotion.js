// What the run says of an utterance, in numbers and in words.

/** Writes a number with its sign, as scores are. What rounds to zero has none. */
export function signed(x, digits = 2) {
  const size = Math.abs(x).toFixed(digits)
  return +size === 0 ? size : (x < 0 ? '−' : '+') + size
}

/** The interval of a score at a level. */
export const interval = (score, level) => score.intervals.find((v) => Math.abs(v.level - level) < 1e-9) ?? score.intervals.at(-1)

/** How uncertain an utterance is: the width of its 80 % interval, or the entropy of its classes. */
export function uncertainty(u) {
  if (u.score) {
    const v = interval(u.score, 0.8)
    return v.high - v.low
  }
  return -u.class.probability.reduce((sum, p) => sum + (p > 0 ? p * Math.log2(p) : 0), 0)
}

/** The utterances from the least certain on. */
export const certainty = (utterances) =>
  utterances.map((u, index) => ({ index, value: uncertainty(u) })).sort((a, b) => b.value - a.value || a.index - b.index)

/** One sentence about an emotion. */
export function emotionText(u) {
  if (u.score) {
    const v = interval(u.score, 0.8)
    return `Sentiment ${signed(u.score.mean)}, 80 % interval ${signed(v.low)} to ${signed(v.high)}`
  }
  return `${u.class.name}, probability ${Math.round(100 * u.class.probability[u.class.label])} %`
}

/** The largest score that a curve has to show; it is a whole number of at least 1. */
export function extent(answers, labels) {
  let most = 1
  for (const answer of answers) {
    for (const u of answer?.utterances ?? []) {
      const v = interval(u.score, 0.8)
      most = Math.max(most, Math.abs(v.low), Math.abs(v.high))
    }
  }
  for (const y of labels ?? []) if (y !== null) most = Math.max(most, Math.abs(y))
  return Math.ceil(most)
}
