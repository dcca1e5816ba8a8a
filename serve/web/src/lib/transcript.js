// Times of turns from a transcript: ELAN, WebVTT, SubRip, or the table of `gsdnet data turns`.
// It is read in the browser and sent nowhere.

/** Writes seconds as 1:02.5. */
export function clock(seconds) {
  const tenths = Math.round(10 * seconds)
  return `${Math.floor(tenths / 600)}:${String(Math.floor((tenths % 600) / 10)).padStart(2, '0')}.${tenths % 10}`
}

/** Whether the first line of a table is that of turns, and not that of features. */
export const isTurns = (text) => {
  const head = cells(text.split('\n', 1)[0])
  return head.includes('begin') && head.includes('end') && !['text', 'audio', 'visual'].some((m) => head.includes(m))
}

/**
 * Reads when each turn begins and ends, in seconds, in the order of their begins.
 * @param {string} name of the file, whose extension tells the format
 * @param {string} dialogue the name of the conversation, for a table with several
 */
export function turnsOf(name, text, dialogue) {
  const kind = name.toLowerCase().split('.').at(-1)
  const turns = kind === 'eaf' ? elan(text) : kind === 'csv' ? table(text, dialogue) : cues(text)
  return turns.filter((t) => Number.isFinite(t.begin) && t.end >= t.begin).sort((a, b) => a.begin - b.begin || a.end - b.end)
}

const TIME = /(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)\s*-->\s*(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)/
const seconds = (h, m, s) => 3600 * +(h ?? 0) + 60 * +m + +s.replace(',', '.')

/** Cues of WebVTT and SubRip: a turn each. */
function cues(text) {
  return text.split(/\r?\n/).flatMap((line) => {
    const t = TIME.exec(line)
    return t ? [{ begin: seconds(t[1], t[2], t[3]), end: seconds(t[4], t[5], t[6]) }] : []
  })
}

/** Annotations with times of their own, of tiers that belong to no other. */
function elan(text) {
  const attribute = (tag, name) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]
  const slots = new Map()
  for (const [tag] of text.matchAll(/<TIME_SLOT\s[^>]*>/g)) slots.set(attribute(tag, 'TIME_SLOT_ID'), +(attribute(tag, 'TIME_VALUE') ?? NaN) / 1000)
  const out = []
  for (const tier of text.split(/(?=<TIER\s)/).slice(1)) {
    if (attribute(tier.slice(0, tier.indexOf('>') + 1), 'PARENT_REF')) continue
    for (const [tag] of tier.matchAll(/<ALIGNABLE_ANNOTATION\s[^>]*>/g)) out.push({ begin: slots.get(attribute(tag, 'TIME_SLOT_REF1')), end: slots.get(attribute(tag, 'TIME_SLOT_REF2')) })
  }
  return out
}

/** Lines with the columns begin and end, in seconds; those of the dialogue if it has lines. */
function table(text, dialogue) {
  const rows = text.trim().split(/\r?\n/).map(cells)
  const head = rows.shift() ?? []
  const at = (name) => head.indexOf(name)
  const own = rows.filter((r) => r[at('dialogue')] === dialogue)
  return (own.length ? own : rows).map((r) => ({ begin: +r[at('begin')], end: +r[at('end')] }))
}

/** The cells of a line, in which quotation marks may hold commas. */
function cells(line) {
  return Array.from(line.replace(/\r$/, '').matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), (m) => (m[1] !== undefined ? m[1].replaceAll('""', '"') : m[2]))
}
