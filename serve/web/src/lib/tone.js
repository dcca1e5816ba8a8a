// The colour of an utterance on the lanes, with a sign that says the same without colour.

/** Steps of sentiment, on the usual scale from −3 to +3: a score belongs to the first step that it is below. */
export const STEPS = [
  { below: -1.5, sign: '−−', name: 'very negative', range: 'below −1.5' },
  { below: -0.5, sign: '−', name: 'negative', range: '−1.5 to −0.5' },
  { below: 0.5, sign: '0', name: 'neutral', range: '−0.5 to +0.5' },
  { below: 1.5, sign: '+', name: 'positive', range: '+0.5 to +1.5' },
  { below: Infinity, sign: '++', name: 'very positive', range: 'above +1.5' },
]

/** Letters of a sign at most. */
const MOST = 3

/** The shortest beginnings by which the names of classes differ, of one to three letters. */
export function signs(names) {
  return names.map((name, k) => {
    const letters = [...name]
    let n = 1
    while (n < MOST && names.some((other, j) => j !== k && [...other].slice(0, n).join('').toLowerCase() === letters.slice(0, n).join('').toLowerCase())) n++
    return letters.slice(0, n).join('')
  })
}

/** The number of the colour of a class. Grey, which is number 0, is that of a neutral class where there is one. */
export function colourOf(names, k) {
  const neutral = names.findIndex((name) => /^neutral/i.test(name))
  if (neutral < 0) return k % 8
  return k === neutral ? 0 : ((k < neutral ? k : k - 1) % 7) + 1
}

/** The colour, the sign and the name of what the run says of an utterance; null before it has. */
export function toneOf(u) {
  if (u?.score) {
    const step = STEPS.findIndex((s) => u.score.mean < s.below)
    return { key: `s${step}`, sign: STEPS[step].sign, name: STEPS[step].name }
  }
  if (u?.class) return { key: `c${colourOf(u.class.names, u.class.label)}`, sign: signs(u.class.names)[u.class.label], name: u.class.name }
  return null
}

/** The lines of the legend: those of scores, or those of the classes of a run. */
export const legendOf = (u) =>
  u?.class
    ? signs(u.class.names).map((sign, k) => ({ key: `c${colourOf(u.class.names, k)}`, sign, name: u.class.names[k], range: '' }))
    : STEPS.map((s, k) => ({ key: `s${k}`, sign: s.sign, name: s.name, range: s.range }))

/** How often each speaker has each emotion, in words. */
export function summary(utterances, speakers, name) {
  const lines = [...new Set(speakers)].map((speaker) => {
    const counts = new Map()
    utterances.forEach((u, i) => {
      const tone = speakers[i] === speaker && toneOf(u)
      if (tone) counts.set(tone.name, (counts.get(tone.name) ?? 0) + 1)
    })
    const most = [...counts].sort((a, b) => b[1] - a[1]).map(([emotion, n]) => `${n} ${emotion}`)
    return `${name(speaker)}: ${most.join(', ')}`
  })
  return lines.slice(0, 12).join('; ')
}
