// The state of the page in its address, so that it can be sent to somebody else:
// #run=gsdnet&example=3&at=12&off=t0-4.v7&noise=a3
// and that of results #view=results&of=0&part=1
import { NOISE, OFF, at } from './cells.js'

const SHORT = ['t', 'a', 'v']

/** Writes the cells with a switch as ranges, such as t0-4.v7. */
export function ranges(cells, n, which) {
  const out = []
  for (let m = 0; m < 3; m++) {
    for (let i = 0; i < n; i++) {
      if (cells[at(n, m, i)] !== which) continue
      const from = i
      while (i + 1 < n && cells[at(n, m, i + 1)] === which) i++
      out.push(SHORT[m] + (from === i ? from : `${from}-${i}`))
    }
  }
  return out.join('.')
}

/** Sets the cells of ranges to a switch. What is not a range of the conversation is left out. */
export function setRanges(cells, n, text, which) {
  for (const range of (text ?? '').split('.')) {
    const match = /^([tav])(\d{1,7})(?:-(\d{1,7}))?$/.exec(range)
    if (!match) continue
    const to = Math.min(n - 1, +(match[3] ?? match[2]))
    for (let i = +match[2]; i <= to; i++) cells[at(n, SHORT.indexOf(match[1]), i)] = which
  }
}

/** The parts of the address. */
export const read = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)))

/** Replaces the address by that of some results. */
export const writeResults = (of, part) => history.replaceState(null, '', `#${new URLSearchParams({ view: 'results', of, ...(part && { part }) })}`)

/** Whether the address is that of results. */
export const isResults = () => read().view === 'results'

/** Replaces the address without adding to the history of the tab. That of results stays. */
export function write(session, force = false) {
  if (isResults() && !force) return
  const parts = { run: session.run }
  if (session.source?.kind === 'example') parts.example = session.source.id
  if (session.data) {
    parts.at = session.selected
    const off = ranges(session.cells, session.data.n, OFF)
    const noise = ranges(session.cells, session.data.n, NOISE)
    if (off) parts.off = off
    if (noise) parts.noise = noise
  }
  history.replaceState(null, '', `#${new URLSearchParams(parts)}`)
}
