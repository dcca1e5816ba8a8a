// What the page shows, as files. They are made in the browser and sent nowhere.
import { MODALITIES, stateOf } from './cells.js'

export const EXPORTS = [
  { id: 'csv', name: 'CSV', about: 'a table, one row an utterance', type: 'text/csv', make: csv },
  { id: 'json', name: 'JSON', about: 'answers and switches in full', type: 'application/json', make: json },
  { id: 'eaf', name: 'ELAN (EAF)', about: 'a tier for each speaker', type: 'application/xml', make: eaf },
]

/** Hands a file to the person. */
export function save(session, kind) {
  const url = URL.createObjectURL(new Blob([kind.make(session)], { type: kind.type }))
  const link = document.createElement('a')
  link.href = url
  link.download = `${session.shown.name.replace(/[^\w-]+/g, '-')}.${kind.id}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1000)
}

/** A cell of a table. A text that a spreadsheet would compute gets an apostrophe. */
function cell(value) {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

export function csv({ data, cells, now, shown }) {
  const first = now.utterances[0]
  const levels = first.score ? first.score.intervals.map((v) => Math.round(100 * v.level)) : []
  const head = ['utterance', 'turn', 'speaker', ...MODALITIES]
  if (first.score) head.push('mean', 'deviation', ...levels.flatMap((l) => [`low_${l}`, `high_${l}`]), 'label')
  else head.push('class', ...first.class.names.map((n) => `p_${n}`), 'label')
  const lines = now.utterances.map((u, i) => {
    const row = [i + 1, u.turn, u.speaker, ...MODALITIES.map((_, m) => stateOf(data, cells, m, i))]
    if (u.score) row.push(u.score.mean, u.score.deviation, ...u.score.intervals.flatMap((v) => [v.low, v.high]), shown.labels?.[i])
    else row.push(u.class.name, ...u.class.probability, shown.classes?.[i])
    return row
  })
  return [head, ...lines].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n'
}

export function json({ data, cells, now, shown, run }) {
  const states = now.utterances.map((_, i) => Object.fromEntries(MODALITIES.map((name, m) => [name, stateOf(data, cells, m, i)])))
  return JSON.stringify({ conversation: shown.name, run, samples: now.samples, seed: now.seed, states, utterances: now.utterances }, null, 2) + '\n'
}

const SPECIAL = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escape = (text) =>
  String(text)
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/g, '')
    .replace(/[&<>"]/g, (c) => SPECIAL[c])

/** An annotation document of ELAN. Where the times of the utterances are not known, utterance i lasts from second i to i + 1. */
export function eaf({ now, shown, recording }) {
  const times = (recording.times ?? now.utterances.map((_, i) => ({ begin: i, end: i + 1 }))).flatMap((t) => [t.begin, t.end])
  const value = (u) => (u.score ? u.score.mean.toFixed(3) : `${u.class.name} ${u.class.probability[u.class.label].toFixed(3)}`)
  const order = times.map((t, k) => ({ t, k })).sort((a, b) => a.t - b.t || a.k - b.k) // as the format asks
  const slots = order.map(({ t, k }) => `    <TIME_SLOT TIME_SLOT_ID="ts${k}" TIME_VALUE="${Math.round(1000 * t)}"/>`)
  const tiers = [...new Set(now.utterances.map((u) => u.speaker))].map((speaker) => {
    const own = now.utterances.flatMap((u, i) => (u.speaker === speaker ? [annotation(i, value(u))] : []))
    return `  <TIER LINGUISTIC_TYPE_REF="emotion" TIER_ID="emotion of ${escape(speaker)}" PARTICIPANT="${escape(speaker)}">\n${own.join('\n')}\n  </TIER>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="gsdnet" DATE="${new Date().toISOString()}" FORMAT="3.0" VERSION="3.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">
  <HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">${recording.times && recording.name ? `\n    <MEDIA_DESCRIPTOR MEDIA_URL="./${escape(recording.name)}" MIME_TYPE="${recording.video ? 'video' : 'audio'}/*" RELATIVE_MEDIA_URL="./${escape(recording.name)}"/>` : ''}
    <PROPERTY NAME="conversation">${escape(shown.name)}</PROPERTY>
  </HEADER>
  <TIME_ORDER>
${slots.join('\n')}
  </TIME_ORDER>
${tiers.join('\n')}
  <LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="emotion" TIME_ALIGNABLE="true"/>
</ANNOTATION_DOCUMENT>
`
}

const annotation = (i, value) =>
  `    <ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a${i}" TIME_SLOT_REF1="ts${2 * i}" TIME_SLOT_REF2="ts${2 * i + 1}"><ANNOTATION_VALUE>${escape(value)}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>`
