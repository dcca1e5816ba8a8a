// Files that people drop on the page, of the widths that the demo's runs take.
export const WIDTHS = { text: 24, audio: 16, visual: 12 }

/** A repeatable number in [-1, 1). */
const value = (k) => ((Math.sin(k * 12.9898) * 43758.5453) % 1 + 1) % 1 * 2 - 1
const list = (width, k) => `"[${Array.from({ length: width }, (_, j) => value(k * 97 + j).toFixed(3)).join(',')}]"`
const zeros = (width) => `"[${Array(width).fill(0).join(',')}]"`
const quoted = (text) => `"${text.replaceAll('"', '""')}"`

/** A conversation in which utterance 2 has no audio, and the visual features of 3 are zero. */
export function good(turns = 6, speakers = ['ann', 'bob'], name = 'talk') {
  const rows = Array.from({ length: turns }, (_, i) =>
    [
      quoted(name),
      i,
      quoted(speakers[i % speakers.length]),
      list(WIDTHS.text, i),
      i === 1 ? '' : list(WIDTHS.audio, i + 1000),
      i === 2 ? zeros(WIDTHS.visual) : list(WIDTHS.visual, i + 2000),
    ].join(',')
  )
  return ['dialogue,turn,speaker,text,audio,visual', ...rows].join('\n') + '\n'
}

/** Text features of another width. */
export const wrong = () => `dialogue,turn,speaker,text\nd,0,ann,"[1,2,3]"\n`

/** Names that are markup, and formulas of spreadsheets. */
export const SCRIPT = `<img src=x onerror="window.broken=1"><script>window.broken=1</script>`
export const FORMULA = '=HYPERLINK("http://elsewhere.example")'
export const hostile = () => good(4, [SCRIPT, FORMULA], SCRIPT)

/** A pickle that would run a command, if it were run. */
export const pickle = () => 'cos\nsystem\n(S"echo broken"\ntR.'

/** An answer of /v1/explain for n utterances, without the losses of graphs. */
export function explanation(n) {
  const shares = { base: 0, full: 0.4, values: [0.6, 0.1, -0.3] }
  return {
    utterances: Array.from({ length: n }, (_, turn) => ({ turn, own: shares })),
    whole: shares,
    influence: Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => value(i * n + j))),
    spectra: [{ modality: 'text', reference: [], before: [2, 1, 0.5], after: [2, 1.2, 0.4], change: 0.25 }],
    trajectory: { times: [1, 0.5, 0], features: [[3, 3, 2], [2, 1, 1], [0, 0, 0]] },
    information: [
      { utterance: 0, modality: 'text', change: 0.1 },
      { utterance: 2, modality: 'audio', change: 0.7 },
    ],
  }
}

/** Labelled conversations of three classes, to train on. */
export function classes() {
  const names = ['anger', 'joy', 'neutral']
  const rows = []
  for (let d = 0; d < 16; d++) {
    for (let i = 0; i < 6; i++) {
      const split = d < 10 ? 'train' : d < 13 ? 'valid' : 'test'
      rows.push([`talk${d}`, i, 'ab'[i % 2], split, names[(d + i) % 3], list(5, 100 * d + i), list(4, 500 + 100 * d + i), list(3, 900 + 100 * d + i)].join(','))
    }
  }
  return ['dialogue,turn,speaker,split,class,text,audio,visual', ...rows].join('\n') + '\n'
}

/** A recording: a tone of some seconds, as PCM of 8,000 samples a second. */
export function wav(seconds) {
  const n = 8000 * seconds
  const out = Buffer.alloc(44 + n)
  out.write('RIFF', 0)
  out.writeUInt32LE(36 + n, 4)
  out.write('WAVEfmt ', 8)
  out.writeUInt32LE(16, 16)
  out.writeUInt16LE(1, 20)
  out.writeUInt16LE(1, 22)
  out.writeUInt32LE(8000, 24)
  out.writeUInt32LE(8000, 28)
  out.writeUInt16LE(1, 32)
  out.writeUInt16LE(8, 34)
  out.write('data', 36)
  out.writeUInt32LE(n, 40)
  for (let i = 0; i < n; i++) out[44 + i] = 128 + Math.round(40 * Math.sin(i / 6))
  return [...out]
}

const stamp = (s) => `00:00:${s.toFixed(3).padStart(6, '0')}`

/** A transcript in WebVTT: turn i lasts from second 2 i to 2 i + 1.5. */
export const vtt = (n) => 'WEBVTT\n\n' + Array.from({ length: n }, (_, i) => `${stamp(2 * i)} --> ${stamp(2 * i + 1.5)}\n<v ann>words ${i}\n`).join('\n')

/** The same in ELAN, with a tier that belongs to another. */
export const eaf = (n) => `<?xml version="1.0"?><ANNOTATION_DOCUMENT><TIME_ORDER>${Array.from({ length: 2 * n }, (_, k) => `<TIME_SLOT TIME_SLOT_ID="ts${k}" TIME_VALUE="${2000 * Math.floor(k / 2) + (k % 2) * 1500}"/>`).join('')}</TIME_ORDER>
<TIER TIER_ID="ann">${Array.from({ length: n }, (_, i) => `<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a${i}" TIME_SLOT_REF1="ts${2 * i}" TIME_SLOT_REF2="ts${2 * i + 1}"><ANNOTATION_VALUE>${SCRIPT.replaceAll('<', '&lt;')}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>`).join('')}</TIER>
<TIER TIER_ID="notes" PARENT_REF="ann"><ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="b" TIME_SLOT_REF1="ts0" TIME_SLOT_REF2="ts1"/></ANNOTATION></TIER></ANNOTATION_DOCUMENT>`

/** The table of gsdnet data turns. */
export const turnTable = (n) => 'dialogue,turn,begin,end,speaker,words\n' + Array.from({ length: n }, (_, i) => `talk,${i},${2 * i},${2 * i + 1.5},ann,"one, two"`).join('\n') + '\n'
