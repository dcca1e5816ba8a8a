// Cells: one for each modality of each utterance. What the file has of a cell never
// changes (nature); what the person does to it does (switches).

export const MODALITIES = ['text', 'audio', 'visual']
export const LETTERS = ['T', 'A', 'V']

/** What the file has: nothing, features that are all zero, or features. */
export const ABSENT = 0
export const ZERO = 1
export const PRESENT = 2

/** What the person does: nothing, switches off, or adds noise. */
export const ON = 0
export const OFF = 1
export const NOISE = 2

/** The index of modality m of utterance i among the cells of n utterances. */
export const at = (n, m, i) => m * n + i

/**
 * Lays the features of a conversation out as one array for each modality.
 * @param {{conversation: {dialogue: number, utterances: object[]}}} shown an answer of /v1/examples or /v1/open
 * @param {number[]} widths of the features of each modality that the run takes
 */
export function layOut(shown, widths) {
  const utterances = shown.conversation.utterances
  const n = utterances.length
  const nature = new Uint8Array(3 * n)
  const features = MODALITIES.map((name, m) => {
    const rows = new Float32Array(n * widths[m]).fill(NaN)
    utterances.forEach((u, i) => {
      const x = u[name]
      if (!x || !widths[m]) return
      rows.set(x, i * widths[m])
      nature[at(n, m, i)] = x.every((v) => v === 0) ? ZERO : PRESENT
    })
    return rows
  })
  return { n, widths, nature, features, dialogue: shown.conversation.dialogue, speakers: utterances.map((u) => u.speaker), turns: utterances.map((u) => u.turn) }
}

/** Whether the run receives features of a cell. */
export const given = (data, cells, m, i) => data.nature[at(data.n, m, i)] !== ABSENT && cells[at(data.n, m, i)] !== OFF

/** How many modalities of utterance i the run receives. */
export const count = (data, cells, i) => [0, 1, 2].filter((m) => given(data, cells, m, i)).length

/**
 * Returns the cells with some of them set to a switch. Cells that the file does not have
 * stay as they are, and so does the last modality of an utterance, since a run needs one.
 * @param {(m: number, i: number) => number | undefined} choose the switch of a cell; undefined leaves it
 */
export function changed(data, cells, choose) {
  const out = cells.slice()
  let kept = 0
  for (let i = 0; i < data.n; i++) {
    for (let m = 0; m < 3; m++) {
      const k = at(data.n, m, i)
      const to = choose(m, i)
      if (to === undefined || data.nature[k] === ABSENT) continue
      if (to === OFF && out[k] !== OFF && count(data, out, i) === 1) {
        kept++
        continue
      }
      out[k] = to
    }
  }
  return { cells: out, kept }
}

/** The words for the state of a cell. */
export function stateOf(data, cells, m, i) {
  const k = at(data.n, m, i)
  if (data.nature[k] === ABSENT) return 'absent'
  if (cells[k] === OFF) return 'off'
  if (cells[k] === NOISE) return 'noise'
  return data.nature[k] === ZERO ? 'zero' : 'on'
}

export const STATE_TEXT = {
  on: 'on',
  zero: 'on, but all zeros',
  noise: 'on, with noise',
  off: 'switched off',
  absent: 'not in the file',
}
