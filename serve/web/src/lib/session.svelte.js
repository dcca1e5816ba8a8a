// The session: what is shown, what was switched, and what the server answered.
import * as api from './api.js'
import * as address from './address.js'
import { LETTERS, MODALITIES, NOISE, OFF, ON, STATE_TEXT, at, changed, given, layOut, stateOf } from './cells.js'
import { certainty, emotionText } from './emotion.js'
import { Recording, kindOf } from './recording.svelte.js'

/** Completions of a selected utterance that are drawn. */
const DRAWS = 8

/** Milliseconds without a change after which the server is asked. */
const PAUSE = 40

export class Session {
  models = $state.raw([])
  examples = $state.raw([])
  run = $state('')
  source = $state.raw(null) // {kind: 'example', id} or {kind: 'file', file, at, conversations}
  shown = $state.raw(null) // the conversation as the server gave it
  data = $state.raw(null) // its features
  cells = $state.raw(new Uint8Array(0)) // what is switched
  selected = $state(0) // utterance
  lane = $state(0) // modality of the cell that the keyboard is at
  before = $state.raw(null) // emotions with everything on
  now = $state.raw(null) // emotions with the switches
  filled = $state.raw(null) // the selected utterance, recovered
  explained = $state.raw(null) // answer of /v1/explain
  explaining = $state(false)
  waiting = $state(false)
  problem = $state.raw(null)
  locked = $state(false) // the server asks for a token
  message = $state('') // for screen readers
  past = $state.raw([]) // cells before each change
  recording = new Recording()

  #asked = null
  #rank = -1 // of the utterance that was selected as least certain
  #timer = 0

  model = $derived(this.models.find((m) => m.run === this.run))
  scores = $derived(this.model?.task !== 'classes')
  ranked = $derived(this.now ? certainty(this.now.utterances) : [])

  /** Asks what there is to show, and opens what the address names. */
  async start() {
    await this.guard(async () => {
      this.models = await api.models()
      this.examples = await api.examples()
      this.locked = false
      const wanted = address.read()
      this.run = this.models.some((m) => m.run === wanted.run) ? wanted.run : this.models[0].run
      const first = this.examples.find((e) => e.id === +(wanted.example ?? NaN) && this.fits(e)) ?? this.examples.find((e) => this.fits(e))
      if (first) await this.#openExample(first.id, wanted)
    })
  }

  /** Whether the run takes the features of an example. */
  fits(example) {
    return MODALITIES.every((m) => !example.widths[m] || example.widths[m] === this.model?.widths[m])
  }

  chooseRun(name) {
    return this.guard(async () => {
      this.run = name
      if (!this.shown) return
      if (!this.#takes(this.shown)) return this.#another()
      this.#lay(this.shown, this.cells)
      this.#ask(0)
    })
  }

  /** Whether the run takes the features of a conversation. */
  #takes(shown) {
    return shown.conversation.utterances.every((u) => MODALITIES.every((m) => !u[m] || !this.model.widths[m] || u[m].length === this.model.widths[m]))
  }

