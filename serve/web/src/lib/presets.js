// Ways of choosing the cells that are switched.
import { NOISE, OFF, ON } from './cells.js'
import { uniform } from './random.js'

/** The chance that an observed cell begins a burst, and the one that a burst goes on. */
const BEGIN = 0.25
const GO_ON = 0.75

/** Presets of the whole conversation, by name. Each returns a choice for changed(). */
export const PRESETS = [
  { id: 'all', name: 'Everything on', choose: () => () => ON },
  { id: 'text', name: 'Text only', choose: () => (m) => (m === 0 ? ON : OFF) },
  { id: 'random', name: 'Random 50 %', choose: random },
  { id: 'camera', name: 'Camera covered', choose: () => (m) => (m === 2 ? OFF : ON) },
]

/** What a brush does to the cells of a range. Each returns a choice for the cells inside. */
export const BRUSHES = [
  { id: 'off', name: 'Off', choose: () => () => OFF },
  { id: 'burst', name: 'Bursts', choose: burst },
  { id: 'noise', name: 'Noise', choose: () => () => NOISE },
  { id: 'on', name: 'On', choose: () => () => ON },
]

/** Every cell is off with a probability of one half; one modality of each utterance stays. */
function random(seed) {
  const next = uniform(seed)
  const memo = new Map()
  const row = (i) => {
    if (!memo.has(i)) {
      const stays = Math.floor(next() * 3)
      memo.set(i, [0, 1, 2].map((m) => (next() < 0.5 && m !== stays ? OFF : ON)))
    }
    return memo.get(i)
  }
  return (m, i) => row(i)[m]
}

/** Each modality is lost in runs of neighbouring utterances (Gilbert and Elliott). */
function burst(seed) {
  const chains = [0, 1, 2].map((m) => {
    const next = uniform(seed + 7919 * (m + 1))
    const states = []
    return (i) => {
      while (states.length <= i) states.push(next() < (states.at(-1) ? GO_ON : BEGIN))
      return states[i] ? OFF : ON
    }
  })
  return (m, i) => chains[m](i)
}