  /** Shows a conversation that the run takes, or none. */
  async #another() {
    const fitting = this.examples.find((e) => this.fits(e))
    if (fitting) return this.#openExample(fitting.id, {})
    this.shown = this.data = this.source = this.now = null
    address.write(this)
  }

  openExample(id) {
    return this.guard(() => this.#openExample(id, {}))
  }

  async #openExample(id, wanted) {
    const shown = await api.example(id)
    this.source = { kind: 'example', id }
    this.#show(shown, wanted)
  }

  /** Opens a conversation of a file of the person. */
  openFile(file, position = 0) {
    return this.guard(async () => {
      const most = this.model.limits.body
      if (file.size > most) {
        throw new api.Refusal(413, { detail: `${file.name} is larger than the server takes`, hint: `the limit is ${Math.floor(most / 2 ** 20)} MiB` })
      }
      const answer = await api.open(this.run, file, position)
      this.source = { kind: 'file', file, at: position, conversations: answer.conversations }
      this.#show(answer.shown, {})
    })
  }

  /** Opens files of the person: conversations first, then the transcript and the recording. */
  async take(files) {
    const of = (kind) => files.filter((f) => kindOf(f) === kind)
    const data = []
    for (const file of of('table')) await this.guard(async () => (await this.recording.isTranscript(file)) || data.push(file))
    for (const file of [...of('data'), ...data]) await this.openFile(file)
    if (this.problem) return
    for (const file of [...of('table').filter((f) => !data.includes(f)), ...of('transcript')]) await this.guard(() => this.recording.readTimes(file, this.shown))
    for (const file of of('media')) this.recording.open(file)
    if (this.recording.url) this.message = this.recording.text
  }

  /** Selects an utterance and plays it from its start, where there is a recording. */
  play(i) {
    this.select(i)
    this.recording.playFrom(i)
  }

  #show(shown, wanted) {
    const n = shown.conversation.utterances.length
    if (shown.recording) this.recording.openServed(shown.recording)
    else if (this.recording.served || shown.name !== this.shown?.name || n !== this.data?.n) this.recording.close()
    const cells = new Uint8Array(3 * n)
    address.setRanges(cells, n, wanted.off, OFF)
    address.setRanges(cells, n, wanted.noise, NOISE)
    this.shown = shown
    this.past = []
    this.selected = Math.min(n - 1, Math.max(0, Math.trunc(+(wanted.at ?? 0)) || 0))
    this.lane = 0
    this.#lay(shown, cells)
    this.message = `${shown.name}, ${n} utterances`
    this.#ask(0)
  }

  /** Lays the conversation out for the run, and keeps what can be kept of the switches. */
  #lay(shown, cells) {
    const widths = MODALITIES.map((m) => this.model.widths[m])
    const data = layOut(shown, widths)
    this.data = data
    this.cells = changed(data, new Uint8Array(3 * data.n), (m, i) => cells[at(data.n, m, i)]).cells
    this.before = this.now = this.filled = this.explained = null
  }

  select(i) {
    if (!this.data) return
    const to = Math.min(this.data.n - 1, Math.max(0, i))
    if (to === this.selected) return
    this.selected = to
    address.write(this)
    this.#askFilled()
  }

  /** Selects the least certain utterance, or the next one if it was selected by this before. */
  nextLeastCertain() {
    const order = this.ranked.map((r) => r.index)
    if (!order.length) return
    let rank = order[this.#rank] === this.selected ? this.#rank + 1 : 0
    if (order[rank] === this.selected) rank++
    this.#rank = rank % order.length
    this.select(order[this.#rank])
    this.message = this.describe(this.selected)
  }

  /** Switches one cell. */
  toggle(m, i) {
    const state = stateOf(this.data, this.cells, m, i)
    if (state === 'absent') {
      this.message = `The file has no ${MODALITIES[m]} of utterance ${i + 1}.`
      return
    }
    this.change((mm, ii) => (mm === m && ii === i ? (state === 'on' || state === 'zero' ? OFF : ON) : undefined))
  }

  /** Switches the cells for which choose returns a switch. */
  change(choose) {
    const { cells, kept } = changed(this.data, this.cells, choose)
    this.message = kept ? `An utterance keeps at least one modality: ${kept} ${kept === 1 ? 'cell was' : 'cells were'} left on.` : ''
    if (cells.every((c, k) => c === this.cells[k])) return
    this.past = [...this.past.slice(-99), this.cells]
    this.cells = cells
    this.#ask(PAUSE)
  }

  undo() {
    if (!this.past.length) return
    this.cells = this.past.at(-1)
    this.past = this.past.slice(0, -1)
    this.message = 'The last change was undone.'
    this.#ask(PAUSE)
  }

  /** The words for an utterance, for screen readers and titles. */
  describe(i) {
    const states = MODALITIES.map((name, m) => `${name} ${STATE_TEXT[stateOf(this.data, this.cells, m, i)]}`).join(', ')
    const emotion = this.now ? `. ${emotionText(this.now.utterances[i])}` : ''
    return `Utterance ${i + 1} of ${this.data.n}, speaker ${this.data.speakers[i]}: ${states}${emotion}`
  }

  /** Asks for the emotions of the present switches; an older question is given up. */
  #ask(pause) {
    clearTimeout(this.#timer)
    this.#asked?.abort()
    address.write(this)
    this.explained = null
    this.waiting = true
    const asked = (this.#asked = new AbortController())
    this.#timer = setTimeout(() => this.guard(() => this.#answer(asked.signal)), pause)
  }

  async #answer(signal) {
    const { run, data, cells } = this
    const predicted = api.predict(run, data, cells, signal).then((now) => (this.now = now))
    await Promise.all([predicted, this.#compare(predicted, signal), this.#fill(signal)])
    if (this.past.length && !this.message) this.message = this.describe(this.selected)
    this.waiting = false
  }

  /** Asks once for the emotions with everything on. */
  async #compare(predicted, signal) {
    if (this.before) return
    const { run, data, cells } = this
    const all = cells.every((c) => c === ON) ? await predicted : await api.predict(run, data, new Uint8Array(cells.length), signal)
    if (this.data === data) this.before = all
  }

  #askFilled() {
    if (this.now && !this.waiting) this.guard(() => this.#fill(this.#asked?.signal))
  }

  /** Recovers what the selected utterance lacks. */
  async #fill(signal) {
    const { run, data, cells, selected } = this
    const lacks = LETTERS.some((_, m) => data.widths[m] && !given(data, cells, m, selected))
    const filled = lacks ? await api.impute(run, data, cells, selected, Math.min(DRAWS, this.model.limits.samples), signal) : null
    if (this.selected === selected && this.cells === cells) this.filled = filled && { ...filled, index: selected }
  }

  /** Asks for the explanation, which takes longer than a prediction. */
  explain() {
    return this.guard(async () => {
      this.explaining = true
      try {
        const { run, data, cells } = this
        const explained = await api.explain(run, data, cells)
        if (this.cells === cells && this.run === run) this.explained = explained
      } finally {
        this.explaining = false
      }
    })
  }

  /** Keeps what went wrong, for the person to read. */
  async guard(work) {
    try {
      this.problem = null
      await work()
    } catch (error) {
      if (error.name === 'AbortError') return
      this.waiting = false
      if (error.status === 401) this.locked = true
      else this.problem = { text: error.message, hint: error.hint ?? '' }
    }
  }

  unlock(token) {
    api.keepToken(token)
  }
}
